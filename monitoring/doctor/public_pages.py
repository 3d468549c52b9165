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

from monitoring.doctor.context import CheckContext, PageResponse, get_page
from news.models import Message

CHECKED_ENTRIES = 10
ATTEMPTS = 3  # something may be published between two requests

GetPage = Callable[[str], PageResponse]


class UnreadableResponse(Exception):
    """A response cannot be read; the message says why."""


# The lists


def check_home(look: CheckContext):
    """The home page has the featured message and the ten latest others."""
    return compare_lists(_("the home page"), read_home, expected_at_home)


def check_archive(look: CheckContext):
    return compare_lists(_("the list of all messages"), read_archive)


def check_feed(look: CheckContext):
    return compare_lists(_("the Atom feed"), lambda ask: keep_newest(read_feed(ask)))


def check_json_feed(look: CheckContext):
    return compare_lists(_("the JSON feed"), lambda ask: keep_newest(read_json_feed(ask)))


def check_sitemap(look: CheckContext):
    return compare_lists(_("the sitemap"), read_sitemap)


def check_api(look: CheckContext):
    """The API."""
    try:
        has_one = API_PATH.strip("/").split("/")[0] in resolve(API_PATH).route  # else it is a page
    except Resolver404:
        has_one = False
    return compare_lists(_("the API"), read_api) if has_one else iter(())


def compare_lists(name: str, read: Callable[[GetPage], list[str]], expected=None) -> Iterator[tuple[str, str]]:
    """Yield a problem if a list differs from the published messages, three times in a row."""
    for _attempt in range(ATTEMPTS):
        try:
            expected_urls, found = (expected or newest_urls)(), read(get_page)
        except UnreadableResponse as error:
            yield _("%(name)s: %(why)s") % {"name": capitalise(name), "why": error}, RESTART_ADVICE
            return
        if expected_urls == found:
            return
    differing = (index for index, pair in enumerate(zip(expected_urls, found, strict=False)) if len({*pair}) > 1)
    index = next(differing, min(len(expected_urls), len(found)))
    has = found[index] if index < len(found) else _("nothing")
    should = expected_urls[index] if index < len(expected_urls) else _("nothing")
    yield (
        _("%(name)s has %(has)s at position %(position)s instead of %(should)s.")
        % {"name": capitalise(name), "has": has, "should": should, "position": index + 1},
        RESTART_ADVICE,
    )


RESTART_ADVICE = _("Restart the application. If that does not help, report it to the developers, with the release.")


def capitalise(name: str) -> str:
    return name[:1].upper() + name[1:]


# Expected pages


def newest_urls() -> list[str]:
    rows = Message.objects.published(timezone.now()).only("day", "slug", "publish_at")[:CHECKED_ENTRIES]
    return [row.get_absolute_url() for row in rows]


def keep_newest(found: list[str]) -> list[str]:
    """Return those of the newest messages that a feed has: it is sorted by last change, and has withdrawn ones."""
    return [path for path in newest_urls() if path in found]


def expected_at_home() -> list[str]:
    at = timezone.now()
    featured = Message.objects.featured(at)
    if not featured:
        return []
    latest = Message.objects.published(at).only("day", "slug", "publish_at")[: CHECKED_ENTRIES + 1]
    return [
        row.get_absolute_url()
        for row in [featured, *islice((row for row in latest if row != featured), CHECKED_ENTRIES)]
    ]


# Served pages. `ask` makes the request, to this process or to another node.

ENTRY_PATTERN = re.compile(r'<h[1-6][^<>]*><a href="([^"<>]*)"')


def read_page(ask: GetPage, path: str) -> str:
    """Return the text of a page; raise Unread unless its status is 200."""
    found = ask(path)
    if found.status != 200:
        raise UnreadableResponse(_("%(path)s has the status %(status)s.") % {"path": path, "status": found.status})
    return found.text


def entry_urls(text: str) -> list[str]:
    """Return the URLs in the list of a page."""
    listed = text.partition('<ol class="entries">')[2].partition("</ol>")[0]
    return [unescape(address) for address in ENTRY_PATTERN.findall(listed)]


def read_home(ask: GetPage) -> list[str]:
    text = read_page(ask, reverse("home"))
    article = text.partition('<article class="message"')[2].partition('<div class="body"')[0]
    return [unescape(address) for address in ENTRY_PATTERN.findall(article)] + entry_urls(text)


def read_archive(ask: GetPage) -> list[str]:
    return entry_urls(read_page(ask, reverse("messages")))[:CHECKED_ENTRIES]


def read_feed(ask: GetPage) -> list[str]:
    found = read_page(ask, reverse("feed")).split("<entry")[1:]
    links = (re.search(r'<link (?=[^<>]*rel="alternate")[^<>]*href="([^"]*)"', entry) for entry in found)
    return [url_path(unescape(link[1])) for link in links if link]


def read_json_feed(ask: GetPage) -> list[str]:
    return json_urls(read_page(ask, reverse("feed_json")), "items")


def read_sitemap(ask: GetPage) -> list[str]:
    """Return the newest URLs: each part is a period, and the newest part and URL are the last."""
    parts = sitemap_urls(read_page(ask, reverse("sitemap")))
    others = {url_path(reverse(name)) for name in ("sitemap_pages", "sitemap_news")}
    found: list[str] = []
    for part in reversed([url_path(part) for part in parts if url_path(part) not in others]):
        found += [url_path(address) for address in reversed(sitemap_urls(read_page(ask, part)))]
        if len(found) >= CHECKED_ENTRIES:
            break
    return found[:CHECKED_ENTRIES]


def sitemap_urls(text: str) -> list[str]:
    return [unescape(address) for address in re.findall(r"<loc>([^<]*)</loc>", text)]


API_PATH = "/api/messages/"


def read_api(ask: GetPage) -> list[str]:
    return json_urls(read_page(ask, API_PATH), "messages", "results", "items")[:CHECKED_ENTRIES]


def json_urls(text: str, *lists: str) -> list[str]:
    """Return the URLs of the rows in a JSON document, whose list has one of these names."""
    try:
        document = json.loads(text)
        rows = document if isinstance(document, list) else next(document[name] for name in lists if name in document)
        return [url_path(row.get("url") or row["address"]) for row in rows]
    except (ValueError, LookupError, StopIteration, AttributeError, TypeError):
        raise UnreadableResponse(_("It is not JSON with a list of messages.")) from None


def url_path(address: str) -> str:
    return urlsplit(address).path
