"""What was typed may say what kind and when, as people say it: “statement of March 2018”. Then the list is offered."""

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
SHORTEST = 4  # letters that a typed word and a category's must share, to be taken for it
ENDING = 3  # letters by which one of them may be longer: statement, statements


def hint_of(question) -> Option | None:
    """Return the list that was perhaps meant, or the other words within it; None where no year of the archive is named.

    A category or a month alone may as well be meant as words.
    """
    query = question.found.query
    if query.phrases or query.excluded or question.wanted.is_filtered:
        return None
    typed = [term.words[0] for term in query.wanted]
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
    except ValueError:  # the 31st of February
        return None
    rest = [word for word in typed if word not in LITTLE]
    return within(question, shelf, rest) if rest else whole(question, shelf)


def whole(question, shelf: Shelf) -> Option | None:
    """Return the list itself, where there is anything in it."""
    if shelf.day:
        count = tally.days(question.at, shelf.first.replace(day=1), shelf.category).get(shelf.first, 0)
    else:
        found = tally.months(question.at, shelf.category).items()
        count = sum(number for first, number in found if shelf.first <= first <= shelf.last)
    return Option(shelf.name, count, shelf.address) if count else None


def within(question, shelf: Shelf, rest: list[str]) -> Option | None:
    """Return the words that are left, looked for in the list, where it has them."""
    slug = shelf.category.slug if shelf.category else ""
    filters = {
        "category": slug,
        **({"since": shelf.first, "until": shelf.last} if shelf.month else {"year": shelf.year}),
    }
    each = zip(question.found.query.each_word, question.clauses, strict=True)
    match = Match(tuple(clause for term, clause in each if term.words[0] in rest))
    count = question.asked.count(question.match(match, **filters), question.span(**filters))
    label = _("“%(words)s” in: %(list)s") % {"words": " ".join(rest), "list": shelf.name}
    return Option(label, count, question.wanted.but(q=" ".join(rest), **filters).address) if count else None


def category_in(typed: list[str], categories) -> tuple[object | None, list[str]]:
    """Return the category that is named, in whatever number, and the words that do not name it."""
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
    """Return the numbers of the months by their names, long and short, in the languages of the messages."""
    found: dict[str, int] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for names in (dates.MONTHS, dates.MONTHS_ALT, dates.MONTHS_3):
                for number, name in names.items():
                    found |= {word: number for word in words(str(name)) if not word.isdecimal()}
    return found
