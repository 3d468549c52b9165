"""A search is answered: a page of messages, how many there are, how they are spread, and what to do where none is.

By relevance: those that have all the words in the headline come first, then those that have them in headline and lead,
then the rest, the newest first each time. Anybody can see why a message stands where it stands, every match has its
place, and both databases agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q, Value
from django.db.models.functions import StrIndex

from news import tally
from news.models import Category, Message
from news.search import query as queries
from news.search.engines import MANY, Engine, Match, Row, Span, engine, spread
from news.search.entries import ABOVE_TEXT, IN_HEADLINE, category_mark, first_key, source_mark
from news.search.hints import hint_of
from news.search.models import Entry, Stale
from news.search.options import Option, Options
from news.search.query import Query
from news.search.vocabulary import Vocabulary
from news.search.wanted import Place, Wanted, year_keys
from news.search.ways import ways_on

PAGE = 20
LOOKED = 10_000  # messages, the newest with all its words, whose texts are looked through for a phrase
AT_ONCE = 20  # texts in memory
MOST_ENDINGS = 100  # words that a beginning may go on to
EVER = 1 << 62  # beyond every key


@dataclass
class Found:
    """The answer to a search."""

    query: Query
    messages: list[Message] = field(default_factory=list)
    total: int = 0  # MANY + 1: more than MANY
    newer: Place | None = None
    older: Place | None = None
    categories: list[Option] = field(default_factory=list)
    years: list[Option] = field(default_factory=list)
    sources: list[Option] = field(default_factory=list)
    ways: list[Option] = field(default_factory=list)  # where nothing is found
    hint: Option | None = None  # the list of a category and a time that was perhaps meant
    cut_short: str = ""  # the beginning that too many words have
    looked: int = 0  # how many texts were looked through for the phrase, where there were more
    is_whole: bool = True  # the index has every message


def find(wanted: Wanted, at: datetime, edition, *, for_page: bool = True) -> Found:
    """Return what is found, with what a page offers beside it; raise Refused, TooLong or Busy.

    Programs ask for the messages and their number alone: filters, hints and other spellings are for people.
    """
    found = Found(queries.read(wanted.q), is_whole=not Stale.objects.exists())
    with engine() as asked:
        question = Question(found, wanted, at, edition, asked)
        if for_page:
            options = Options(question)
            found.total, found.hint = options.total, hint_of(question)
            found.categories, found.years, found.sources = options.categories, options.years, options.sources
        else:
            found.total = question.count()
            asked.total = found.total if found.total <= MANY else MANY * MANY  # how many more is not known
        if found.total:
            question.page()
        elif for_page:
            found.ways = ways_on(question)
    return found


def newest(wanted: Wanted, at: datetime, edition, most: int) -> list[Message]:
    """Return the newest messages that a search finds, without counting any; raise as `find` does."""
    found = Found(queries.read(wanted.q))
    with engine() as asked:
        question = Question(found, wanted.but(sort="date"), at, edition, asked)
        return question.messages([row.message_id for _place, row in question.places(None, most)])


class Question:
    """A search put to an engine."""

    def __init__(self, found: Found, wanted: Wanted, at: datetime, edition, asked: Engine):
        self.found, self.wanted, self.at, self.edition = found, wanted, at, edition
        self.asked, self.engine = asked, Checked(asked, found) if found.query.phrases else asked
        self.public = Span(first_key(at), EVER, keys_ahead(at))
        self.vocabulary = Vocabulary(asked, self.public)
        self.clauses = tuple(self.alternatives(term) for term in found.query.each_word)
        excluded = tuple(word for term in found.query.excluded if not term.is_phrase for word in term.spellings[0])
        self.words = Match(self.clauses, excluded)
        self.categories = list(Category.objects.all())
        self.years = list(dict.fromkeys(month.year for month in months(edition, at)))

    def alternatives(self, term) -> tuple[str, ...]:
        """Return the words of which one is enough: never none, so that unknown words take the way of known ones."""
        typed = term.spellings[0]
        if not term.begins:
            return typed
        found = self.vocabulary.beginnings(typed, MOST_ENDINGS)
        if len(found) > MOST_ENDINGS:
            self.found.cut_short = term.words[0]
        return tuple(dict.fromkeys([*typed, *found[:MOST_ENDINGS]]))

    def match(self, words: Match | None = None, **but) -> Match:
        """Return what is asked, or other words, with its filters, or with others: `category=""` is with none."""
        match, wanted = words or self.words, self.wanted.but(**but)
        if wanted.category:
            pk = next((category.pk for category in self.categories if category.slug == wanted.category), 0)
            match = match.and_all((category_mark(pk),))
        return match.and_all((source_mark(wanted.source),)) if wanted.source else match

    def span(self, **but) -> Span:
        """Return the keys of the time that is wanted, or of another."""
        wanted = self.wanted.but(**but)
        span = self.public.within(*wanted.days())
        return span.within(*year_keys(wanted.year)) if wanted.year else span

    def count(self, **but) -> int:
        return self.engine.count(self.match(**but), self.span(**but))

    def counts(self, changes: list[dict]) -> list[int]:
        """Return how many messages the search finds with each of some changes of its filters."""
        return self.engine.counts([(self.match(**but), self.span(**but)) for but in changes])

    def source_names(self, sources: list[str]) -> dict[str, str]:
        """Return how sources are written, each as in the newest public message that has it."""
        kept = self.edition.get_or_compute("source names", dict)
        asked = [source for source in sources if source not in kept]
        newest = self.asked.newest_of(asked, self.public) if asked else {}
        messages = Message.objects.published(self.at).filter(pk__in=newest.values()).order_by()
        names = dict(messages.values_list("pk", "source_name")) if newest else {}
        kept |= {source: names[pk] for source, pk in newest.items() if pk in names}
        return {source: kept.get(source, source) for source in sources}

    # The page

    def page(self) -> None:
        """Fetch the messages of the page, and the places of its neighbours."""
        wanted, found = self.wanted, self.found
        places = []
        if wanted.after:
            places = self.places(wanted.after, PAGE + 1, backwards=True)
            found.older = wanted.after if len(places) >= PAGE else None
        if len(places) >= PAGE:
            shown = places[:PAGE][::-1]
            found.newer = shown[0][0] if len(places) > PAGE else None
            found.older = shown[-1][0]
        else:  # the head of the list, whole, where fewer than a page precede
            places = self.places(wanted.before, PAGE + 1)
            shown = places[:PAGE]
            found.newer = shown[0][0] if wanted.before and shown else None
            found.older = shown[-1][0] if len(places) > PAGE else None
        found.messages = self.messages([row.message_id for _place, row in shown])

    def messages(self, pks: list[int]) -> list[Message]:
        """Return messages that were found. `published` once more: the index is trusted with the order alone."""
        rows = Message.objects.published(self.at).select_related("category").order_by().in_bulk(pks)
        return [rows[pk] for pk in pks if pk in rows]

    def places(self, start: Place | None, most: int, *, backwards: bool = False) -> list[tuple[Place, Row]]:
        """Return the matches behind a place, or ahead of it, which come backwards."""
        got: list[tuple[Place, Row]] = []
        tiers = self.tiers()
        for tier in sorted(tiers, reverse=backwards):
            span = self.span()
            if start and start.tier == tier:
                span = span.within(-1, start.key - 1) if backwards else span.within(start.key + 1, EVER)
            elif start and (tier > start.tier) == backwards:
                continue
            rows = self.engine.rows(tiers[tier], span, most - len(got), backwards=backwards)
            got += [(Place(tier, row.key), row) for row in rows]
            if len(got) >= most:
                break
        return got

    def tiers(self) -> dict[int, Match]:
        """Return what is asked, in the parts that follow one another."""
        match = self.match()
        if self.wanted.sort:
            return {0: match}
        headline, above = (
            tuple(tuple(mark + word for word in clause) for clause in self.clauses)
            for mark in (IN_HEADLINE, ABOVE_TEXT)
        )
        return {
            1: match.and_all(*headline),
            2: Match((*match.all, *above), match.none, but=headline),
            3: Match(match.all, match.none, but=above),
        }


class Checked:
    """An engine whose answers are looked through for phrases: the engines know words, not their order."""

    def __init__(self, asked: Engine, found: Found):
        self.asked, self.found = asked, found
        self.verdicts: dict[int, bool] = {}

    def rows(self, match: Match, span: Span, most: int, *, backwards: bool = False) -> list[Row]:
        rows = self.asked.rows(match, span, LOOKED + 1, backwards=backwards)
        if len(rows) > LOOKED:
            self.found.looked = LOOKED
        self.look([row.message_id for row in rows[:LOOKED] if row.message_id not in self.verdicts])
        return [row for row in rows[:LOOKED] if self.verdicts.get(row.message_id)][:most]

    def look(self, pks: list[int]) -> None:
        """Note which messages have the phrases, without loading their texts together: they may have many megabytes."""
        has_phrases = having_in_python if self.asked.connection.vendor == "sqlite" else having_in_database
        for start in range(0, len(pks), 500):
            some = pks[start : start + 500]
            having = has_phrases(Entry.objects.filter(message_id__in=some), self.found.query.phrases)
            self.verdicts |= {pk: pk in having for pk in some}

    def count(self, match: Match, span: Span) -> int:
        return len(self.rows(match, span, MANY + 1))

    def counts(self, matches: list[tuple[Match, Span]]) -> list[int]:
        return [self.count(match, span) for match, span in matches]

    def cells(self, match: Match, span: Span, years: list[int]):
        return spread(self.rows(match, span, LOOKED), years)


def having_in_database(entries, phrases) -> set[int]:
    """Return the messages that have the phrases: PostgreSQL looks, and no text leaves it."""
    for number, term in enumerate(phrases):
        places = {f"p{number}_{n}": StrIndex("words", Value(text)) for n, text in enumerate(term.needles)}
        stands = reduce(or_, (Q(**{f"{name}__gt": 0}) for name in places))
        entries = entries.alias(**places).filter(~stands if term.excluded else stands)
    return set(entries.values_list("message_id", flat=True))


def having_in_python(entries, phrases) -> set[int]:
    """Return the messages that have the phrases: SQLite's `instr` is slower than Python's `in`."""
    needles = [(term.needles, not term.excluded) for term in phrases]
    rows = entries.values_list("message_id", "words").iterator(chunk_size=AT_ONCE)
    return {
        pk for pk, text in rows if all(any(needle in text for needle in each) is stands for each, stands in needles)
    }


def months(edition, at):
    """Return the archive's months, as the index of the lists keeps them."""
    return edition.get_or_compute(("months", None), lambda: tally.months(at, None))


def keys_ahead(at: datetime) -> tuple[int, ...]:
    """Return the keys of what falls due later in this very second: the bound of the keys is a whole one."""
    begun = at.replace(microsecond=0)
    ahead = Message.objects.scheduled(at).filter(publish_at__lt=begun + timedelta(seconds=1)).values_list("pk")
    return tuple(Entry.objects.filter(message_id__in=ahead).values_list("key", flat=True))
