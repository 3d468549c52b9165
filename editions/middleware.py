"""Edition cache: a per-edition view is rendered once for each edition, and then served from the cache.

`EditionCache` has two callers. `front` (WSGI, before Django) calls `lookup` and serves hits. The middleware calls
`get_or_render` for everything else: the first request for a page, and pages of an older edition.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpResponse, QueryDict
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from core.host import is_site_request
from core.timezones import minute_after
from editions import replicas
from editions.decorators import CachePolicy, cache_key_for
from editions.edition import Edition, latest
from editions.response_cache import CachedResponse, Headers, Key, ResponseCache, accel_expires_header

# Other caches could store these heuristically (RFC 9111, 4.2.2), and for longer than the edition lasts.
UNCACHED_CONTROL = "max-age=0, must-revalidate, s-maxage=1"


class EditionCache:
    """The responses of per-edition views, by path and canonical query; each is valid for one edition."""

    def __init__(self, limit: int):
        self.store = ResponseCache(limit)

    def lookup(self, environ: dict) -> tuple[Key, CachedResponse] | tuple[None, None]:
        """Return the key and the response for a WSGI request, of any edition; (None, None) if Django must handle it."""
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not path.isascii() or not is_site_request(environ):
            return None, None
        key = (path, "")
        if query := environ.get("QUERY_STRING", ""):
            try:
                found = cache_key_for(path, query)
            except ValueError:
                found = None
            if found is None:
                return None, None
            key = found[1]
        cached = self.store.get(key)
        return (key, cached) if cached else (None, None)

    def get_or_render(self, request, rule: CachePolicy, key: Key, get_response) -> HttpResponse:
        """Return the response of the current edition, rendered if it is not in the cache.

        While the database is unavailable, the last response is served, of whichever edition it is.
        """
        request.asked = request.META.get("QUERY_STRING", "")  # for redirects, which are not cached
        request.META["QUERY_STRING"] = key[1]  # so that the response cannot depend on other parameters
        request.GET = QueryDict(key[1])
        with self.store.single_flight(key):
            set_request_time(request)  # again, after waiting
            cached = self.store.get(key)
            try:
                edition = edition_at(request.at)
            except (DatabaseError, InterfaceError):
                if is_renderable_without_database(rule, cached, request.at.timestamp()):
                    response = self.render_without_database(request, rule, key, latest(), get_response)
                    if not cached or response.status_code < 500:  # what this process knows may be less than that copy
                        return response
                if cached is None:
                    raise
                return self.as_django_response(request, key, cached, "hit; detail=database-away")
            in_transaction = connection.in_atomic_block  # its changes may be rolled back
            if cached and not in_transaction and cached.is_fresh(edition.number, request.at.timestamp()):
                return self.as_django_response(request, key, cached, "hit")
            request.edition, request.replica_must_have = edition, edition.number
            response = get_response(request)
            if not is_cacheable(response):
                if response.status_code < 500:
                    self.store.delete(key)
                return response
            cached = make_cached_response(response, rule, edition, request.at)
            if not in_transaction and rule.is_cached(key[1]):
                self.store.set(key, cached)
        return self.as_django_response(request, key, cached, "fwd=miss; stored")

    def render_without_database(self, request, rule: CachePolicy, key: Key, last: Edition, get_response):
        """Return the response from what this process knew in the edition `last`; it is not stored."""
        request.edition, request.has_failed = last, True  # `has_failed`: each part of the page is the last known one
        response = get_response(request)
        if not is_cacheable(response):
            return response
        cached = make_cached_response(response, rule, last, request.at)
        return self.as_django_response(request, key, cached, "fwd=miss; detail=database-away")

    def respond(self, environ: dict, key: Key, cached: CachedResponse) -> tuple[int, Headers, bytes]:
        """Return status, headers and body for a request; a newly compressed body counts towards the cache's limit."""
        size = cached.size
        status, headers, body = cached.respond(time.time(), environ, environ["REQUEST_METHOD"] == "HEAD")
        if cached.size != size and self.store.get(key) is cached:
            self.store.set(key, cached)
        return status, headers, body

    def as_django_response(self, request, key: Key, cached: CachedResponse, cache_status: str) -> HttpResponse:
        status, headers, body = self.respond(request.META, key, cached)
        response = HttpResponse(body, status=status)
        del response["Content-Type"]
        for name, value in headers:
            response[name] = value
        response["Cache-Status"] = f"embassy; {cache_status}"
        return response


edition_cache = EditionCache(settings.RESPONSE_CACHE_MB * 1024 * 1024)


def edition_cache_middleware(get_response):
    """Set the time and the edition of each request, and cache per-edition responses."""

    def middleware(request):
        set_request_time(request)
        try:
            found = cache_key_for(request.path_info, request.META.get("QUERY_STRING", ""))
        except ValueError:  # `embassy.middleware` refuses it
            found = None
        if found and request.method in ("GET", "HEAD") and is_site_request(request.META):
            response = edition_cache.get_or_render(request, *found, get_response)
        else:
            response = get_response(request)
        if response.status_code in (301, 404, 410) and not response.has_header("Cache-Control"):
            if is_personal(request, response):
                response["Cache-Control"] = "private, no-cache"
            else:
                response["Cache-Control"] = UNCACHED_CONTROL
                response.headers.setdefault(*accel_expires_header(time.time()))
        response["Server-Timing"] = server_timing(time.time())
        return response

    return middleware


def is_personal(request, response) -> bool:
    """Return whether a response may be personal: a shared cache that ignores cookies must not store it."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or bool(response.cookies)


def set_request_time(request) -> None:
    """Set `request.at` to the current time, and `request.edition` to the edition at it, fetched when it is used."""
    request.at = datetime.now(UTC)
    request.edition = SimpleLazyObject(lambda: Edition.current(request.at))


def edition_at(at: datetime) -> Edition:
    """Return the edition at the time `at`, from the primary, or from a replica while the primary is unavailable."""
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
    found = replicas.from_replica(lambda: Edition.current(at))
    if found is None:
        raise OperationalError("The primary does not respond, and no replica is new enough.")
    return found


def is_renderable_without_database(rule: CachePolicy, cached: CachedResponse | None, now: float) -> bool:
    """Return whether a page is rendered from what this process last knew: where that is newer than its cached copy."""
    last = latest()
    return rule.without_database and last is not None and not (cached and cached.is_fresh(last.number, now))


def is_cacheable(response) -> bool:
    """Return whether a response is complete, successful and free of cookies, so that it can be cached for everybody."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "cookie" not in response.get("Vary", "").lower()
    )


def make_cached_response(response: HttpResponse, rule: CachePolicy, edition: Edition, at: datetime) -> CachedResponse:
    """Return a rendered response as it is cached."""
    patch_vary_headers(response, ["Accept-Encoding"])
    until = min(edition.until, minute_after(at)) if rule.varies_by_minute else edition.until
    headers = [(name, value) for name, value in response.items() if name not in ("Content-Length", "Cache-Control")]
    return CachedResponse(edition.number, at.timestamp(), until.timestamp(), headers, response.content, rule.max_age)


def server_timing(now: float) -> str:
    """Return a Server-Timing header with the server's time in milliseconds, for the clocks on the pages."""
    return f"now;desc={int(now * 1000)}"
