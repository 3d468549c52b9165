"""The outermost middleware: gives a request its id, and tells of its answer in a line of the log and in the counters.

It stands outside the printing, so that nobody's id is printed. What the front answers never comes here: it is counted
by `counting`, and the proxy in front has a line for it.
"""

from __future__ import annotations

import logging
import time

from editions.edition import latest
from watching import counting
from watching.ids import current, id_for
from watching.proxies import note_uncounted_proxy

log = logging.getLogger("embassy.access")

# What kind of answer an address gets that is not printed, by its first part.
KINDS = {"admin": "desk", "static": "file", "media": "file", "healthz": "probe", "readyz": "probe"}
LONGEST_PATH = 200

INSIDE = "watching.inside"  # in a request's META: the doctor asks, no visitor (whose headers all begin with HTTP_)


def seeing(get_response):
    """Give each request an id, and note what became of it."""

    def middleware(request):
        note_uncounted_proxy(request.META)
        request.id = id_for(request)
        token = current.set(request.id)
        began = time.perf_counter()
        try:
            response = get_response(request)
            response["X-Request-ID"] = request.id
            if INSIDE not in request.META:
                note(request, response, time.perf_counter() - began)
        finally:
            current.reset(token)
        return response

    return middleware


def note(request, response, seconds: float) -> None:
    """Count an answer, and log it: neither who asked nor what for, beyond the page's name."""
    kind, status = kind_of(request, response), response.status_code
    counting.note(kind, status, seconds)
    level = logging.WARNING if status >= 500 else logging.INFO
    if not log.isEnabledFor(level) or (kind == "probe" and status == 200):
        return
    edition = latest()
    told = {
        "method": request.method if request.method in METHODS else "other",
        "route": route_of(request),
        "status": status,
        "ms": round(seconds * 1000, 1),
        "kind": kind,
        "edition": edition and edition.number,
    }
    log.log(level, "%(method)s %(route)s %(status)s, %(ms)s ms, %(kind)s", told, extra={"access": told})


METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}  # else a visitor could write one


def kind_of(request, response) -> str:
    """Return what kind of answer it is: a hit, a rendering; desk, file, probe; else a page made each time."""
    printed = response.get("Cache-Status", "")
    if printed:
        return "hit" if "hit" in printed else "render"
    return KINDS.get(request.path_info.split("/", 2)[1] if request.path_info.startswith("/") else "", "page")


def route_of(request) -> str:
    """Return the name of the page; its address where no page has it (`embassy.logs` masks what is secret there)."""
    match = getattr(request, "resolver_match", None)
    return (match and match.view_name) or request.path_info[:LONGEST_PATH]
