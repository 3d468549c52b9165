"""Internal links of a text: those to missing pages of this site, and to missing anchors of the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from news.models import Category, Message
from redirects.models import Redirect
from richtext.anchors import list_passages

ANCHOR_PREFIX_LENGTH = 10  # characters of an anchor that identify its passage: p-14eef070


def internal_link_hints(html: str, links: Iterable[tuple[str, str]], at: datetime) -> Iterator[str]:
    """Yield a sentence for each link (URL and text) that leads nowhere on this site at `at`."""
    anchors = None
    for url, text in dict.fromkeys(links):
        path = internal_path(url)
        if path is None:
            continue
        if path.startswith("#"):
            anchors = {name for name, _text in list_passages(html)} if anchors is None else anchors
            if not has_passage(path[1:], anchors):
                sentence = _("The link “%(text)s” leads to “%(url)s”, but this text has no such anchor. Remove it.")
                yield sentence % {"text": text, "url": url}
        elif not path.startswith(("/", "?")):
            sentence = _("The link “%(text)s” has an incomplete web address, “%(url)s”. Enter the full address.")
            yield sentence % {"text": text, "url": url}
        elif path.startswith("/") and not has_page(path, at):
            sentence = _("The link “%(text)s” leads to “%(url)s”, but this site has no such page.")
            yield sentence % {"text": text, "url": url}


def internal_path(url: str) -> str | None:
    """Return a link without this site's scheme and host; None for an external link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        own = urlsplit(settings.SITE_URL)
        return (parts.path or "/") if (parts.scheme, parts.netloc) == (own.scheme, own.netloc) else None
    return url


def has_passage(name: str, anchors: set[str]) -> bool:
    """Return whether an anchor identifies a passage: by its whole name, or by its first half."""
    return name in anchors or any(
        len(name) >= ANCHOR_PREFIX_LENGTH and one.startswith(name[:ANCHOR_PREFIX_LENGTH]) for one in anchors
    )


def has_page(url: str, at: datetime) -> bool:
    """Return whether this site has a page or a redirect at a URL at `at`."""
    path = unquote(urlsplit(url).path)
    return (
        is_public_page(path, at)
        or is_public_page(f"{path}/", at)
        or Redirect.objects.filter(path__in=[path, url]).exists()
    )


def is_public_page(path: str, at: datetime) -> bool:
    """Return whether a path is that of a public page."""
    try:
        found = resolve(path)
    except Resolver404:
        return False
    is_shown = ROW_CHECKS.get(found.view_name)
    return is_shown(at, **found.kwargs) if is_shown else True


def is_public_message(at: datetime, *, year: int, month: int, day: int, slug: str) -> bool:
    """Return whether a message is public at a URL."""
    try:
        return Message.objects.published(at).filter(day=date(year, month, day), slug=slug).exists()
    except ValueError:  # an invalid date
        return False


def has_category(at: datetime, *, slug: str) -> bool:
    """Return whether there is a category with this slug."""
    return Category.objects.filter(slug=slug).exists()


# For views of a row, by name: whether the row is public. Other apps add theirs.
ROW_CHECKS = {"message": is_public_message, "category": has_category}
