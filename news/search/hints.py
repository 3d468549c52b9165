"""Date hints: a query such as “statement of March 2018” is offered the archive list of that category and month."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils import dates, translation
from django.utils.translation import gettext as _

from news import tally
from news.archive import Shelf
from news.search.engines import Match
from news.search.options import Option
from news.search.text import words

LITTLE = frozenset("a an and at by for from in of on the to в во за и на о об от по с года".split())
SHORTEST = 4  # letters that a typed word and a category's name must share to count as the same
ENDING = 3  # letters by which one of the two may be longer: statement, statements


def hint_of(question) -> Option | None:
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
    month = next((word for word in typed if word in months()), "")
    day = next((word for word in typed if month and word.isdecimal() and 1 <= int(word) <= 31), "")
    typed = [word for word in typed if word not in (month, day)]
    category, typed = category_in(typed, question.categories)
    try:
        shelf = Shelf(category, int(year), months()[month] if month else 0, int(day) if day else 0)
    except ValueError:  # such as 31 February
        return None
    rest = [word for word in typed if word not in LITTLE]
    return within(question, shelf, rest) if rest else whole(question, shelf)


def whole(question, shelf: Shelf) -> Option | None:
    """Return a link to the list; None where it is empty."""
    if shelf.day:
        count = tally.days(question.at, shelf.first.replace(day=1), shelf.category).get(shelf.first, 0)
    else:
        found = tally.months(question.at, shelf.category).items()
        count = sum(number for first, number in found if shelf.first <= first <= shelf.last)
    return Option(shelf.name, count, shelf.url) if count else None


def within(question, shelf: Shelf, rest: list[str]) -> Option | None:
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
    return Option(label, count, question.params.replace(q=" ".join(rest), **filters).url) if count else None


def category_in(typed: list[str], categories) -> tuple[object | None, list[str]]:
    """Return the category that is named, in singular or plural, and the words that are not part of its name."""
    for category in categories:
        named = {word: name for name in words(category.name) for word in typed if is_like(word, name)}
        if named and set(named.values()) == set(words(category.name)):
            return category, [word for word in typed if word not in named]
    return None, typed


def is_like(word: str, name: str) -> bool:
    short, long = sorted((word, name), key=len)
    return long.startswith(short) and len(long) - len(short) <= (ENDING if len(short) >= SHORTEST else 0)


@lru_cache(1)
def months() -> dict[str, int]:
    """Return month numbers by their names, long and short, in all languages that messages may have."""
    found: dict[str, int] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for names in (dates.MONTHS, dates.MONTHS_ALT, dates.MONTHS_3):
                for number, name in names.items():
                    found |= {word: number for word in words(str(name)) if not word.isdecimal()}
    return found
