"""Known-device cookie: a browser in which a user has signed in before is exempt from lock-outs that others cause.

The signed cookie grants no access. It names up to five accounts, each bound to its password: a new password makes the
entry invalid.
"""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare

SALT = "accounts.known_devices"
MAX_AGE = 180 * 24 * 60 * 60
MAX_ACCOUNTS = 5
COOKIE_PATH = "/admin/"


def cookie_name() -> str:
    return "__Secure-device" if settings.SESSION_COOKIE_SECURE else "device"


def device_id_for(request, user) -> str:
    """Return the random id of a browser in which `user` has signed in before; "" for an unknown browser."""
    entry = _read_cookie(request).get(str(user.pk)) if user else None
    if not entry:
        return ""
    device_id, password_tag = entry
    valid_tags = [
        _password_tag(user.get_session_auth_hash()),
        *map(_password_tag, user.get_session_auth_fallback_hash()),
    ]
    return device_id if any(constant_time_compare(password_tag, tag) for tag in valid_tags) else ""


def set_device_cookie(request, response, user) -> None:
    """Set the cookie so that the browser is known for `user`."""
    accounts = _read_cookie(request)
    device_id = device_id_for(request, user) or secrets.token_hex(8)
    accounts.pop(str(user.pk), None)
    accounts[str(user.pk)] = [device_id, _password_tag(user.get_session_auth_hash())]
    latest_accounts = dict(list(accounts.items())[-MAX_ACCOUNTS:])
    response.set_cookie(
        cookie_name(),
        signing.dumps(latest_accounts, salt=SALT),
        max_age=MAX_AGE,
        path=COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read_cookie(request) -> dict[str, list[str]]:
    try:
        return signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return {}


def _password_tag(session_hash: str) -> str:
    return hashlib.sha256(session_hash.encode()).hexdigest()[:16]
