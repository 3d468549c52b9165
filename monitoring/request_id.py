"""Request id: in the response header X-Request-ID, in every log record of the request, and on the error page."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

from django.conf import settings

ID_PATTERN = re.compile(r"[A-Za-z0-9-]{8,64}")

current_request_id: ContextVar[str] = ContextVar("request_id", default="")


def assign_request_id(request) -> str:
    """Return the id that a trusted proxy has set; a new one if it is missing or malformed.

    Without a proxy the header is ignored, because a visitor can write anything into it.
    """
    header = request.META.get("HTTP_X_REQUEST_ID", "") if settings.TRUSTED_PROXY_COUNT else ""
    return header if ID_PATTERN.fullmatch(header) else secrets.token_hex(8)


def request_id_of_record(record) -> str:
    """Return the id of the request that wrote a log record, "" if none did.

    Django logs some responses after our middleware, and adds the request to the record.
    """
    found = getattr(getattr(record, "request", None), "id", "")
    return found if isinstance(found, str) and found else current_request_id.get()
