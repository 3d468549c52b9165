"""Internal links of a text: those to missing pages of this site."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from news.models import Category, Message
from redirects.models import Redirect
from richtext.findings import Finding, TypedText, quote
from richtext.text_checks import links_of

MAX_LINKS = 100  # of a text that are looked up: each takes queries


def find_broken_internal_links(text: TypedText, at: datetime) -> Iterator[Finding]:
    """Find links that lead nowhere on this site at `at`. Those to places in the text itself are another check."""
    seen: dict[str, str] = {}
    for link in links_of(text)[:MAX_LINKS]:
        url = link.attributes["href"]
        path = internal_path(url)
        if path is None or path.startswith("#"):
            continue
        if path not in seen:
            seen[path] = problem_of(path, at)
        if seen[path]:
            names = {"text": quote(link.text), "url": quote(url)}
            yield Finding(seen[path] % names, tag="a", index=link.index, is_wrong=True)


def problem_of(path: str, at: datetime) -> str:
    """Return the sentence on an internal link that leads nowhere, with places for its text and URL; "" otherwise."""
    if not path.startswith(("/", "?")):
        return _("The link “%(text)s” has an incomplete web address, “%(url)s”. Enter the full address.")
    if path.startswith("/") and not has_page(path, at):
        return _("The link “%(text)s” leads to “%(url)s”, but this site has no such page.")
    return ""


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
