"""What a session is worth without its second factor: nothing. Every view sees nobody there, whoever wrote it."""

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject
from django_otp import DEVICE_ID_SESSION_KEY

from accounts import sessions
from embassy.second_factor import factor


def second_factor(get_response):
    """Make `request.user` nobody where the second factor is missing; asked only when a view asks for the user."""

    def middleware(request):
        user = request.user
        request.user = SimpleLazyObject(lambda: user if is_whole(request, user) else AnonymousUser())
        return get_response(request)

    return middleware


def is_whole(request, user) -> bool:
    """Say whether the session names the very device that is its user's: one that is set up, or reset, ends others."""
    if not user.is_authenticated:
        return False
    if sessions.is_over(request.session, request.at):
        request.session.flush()
        return False
    phone, named = factor.phone_of(user), request.session.get(DEVICE_ID_SESSION_KEY)
    if phone is None:
        return named is None and not factor.is_needed(user)
    return named == phone.persistent_id
