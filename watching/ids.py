"""The id of a request: it stands in the answer, in every line of the log that the request wrote, on the error page."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

from django.conf import settings

WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")

current: ContextVar[str] = ContextVar("request_id", default="")


def id_for(request) -> str:
    """Return the id that a proxy of ours has given a request; where none has, or a mangled one, one of our own.

    Whoever comes without a proxy could write anything into the header, so then it is not looked at.
    """
    told = request.META.get("HTTP_X_REQUEST_ID", "") if settings.TRUSTED_PROXY_COUNT else ""
    return told if WELL_FORMED.fullmatch(told) else secrets.token_hex(8)


def id_of(record) -> str:
    """Return the id of the request that wrote a record of the log; "" where none did.

    Django logs some answers when they have left our middleware, and names the request with them.
    """
    told = getattr(getattr(record, "request", None), "id", "")
    return told if isinstance(told, str) and told else current.get()
