"""Query parameters of the message list: how each is parsed and documented."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from news.archive import PAGE_SIZE
from search.query_parser import MAX_LENGTH

MAX_LIMIT = 100

NUMBER_PATTERN = re.compile("[0-9]{1,4}")
MONTH_PATTERN = re.compile("[1-9][0-9]{3}-(0[1-9]|1[0-2])")
DAY_PATTERN = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
SLUG_PATTERN = re.compile("[-a-zA-Z0-9_]{1,50}")
CURSOR_PATTERN = re.compile(r"-?[0-9]{1,18}\.[0-9]{1,18}")


@dataclass(frozen=True)
class Parameter:
    """A query parameter. `parse` returns its value or raises ValueError, for which `error` is the response."""

    name: str
    description: str
    error: str
    parse: Callable[[str], Any]
    schema: dict = field(default_factory=dict)
    example: Any = None


def text_matching(pattern: re.Pattern) -> Callable[[str], str]:
    """Return a parser of texts of this form."""

    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError("wrong form")
        return text

    return parse


def text_up_to(longest: int) -> Callable[[str], str]:
    """Return a parser of texts of at most `longest` characters."""

    def parse(text: str) -> str:
        if len(text) > longest:
            raise ValueError("too long")
        return text

    return parse


def number_between(least: int, most: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from `least` to `most`."""

    def parse(text: str) -> int:
        if not NUMBER_PATTERN.fullmatch(text) or not least <= int(text) <= most:
            raise ValueError("out of range")
        return int(text)

    return parse


def choice_of(*values: str) -> Callable[[str], str]:
    """Return a parser of one of these values."""

    def parse(text: str) -> str:
        if text not in values:
            raise ValueError("not a choice")
        return text

    return parse


def parse_day(text: str) -> date:
    """Parse a date as YYYY-MM-DD; `date.fromisoformat` accepts other forms too."""
    return date.fromisoformat(text_matching(DAY_PATTERN)(text))


def parse_month(text: str) -> tuple[int, int]:
    """Parse a month as YYYY-MM."""
    year, number = text_matching(MONTH_PATTERN)(text).split("-")
    return int(year), int(number)


def pattern_schema(pattern: re.Pattern) -> dict:
    """Return the JSON Schema of texts of this form."""
    return {"type": "string", "pattern": f"^{pattern.pattern}$"}


def text_schema(longest: int) -> dict:
    """Return the JSON Schema of texts without NUL, which the databases cannot store."""
    return {"type": "string", "minLength": 1, "maxLength": longest, "pattern": "^[^\\u0000]*$"}


DATE_SCHEMA = {"type": "string", "format": "date"}
INVALID_DATE = _("Invalid date “%s”. Use YYYY-MM-DD, for example 2018-03-04.")
INVALID_CURSOR = _("Invalid cursor “%s”. Follow “next” and “previous” unchanged, or start at the first page.")

PARAMETERS = [
    Parameter(
        "q",
        _("Search terms, as on the search page: “a phrase”, -excluded; the last word also matches longer words."),
        _("The search text “%s…” is too long. Use up to 300 characters."),
        text_up_to(MAX_LENGTH),
        text_schema(MAX_LENGTH),
        "statement",
    ),
    Parameter(
        "sort",
        _("With q: by relevance or by date, the newest first. Without q: always by date."),
        _("Invalid sort “%s”. Use relevance or date."),
        choice_of("relevance", "date"),
        {"type": "string", "enum": ["relevance", "date"]},
        "date",
    ),
    Parameter(
        "category",
        _("Only messages in this category: its slug, see /api/categories/."),
        _("Invalid category “%s”. See /api/categories/."),
        text_matching(SLUG_PATTERN),
        pattern_schema(SLUG_PATTERN),
    ),
    Parameter(
        "year",
        _("Only messages published in this year, in the embassy’s time zone."),
        _("Invalid year “%s”. Use four digits, for example 2018."),
        number_between(1000, 9999),
        {"type": "integer", "minimum": 1000, "maximum": 9999},
        2020,
    ),
    Parameter(
        "month",
        _("Only messages published in this month."),
        _("Invalid month “%s”. Use YYYY-MM, for example 2018-03."),
        parse_month,
        pattern_schema(MONTH_PATTERN),
        "2020-11",
    ),
    Parameter(
        "from", _("Only messages published on or after this date."), INVALID_DATE, parse_day, DATE_SCHEMA, "2020-11-01"
    ),
    Parameter(
        "to", _("Only messages published on or before this date."), INVALID_DATE, parse_day, DATE_SCHEMA, "2020-11-30"
    ),
    Parameter(
        "source",
        _("Only messages from this original publisher: its name, in any spelling of case and punctuation."),
        _("The source “%s…” is too long. Use up to 200 characters."),
        text_up_to(200),
        text_schema(200),
    ),
    Parameter(
        "limit",
        _("Maximum number of messages on a page. With q or source it is 20."),
        _("Invalid limit “%s”. Use a number from 20 to 100."),
        number_between(PAGE_SIZE, MAX_LIMIT),
        {"type": "integer", "minimum": PAGE_SIZE, "maximum": MAX_LIMIT, "default": PAGE_SIZE},
        MAX_LIMIT,
    ),
    Parameter(
        "full",
        _("1: full messages, with text, corrections and attachments."),
        _("Invalid value “%s” for full. Use 1 or 0."),
        number_between(0, 1),
        {"type": "integer", "enum": [0, 1], "default": 0},
        1,
    ),
    Parameter(
        "before",
        _("Cursor: the page after this message. Taken from “next”."),
        INVALID_CURSOR,
        text_matching(CURSOR_PATTERN),
        pattern_schema(CURSOR_PATTERN),
    ),
    Parameter(
        "after",
        _("Cursor: the page before this message. Taken from “previous”; ignored if “before” is given."),
        INVALID_CURSOR,
        text_matching(CURSOR_PATTERN),
        pattern_schema(CURSOR_PATTERN),
    ),
]
PARAMETER_NAMES = tuple(parameter.name for parameter in PARAMETERS)
