"""The parameters of the list of messages: how each is read, and how the OpenAPI document and the page tell of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from news.archive import PAGE
from news.search.query import LONGEST

LARGEST_PAGE = 100

NUMBER = re.compile("[0-9]{1,4}")
MONTH = re.compile("[1-9][0-9]{3}-(0[1-9]|1[0-2])")
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
SLUG = re.compile("[-a-zA-Z0-9_]{1,50}")
PLACE = re.compile(r"-?[0-9]{1,18}\.[0-9]{1,18}")


@dataclass(frozen=True)
class Parameter:
    """One of the parameters. `read` returns its value, or raises ValueError, for which `otherwise` says what to do."""

    name: str
    says: str
    otherwise: str
    read: Callable[[str], Any]
    schema: dict = field(default_factory=dict)
    example: Any = None


def matching(pattern: re.Pattern) -> Callable[[str], str]:
    """Return what reads a text of this form."""

    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError("another form")
        return text

    return read


def words(longest: int) -> Callable[[str], str]:
    """Return what reads any text that is not longer."""

    def read(text: str) -> str:
        if len(text) > longest:
            raise ValueError("too long")
        return text

    return read


def number(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a number between two others."""

    def read(text: str) -> int:
        if not NUMBER.fullmatch(text) or not least <= int(text) <= most:
            raise ValueError("another number")
        return int(text)

    return read


def one_of(*values: str) -> Callable[[str], str]:
    """Return what reads one of these words."""

    def read(text: str) -> str:
        if text not in values:
            raise ValueError("another word")
        return text

    return read


def day(text: str) -> date:
    """Read a day: of the many forms that Python takes only the one that everybody knows."""
    return date.fromisoformat(matching(DAY)(text))


def month(text: str) -> tuple[int, int]:
    """Read a month of a year."""
    year, number = matching(MONTH)(text).split("-")
    return int(year), int(number)


def exactly(pattern: re.Pattern) -> dict:
    """Return the schema of a text of a form."""
    return {"type": "string", "pattern": f"^{pattern.pattern}$"}


def text(longest: int) -> dict:
    """Return the schema of any text: but for NUL, which no database of ours holds."""
    return {"type": "string", "minLength": 1, "maxLength": longest, "pattern": "^[^\\u0000]*$"}


A_DATE = {"type": "string", "format": "date"}
A_DAY = _("“%s” is no date. Write one like 2018-03-04.")
A_PLACE = _("“%s” is no place in a list. Follow “next” and “previous” as they stand, or begin at the first page.")

PARAMETERS = [
    Parameter(
        "q",
        _("Words to search for, as the site’s search takes them: “a phrase”, -word; the last may be a beginning."),
        _("“%s…” is too long to be searched for. Give at most 300 characters."),
        words(LONGEST),
        text(LONGEST),
        "statement",
    ),
    Parameter(
        "sort",
        _("With q: by relevance, or the newest first. Without it: always the newest first."),
        _("“%s” is no order. There are: relevance, date."),
        one_of("relevance", "date"),
        {"type": "string", "enum": ["relevance", "date"]},
        "date",
    ),
    Parameter(
        "category",
        _("Only messages of this category: its slug, as in /api/categories/."),
        _("“%s” is no category’s slug. /api/categories/ has them all."),
        matching(SLUG),
        exactly(SLUG),
    ),
    Parameter(
        "year",
        _("Only messages published in this year, by the embassy’s calendar."),
        _("“%s” is no year. Write one like 2018."),
        number(1000, 9999),
        {"type": "integer", "minimum": 1000, "maximum": 9999},
        2020,
    ),
    Parameter(
        "month",
        _("Only messages published in this month of a year."),
        _("“%s” is no month. Write one like 2018-03."),
        month,
        exactly(MONTH),
        "2020-11",
    ),
    Parameter("from", _("Only messages of this day or later."), A_DAY, day, A_DATE, "2020-11-01"),
    Parameter("to", _("Only messages of this day or earlier."), A_DAY, day, A_DATE, "2020-11-30"),
    Parameter(
        "source",
        _("Only messages that this source issued first: its name, however it is written."),
        _("“%s…” is too long for a source. Give its name."),
        words(200),
        text(200),
    ),
    Parameter(
        "limit",
        _("Messages a page at most. With q or source a page never has more than 20."),
        _("“%s” is no length of a page. Give a number from 20 to 100."),
        number(PAGE, LARGEST_PAGE),
        {"type": "integer", "minimum": PAGE, "maximum": LARGEST_PAGE, "default": PAGE},
        LARGEST_PAGE,
    ),
    Parameter(
        "full",
        _("1: whole messages, with their texts, corrections and attachments."),
        _("“%s” is neither 1 nor 0. full=1 gives whole messages."),
        number(0, 1),
        {"type": "integer", "enum": [0, 1], "default": 0},
        1,
    ),
    Parameter(
        "before",
        _("The place in the list behind which the page begins. “next” has it."),
        A_PLACE,
        matching(PLACE),
        exactly(PLACE),
    ),
    Parameter(
        "after",
        _("The place in the list ahead of which the page ends. “previous” has it; it is not heeded beside before."),
        A_PLACE,
        matching(PLACE),
        exactly(PLACE),
    ),
]
KNOWN = tuple(parameter.name for parameter in PARAMETERS)
