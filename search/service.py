"""The search service: a page of results for some search parameters, their number, facets and suggestions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from news import message_counts
from news.models import Category, Message
from search import query_parser as queries
from search.answers import Answer, find_answers
from search.date_hints import archive_hint
from search.documents import category_mark, lowest_key, source_mark
from search.engines import COUNT_LIMIT, Engine, KeyRange, Match, open_engine
from search.facets import CountedLink, Facets
from search.models import ReindexQueue, SearchDocument
from search.params import SearchParams, key_range_of_year
from search.phrases import PhraseFilteringEngine
from search.query_parser import Query
from search.ranking import LAST_KEY, Pager, ResultCursor, ranking_tiers
from search.suggestions import suggest_searches, without_filters
from search.vocabulary import Vocabulary

MAX_COMPLETIONS = 100  # words to which a prefix is expanded


@dataclass
class SearchResults:
    """The results of a search."""

    query: Query
    messages: list[Message] = field(default_factory=list)
    total: int = 0  # COUNT_LIMIT + 1 means more than COUNT_LIMIT
    newer: ResultCursor | None = None
    older: ResultCursor | None = None
    categories: list[CountedLink] = field(default_factory=list)
    years: list[CountedLink] = field(default_factory=list)
    sources: list[CountedLink] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)  # pages, topics and offices, on the first page
    suggestions: list[CountedLink] = field(default_factory=list)  # where there are no results
    widened: CountedLink | None = None  # the same search with a filter less, where nothing is found with it
    widened_messages: list[Message] = field(default_factory=list)
    hint: CountedLink | None = None  # the archive list that was perhaps meant
    truncated_prefix: str = ""  # a prefix of more than MOST_ENDINGS words
    phrase_limit: int = 0  # how many texts were checked for the phrase, where there were more
    is_complete: bool = True  # every message is in the index

    @property
    def selected(self) -> list[CountedLink]:
        """Return the values of the filters that are selected."""
        return [value for value in (*self.categories, *self.years, *self.sources) if value.is_selected]


def run_search(params: SearchParams, at: datetime, edition, *, for_page: bool = True) -> SearchResults:
    """Return the results of a search at the time `at`; raise Refused, TooLong or Busy.

    With `for_page=False` return the messages and their number only: facets, hints and suggestions are for people.
    """
    found = SearchResults(queries.parse_query(params.q), is_complete=not ReindexQueue.objects.exists())
    with open_engine() as words_engine:
        question = SearchQuery(found, params, at, edition, words_engine)
        if for_page:
            options = Facets(question)
            found.total, found.hint = options.total, archive_hint(question)
            found.categories, found.years, found.sources = options.categories, options.years, options.sources
        else:
            found.total = question.count()
            words_engine.estimated_total = (
                found.total if found.total <= COUNT_LIMIT else COUNT_LIMIT * COUNT_LIMIT
            )  # exact number unknown
        if for_page and not (params.before or params.after) and not (params.is_filtered and found.total):
            found.answers = find_answers(found.query, edition)
        if found.total:
            question.fetch_page()
        elif for_page:
            widened = without_filters(question)
            found.suggestions = suggest_searches(question, widened)
            if widened:
                found.widened = widened[0][0]
                question.fetch_widened(widened[0][1])
    return found


def run_source_search(params: SearchParams, at: datetime, edition) -> SearchResults:
    """Return a source's messages, the newest first: a search without words. Raise TooLong or Busy."""
    found = SearchResults(Query(()))
    with open_engine() as words_engine:
        words_engine.estimated_total = (
            COUNT_LIMIT * COUNT_LIMIT
        )  # not counted; PostgreSQL then tries the newest entries first
        SearchQuery(found, params, at, edition, words_engine).fetch_page()
    return found


def newest_results(params: SearchParams, at: datetime, edition, limit: int) -> list[Message]:
    """Return the newest messages that a search finds, without counting them; raise as `find` does."""
    with open_engine() as words_engine:
        question = SearchQuery(SearchResults(queries.parse_query(params.q)), params, at, edition, words_engine)
        return question.messages(question.newest_ids(limit))


def newest_ids(params: SearchParams, at: datetime, edition, limit: int) -> list[int]:
    """Return the ids of the newest messages that a search finds; raise as `find` does."""
    with open_engine() as words_engine:
        question = SearchQuery(SearchResults(queries.parse_query(params.q)), params, at, edition, words_engine)
        return question.newest_ids(limit)


class SearchQuery:
    """A search on an engine: its expression, its span of keys, and the same with other filters."""

    def __init__(self, found: SearchResults, params: SearchParams, at: datetime, edition, words_engine: Engine):
        self.found, self.params, self.at, self.edition = found, params, at, edition
        self.words_engine = words_engine  # knows which words an entry has, not their order
        self.engine = PhraseFilteringEngine(words_engine, found) if found.query.phrases else words_engine
        self.public = KeyRange(lowest_key(at), LAST_KEY, keys_due_this_second(at))
        self.vocabulary = Vocabulary(words_engine, self.public)
        self.clauses = tuple(self._alternatives(term) for term in found.query.single_words)
        excluded = tuple(word for term in found.query.excluded if not term.is_phrase for word in term.spellings[0])
        self.words = Match(self.clauses, excluded)
        self.categories = list(Category.objects.all())
        self.years = list(dict.fromkeys(month.year for month in archive_months(edition, at)))

    def _alternatives(self, term) -> tuple[str, ...]:
        """Return the words of which one is enough; never none, so that unknown words cost the same as known ones."""
        typed = term.spellings[0]
        if not term.is_prefix:
            return typed
        found = self.vocabulary.completions(typed, MAX_COMPLETIONS)
        if len(found) > MAX_COMPLETIONS:
            self.found.truncated_prefix = term.words[0]
        return tuple(dict.fromkeys([*typed, *found[:MAX_COMPLETIONS]]))

    def match(self, words: Match | None = None, **changes) -> Match:
        """Return the expression of `words`, or of the search, with its filters; `changes` replaces some of them."""
        match, params = words or self.words, self.params.replace(**changes)
        if params.category:
            pk = next((category.pk for category in self.categories if category.slug == params.category), 0)
            match = match.with_all((category_mark(pk),))
        return match.with_all((source_mark(params.source),)) if params.source else match

    def span(self, **changes) -> KeyRange:
        """Return the keys of the requested dates; `changes` replaces some filters."""
        params = self.params.replace(**changes)
        span = self.public.narrowed(*params.key_range())
        return span.narrowed(*key_range_of_year(params.year)) if params.year else span

    def count(self, **changes) -> int:
        return self.engine.count(self.match(**changes), self.span(**changes))

    def counts(self, changes: list[dict]) -> list[int]:
        """Return the number of results with each of several changes of the filters."""
        return self.engine.counts([(self.match(**each), self.span(**each)) for each in changes])

    def source_names(self, sources: list[str]) -> dict[str, str]:
        """Return the names of sources by slug, each as written in its newest public message."""
        cached = self.edition.get_or_compute("source names", dict)
        missing = [source for source in sources if source not in cached]
        newest = self.words_engine.newest_by_source(missing, self.public) if missing else {}
        messages = Message.objects.published(self.at).filter(pk__in=newest.values()).order_by()
        names = dict(messages.values_list("pk", "source_name")) if newest else {}
        cached |= {source: names[pk] for source, pk in newest.items() if pk in names}
        return {source: cached.get(source, source) for source in sources}

    def newest_ids(self, limit: int) -> list[int]:
        """Return the ids of the newest results, whatever the search is sorted by."""
        pager = Pager(self.engine, {0: self.match()}, self.span())
        return [row.message_id for _place, row in pager.rows(None, limit)]

    @cached_property
    def pager(self) -> Pager:
        by_date = bool(self.params.sort)
        return Pager(
            self.engine, {0: self.match()} if by_date else ranking_tiers(self.match(), self.clauses), self.span()
        )

    def fetch_page(self) -> None:
        """Fetch the page of results and the cursors of its neighbours."""
        rows, self.found.newer, self.found.older = self.pager.page(self.params.before, self.params.after)
        self.found.messages = self.messages([row.message_id for row in rows])

    def fetch_widened(self, changes: dict) -> None:
        """Fetch the first results of the search with filters that find something."""
        pager = Pager(self.engine, ranking_tiers(self.match(**changes), self.clauses), self.span(**changes))
        rows, _newer, _older = pager.page(None, None)
        self.found.widened_messages = self.messages([row.message_id for row in rows])

    def messages(self, pks: list[int]) -> list[Message]:
        """Return the messages with these ids, in their order.

        `published` is applied again: the index decides the order, never the visibility.
        """
        rows = Message.objects.published(self.at).select_related("category").order_by().in_bulk(pks)
        return [rows[pk] for pk in pks if pk in rows]


def archive_months(edition, at):
    """Return the months of the archive with their numbers of messages, cached with the index of the lists."""
    return edition.get_or_compute(("months", None), lambda: message_counts.counts_by_month(at, None))


def keys_due_this_second(at: datetime) -> tuple[int, ...]:
    """Return the keys of messages that are due later in the second of `at`: a key has no fractions of seconds."""
    start = at.replace(microsecond=0)
    due = Message.objects.scheduled(at).filter(publish_at__lt=start + timedelta(seconds=1)).values_list("pk")
    return tuple(SearchDocument.objects.filter(message_id__in=due).values_list("key", flat=True))
