"""Known devices: a signed cookie, set where somebody has logged in whole, that spares them other people's lock-outs.

It opens nothing. It names up to five accounts that were used in this browser, each bound to its password: a new
password makes it worthless.
"""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare

SALT = "accounts.devices"
SECONDS = 180 * 24 * 60 * 60
MOST_ACCOUNTS = 5
PATH = "/admin/"


def cookie_name() -> str:
    return "__Secure-device" if settings.SESSION_COOKIE_SECURE else "device"


def id_of(request, user) -> str:
    """Return the random id of the browser where `user` has logged in before; "" for a browser that is unknown."""
    known = _read(request).get(str(user.pk)) if user else None
    if not known:
        return ""
    device, password = known
    tags = [_tag(user.get_session_auth_hash()), *map(_tag, user.get_session_auth_fallback_hash())]
    return device if any(constant_time_compare(password, tag) for tag in tags) else ""


def remember(request, response, user) -> None:
    """Have the browser remember that `user` has logged in there."""
    known = _read(request)
    device = id_of(request, user) or secrets.token_hex(8)
    known.pop(str(user.pk), None)
    known[str(user.pk)] = [device, _tag(user.get_session_auth_hash())]
    kept = dict(list(known.items())[-MOST_ACCOUNTS:])
    response.set_cookie(
        cookie_name(),
        signing.dumps(kept, salt=SALT),
        max_age=SECONDS,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request) -> dict[str, list[str]]:
    try:
        return signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return {}


def _tag(session_hash: str) -> str:
    return hashlib.sha256(session_hash.encode()).hexdigest()[:16]
