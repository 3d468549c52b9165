"""Who has given the password and not yet the code: nobody, for Django. Their session only names who they may become."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import get_user_model
from django.utils.crypto import constant_time_compare
from django_otp import login as name_device

from accounts import events, passwords
from accounts.sessions import HALF_WAY as KEY
from embassy import notices

MUST_CHANGE = "must_change_password"  # in the session of somebody whose password was made for them
SECONDS = 10 * 60  # that somebody has to find the phone, or to set one up


def begin(request, user, then: str) -> None:
    """Remember, in a session that is nobody's, that `user` has given the password; `then` is where they want to."""
    request.session[KEY] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),  # another password meanwhile, and it is void
        "backend": user.backend,
        "until": request.at.timestamp() + SECONDS,
        "then": then,
    }


def who(request):
    """Return the user who has given the password in this session within the last ten minutes, or None."""
    said = request.session.get(KEY)
    if not said or said["until"] < request.at.timestamp():
        return None
    user = get_user_model().objects.filter(pk=said["user"], is_active=True, is_staff=True).first()
    if user is None or not constant_time_compare(said["password"], user.get_session_auth_hash()):
        return None
    user.backend = said["backend"]
    return user


def log_in(request, user) -> None:
    """Log `user` in, and mail them where they have never logged in from this network or in this browser."""
    is_new = notices.is_new_place(request, user)
    auth.login(request, user)
    if is_new:
        notices.tell_of_login(user, request.at)
    if settings.SECURE and passwords.initial_of(user):  # a trial on one's own machine is not held up
        request.session[MUST_CHANGE] = True
    events.purge(request.at)


def finish(request, user, device) -> str:
    """Log `user` in by `device`, which the session names from now on, and return where they wanted to."""
    then = request.session.pop(KEY)["then"]
    log_in(request, user)
    name_device(request, device)
    return then
