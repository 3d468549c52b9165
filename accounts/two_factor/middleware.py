"""Middleware for two-step verification: a session without its second step has no user."""

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject
from django_otp import DEVICE_ID_SESSION_KEY

from accounts import sessions
from accounts.two_factor import totp


def two_factor_session(get_response):
    """Make `request.user` anonymous unless the session is fully signed in; checked when a view first reads the user."""

    def middleware(request):
        user = request.user
        request.user = SimpleLazyObject(lambda: user if is_fully_signed_in(request, user) else AnonymousUser())
        return get_response(request)

    return middleware


def is_fully_signed_in(request, user) -> bool:
    """Return whether the session is still valid and names its user's current device.

    So setting up a phone or resetting two-step verification ends the other sessions.
    """
    if not user.is_authenticated:
        return False
    if sessions.is_expired(request.session, request.at):
        request.session.flush()
        return False
    phone, session_device = totp.get_totp_device(user), request.session.get(DEVICE_ID_SESSION_KEY)
    if phone is None:
        return session_device is None and not totp.is_two_factor_required(user)
    return session_device == phone.persistent_id
