"""“Page not found”: what a visitor may have looked for, from the words and the date in the address.

Scanners ask for thousands of such addresses, so it is cheap: pages are compared in memory, with the rows of the menu,
and only the address of a message costs queries, two that read a few rows from the index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from django.utils import timezone

from embassy.menu import MenuLink
from news.models import Message

MAX_SUGGESTIONS = 3
MAX_ADDRESS = 200  # characters of an address that are read
MAX_WORDS = 8
MAX_PAGES = 100  # that are compared: those with the same first letter
CANDIDATES = 20  # messages before and after a day
LIKENESS = 0.6  # share of the words that two addresses of messages have in common
PAGE_LIKENESS = 0.75  # share of the letters, as difflib counts them, of two addresses of pages
WORDLESS = (
    "/media/",
    "/static/",
    "/preview/",
    "/contact/enquiry/",
)  # names of files, and secrets that no search may get
SLASHES = re.compile(r"/+")
WORD = re.compile(r"[^\W_]+")
DATED = re.compile(r"/messages/(?:[a-z0-9-]+/)?([1-9][0-9]{3})/([0-9]{1,2})/([0-9]{1,2})/([^/]+)")


def address_words(path: str) -> str:
    """Return the words of the last part of an address that has some, for a search box; "" for a file or a secret."""
    if SLASHES.sub("/", path[:MAX_ADDRESS]).lower().startswith(WORDLESS):
        return ""
    for part in reversed(path[:MAX_ADDRESS].split("/")):
        words = [word for word in WORD.findall(part.partition(".")[0]) if not word.isdecimal()]
        if words and words != ["index"]:
            return " ".join(words[:MAX_WORDS])
    return ""


def suggest_links(path: str, pages: Iterable[MenuLink], at: datetime) -> list[MenuLink | Message]:
    """Return up to three pages or public messages whose address is like `path`, the most similar first.

    `pages` are links to the public pages. File names, such as those that scanners look for, are like nothing.
    """
    path = path[:MAX_ADDRESS]
    if "." in path:
        return []
    if found := DATED.match(path):
        return nearest_messages(found[1], found[2], found[3], found[4], at)
    links = {link.url: link for link in pages if link.url[:2] == path[:2].lower()}
    links = dict(list(links.items())[:MAX_PAGES])
    return [
        links[url] for url in get_close_matches(path.lower().rstrip("/") + "/", links, MAX_SUGGESTIONS, PAGE_LIKENESS)
    ]


def nearest_messages(year: str, month: str, day: str, slug: str, at: datetime) -> list[Message]:
    """Return up to three public messages near a day with a similar slug; [] for a day that is not in the calendar."""
    try:
        evening = datetime(int(year), int(month), int(day), tzinfo=timezone.get_default_timezone()) + timedelta(days=1)
        evening.astimezone(UTC)
    except (ValueError, OverflowError):
        return []
    rows = Message.objects.published(at).only("headline", "language", "day", "slug", "publish_at")
    older = rows.filter(publish_at__lt=evening)[:CANDIDATES]
    newer = rows.filter(publish_at__gte=evening).order_by("publish_at", "id")[:CANDIDATES]
    wanted = set(slug.lower().split("-"))
    scored = [(likeness(wanted, row), row) for row in (*older, *newer)]
    similar = [pair for pair in scored if pair[0] >= LIKENESS]
    similar.sort(key=lambda pair: (-pair[0], abs(pair[1].publish_at - evening)))
    return [row for _likeness, row in similar[:MAX_SUGGESTIONS]]


def likeness(words: set[str], message: Message) -> float:
    """Return the share of the words of an address and a message's slug that both have."""
    slug = set(message.slug.split("-"))
    return len(words & slug) / len(words | slug)
