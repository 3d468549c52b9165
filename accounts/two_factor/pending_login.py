"""Pending sign-in: the password was entered, the code was not. The session is anonymous and only names the user."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import get_user_model
from django.utils.crypto import constant_time_compare
from django_otp import login as set_session_device

from accounts import notifications, passwords, security_events
from accounts.sessions import PENDING_LOGIN_KEY as KEY

MUST_CHANGE_KEY = "must_change_password"  # session key, for users with an initial password
MAX_AGE_SECONDS = 10 * 60  # to find the phone, or to set one up


def begin_pending_login(request, user, next_url: str) -> None:
    """Store in the anonymous session that `user` has entered the password and is on the way to `next_url`."""
    request.session[KEY] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),  # a changed password ends the pending sign-in
        "backend": user.backend,
        "until": request.at.timestamp() + MAX_AGE_SECONDS,
        "next": next_url,
    }


def get_pending_user(request):
    """Return the user who entered the password in this session within ten minutes, or None."""
    pending = request.session.get(KEY)
    if not pending or pending["until"] < request.at.timestamp():
        return None
    user = get_user_model().objects.filter(pk=pending["user"], is_active=True, is_staff=True).first()
    if user is None or not constant_time_compare(pending["password"], user.get_session_auth_hash()):
        return None
    user.backend = pending["backend"]
    return user


def complete_login(request, user) -> None:
    """Sign `user` in, and notify them if both the network and the browser are new."""
    is_new = notifications.is_unknown_origin(request, user)
    auth.login(request, user)
    if is_new:
        notifications.notify_of_login(user, request.at)
    if settings.SECURE and passwords.get_initial_password(user):  # not in a trial over http
        request.session[MUST_CHANGE_KEY] = True
    security_events.purge_events(request.at)


def finish_pending_login(request, user, device) -> str:
    """Sign `user` in with `device`, to which the session is bound, and return where they wanted to go."""
    next_url = request.session.pop(KEY)["next"]
    complete_login(request, user)
    set_session_device(request, device)
    return next_url
