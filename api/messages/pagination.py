"""Pagination of the message list: by keyset over the messages, or through the search for q and source."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from api.messages.params import ListParams
from api.messages.serializers import SUMMARY_FIELDS
from core.cursors import Cursor
from editions.json_api import ProblemDetail
from news import archive
from news.archive_index import ArchiveIndex
from news.models import Message
from search.documents import source_slug
from search.engines import COUNT_LIMIT
from search.limits import SearchTimeout
from search.params import SearchParams
from search.query_parser import InvalidQuery
from search.service import SearchResults, run_search, run_source_search

DETAIL_PREFETCH = ("corrections", "attachments")


@dataclass
class Page:
    """A page of messages, and the URLs of its neighbours."""

    rows: list = field(default_factory=list)
    next: str | None = None
    previous: str | None = None
    total: dict | None = None  # None: not counted
    notes: list[str] = field(default_factory=list)


def get_page(asked: ListParams, at, edition) -> Page:
    """Return the requested page; raise Problem where there is none."""
    page = Page(notes=asked.notes())
    if asked.is_empty:
        page.total = count_object(0)
    elif asked.values.keys() & {"q", "source"}:
        fill_from_search(page, asked, at, edition)
    else:
        fill_from_list(page, asked, at)
        page.total = total_of(asked, at, edition)
    return page


def count_object(number: int) -> dict:
    """Return a total; above MANY the exact number is not known."""
    return {"count": min(number, COUNT_LIMIT), "is_exact": number <= COUNT_LIMIT}


# Without a search


def fill_from_list(page: Page, asked: ListParams, at) -> None:
    """Fill a page from the list of messages, as `news.archive.get_page` does, but with a limit of the request's."""
    before, after = (read_cursor(asked, name) for name in ("before", "after"))
    after = None if before else after
    messages = archive.in_range(listed_messages(asked, at), asked.time_range(), before, after)
    rows = list((messages.order_by("publish_at", "id") if after else messages)[: asked.limit + 1])
    shown, has_more = rows[: asked.limit], len(rows) > asked.limit
    if after:
        shown.reverse()
    page.rows = shown
    if shown and (after or has_more):
        page.next = asked.url(before=Cursor.of(shown[-1]))
    if shown and (has_more if after else before):
        page.previous = asked.url(after=Cursor.of(shown[0]))


def listed_messages(asked: ListParams, at):
    """Return the published messages of the requested category, with what their serializer reads."""
    messages = Message.objects.published(at)
    if asked.category:
        messages = messages.filter(category=asked.category)
    if asked.in_full:
        return messages.select_related("category").prefetch_related(*DETAIL_PREFETCH)
    return messages.for_list().only(*SUMMARY_FIELDS)


def read_cursor(asked: ListParams, name: str) -> Cursor | None:
    """Return the cursor in a parameter; raise Problem for an invalid one."""
    if name not in asked.values:
        return None
    try:
        return Cursor.parse(asked.values[name])
    except ValueError:
        raise invalid_cursor(name) from None


def invalid_cursor(name: str) -> ProblemDetail:
    return ProblemDetail(
        _("Invalid cursor for this list. Start at the first page and follow “next”."), 404, parameter=name
    )


def total_of(asked: ListParams, at, edition) -> dict | None:
    """Return the number of messages by the monthly counts; None for a range of days."""
    if asked.has_date_range:
        return None
    months = ArchiveIndex(edition, at, archive.ArchiveFilter(asked.category)).counts
    first, last = asked.days()
    number = sum(count for month, count in months.items() if not first or first <= month <= last)
    return {"count": number, "is_exact": True}


# With a search


def fill_from_search(page: Page, asked: ListParams, at, edition) -> None:
    """Fill a page with search results."""
    params = search_params(asked)
    has_words = "q" in asked.values
    if "source" in asked.values and not params.source:  # a name without letters or digits matches nothing
        page.total = count_object(0)
        return
    try:
        found = run_search(params, at, edition, for_page=False) if has_words else run_source_search(params, at, edition)
    except InvalidQuery as refused:  # such as a query without words
        page.total = count_object(0)
        page.notes.append(str(refused))
        return
    except SearchTimeout as error:
        raise ProblemDetail(str(error), 503, {"Retry-After": error.RETRY_AFTER}, parameter="q") from None
    page.rows = found.messages
    if asked.in_full:
        prefetch_related_objects(page.rows, *DETAIL_PREFETCH)
    page.next = asked.url(before=found.older) if found.older else None
    page.previous = asked.url(after=found.newer) if found.newer else None
    page.total = count_object(found.total) if has_words else None
    page.notes += search_notes(found)


def search_params(asked: ListParams) -> SearchParams:
    sort = "" if asked.by_relevance else "date"
    since, until = asked.days()
    params = SearchParams(
        q=" ".join(asked.values.get("q", "").split()),
        sort=sort,
        category=asked.category.slug if asked.category else "",
        since=since,
        until=until,
        source=source_slug(asked.values.get("source", "")),
    )
    name = "before" if "before" in asked.values else "after"
    if name not in asked.values:
        return params
    cursor = getattr(SearchParams.from_query({name: asked.values[name], "sort": sort}), name)
    if not cursor:
        raise invalid_cursor(name)
    return params.replace(**{name: cursor})


def search_notes(found: SearchResults) -> list[str]:
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
