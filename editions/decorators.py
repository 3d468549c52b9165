"""`@per_edition`: the mark of a public view."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, wraps
from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponseNotAllowed
from django.urls import Resolver404, resolve

LONGEST_QUERY = 256


@dataclass(frozen=True)
class Rule:
    """What a per-edition page depends on, beside its path and the published content."""

    known: tuple[str, ...] = ()  # the query parameters that it heeds
    minute: bool = False  # prints clocks, and so turns with the minute
    keep: int = 0  # seconds that a reader may keep it unasked: 0 for pages, up to 60 for machine formats
    unkept: tuple[str, ...] = ()  # parameters with which it is rendered each time: visitors make up ever new ones
    strict: bool = False  # refuses any other parameter, and one that is given twice or empty: such a query has no key

    def canonical(self, query: str) -> str:
        """Return `query` with the known parameters only, each once, in one order. Raise ValueError as `strict` says."""
        if not query or not (self.known or self.strict):
            return ""
        pairs = parse_qsl(query, keep_blank_values=self.strict, max_num_fields=100)
        given = dict(pairs)
        if self.strict and (len(pairs) > len(given) or not given.keys() <= set(self.known) or "" in given.values()):
            raise ValueError("a parameter that is unknown, repeated or empty")
        return urlencode([(name, given[name]) for name in self.known if name in given])

    def is_kept(self, query: str) -> bool:
        """Say whether the page of a canonical `query` is kept, or would only crowd out those that many ask for."""
        return len(query) <= LONGEST_QUERY and not any(part.split("=")[0] in self.unkept for part in query.split("&"))


def per_edition(view=None, *, known=(), minute=False, keep=0, unkept=(), strict=False):
    """Say that a view depends on its path, its known parameters and on published content, on nothing else.

    Such a view is rendered once and served until the edition changes; it answers GET and HEAD only.
    """

    def mark(view):
        @wraps(view)
        def marked(request, *args, **kwargs):
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "HEAD"])
            return view(request, *args, **kwargs)

        marked.csrf_exempt = True  # it takes no form: a POST is told 405, not 403
        marked.per_edition = Rule(tuple(known), minute, keep, tuple(unkept), strict)
        return marked

    return mark(view) if view else mark


LONGEST_PATH = 512


def rule_for(path: str) -> Rule | None:
    """Return the rule of the view behind `path`, or None where it is not per-edition or no path of ours is so long."""
    return _rule_for(path) if len(path) <= LONGEST_PATH else None


@lru_cache(maxsize=8192)
def _rule_for(path: str) -> Rule | None:
    try:
        return getattr(resolve(path).func, "per_edition", None)
    except Resolver404:
        return None


def key_for(path: str, query: str) -> tuple[Rule, tuple[str, str]] | None:
    """Return the rule and the store's key for an address; None where the page is not per-edition.

    Raise ValueError for a query of too many fields, or one that a strict page refuses. A query over LONGEST_QUERY
    characters is no key: its page is rendered, not stored.
    """
    rule = rule_for(path)
    if rule is None:
        return None
    return rule, (path, rule.canonical(query))
