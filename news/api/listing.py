"""Pagination of the message list: by keyset over the messages, or through the search for q and source."""

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
from news.search.engines import MANY
from news.search.entries import source_key
from news.search.finding import Found, find, find_by_source
from news.search.limits import TooLong
from news.search.query import Refused
from news.search.wanted import Wanted

IN_FULL = ("corrections", "attachments")


@dataclass
class Page:
    """A page of messages, and the URLs of its neighbours."""

    rows: list = field(default_factory=list)
    next: str | None = None
    previous: str | None = None
    total: dict | None = None  # None: not counted
    notes: list[str] = field(default_factory=list)


def page_of(asked: Asked, at, edition) -> Page:
    """Return the requested page; raise Problem where there is none."""
    page = Page(notes=asked.notes())
    if asked.is_empty:
        page.total = counted(0)
    elif asked.values.keys() & {"q", "source"}:
        search(page, asked, at, edition)
    else:
        walk(page, asked, at)
        page.total = total(asked, at, edition)
    return page


def counted(number: int) -> dict:
    """Return a total; above MANY the exact number is not known."""
    return {"count": min(number, MANY), "is_exact": number <= MANY}


# Without a search


def walk(page: Page, asked: Asked, at) -> None:
    """Fill a page from the list of messages, as `news.archive.page_of` does, but with a limit of the request's."""
    before, after = (place(asked, name) for name in ("before", "after"))
    after = None if before else after
    messages = archive.within(published(asked, at), asked.time_range(), before, after)
    rows = list((messages.order_by("publish_at", "id") if after else messages)[: asked.limit + 1])
    shown, has_more = rows[: asked.limit], len(rows) > asked.limit
    if after:
        shown.reverse()
    page.rows = shown
    if shown and (after or has_more):
        page.next = asked.url(before=Cursor.of(shown[-1]))
    if shown and (has_more if after else before):
        page.previous = asked.url(after=Cursor.of(shown[0]))


def published(asked: Asked, at):
    """Return the published messages of the requested category, with what their serializer reads."""
    messages = Message.objects.published(at)
    if asked.category:
        messages = messages.filter(category=asked.category)
    if asked.in_full:
        return messages.select_related("category").prefetch_related(*IN_FULL)
    return messages.for_list().only(*IN_ROWS)


def place(asked: Asked, name: str) -> Cursor | None:
    """Return the cursor in a parameter; raise Problem for an invalid one."""
    if name not in asked.values:
        return None
    try:
        return Cursor.parse(asked.values[name])
    except ValueError:
        raise no_place(name) from None


def no_place(name: str) -> Problem:
    return Problem(_("Invalid cursor for this list. Start at the first page and follow “next”."), 404, parameter=name)


def total(asked: Asked, at, edition) -> dict | None:
    """Return the number of messages by the monthly counts; None for a range of days."""
    if asked.has_date_range:
        return None
    months = archive.Index(edition, at, archive.Shelf(asked.category)).counts
    first, last = asked.days()
    number = sum(count for month, count in months.items() if not first or first <= month <= last)
    return {"count": number, "is_exact": True}


# With a search


def search(page: Page, asked: Asked, at, edition) -> None:
    """Fill a page with search results."""
    params = search_params(asked)
    has_words = "q" in asked.values
    if "source" in asked.values and not params.source:  # a name without letters or digits matches nothing
        page.total = counted(0)
        return
    try:
        found = find(params, at, edition, for_page=False) if has_words else find_by_source(params, at, edition)
    except Refused as refused:  # such as a query without words
        page.total = counted(0)
        page.notes.append(str(refused))
        return
    except TooLong as error:
        raise Problem(str(error), 503, {"Retry-After": error.RETRY_AFTER}, parameter="q") from None
    page.rows = found.messages
    if asked.in_full:
        prefetch_related_objects(page.rows, *IN_FULL)
    page.next = asked.url(before=found.older) if found.older else None
    page.previous = asked.url(after=found.newer) if found.newer else None
    page.total = counted(found.total) if has_words else None
    page.notes += notes_of(found)


def search_params(asked: Asked) -> Wanted:
    sort = "" if asked.by_relevance else "date"
    since, until = asked.days()
    params = Wanted(
        q=" ".join(asked.values.get("q", "").split()),
        sort=sort,
        category=asked.category.slug if asked.category else "",
        since=since,
        until=until,
        source=source_key(asked.values.get("source", "")),
    )
    name = "before" if "before" in asked.values else "after"
    if name not in asked.values:
        return params
    cursor = getattr(Wanted.from_query({name: asked.values[name], "sort": sort}), name)
    if not cursor:
        raise no_place(name)
    return params.replace(**{name: cursor})


def notes_of(found: Found) -> list[str]:
    """Return the remarks that the search page shows above its results."""
    notes = []
    if not found.is_complete:
        notes.append(_("The search index is being built. Some messages cannot be found yet."))
    if found.truncated_prefix:
        note = _("Too many words begin with “%(word)s”. Only the shorter ones were searched. Enter more letters.")
        notes.append(note % {"word": found.truncated_prefix})
    if found.phrase_limit:
        notes.append(
            _("Phrase matching covers the latest 10,000 messages with these words. Select a year to go back further.")
        )
    return notes
