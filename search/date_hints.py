"""Date hints: a query such as “statement of March 2018” is offered the archive list of that category and month."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils import dates, translation
from django.utils.translation import gettext as _

from news import message_counts
from news.archive import ArchiveFilter
from search.engines import Match
from search.facets import CountedLink
from search.tokenizer import split_words

STOP_WORDS = frozenset("a an and at by for from in of on the to в во за и на о об от по с года".split())
MIN_STEM = 4  # letters that a typed word and a category's name must share to count as the same
MAX_SUFFIX = 3  # letters by which one of the two may be longer: statement, statements


def archive_hint(question) -> CountedLink | None:
    """Return the archive list that was perhaps meant, or the remaining words searched within it.

    None where no year of the archive is named: a category or a month alone may just be words.
    """
    query = question.found.query
    if query.phrases or query.excluded or question.params.is_filtered:
        return None
    typed = [term.words[0] for term in query.included]
    year = next((word for word in typed if word.isdecimal() and len(word) == 4 and int(word) in question.years), "")
    if not year:
        return None
    typed.remove(year)
    month = next((word for word in typed if word in month_numbers()), "")
    day = next((word for word in typed if month and word.isdecimal() and 1 <= int(word) <= 31), "")
    typed = [word for word in typed if word not in (month, day)]
    category, typed = match_category(typed, question.categories)
    try:
        shelf = ArchiveFilter(category, int(year), month_numbers()[month] if month else 0, int(day) if day else 0)
    except ValueError:  # such as 31 February
        return None
    rest = [word for word in typed if word not in STOP_WORDS]
    return search_in_list(question, shelf, rest) if rest else link_to_list(question, shelf)


def link_to_list(question, shelf: ArchiveFilter) -> CountedLink | None:
    """Return a link to the list; None where it is empty."""
    if shelf.day:
        count = message_counts.counts_by_day(question.at, shelf.first.replace(day=1), shelf.category).get(
            shelf.first, 0
        )
    else:
        found = message_counts.counts_by_month(question.at, shelf.category).items()
        count = sum(number for first, number in found if shelf.first <= first <= shelf.last)
    return CountedLink(shelf.name, count, shelf.url) if count else None


def search_in_list(question, shelf: ArchiveFilter, rest: list[str]) -> CountedLink | None:
    """Return a search for the remaining words within the list; None where it has no results."""
    slug = shelf.category.slug if shelf.category else ""
    filters = {
        "category": slug,
        **({"since": shelf.first, "until": shelf.last} if shelf.month else {"year": shelf.year}),
    }
    pairs = zip(question.found.query.single_words, question.clauses, strict=True)
    match = Match(tuple(clause for term, clause in pairs if term.words[0] in rest))
    count = question.words_engine.count(question.match(match, **filters), question.span(**filters))
    label = _("“%(words)s” in: %(list)s") % {"words": " ".join(rest), "list": shelf.name}
    return CountedLink(label, count, question.params.replace(q=" ".join(rest), **filters).url) if count else None


def match_category(typed: list[str], categories) -> tuple[object | None, list[str]]:
    """Return the category that is named, in singular or plural, and the words that are not part of its name."""
    for category in categories:
        named = {word: name for name in split_words(category.name) for word in typed if has_same_stem(word, name)}
        if named and set(named.values()) == set(split_words(category.name)):
            return category, [word for word in typed if word not in named]
    return None, typed


def has_same_stem(word: str, name: str) -> bool:
    short, long = sorted((word, name), key=len)
    return long.startswith(short) and len(long) - len(short) <= (MAX_SUFFIX if len(short) >= MIN_STEM else 0)


@lru_cache(1)
def month_numbers() -> dict[str, int]:
    """Return month numbers by their names, long and short, in all languages that messages may have."""
    found: dict[str, int] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for names in (dates.MONTHS, dates.MONTHS_ALT, dates.MONTHS_3):
                for number, name in names.items():
                    found |= {word: number for word in split_words(str(name)) if not word.isdecimal()}
    return found
