"""The site's routes, each with an example path: for tests that walk all of them."""

import re

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, get_resolver

EXAMPLES = {
    "slug": "fire",
    "name": "part-1",
    "category": "statements",
    "year": "2020",
    "month": "11",
    "day": "24",
    "number": "1",
    "pk": "1",
    "object_id": "1",
    "app_label": "news",
    "content_type_id": "1",
}


def routes(patterns=None, prefix=""):
    """Yield the example path and the view of each route."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, route)
        elif not re.search(r"\^|\(\?P", route):
            yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: EXAMPLES.get(found[1], "x"), route), pattern.callback


def per_edition_rules():
    """Yield the example path and the rule of each per-edition route."""
    for path, view in routes():
        if rule := getattr(view, "per_edition", None):
            yield path, rule


def route_patterns(patterns, prefix=""):
    """Yield the route and the pattern of each view."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from route_patterns(pattern.url_patterns, route)


def admin_view_paths(pattern, before="", numbers=(1, 2, 3)):
    """Yield, for each view below a pattern, the addresses to try, with each of `numbers` as the id of the object."""
    for child in pattern.url_patterns:
        route = before + str(child.pattern).removeprefix("^").removesuffix("$").replace("\\Z", "")
        if hasattr(child, "url_patterns"):
            yield from admin_view_paths(child, route, numbers)
        else:
            yield fill_route(route, numbers)


def fill_route(route, numbers):
    """Return a route with values for its parameters: `numbers`, and those of the content types that the desk shows."""
    if "(?P" in route:  # the catch-all and the list of an application
        names = re.search(r"\(\?P<app_label>([^)]+)\)", route)
        return {f"{name}/" for name in names[1].split("|")} if names else set()
    types = [None]
    if "content_type" in route:
        types = [content_type.pk for content_type in ContentType.objects.get_for_models(*admin.site._registry).values()]
    routes = {re.sub(r"<\w+:content_type_id>", str(number), route) for number in types}
    return {re.sub(r"<[^>]+>", str(number), filled) for filled in routes for number in numbers}
