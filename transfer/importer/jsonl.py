"""JSON lines parser and validation: bytes in, message records or faults out, without the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from transfer.importer.validation import RULES, ImportFault, LeadImage, json_type, quoted

LONGEST_LINE = 2_000_000  # bytes: enough for a book, and bounds memory
MOST_CATEGORIES = 500  # in one file: more means that the field holds something else
EPOCH = date(1970, 1, 1)

BOM = b"\xef\xbb\xbf"
# One serialisation for each object, for the digest.
CANONICAL = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=lambda date: date.isoformat()
)


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A validated message that is not yet written."""

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
    language: str = ""  # a code; "" for the default
    related: tuple[str, ...] = ()  # paths of messages
    draft: bool = False  # has a time, but is not approved
    old_urls: tuple[str, ...] = ()  # former URLs, as in `Redirect.path`
    corrections: tuple[tuple[datetime, str] | tuple[datetime, str, str], ...] = ()  # time, note, kind but the default
    revised_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""
    category_name: str = ""  # for a category that has to be created
    picture: LeadImage | None = None  # lead image
    attachments: tuple[tuple[str, str], ...] = ()  # (file, display name)

    @property
    def digest(self) -> bytes:
        """Return 16 bytes that identify the content, regardless of key order, empty keys and UTC offset.

        Digests are stored in databases: if the algorithm changes, every line ever imported is new again. New keys are
        harmless, because empty values are left out. The day comes first, so that lines of neighbouring days are close
        together in the table and a long import writes to few pages at a time.
        """
        values = {name: value for name in self.__slots__ if (value := getattr(self, name))}
        text = CANONICAL.encode(values)
        day = (self.publish_at.date() - EPOCH).days if self.publish_at else 0
        return (day + 2**31).to_bytes(4) + blake2b(text.encode(), digest_size=12).digest()


REQUIRED = ("headline", "category", "publish_at")


def raw_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield (number, line) for lines that are not blank; longer ones are cut after LONGEST_LINE + 1 bytes."""
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


def read_entries(file: BinaryIO) -> Iterator[tuple[int, MessageRecord | ImportFault]]:
    """Yield (number, message or fault) for each line of a file."""
    for number, raw in raw_lines(file):
        try:
            yield number, read_line(raw)
        except ImportFault as fault:
            yield number, fault


def valid_records(
    entries: Iterable[tuple[int, MessageRecord | ImportFault]], skipped: Container[int] = ()
) -> Iterator[MessageRecord]:
    """Yield the messages of a file that has been checked, without those `skipped`; raise a fault that is new since."""
    for number, entry in entries:
        if number in skipped:
            continue
        if isinstance(entry, ImportFault):
            raise entry
        yield entry


def find_faults(
    file: BinaryIO,
    progress: Callable[[int], None] = lambda number: None,
    *,
    entries=read_entries,
    also: Callable[[MessageRecord], Iterable[str]] = lambda line: (),
) -> Iterator[tuple[int, str]]:
    """Yield (number, fault) for each invalid entry; call `progress` with each number.

    `also` returns further faults of a valid entry.
    """
    categories = set()
    for number, entry in entries(file):
        progress(number)
        if isinstance(entry, ImportFault):
            yield number, str(entry)
            continue
        categories.add(entry.category)
        if len(categories) > MOST_CATEGORIES:
            categories.clear()
            yield number, _("the file has more than %d categories so far. Check the key “category”.") % MOST_CATEGORIES
        yield from ((number, fault) for fault in also(entry))


def read_line(raw: bytes) -> MessageRecord:
    """Return the message of a line; raise Fault for its first error."""
    data = parse_json(raw)
    for key in data:
        if key not in RULES:
            known = ", ".join(RULES)
            raise ImportFault(_("unknown key %(key)s. Known keys: %(known)s.") % {"key": quoted(key), "known": known})
    for key in REQUIRED:
        if key not in data:
            raise ImportFault(_("%s is missing.") % quoted(key))
    values = {}
    for key, value in data.items():
        if value is None and key not in REQUIRED:
            continue
        try:
            values[key] = RULES[key](value)
        except ImportFault as fault:
            raise ImportFault(f"{quoted(key)} {fault}") from None
        except ValidationError as error:
            raise ImportFault(
                _("%(key)s is %(value)s. %(fault)s")
                % {"key": quoted(key), "value": quoted(value), "fault": error.messages[0]}
            ) from None
    return cross_validate(MessageRecord(**values))


def cross_validate(line: MessageRecord) -> MessageRecord:
    """Return the line; raise Fault if its values contradict each other."""
    if bool(line.withdrawn_at) != bool(line.withdrawn_reason.strip()):
        raise ImportFault(_("a withdrawn message needs both withdrawn_at and withdrawn_reason, which is public."))
    if line.withdrawn_at and (line.draft or not line.publish_at):
        raise ImportFault(_("it is withdrawn but was never published. Remove withdrawn_at, or set publish_at."))
    return line


def parse_json(raw: bytes) -> dict[str, Any]:
    """Return the JSON object of a line."""
    if len(raw) > LONGEST_LINE:
        raise ImportFault(_("it is longer than %d bytes. Write one object per line.") % LONGEST_LINE)
    try:
        data = json.loads(raw.decode(), object_pairs_hook=reject_duplicate_keys, parse_constant=reject_constant)
    except UnicodeDecodeError as error:
        raise ImportFault(_("it is not UTF-8 text (at byte %d). Save the file as UTF-8.") % (error.start + 1)) from None
    except json.JSONDecodeError as error:
        why = _("invalid JSON: %(why)s at character %(position)d.")
        raise ImportFault(why % {"why": error.msg, "position": error.pos + 1}) from None
    except RecursionError:
        raise ImportFault(_("it is nested too deeply.")) from None
    except ImportFault:
        raise
    except ValueError:
        raise ImportFault(_("it has a number that is too long.")) from None
    if not isinstance(data, dict):
        raise ImportFault(_("it is %s, but must be an object: {…}.") % json_type(data))
    return data


def reject_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; raise Fault for a duplicate key."""
    data = dict(pairs)
    if len(data) < len(pairs):
        seen: set[str] = set()
        key = next(key for key, _value in pairs if key in seen or seen.add(key))
        raise ImportFault(_("duplicate key %s.") % quoted(key))
    return data


def reject_constant(name: str):
    """Refuse NaN and Infinity, which Python accepts and JSON does not have."""
    raise ImportFault(_("invalid JSON: it has %s.") % name)
