"""What stands in a backup, in this order: the manifest, the tables' rows, the media's files, the checksums.

manifest.json                            what the site was, and how many rows there are
tables/news_message.00001.jsonl.gz       its columns, then a row a line; the next 4 MB in .00002, and so on
media/pictures/26/11/….jpg               as it is
SHA256SUMS, SHA256                       of each file, and of all that stands before
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count
from typing import BinaryIO

from django.utils.translation import gettext as _

from backups import Refused, archive, files
from backups.archive import Damaged
from backups.tables import Table, Unreadable, carried, line

FORM = 1  # of the manifest and of all that follows; a later release that changes it, counts up
MANIFEST, MEDIA = "manifest.json", "media/"
LONGEST_MANIFEST = 4 << 20  # bytes
PART = 4 << 20  # bytes of rows in one file
LONGEST_LINE = 64 << 20  # bytes: far beyond any row, far below what would fill the memory
AT_ONCE = 200  # rows, or
BYTES_AT_ONCE = 2 << 20  # of rows


@dataclass
class Manifest:
    """What the site was that a backup is of."""

    release: str
    site: str
    database: str
    taken_at: datetime
    edition: int
    migrations: list[tuple[str, str]]
    rows: dict[str, int]  # by table
    numbered: dict[str, int]  # by table: the last number that the database has given to a row, which may be gone
    form: int = FORM

    def as_json(self) -> bytes:
        return json.dumps(asdict(self) | {"taken_at": self.taken_at.isoformat()}, indent=1).encode() + b"\n"

    @classmethod
    def read(cls, data: bytes) -> Manifest:
        try:
            said = json.loads(data)
            form = int(said["form"])
            release = str(said["release"])
            if form == FORM:
                return cls(
                    release=release,
                    site=str(said["site"]),
                    database=str(said["database"]),
                    taken_at=datetime.fromisoformat(said["taken_at"]),
                    edition=int(said["edition"]),
                    migrations=[(str(app), str(name)) for app, name in said["migrations"]],
                    rows={str(table): int(number) for table, number in said["rows"].items()},
                    numbered={str(table): int(number) for table, number in said["numbered"].items()},
                )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise Damaged(_("its manifest can't be read")) from error
        words = _("Release %s made this backup, in a form that this one does not know. Check that release out.")
        raise Refused(words % release)


def part_name(table: Table, number: int) -> str:
    return f"tables/{table.name}.{number:05}.jsonl.gz"


# Writing


def write_rows(writer: archive.Writer, table: Table, rows: Iterable[list]) -> int:
    """Write a table, in parts of a size that fits into memory, and return how many rows it has."""
    numbers, written = count(1), 0
    packing, packed, size = _begun(table)
    for row in rows:
        if size > PART:
            _write_part(writer, part_name(table, next(numbers)), packing, packed)
            packing, packed, size = _begun(table)
        raw = line(row)
        packed.append(packing.compress(raw))
        size += len(raw)
        written += 1
    _write_part(writer, part_name(table, next(numbers)), packing, packed)
    return written


def _begun(table: Table):
    packing = zlib.compressobj(4, wbits=31)  # gzip, without a date
    return packing, [packing.compress(line(table.columns))], 0


def _write_part(writer: archive.Writer, name: str, packing, packed: list[bytes]) -> None:
    packed.append(packing.flush())
    writer.add(name, sum(map(len, packed)), packed)


# Reading


class Contents:
    """A backup that is read once, from its beginning to its end: `manifest`, then `rows`, `files` and `finish`.

    Everything is checked on the way: that nothing is missing, added, doubled, misplaced or misnamed, and that each row
    is one. `digests` are those of the tables' rows.
    """

    def __init__(self, stream: BinaryIO):
        self.reader = archive.Reader(stream)
        self.members = self.reader.members()
        self.member = next(self.members, None)
        if not self.member or self.member.name != MANIFEST or self.member.size > LONGEST_MANIFEST:
            raise Damaged(_("it does not begin with a manifest"))
        self.manifest = Manifest.read(self.member.read(LONGEST_MANIFEST))
        self.member = next(self.members, None)
        self.digests: dict[str, bytes] = {}

    def rows(self) -> Iterator[tuple[Table, list[list]]]:
        """Yield the rows of all tables, some at a time."""
        for table in carried():
            digest, found, number = hashlib.sha256(), 0, 0
            while self.member and self.member.name == part_name(table, number + 1):
                number += 1
                for some in self._some(table, digest):
                    found += len(some)
                    yield table, some
                self.member = next(self.members, None)
            if not number or found != self.manifest.rows.get(table.name):
                raise Damaged(_("rows of %s are missing") % table.name)
            self.digests[table.name] = digest.digest()

    def _some(self, table: Table, digest) -> Iterator[list[list]]:
        lines = _lines(self.member)
        if next(lines, None) != line(table.columns):
            raise Damaged(_("%s has other columns") % table.name)
        some, size = [], 0
        for raw in lines:
            try:
                some.append(table.read(raw))
            except Unreadable as error:
                raise Damaged(_("a row of %s can't be read") % table.name) from error
            digest.update(raw)
            size += len(raw)
            if len(some) >= AT_ONCE or size > BYTES_AT_ONCE:
                yield some
                some, size = [], 0
        if some:
            yield some

    def files(self) -> Iterator[tuple[str, archive.Member]]:
        """Yield the files, each to be read before the next is asked for."""
        before: list[str] = []
        while self.member:
            name = self.member.name.removeprefix(MEDIA)
            if name == self.member.name or not files.is_plain(name) or files.place(name) <= before:
                raise Damaged(_("a file in it has no place in a backup"))
            before = files.place(name)
            yield name, self.member
            self.member = next(self.members, None)

    def skim(self) -> None:
        """Read to the end for the checksums alone, whatever the rows are of."""
        for _member in self.members:
            pass

    def finish(self) -> str:
        """Return the checksum of the whole, which holds."""
        if self.member or not self.reader.digest:
            raise Damaged(_("it ends too soon"))
        return self.reader.digest


def _lines(member: archive.Member) -> Iterator[bytes]:
    """Yield the lines of a file packed with gzip, in bounded memory, whatever it unpacks to."""
    held = bytearray()
    for piece in _unpacked(member):
        held += piece
        whole, newline, rest = held.rpartition(b"\n")
        if newline:
            yield from (each + b"\n" for each in bytes(whole).split(b"\n"))
            held = bytearray(rest)
        if len(held) > LONGEST_LINE:
            break
    if held:
        raise Damaged(_("%s can't be unpacked") % member.name)


def _unpacked(member: archive.Member) -> Iterator[bytes]:
    """Yield what a file packed with gzip holds, a mebibyte at a time at most."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        for packed in member.pieces():
            more = True
            while more:
                piece = unpacking.decompress(packed, archive.PIECE)
                yield piece
                packed = unpacking.unconsumed_tail
                more = packed or (len(piece) == archive.PIECE and not unpacking.eof)
            if unpacking.eof and (unpacking.unused_data or member.left):
                raise zlib.error("something follows")
    except zlib.error as error:
        raise Damaged(_("%s can't be unpacked") % member.name) from error
    if not unpacking.eof:
        raise Damaged(_("%s can't be unpacked") % member.name)
