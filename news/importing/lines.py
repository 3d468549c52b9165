"""The lines of an import: bytes in, messages to be or faults out. Nothing here writes, or asks the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from news.importing.rules import RULES, Fault, Picture, kind, shown

LONGEST_LINE = 2_000_000  # bytes: a book fits, and memory stays bounded
MOST_CATEGORIES = 500  # in one file: with more, something else has got into the field
EPOCH = date(1970, 1, 1)

BOM = b"\xef\xbb\xbf"
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
    language: str = ""  # a code; empty for the one that messages are in unless told
    draft: bool = False  # has a moment, and nobody has approved it yet
    old_urls: tuple[str, ...] = ()  # former addresses, as `Redirect.path` has them
    corrections: tuple[tuple[datetime, str], ...] = ()
    revised_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""
    category_name: str = ""  # of a category that has to be made
    picture: Picture | None = None  # its own
    attachments: tuple[tuple[str, str], ...] = ()  # files, and their names for people

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


def entries(file: BinaryIO) -> Iterator[tuple[int, Line | Fault]]:
    """Yield what each line of a file comes to, a message or a fault, with its number."""
    for number, raw in raw_lines(file):
        try:
            yield number, read(raw)
        except Fault as fault:
            yield number, fault


def sound(entries: Iterable[tuple[int, Line | Fault]], skipped: Container[int] = ()) -> Iterator[Line]:
    """Yield the messages of a file that has been checked; raise a fault that has come into it since.

    The numbers in `skipped` are left out: those that the check has found bad, where that was asked for.
    """
    for number, found in entries:
        if number in skipped:
            continue
        if isinstance(found, Fault):
            raise found
        yield found


def faults(
    file: BinaryIO,
    look: Callable[[int], None] = lambda number: None,
    *,
    entries=entries,
    also: Callable[[Line], Iterable[str]] = lambda line: (),
) -> Iterator[tuple[int, str]]:
    """Yield the number of each bad line of a file with its fault; call `look` with each number passed.

    `also` looks at the good ones: it returns what else is wrong with them.
    """
    categories = set()
    for number, found in entries(file):
        look(number)
        if isinstance(found, Fault):
            yield number, str(found)
            continue
        categories.add(found.category)
        if len(categories) > MOST_CATEGORIES:
            categories.clear()
            fault = _("the categories named so far are more than %d. Are they categories?") % MOST_CATEGORIES
            yield number, fault
        yield from ((number, fault) for fault in also(found))


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
    return agreed(Line(**values))


def agreed(line: Line) -> Line:
    """Return a line whose values agree with one another."""
    if bool(line.withdrawn_at) != bool(line.withdrawn_reason.strip()):
        raise Fault(_("a withdrawn message has both withdrawn_at and withdrawn_reason, which the public reads."))
    if line.withdrawn_at and (line.draft or not line.publish_at):
        raise Fault(_("it is withdrawn and was never published. Take withdrawn_at out, or give it its publish_at."))
    return line


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
