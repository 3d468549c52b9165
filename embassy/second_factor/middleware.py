"""Middleware for two-step verification: a session without its second step has no user."""

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject
from django_otp import DEVICE_ID_SESSION_KEY

from accounts import sessions
from embassy.second_factor import factor


def second_factor(get_response):
    """Make `request.user` anonymous unless the session is fully signed in; checked when a view first reads the user."""

    def middleware(request):
        user = request.user
        request.user = SimpleLazyObject(lambda: user if is_whole(request, user) else AnonymousUser())
        return get_response(request)

    return middleware


def is_whole(request, user) -> bool:
    """Return whether the session is still valid and names its user's current device.

    So setting up a phone or resetting two-step verification ends the other sessions.
    """
    if not user.is_authenticated:
        return False
    if sessions.is_over(request.session, request.at):
        request.session.flush()
        return False
    phone, session_device = factor.phone_of(user), request.session.get(DEVICE_ID_SESSION_KEY)
    if phone is None:
        return session_device is None and not factor.is_needed(user)
    return session_device == phone.persistent_id
