"""Map the site's URLs to files of an export, and rewrite the links of its pages.

/messages/                    messages/index.html
/messages/?page=2             messages/~page=2/index.html
/messages/feed/               messages/feed/index.xml
/counters/incident.svg        counters/incident.svg
/search/                      not exported: links to it lead to the site itself
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from html import escape, unescape
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit

from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve

# URL names that are not exported: links to them lead to the site itself.
EXCLUDED_NAMES = {
    *("search", "search_feed", "search_feed_json", "feed_archive", "category_feed_archive"),
    *("sitemap", "sitemap_pages", "sitemap_news", "sitemap_part", "opensearch", "manifest", "consular:worker"),
    *("card", "picture_card", "citation_bib", "citation_ris"),
}
EXCLUDED_PARAMS = {"order"}  # the same lists the other way round
FEED_NAMES = {"feed", "category_feed"}
INCLUDED_NAMES = {"media"}  # without @per_edition

# A start tag with quoted attributes, and its attributes that hold URLs.
START_TAG = re.compile(r"""<[a-zA-Z](?:[^"'<>]|"[^"]*"|'[^']*')*+>""")
URL_ATTRIBUTE = re.compile(r'(?<=\s)(href|src|srcset|action|poster)="([^"]*)"')
CSS_URL = re.compile(r"""url\(\s*+["']?([^"'()\s]++)["']?\s*+\)""")
MAX_NAME_BYTES = 240  # bytes; most file systems take 255


class SiteUrl(NamedTuple):
    """A URL of this site: the percent-decoded path, and the query as sent."""

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
        """The view of this URL, None if there is none."""
        try:
            return resolve(self.path)
        except Resolver404:
            return None

    @property
    def is_held(self) -> bool:
        """Whether this URL is exported."""
        return _export_path(self)[0]

    @property
    def file(self) -> str:
        """The path of the file in the export, different for every URL."""
        return _export_path(self)[1]


@lru_cache(maxsize=4096)  # every page has the same menu
def _export_path(address: SiteUrl) -> tuple[bool, str]:
    """Return whether a URL is exported, and the path of its file."""
    match = address.match
    return _is_exported(address, match), _file_path(address, match)


def _is_exported(address: SiteUrl, match: ResolverMatch | None) -> bool:
    if any(len(part.encode()) > MAX_NAME_BYTES or part in (".", "..") for part in address.path.split("/")):
        return False
    if address.is_static:
        return not address.query
    if match is None or match.view_name in EXCLUDED_NAMES or match.view_name.startswith("api"):
        return False
    rule = getattr(match.func, "per_edition", None)
    if rule is None:
        return match.view_name in INCLUDED_NAMES and not address.query
    if not address.query:
        return True
    if EXCLUDED_PARAMS & dict(parse_qsl(address.query)).keys():
        return False
    return address.is_page and rule.canonical_query(address.query) == address.query and rule.is_cached(address.query)


def _file_path(address: SiteUrl, match: ResolverMatch | None) -> str:
    path = address.path.lstrip("/")
    if not address.is_page:
        return path
    if address.query:
        path += "~" + quote(address.query, safe="=.-").replace("%", "~") + "/"
    return path + ("index.xml" if match and match.url_name in FEED_NAMES else "index.html")


def rewrite_links(page: str, base: SiteUrl) -> tuple[str, set[SiteUrl]]:
    """Return a page whose links work in the export, and the exported URLs that it links to.

    Links to URLs that are not exported become absolute links to the site.
    """
    linked: set[SiteUrl] = set()

    def rewrite(text: str) -> str:
        address = _resolve_link(text, base)
        if address is None:
            return text
        fragment = urlsplit(text).fragment
        if address.is_held:
            linked.add(address)
            to = relative_url(address, base)
        else:
            to = f"{settings.SITE_URL}{address}"
        return f"{to}#{fragment}" if fragment else to

    def attribute(match: re.Match) -> str:
        name, value = match[1], unescape(match[2])
        value = ", ".join(map(_srcset_rewriter(rewrite), value.split(","))) if name == "srcset" else rewrite(value)
        return f'{name}="{escape(value)}"'

    return START_TAG.sub(lambda tag: URL_ATTRIBUTE.sub(attribute, tag[0]), page), linked


def stylesheet_urls(sheet: str, base: SiteUrl) -> set[SiteUrl]:
    """Return the exported URLs in a style sheet, whose relative links need no rewriting."""
    addresses = (_resolve_link(text, base) for text in CSS_URL.findall(sheet))
    return {address for address in addresses if address and address.is_held}


def relative_url(address: SiteUrl, base: SiteUrl) -> str:
    """Return the relative URL from the file of `base` to that of `address`, for an export in any folder."""
    target = posixpath.relpath(address.file, posixpath.dirname(base.file) or ".")
    folder, _slash, name = target.rpartition("/")
    if name == "index.html":
        target = f"{folder}/" if folder else "./"
    return quote(target, safe="/:@!$&'()*+,;=~-._")


def _srcset_rewriter(rewrite):
    """Return a function that rewrites one candidate of a `srcset`: a URL and a width."""

    def source(text: str) -> str:
        address, *size = text.split()
        return " ".join([rewrite(address), *size])

    return source


def _resolve_link(text: str, base: SiteUrl) -> SiteUrl | None:
    """Resolve a link to a URL of this site; None for other sites, absolute URLs and fragments of this page."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not (parts.path or parts.query):
        return None  # absolute URLs, such as canonical ones, refer to the site itself
    return SiteUrl.read(urljoin(str(base), text))
