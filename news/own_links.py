"""Links of a text that stay on this site: those that lead to no page here, and to no passage of the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from news.models import Category, Message, Redirect
from richtext.anchors import passages

FIRST_HALF = 10  # characters of an anchor that lead to its passage, whatever follows: p-14eef070


def about_own_links(html: str, links: Iterable[tuple[str, str]], at: datetime) -> Iterator[str]:
    """Say which of a text's links (address and words) lead nowhere on this site at the moment `at`."""
    anchors = None
    for address, words in dict.fromkeys(links):
        path = own_path(address)
        if path is None:
            continue
        if path.startswith("#"):
            anchors = {name for name, _words in passages(html)} if anchors is None else anchors
            if not leads_to_passage(path[1:], anchors):
                said = _("The link “%(words)s” leads to “%(address)s”, which is no passage of this text. Remove it.")
                yield said % {"words": words, "address": address}
        elif not path.startswith(("/", "?")):
            said = _("The link “%(words)s” leads to “%(address)s”, which leads nowhere here. Give the whole address.")
            yield said % {"words": words, "address": address}
        elif path.startswith("/") and not leads_to_page(path, at):
            said = _("The link “%(words)s” leads to “%(address)s”, and there is no such page on this site.")
            yield said % {"words": words, "address": address}


def own_path(address: str) -> str | None:
    """Return the part of a link after this site's name; None for a link to elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        own = urlsplit(settings.SITE_URL)
        return (parts.path or "/") if (parts.scheme, parts.netloc) == (own.scheme, own.netloc) else None
    return address


def leads_to_passage(name: str, anchors: set[str]) -> bool:
    """Say whether a page leads from an anchor to one of its passages: by the whole name, else by its first half."""
    return name in anchors or any(len(name) >= FIRST_HALF and one.startswith(name[:FIRST_HALF]) for one in anchors)


def leads_to_page(address: str, at: datetime) -> bool:
    """Say whether there is a page at an address on this site at the moment `at`, or was one that leads on."""
    path = unquote(urlsplit(address).path)
    return is_page(path, at) or is_page(f"{path}/", at) or Redirect.objects.filter(path__in=[path, address]).exists()


def is_page(path: str, at: datetime) -> bool:
    """Say whether a path is that of a page which the public can read."""
    try:
        found = resolve(path)
    except Resolver404:
        return False
    is_shown = SHOWN.get(found.view_name)
    return is_shown(at, **found.kwargs) if is_shown else True


def is_message(at: datetime, *, year: int, month: int, day: int, slug: str) -> bool:
    """Say whether a message is public under an address."""
    try:
        return Message.objects.published(at).filter(day=date(year, month, day), slug=slug).exists()
    except ValueError:  # there is no such day
        return False


def is_category(at: datetime, *, slug: str) -> bool:
    """Say whether there is a category of this word."""
    return Category.objects.filter(slug=slug).exists()


# For the views whose pages depend on rows: whether the row is there for the public. Other apps add theirs.
SHOWN = {"message": is_message, "category": is_category}
