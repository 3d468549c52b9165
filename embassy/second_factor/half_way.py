"""Pending sign-in: the password was entered, the code was not. The session is anonymous and only names the user."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import get_user_model
from django.utils.crypto import constant_time_compare
from django_otp import login as set_session_device

from accounts import events, passwords
from accounts.sessions import HALF_WAY as KEY
from embassy import notices

MUST_CHANGE = "must_change_password"  # session key, for users with an initial password
SECONDS = 10 * 60  # to find the phone, or to set one up


def begin(request, user, next_url: str) -> None:
    """Store in the anonymous session that `user` has entered the password and is on the way to `next_url`."""
    request.session[KEY] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),  # a changed password ends the pending sign-in
        "backend": user.backend,
        "until": request.at.timestamp() + SECONDS,
        "next": next_url,
    }


def who(request):
    """Return the user who has entered the password in this session within ten minutes, or None."""
    pending = request.session.get(KEY)
    if not pending or pending["until"] < request.at.timestamp():
        return None
    user = get_user_model().objects.filter(pk=pending["user"], is_active=True, is_staff=True).first()
    if user is None or not constant_time_compare(pending["password"], user.get_session_auth_hash()):
        return None
    user.backend = pending["backend"]
    return user


def log_in(request, user) -> None:
    """Sign `user` in, and notify them if both the network and the browser are new."""
    is_new = notices.is_new_place(request, user)
    auth.login(request, user)
    if is_new:
        notices.tell_of_login(user, request.at)
    if settings.SECURE and passwords.initial_of(user):  # not in a trial over http
        request.session[MUST_CHANGE] = True
    events.purge(request.at)


def finish(request, user, device) -> str:
    """Sign `user` in with `device`, to which the session is bound, and return where they wanted to go."""
    next_url = request.session.pop(KEY)["next"]
    log_in(request, user)
    set_session_device(request, device)
    return next_url
