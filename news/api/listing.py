"""A page of messages: straight from the list, or through the search where words or a source are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from editions.programs import Problem
from news import archive
from news.api.asked import Asked
from news.api.facts import IN_ROWS
from news.cursors import Cursor
from news.models import Message
from news.search.engines import MANY, engine
from news.search.entries import source_key
from news.search.finding import Found, Question, find
from news.search.limits import TooLong
from news.search.query import Query, Refused
from news.search.wanted import Wanted

IN_FULL = ("corrections", "attachments")


@dataclass
class Page:
    """Messages, and the addresses of the pages on both sides."""

    rows: list = field(default_factory=list)
    next: str | None = None
    previous: str | None = None
    total: dict | None = None  # None: nobody has counted
    notes: list[str] = field(default_factory=list)


def page_of(asked: Asked, at, edition) -> Page:
    """Return the page that is asked for; raise Problem where there can be none."""
    page = Page(notes=asked.notes())
    if asked.is_impossible:
        page.total = counted(0)
    elif asked.given.keys() & {"q", "source"}:
        search(page, asked, at, edition)
    else:
        walk(page, asked, at)
        page.total = total(asked, at, edition)
    return page


def counted(number: int) -> dict:
    """Return how many there are; above MANY it is only known that there are more."""
    return {"count": min(number, MANY), "is_exact": number <= MANY}


# Straight from the list


def walk(page: Page, asked: Asked, at) -> None:
    """Fill a page from the list of all messages, or of a category's, of all time or of some days.

    As `news.archive.page_of` does it for pages of one length; here they have any.
    """
    before, after = (place(asked, name) for name in ("before", "after"))
    after = None if before else after
    messages = archive.within(published(asked, at), asked.moments(), before, after)
    rows = list((messages.order_by("publish_at", "id") if after else messages)[: asked.limit + 1])
    shown, goes_on = rows[: asked.limit], len(rows) > asked.limit
    if after:
        shown.reverse()
    page.rows = shown
    if shown and (after or goes_on):
        page.next = asked.address(before=Cursor.of(shown[-1]))
    if shown and (goes_on if after else before):
        page.previous = asked.address(after=Cursor.of(shown[0]))


def published(asked: Asked, at):
    """Return the messages of the category that is asked for, with what is told of each."""
    messages = Message.objects.published(at)
    if asked.category:
        messages = messages.filter(category=asked.category)
    if asked.in_full:
        return messages.select_related("category").prefetch_related(*IN_FULL)
    return messages.for_list().only(*IN_ROWS)


def place(asked: Asked, name: str) -> Cursor | None:
    """Return the place that a parameter names."""
    if name not in asked.given:
        return None
    try:
        return Cursor.parse(asked.given[name])
    except ValueError:
        raise no_place(name) from None


def no_place(name: str) -> Problem:
    return Problem(_("This list has no such place. Begin at its first page and follow “next”."), 404, parameter=name)


def total(asked: Asked, at, edition) -> dict | None:
    """Return how many messages there are by the archive's tally, which knows months."""
    if asked.is_spread:
        return None
    months = archive.Index(edition, at, archive.Shelf(asked.category)).counts
    first, last = asked.days()
    number = sum(count for month, count in months.items() if not first or first <= month <= last)
    return {"count": number, "is_exact": True}


# Through the search


def search(page: Page, asked: Asked, at, edition) -> None:
    """Fill a page with what is found."""
    wanted = wanted_of(asked)
    if "source" in asked.given and not wanted.source:  # a name without a letter: nobody's
        page.total = counted(0)
        return
    try:
        found = find(wanted, at, edition, for_page=False) if "q" in asked.given else of_source(wanted, at, edition)
    except Refused as refused:  # it says nothing that a message could have: nothing is found, and the note says why
        page.total = counted(0)
        page.notes.append(str(refused))
        return
    except TooLong as error:
        raise Problem(str(error), 503, {"Retry-After": error.RETRY_AFTER}, parameter="q") from None
    page.rows = found.messages
    if asked.in_full:
        prefetch_related_objects(page.rows, *IN_FULL)
    page.next = asked.address(before=found.older) if found.older else None
    page.previous = asked.address(after=found.newer) if found.newer else None
    page.total = counted(found.total) if "q" in asked.given else None
    page.notes += notes_of(found)


def wanted_of(asked: Asked) -> Wanted:
    """Return what is asked as the search understands it."""
    sort = "" if asked.by_relevance else "date"
    since, until = asked.days()
    wanted = Wanted(
        q=" ".join(asked.given.get("q", "").split()),
        sort=sort,
        category=asked.category.slug if asked.category else "",
        since=since,
        until=until,
        source=source_key(asked.given.get("source", "")),
    )
    name = "before" if "before" in asked.given else "after"
    if name not in asked.given:
        return wanted
    found = getattr(Wanted.read({name: asked.given[name], "sort": sort}), name)
    if not found:
        raise no_place(name)
    return wanted.but(**{name: found})


def of_source(wanted: Wanted, at, edition) -> Found:
    """Return the messages of a source, whatever words they have: a search without words, the newest first."""
    found = Found(Query(()))
    with engine() as asked:
        asked.total = MANY * MANY  # how many they are is not asked: PostgreSQL then looks among the newest first
        Question(found, wanted, at, edition, asked).page()
    return found


def notes_of(found: Found) -> list[str]:
    """Return what the page of the search would say about its results."""
    notes = []
    if not found.is_whole:
        notes.append(_("The index is being built just now: some messages can't be found yet."))
    if found.cut_short:
        sentence = _("Very many words begin with “%(word)s”: the shorter ones were looked for. Write more of the word.")
        notes.append(sentence % {"word": found.cut_short})
    if found.looked:
        notes.append(
            _(
                "Very many messages have these words: the phrase was looked for in the newest 10,000 of them. "
                "Choose a year to look further back."
            )
        )
    return notes
