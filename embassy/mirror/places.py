"""Where an address of the site lies in a mirror, and how its pages lead to one another there."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from html import escape, unescape
from typing import NamedTuple, Self
from urllib.parse import quote, unquote, urljoin, urlsplit

from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve

# Live, or made for machines that ask the site itself: links to these lead there.
LEFT_OUT = {
    *("search", "search_feed", "search_feed_json", "feed_archive", "category_feed_archive"),
    *("sitemap", "sitemap_pages", "sitemap_news", "sitemap_part", "opensearch", "manifest", "card"),
}
FEEDS = {"feed", "category_feed"}
HELD_THOUGH_LIVE = {"consular:contact", "media"}  # the contact page without its form, and published files

# A tag, whatever stands in its quoted attributes; and those of its attributes that are addresses.
TAG = re.compile(r"""<[a-zA-Z](?:[^"'<>]|"[^"]*"|'[^']*')*+>""")
ATTRIBUTE = re.compile(r'(?<=\s)(href|src|srcset|action|poster)="([^"]*)"')
IN_STYLES = re.compile(r"""url\(\s*+["']?([^"'()\s]++)["']?\s*+\)""")
LONGEST_NAME = 240  # bytes; most file systems take 255


class Address(NamedTuple):
    """An address of this site: a path, percent-decoded, and a query as it is asked for."""

    path: str
    query: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        parts = urlsplit(text)
        return cls(unquote(parts.path), parts.query)

    def __str__(self) -> str:
        return quote(self.path, safe="/:@!$&'()*+,;=~-._") + (f"?{self.query}" if self.query else "")

    @property
    def is_static(self) -> bool:
        return self.path.startswith(settings.STATIC_URL)

    @property
    def is_page(self) -> bool:
        return self.path.endswith("/")

    @property
    def match(self) -> ResolverMatch | None:
        """Return the view behind this address; None where there is none."""
        try:
            return resolve(self.path)
        except Resolver404:
            return None

    @property
    def is_held(self) -> bool:
        """Say whether a mirror has this address."""
        return _place(self)[0]

    @property
    def file(self) -> str:
        """Return the name of the file in the mirror: each address has one, and no two the same."""
        return _place(self)[1]


@lru_cache(maxsize=4096)  # the same menu stands on every page
def _place(address: Address) -> tuple[bool, str]:
    """Return whether a mirror has an address, and the name of its file there."""
    match = address.match
    return _is_held(address, match), _file(address, match)


def _is_held(address: Address, match: ResolverMatch | None) -> bool:
    if any(len(part.encode()) > LONGEST_NAME or part in (".", "..") for part in address.path.split("/")):
        return False
    if address.is_static:
        return not address.query
    if match is None or match.view_name in LEFT_OUT or match.view_name.startswith("api"):
        return False
    rule = getattr(match.func, "per_edition", None)
    if rule is None:
        return match.view_name in HELD_THOUGH_LIVE and not address.query
    if not address.query:
        return True
    return address.is_page and rule.canonical_query(address.query) == address.query and rule.is_cached(address.query)


def _file(address: Address, match: ResolverMatch | None) -> str:
    path = address.path.lstrip("/")
    if not address.is_page:
        return path
    if address.query:
        path += "~" + quote(address.query, safe="=.-").replace("%", "~") + "/"
    return path + ("index.xml" if match and match.url_name in FEEDS else "index.html")


def rewritten(page: str, base: Address) -> tuple[str, set[Address]]:
    """Return a page with links that lead about in the mirror, and the addresses there to which they do.

    Links to what the mirror has not lead to the site itself.
    """
    found: set[Address] = set()

    def lead(text: str) -> str:
        address = _meant(text, base)
        if address is None:
            return text
        fragment = urlsplit(text).fragment
        if address.is_held:
            found.add(address)
            to = relative(address, base)
        else:
            to = f"{settings.SITE_URL}{address}"
        return f"{to}#{fragment}" if fragment else to

    def attribute(match: re.Match) -> str:
        name, value = match[1], unescape(match[2])
        value = ", ".join(map(_source(lead), value.split(","))) if name == "srcset" else lead(value)
        return f'{name}="{escape(value)}"'

    return TAG.sub(lambda tag: ATTRIBUTE.sub(attribute, tag[0]), page), found


def links_of_styles(sheet: str, base: Address) -> set[Address]:
    """Return the addresses that a style sheet names. Its links are relative already, and its folders are the same."""
    named = (_meant(text, base) for text in IN_STYLES.findall(sheet))
    return {address for address in named if address and address.is_held}


def relative(address: Address, base: Address) -> str:
    """Return what leads from the file of `base` to that of `address`, wherever the mirror lies."""
    target = posixpath.relpath(address.file, posixpath.dirname(base.file) or ".")
    folder, _slash, name = target.rpartition("/")
    if name == "index.html":
        target = f"{folder}/" if folder else "./"
    return quote(target, safe="/:@!$&'()*+,;=~-._")


def _source(lead):
    """Return what rewrites one of the sources in a srcset: an address, and the width that it is for."""

    def source(text: str) -> str:
        address, *size = text.split()
        return " ".join([lead(address), *size])

    return source


def _meant(text: str, base: Address) -> Address | None:
    """Return the address of this site that is meant, None for what is elsewhere, or on this very page."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not (parts.path or parts.query):
        return None  # given in full, as canonical addresses are, it means the site itself
    return Address.read(urljoin(str(base), text))
