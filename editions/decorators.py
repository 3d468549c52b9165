"""`@per_edition`: the decorator of every public view, and the cache policy that it sets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, wraps
from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponseNotAllowed
from django.urls import Resolver404, resolve

from editions import replicas

MAX_QUERY_LENGTH = 256


@dataclass(frozen=True)
class CachePolicy:
    """The inputs of a response other than its path and the published content."""

    params: tuple[str, ...] = ()  # the query parameters that it uses; others are ignored
    varies_by_minute: bool = False  # it shows the time of day
    max_age: int = 0  # seconds that a browser may cache it without asking: 0 for pages, up to 60 for machine formats
    uncached_params: tuple[str, ...] = ()  # parameters of unlimited values; with them it is always rendered
    strict: bool = False  # refuse unknown, repeated and empty parameters
    without_database: bool = False  # while the database is unavailable it is rendered from what this process last knew

    def canonical_query(self, query: str) -> str:
        """Return `query` with only `params`, each once, in a fixed order. Raise ValueError if `strict` refuses it."""
        if not query or not (self.params or self.strict):
            return ""
        pairs = parse_qsl(query, keep_blank_values=self.strict, max_num_fields=100)
        given = dict(pairs)
        if self.strict and (len(pairs) > len(given) or not given.keys() <= set(self.params) or "" in given.values()):
            raise ValueError("an unknown, repeated or empty parameter")
        return urlencode([(name, given[name]) for name in self.params if name in given])

    def is_cached(self, query: str) -> bool:
        """Return whether the response to a canonical `query` is stored; rare ones would only displace others."""
        names = {part.split("=")[0] for part in query.split("&")}
        return len(query) <= MAX_QUERY_LENGTH and names.isdisjoint(self.uncached_params)


def per_edition(
    view=None,
    *,
    params=(),
    varies_by_minute=False,
    max_age=0,
    uncached_params=(),
    strict=False,
    without_database=False,
):
    """Declare that a view depends on its path, on `params` and on published content, and on nothing else.

    It is rendered once and served from the cache until the edition changes, and may be rendered from a replica. It
    accepts GET and HEAD only.
    """

    def decorate(view):
        @wraps(view)
        def wrapper(request, *args, **kwargs):
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "HEAD"])
            return replicas.read_for_request(request, lambda: view(request, *args, **kwargs))

        wrapper.csrf_exempt = True  # it has no form: a POST gets 405, not 403
        wrapper.per_edition = CachePolicy(
            tuple(params), varies_by_minute, max_age, tuple(uncached_params), strict, without_database
        )
        return wrapper

    return decorate(view) if view else decorate


MAX_PATH_LENGTH = 512


def cache_policy_for(path: str) -> CachePolicy | None:
    """Return the cache policy of the view at `path`; None if it is not per edition, or the path is too long."""
    return _cache_policy_for(path) if len(path) <= MAX_PATH_LENGTH else None


@lru_cache(maxsize=8192)
def _cache_policy_for(path: str) -> CachePolicy | None:
    try:
        return getattr(resolve(path).func, "per_edition", None)
    except Resolver404:
        return None


def cache_key_for(path: str, query: str) -> tuple[CachePolicy, tuple[str, str]] | None:
    """Return the cache policy and the cache key of a URL; None if its view is not per edition.

    Raise ValueError for a query with too many fields, or one that a strict view refuses.
    """
    rule = cache_policy_for(path)
    if rule is None:
        return None
    return rule, (path, rule.canonical_query(query))
