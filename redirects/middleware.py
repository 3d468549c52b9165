"""Redirects (301) from former URLs and from mangled ones, looked up after a 404."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy

from django.db.models import Q
from django.http import Http404, HttpResponsePermanentRedirect, QueryDict
from django.urls import Resolver404, resolve

from editions import replicas
from editions.decorators import cache_policy_for
from redirects.models import TARGETS, Redirect
from redirects.old_urls import candidate_keys, candidate_paths

BELOW_MESSAGE = re.compile(r"card\.png|earlier/[1-9][0-9]{0,4}/")  # what a message has below its URL moves with it


def redirect_middleware(get_response):
    """Middleware: redirect from a former or mangled URL. It costs one query, and only after a 404."""

    def middleware(request):
        response = get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        query = original_query(request)
        address, is_whole = replicas.read_for_request(
            request, lambda: find_redirect(request.path_info, query, request.at) or (find_public_url(request), False)
        )
        if not address or address == request.path_info:
            return response
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query and not is_whole else address)

    return middleware


def original_query(request) -> str:
    """Return the query string as the visitor sent it: the page cache removes unknown parameters."""
    return getattr(request, "asked", "") or request.META.get("QUERY_STRING", "")


def find_redirect(path: str, query: str, at) -> tuple[str, bool] | None:
    """Return the URL that a former one redirects to at `at`, and whether the query string was part of the former one.

    Return None without a redirect to something public.
    """
    exact = [f"{path}?{query}"] * bool(query) + [path]
    keys, above = candidate_keys(path, query), dict(_parent_paths(path))
    rows = Redirect.objects.filter(Q(path__in={text[:500] for text in (*exact, *above)}) | Q(key__in=keys))
    found = list(rows.select_related(*TARGETS)[:200])
    by_path = {row.path: row for row in found}
    for text in exact:
        if (row := by_path.get(text)) and (address := row.target_url(at)):
            return address, "?" in text
    for text, rest in above.items():
        row = by_path.get(text)
        if row and not (row.message_id and not BELOW_MESSAGE.fullmatch(rest)) and (address := row.target_url(at)):
            return (address.rstrip("/") if rest.startswith(".") else address) + rest, False
    for key in keys:
        addresses = {address for row in found if row.key == key and (address := row.target_url(at))} - {path}
        if len(addresses) == 1:  # with two that differ in case only, the target is unclear
            return addresses.pop(), "?" in key
    return None


def _parent_paths(path: str) -> Iterator[tuple[str, str]]:
    """Yield the paths that a path is below, each with the rest: pages below a category move with it."""
    segments = path.split("/")
    if segments[1:2] == ["messages"]:
        for depth in (3, 6):
            if len(segments) > depth and (rest := "/".join(segments[depth:])):
                yield "/".join(segments[:depth]) + "/", rest
    elif segments[1:2] == ["counters"] and path.endswith((".json", ".svg")):
        stem, dot, kind = path.rpartition(".")
        yield f"{stem}/", dot + kind


def find_public_url(request) -> str | None:
    """Return the public URL that a mangled one was made from; None where there is none."""
    if request.path_info.startswith("/api/"):  # programs do not mangle URLs and need the error
        return None
    for path in candidate_paths(request.path_info):
        if cache_policy_for(path) is None:
            continue
        try:
            match = resolve(path)
        except Resolver404:
            continue
        if not match.kwargs:
            return path
        try:
            response = match.func(_request_for(request, path), *match.args, **match.kwargs)
        except Http404:
            continue
        if response.status_code in (200, 410):
            return path
    return None


def _request_for(request, path: str):
    """Return a copy of the request with another path and no query string."""
    other = copy(request)
    other.method, other.path, other.path_info, other.GET = "GET", path, path, QueryDict()
    other.META = request.META | {"PATH_INFO": path, "QUERY_STRING": ""}
    return other
