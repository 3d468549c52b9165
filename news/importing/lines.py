"""The lines of an import: bytes in, messages to be or faults out. Nothing here writes, or asks the database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from news.models import Category, Message
from richtext.fields import LONGEST

LONGEST_LINE = 2_000_000  # bytes: a book fits, and memory stays bounded
MOST_CATEGORIES = 500  # in one file: with more, something else has got into the field
YEARS = 1001, 9998  # the calendar of every zone has them whole, and addresses have four digits for them
EPOCH = date(1970, 1, 1)

BOM = b"\xef\xbb\xbf"
# Control characters (Unicode's Cc, but for tab and line ends), half characters, and what is no character at all.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LINE_ENDS = re.compile("[\t\n\r\u2028\u2029]")


class Fault(ValueError):
    """Why a line can't be imported: a sentence that says what to do."""


# One spelling for each object; dates and moments are written as they are given.
CANONICAL = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=lambda moment: moment.isoformat()
)


@dataclass(frozen=True, slots=True)
class Line:
    """A message as a line of a file gives it: checked, not yet written."""

    headline: str
    category: str  # a slug
    publish_at: datetime | None  # in UTC; None for a draft
    lead: str = ""
    body: str = ""
    delivered_on: date | None = None
    source_name: str = ""
    source_url: str = ""
    featured: bool = False
    slug: str = ""

    @property
    def digest(self) -> bytes:
        """Return 16 bytes that no other line has, however this one is spelt: order of keys, empty ones, offset.

        What is written here is kept in databases: changed, every line ever imported would be new again. A key that is
        added later is harmless, as empty ones leave no trace. The day stands first, so that lines of neighbouring
        days are neighbours in the table too, and a long import writes to a few of its pages at a time.
        """
        given = {name: value for name in self.__slots__ if (value := getattr(self, name))}
        text = CANONICAL.encode(given)
        day = (self.publish_at.date() - EPOCH).days if self.publish_at else 0
        return (day + 2**31).to_bytes(4) + blake2b(text.encode(), digest_size=12).digest()


REQUIRED = ("headline", "category", "publish_at")


# From a file to lines


def raw_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield each line that isn't blank with its number. One over LONGEST_LINE comes cut, and still too long."""
    number = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        rest = raw
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE + 1)
        if number == 1:
            raw = raw.removeprefix(BOM)
        if not raw.isspace() and raw:
            yield number, raw


def faults(file: BinaryIO, look: Callable[[int], None] = lambda number: None) -> Iterator[str]:
    """Yield a sentence for each bad line of a file, with its number; call `look` with each number passed."""
    categories = set()
    for number, raw in raw_lines(file):
        look(number)
        try:
            categories.add(read(raw).category)
            if len(categories) > MOST_CATEGORIES:
                categories.clear()
                raise Fault(_("the categories named so far are more than %d. Are they categories?") % MOST_CATEGORIES)
        except Fault as fault:
            yield _("Line %(number)d: %(fault)s") % {"number": number, "fault": fault}


def read(raw: bytes) -> Line:
    """Return the message of a line; raise Fault with the first thing that is wrong with it."""
    given = parse(raw)
    for key in given:
        if key not in RULES:
            known = ", ".join(RULES)
            raise Fault(_("the key %(key)s is unknown. Known are: %(known)s.") % {"key": shown(key), "known": known})
    for key in REQUIRED:
        if key not in given:
            raise Fault(_("%s is missing.") % shown(key))
    values = {}
    for key, value in given.items():
        if value is None and key not in REQUIRED:
            continue  # as if it were left out
        try:
            values[key] = RULES[key](value)
        except Fault as fault:
            raise Fault(f"{shown(key)} {fault}") from None
        except ValidationError as error:
            raise Fault(
                _("%(key)s is %(value)s. %(fault)s")
                % {"key": shown(key), "value": shown(value), "fault": error.messages[0]}
            ) from None
    return Line(**values)


def parse(raw: bytes) -> dict[str, Any]:
    """Return the object that a line holds."""
    if len(raw) > LONGEST_LINE:
        raise Fault(_("it is longer than %d bytes. Does every object stand on a line of its own?") % LONGEST_LINE)
    try:
        found = json.loads(raw.decode(), object_pairs_hook=once_each, parse_constant=no_number)
    except UnicodeDecodeError as error:
        raise Fault(_("it is not UTF-8 text (at byte %d). Save the file as UTF-8.") % (error.start + 1)) from None
    except json.JSONDecodeError as error:
        raise Fault(
            _("it is no JSON: %(why)s at character %(place)d.") % {"why": error.msg, "place": error.pos + 1}
        ) from None
    except RecursionError:
        raise Fault(_("it is nested too deeply.")) from None
    except Fault:
        raise
    except ValueError:
        raise Fault(_("it holds a number that is too long.")) from None
    if not isinstance(found, dict):
        raise Fault(_("it is %s, and should be an object: {…}.") % kind(found))
    return found


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON whose keys are each there once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        key = next(key for key, _value in pairs if key in seen or seen.add(key))
        raise Fault(_("the key %s is there twice.") % shown(key))
    return found


def no_number(name: str):
    """Refuse what Python takes for JSON and nobody else does."""
    raise Fault(_("it is no JSON: it holds %s.") % name)


# The rules: a value as given in, the value to keep out


def text(value: Any) -> str:
    """Return a text of one or more lines, as long as the editor takes one."""
    if not isinstance(value, str):
        raise Fault(_("is %s, and should be a text.") % kind(value))
    if found := UNPRINTABLE.search(value):
        raise Fault(
            _("holds the character U+%(code)04X, at place %(place)d, which no text can show. Take it out.")
            % {"code": ord(found[0]), "place": found.start() + 1}
        )
    if len(value) > LONGEST:
        raise Fault(_("has %(length)d characters, and may have %(most)d.") % {"length": len(value), "most": LONGEST})
    return value


def of_field(field) -> Callable[[Any], str]:
    """Return the rule for a text on one line that is kept in a field of a model, by that field's own rules."""

    def rule(value: Any) -> str:
        value = text(value)
        if LINE_ENDS.search(value):
            raise Fault(_("holds a line break or a tab. Write it on one line."))
        if not value.strip() and not field.blank:
            raise Fault(_("is empty."))
        if value:
            field.run_validators(value)
        return value

    return rule


def moment(value: Any) -> datetime | None:
    """Return a moment in UTC, None for a draft's."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError as error:
        if isinstance(error, Fault):
            raise
        raise Fault(
            _("is %s, which is no moment. Write one like 2020-09-25T12:00:00+01:00, or null for a draft.")
            % shown(value)
        ) from None
    if found.tzinfo is None:
        raise Fault(_("is %s, without its offset from UTC. Write it like 2020-09-25T12:00:00+01:00.") % shown(value))
    try:
        found = found.astimezone(UTC)
    except OverflowError:
        raise Fault(_("is outside the years from %d to %d.") % YEARS) from None
    return in_years(found)


def day(value: Any) -> date | None:
    """Return a date."""
    if value == "":
        return None
    try:
        return in_years(date.fromisoformat(text(value)))
    except ValueError as error:
        if isinstance(error, Fault):
            raise
        raise Fault(_("is %s, which is no date. Write one like 2020-09-24.") % shown(value)) from None


def in_years(found):
    """Return a date or a moment that addresses and calendars can have."""
    if not YEARS[0] <= found.year <= YEARS[1]:
        raise Fault(_("is outside the years from %d to %d.") % YEARS)
    return found


def boolean(value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise Fault(_("is %s, and should be true or false.") % kind(value))
    return value


RULES: dict[str, Callable[[Any], Any]] = {
    "headline": of_field(Message._meta.get_field("headline")),
    "category": of_field(Category._meta.get_field("slug")),
    "publish_at": moment,
    "lead": text,
    "body": text,
    "delivered_on": day,
    "source_name": of_field(Message._meta.get_field("source_name")),
    "source_url": of_field(Message._meta.get_field("source_url")),
    "featured": boolean,
    "slug": of_field(Message._meta.get_field("slug")),
}


# The words


def kind(value: Any) -> str:
    """Return what a value is, in words."""
    match value:
        case None:
            return _("null")
        case bool():
            return _("true or false")
        case str():
            return _("a text")
        case int() | float():
            return _("a number")
        case list():
            return _("a list")
    return _("an object")


def shown(value: Any) -> str:
    """Return a value as a sentence quotes it: not too long, and harmless on a terminal."""
    words = value if isinstance(value, str) else json.dumps(value)
    cut = words[:60] + "…" if len(words) > 60 else words
    return "“" + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in cut) + "”"
