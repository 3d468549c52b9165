"""Outermost middleware: request id, access log and request counters.

It is outside the edition cache, so that no cached response has a request id. Responses of the WSGI cache do not pass
through it: they are counted by `counting`, and logged by the proxy in front.
"""

from __future__ import annotations

import logging
import time

from editions.edition import latest
from monitoring import process_metrics
from monitoring.proxies import record_uncounted_proxy
from monitoring.request_id import assign_request_id, current_request_id

log = logging.getLogger("embassy.access")

# The kind of response by the first part of the path, if it is not from the edition cache.
KINDS = {"admin": "admin", "static": "file", "media": "file", "healthz": "probe", "readyz": "probe"}
MAX_PATH_LENGTH = 200

DOCTOR_KEY = "monitoring.inside"  # in META of a request of the doctor; a visitor's headers all begin with HTTP_


def request_log_middleware(get_response):
    """Give each request an id, log it and count it."""

    def middleware(request):
        record_uncounted_proxy(request.META)
        request.id = assign_request_id(request)
        token = current_request_id.set(request.id)
        began = time.perf_counter()
        try:
            response = get_response(request)
            response["X-Request-ID"] = request.id
            if DOCTOR_KEY not in request.META:
                record_response(request, response, time.perf_counter() - began)
        finally:
            current_request_id.reset(token)
        return response

    return middleware


def record_response(request, response, seconds: float) -> None:
    """Count and log a response, without any data about the visitor or their search terms."""
    kind, status = kind_of(request, response), response.status_code
    process_metrics.count_response(kind, status, seconds)
    level = logging.WARNING if status >= 500 else logging.INFO
    if not log.isEnabledFor(level) or (kind == "probe" and status == 200):
        return
    edition = latest()
    values = {
        "method": request.method if request.method in METHODS else "other",
        "route": route_of(request),
        "status": status,
        "ms": round(seconds * 1000, 1),
        "kind": kind,
        "edition": edition and edition.number,
    }
    log.log(level, "%(method)s %(route)s %(status)s, %(ms)s ms, %(kind)s", values, extra={"access": values})


METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}  # others are logged as "other"


def kind_of(request, response) -> str:
    """Return the kind of response: hit or render (edition cache), admin, file, probe; else page (never cached)."""
    cache_status = response.get("Cache-Status", "")
    if cache_status:
        return "hit" if "hit" in cache_status else "render"
    return KINDS.get(request.path_info.split("/", 2)[1] if request.path_info.startswith("/") else "", "page")


def route_of(request) -> str:
    """Return the name of the URL pattern, or the path if none matched (the log masks its secrets)."""
    match = getattr(request, "resolver_match", None)
    return (match and match.view_name) or request.path_info[:MAX_PATH_LENGTH]
