"""Redirects from former and from mangled addresses, looked up where nothing is found (HTTP 301)."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

from django.db.models import Q
from django.http import Http404, HttpResponsePermanentRedirect, QueryDict
from django.urls import Resolver404, resolve, reverse

from editions import replicas
from editions.decorators import rule_for
from news.models import Redirect
from news.models.redirects import TARGETS
from news.old_urls import keys_for, live_paths


def redirects(get_response):
    """Lead on from an address at which something was, or which somebody has mangled. One query, for a 404 alone."""

    def middleware(request):
        response = get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        query = asked_query(request)
        address, is_whole = replicas.read(
            request, lambda: find(request.path_info, query, request.at) or (find_live(request), False)
        )
        if not address or address == request.path_info:
            return response
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query and not is_whole else address)

    return middleware


def asked_query(request) -> str:
    """Return the query as the visitor sent it: a printed page is given the parameters alone that it knows."""
    return getattr(request, "asked", "") or request.META.get("QUERY_STRING", "")


def find(path: str, query: str, at) -> tuple[str, bool] | None:
    """Return the address to which a former one leads at the time `at`, and whether the query was a part of that one.

    Return None where it leads nowhere, or to nothing public.
    """
    exact = [f"{path}?{query}"] * bool(query) + [path]
    keys, above = keys_for(path, query), dict(_above(path))
    rows = Redirect.objects.filter(Q(path__in={text[:500] for text in (*exact, *above)}) | Q(key__in=keys))
    found = list(rows.select_related(*TARGETS)[:200])
    by_path = {row.path: row for row in found}
    for text in exact:
        if (row := by_path.get(text)) and (address := row.address(at)):
            return address, "?" in text
    for text, rest in above.items():
        row = by_path.get(text)
        if row and not (row.message_id and rest != "card.png") and (address := row.address(at)):
            return (address.rstrip("/") if rest.startswith(".") else address) + rest, False
    for key in keys:
        addresses = {address for row in found if row.key == key and (address := row.address(at))} - {path}
        if len(addresses) == 1:  # two that differ in case alone: nobody knows which one is meant
            return addresses.pop(), "?" in key
    return None


def _above(path: str) -> Iterator[tuple[str, str]]:
    """Yield the address of what a path is a part of, with the rest: what stands below a category moves with it."""
    segments = path.split("/")
    if segments[1:2] == ["messages"]:
        for depth in (3, 6):
            if len(segments) > depth and (rest := "/".join(segments[depth:])):
                yield "/".join(segments[:depth]) + "/", rest
    elif segments[1:2] == ["counters"] and path.endswith((".json", ".svg")):
        stem, dot, kind = path.rpartition(".")
        yield f"{stem}/", dot + kind


def find_live(request) -> str | None:
    """Return the public address that a mangled one was; None where nothing is public at any that it may have been."""
    if request.path_info.startswith("/api/"):  # a program does not mangle addresses, and wants to be told
        return None
    for path in live_paths(request.path_info):
        if path == reverse("consular:contact"):
            return path
        if rule_for(path) is None:
            continue
        try:
            match = resolve(path)
        except Resolver404:
            continue
        if not match.kwargs:
            return path
        try:
            response = match.func(_asking_for(request, path), *match.args, **match.kwargs)
        except Http404:
            continue
        if response.status_code in (200, 410):
            return path
    return None


def _asking_for(request, path: str):
    """Return a request like this one for another path, without a query."""
    other = copy(request)
    other.method, other.path, other.path_info, other.GET = "GET", path, path, QueryDict()
    other.META = request.META | {"PATH_INFO": path, "QUERY_STRING": ""}
    return other
