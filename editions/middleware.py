"""Printing: a per-edition page is rendered once for an edition, and answered from its printing after that."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection
from django.http import HttpResponse, QueryDict
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from editions import replicas
from editions.decorators import key_for
from editions.edition import Edition
from editions.moments import minute_after
from editions.origin import is_ours
from editions.printings import Printing, Printings, shared_until

# A heuristically cacheable answer (RFC 9111, 4.2.2) could outlive the next edition: say that it may not.
UNPRINTED = "max-age=0, must-revalidate, s-maxage=1"

printings = Printings(settings.RESPONSE_CACHE_MB * 1024 * 1024)


def printing(get_response):
    """Give each request its moment and its edition, and print what is per-edition. The outermost middleware."""

    def middleware(request):
        set_moment(request)
        try:
            found = key_for(request.path_info, request.META.get("QUERY_STRING", ""))
        except ValueError:  # too many parameters: nothing to print, and `embassy.middleware` refuses it
            found = None
        if found and request.method in ("GET", "HEAD") and is_ours(request.META):
            response = printed(request, *found, get_response)
        else:
            response = get_response(request)
        if response.status_code in (301, 404, 410) and not response.has_header("Cache-Control"):
            if is_somebody_s(request, response):
                response["Cache-Control"] = "private, no-cache"
            else:
                response["Cache-Control"] = UNPRINTED
                response.headers.setdefault(*shared_until(time.time()))
        response["Server-Timing"] = server_timing(time.time())
        return response

    return middleware


def is_somebody_s(request, response) -> bool:
    """Say whether an answer may be for one visitor alone: a shared cache that minds no cookies must not keep it."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or bool(response.cookies)


def set_moment(request) -> None:
    """Ask for the time once: `request.at`, and the edition at that moment, fetched where it is needed."""
    request.at = datetime.now(UTC)
    request.edition = SimpleLazyObject(lambda: Edition.current(request.at))


def printed(request, rule, key, get_response):
    """Answer from the printing of this edition; render and keep one where there is none."""
    request.asked = request.META.get("QUERY_STRING", "")  # for redirects, which are never kept
    request.META["QUERY_STRING"] = key[1]  # the page can't depend on what its key doesn't hold
    request.GET = QueryDict(key[1])
    with printings.turn(key):
        set_moment(request)
        kept = printings.get(key)
        try:
            edition = edition_at(request.at)
        except DatabaseError:
            if kept is None:
                raise
            return answer(request, key, kept, "hit; detail=database-away")
        if not connection.in_atomic_block and kept and kept.lasts(edition.number, request.at.timestamp()):
            return answer(request, key, kept, "hit")
        request.edition = edition
        response = replicas.rendered(edition.number, lambda: get_response(request))
        if not is_printable(response):
            if response.status_code < 500:
                printings.drop(key)
            return response
        kept = make_printing(response, rule, edition, request.at)
        if not connection.in_atomic_block and rule.is_kept(key[1]):
            printings.keep(key, kept)
    return answer(request, key, kept, "fwd=miss; stored")


def edition_at(at) -> Edition:
    """Return the edition at the moment `at`, as the primary knows it; while that is away, as a replica does."""
    if not settings.REPLICAS:
        return Edition.current(at)
    if not replicas.primary.is_away():
        try:
            found = Edition.current(at)
        except DatabaseError as error:
            replicas.primary.fail(error)
        else:
            replicas.primary.answered()
            return found
    found = replicas.instead(lambda: Edition.current(at))
    if found is None:
        raise OperationalError("Neither the primary answers nor a replica that is new enough.")
    return found


def is_printable(response) -> bool:
    """Say whether a response may be kept for everybody: whole, right, and without anybody's cookie in it."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "cookie" not in response.get("Vary", "").lower()
    )


def make_printing(response, rule, edition, at) -> Printing:
    """Return the printing of a rendered response."""
    patch_vary_headers(response, ["Accept-Encoding"])
    until = min(edition.until, minute_after(at)) if rule.minute else edition.until
    headers = [(name, value) for name, value in response.items() if name not in ("Content-Length", "Cache-Control")]
    return Printing(edition.number, at.timestamp(), until.timestamp(), headers, response.content, rule.keep)


def answer(request, key, kept: Printing, status: str) -> HttpResponse:
    """Return what a printing answers to this request."""
    before = kept.size
    code, headers, body = kept.answer(time.time(), request.META, request.method == "HEAD")
    if kept.size != before and printings.get(key) is kept:
        printings.keep(key, kept)
    response = HttpResponse(body, status=code)
    del response["Content-Type"]
    for name, value in headers:
        response[name] = value
    response["Cache-Status"] = f"embassy; {status}"
    return response


def server_timing(now: float) -> str:
    """Return the server's time for the header Server-Timing, in milliseconds: the page's clocks go by it."""
    return f"now;desc={int(now * 1000)}"
