"""Checks of public pages: each list and feed begins with the newest published messages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from itertools import islice
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from news.models import Message
from watching.doctor.look import Look, Page, ask

TEN = 10
ATTEMPTS = 3  # something may be published between two requests

Ask = Callable[[str], Page]


class Unread(Exception):
    """A response cannot be read; the message says why."""


# The lists


def home(look: Look):
    """The home page has the featured message and the ten latest others."""
    return compared(_("the home page"), read_home, expected_at_home)


def archive(look: Look):
    return compared(_("the list of all messages"), read_archive)


def feed(look: Look):
    return compared(_("the Atom feed"), lambda ask: among_newest(read_feed(ask)))


def json_feed(look: Look):
    return compared(_("the JSON feed"), lambda ask: among_newest(read_json_feed(ask)))


def sitemap(look: Look):
    return compared(_("the sitemap"), read_sitemap)


def api(look: Look):
    """The API."""
    try:
        has_one = API.strip("/").split("/")[0] in resolve(API).route  # else it is a page
    except Resolver404:
        has_one = False
    return compared(_("the API"), read_api) if has_one else iter(())


def compared(name: str, read: Callable[[Ask], list[str]], expected=None) -> Iterator[tuple[str, str]]:
    """Yield a problem if a list differs from what is published, three times in a row."""
    for _attempt in range(ATTEMPTS):
        try:
            expected_urls, found = (expected or newest)(), read(ask)
        except Unread as error:
            yield _("%(name)s: %(why)s") % {"name": capital(name), "why": error}, DO
            return
        if expected_urls == found:
            return
    differing = (index for index, pair in enumerate(zip(expected_urls, found, strict=False)) if len({*pair}) > 1)
    index = next(differing, min(len(expected_urls), len(found)))
    has = found[index] if index < len(found) else _("nothing")
    should = expected_urls[index] if index < len(expected_urls) else _("nothing")
    yield (
        _("%(name)s has %(has)s at position %(position)s instead of %(should)s.")
        % {"name": capital(name), "has": has, "should": should, "position": index + 1},
        DO,
    )


DO = _("Restart the application. If that does not help, report it to the developers, with the release.")


def capital(name: str) -> str:
    return name[:1].upper() + name[1:]


# What is expected


def newest() -> list[str]:
    rows = Message.objects.published(timezone.now()).only("day", "slug", "publish_at")[:TEN]
    return [row.get_absolute_url() for row in rows]


def among_newest(found: list[str]) -> list[str]:
    """Return those of the newest messages that a feed has: it is sorted by last change, and has withdrawn ones."""
    return [path for path in newest() if path in found]


def expected_at_home() -> list[str]:
    at = timezone.now()
    featured = Message.objects.featured(at)
    if not featured:
        return []
    latest = Message.objects.published(at).only("day", "slug", "publish_at")[: TEN + 1]
    return [row.get_absolute_url() for row in [featured, *islice((row for row in latest if row != featured), TEN)]]


# What is served. `ask` makes the request, to this process or to another node.

ENTRY = re.compile(r'<h[1-6][^<>]*><a href="([^"<>]*)"')


def page(ask: Ask, path: str) -> str:
    """Return the text of a page; raise Unread unless its status is 200."""
    found = ask(path)
    if found.status != 200:
        raise Unread(_("%(path)s has the status %(status)s.") % {"path": path, "status": found.status})
    return found.text


def entries(text: str) -> list[str]:
    """Return the URLs in the list of a page."""
    listed = text.partition('<ol class="entries">')[2].partition("</ol>")[0]
    return [unescape(address) for address in ENTRY.findall(listed)]


def read_home(ask: Ask) -> list[str]:
    text = page(ask, reverse("home"))
    article = text.partition('<article class="message"')[2].partition('<div class="body"')[0]
    return [unescape(address) for address in ENTRY.findall(article)] + entries(text)


def read_archive(ask: Ask) -> list[str]:
    return entries(page(ask, reverse("messages")))[:TEN]


def read_feed(ask: Ask) -> list[str]:
    found = page(ask, reverse("feed")).split("<entry")[1:]
    links = (re.search(r'<link (?=[^<>]*rel="alternate")[^<>]*href="([^"]*)"', entry) for entry in found)
    return [path_of(unescape(link[1])) for link in links if link]


def read_json_feed(ask: Ask) -> list[str]:
    return addresses(page(ask, reverse("feed_json")), "items")


def read_sitemap(ask: Ask) -> list[str]:
    """Return the newest URLs: each part is a period, and the newest part and URL are the last."""
    parts = locations(page(ask, reverse("sitemap")))
    others = {path_of(reverse(name)) for name in ("sitemap_pages", "sitemap_news")}
    found: list[str] = []
    for part in reversed([path_of(part) for part in parts if path_of(part) not in others]):
        found += [path_of(address) for address in reversed(locations(page(ask, part)))]
        if len(found) >= TEN:
            break
    return found[:TEN]


def locations(text: str) -> list[str]:
    return [unescape(address) for address in re.findall(r"<loc>([^<]*)</loc>", text)]


API = "/api/messages/"


def read_api(ask: Ask) -> list[str]:
    return addresses(page(ask, API), "messages", "results", "items")[:TEN]


def addresses(text: str, *lists: str) -> list[str]:
    """Return the URLs of the rows in a JSON document, whose list has one of these names."""
    try:
        document = json.loads(text)
        rows = document if isinstance(document, list) else next(document[name] for name in lists if name in document)
        return [path_of(row.get("url") or row["address"]) for row in rows]
    except (ValueError, LookupError, StopIteration, AttributeError, TypeError):
        raise Unread(_("It is not JSON with a list of messages.")) from None


def path_of(address: str) -> str:
    return urlsplit(address).path
