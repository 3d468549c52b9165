"""Layout of a backup: the members of its tar file, in this order.

manifest.json                            release, time, migrations, and the number of rows of each table
tables/news_message.00001.jsonl.gz       the columns, then one row per line; the next 4 MB in .00002, and so on
media/pictures/26/11/….jpg               a file of the media, unchanged
SHA256SUMS                               the checksums of all of them
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count
from typing import BinaryIO

from django.utils.translation import gettext as _

from backups import BackupError, media, tar
from backups.rows import BackupTable, InvalidRow, included_tables, serialise_row
from backups.tar import DamagedBackup

FORMAT_VERSION = 1  # version of this layout
MANIFEST_NAME, MEDIA_PREFIX = "manifest.json", "media/"
MAX_MANIFEST_BYTES = 4 << 20  # bytes
PART_BYTES = 4 << 20  # bytes of rows in one member
MAX_LINE_BYTES = 64 << 20  # bytes: more than any row has, and less than would fill the memory
BATCH_ROWS = 200
BATCH_BYTES = 2 << 20


@dataclass
class Manifest:
    """The site and the contents of a backup."""

    release: str
    site: str
    database: str
    taken_at: datetime
    edition: int
    migrations: list[tuple[str, str]]
    rows: dict[str, int]  # by table
    numbered: dict[str, int]  # by table: the highest primary key ever assigned, also to a row that was deleted
    form: int = FORMAT_VERSION

    def as_json(self) -> bytes:
        return json.dumps(asdict(self) | {"taken_at": self.taken_at.isoformat()}, indent=1).encode() + b"\n"

    @classmethod
    def read(cls, data: bytes) -> Manifest:
        try:
            values = json.loads(data)
            form = int(values["form"])
            release = str(values["release"])
            if form == FORMAT_VERSION:
                return cls(
                    release=release,
                    site=str(values["site"]),
                    database=str(values["database"]),
                    taken_at=datetime.fromisoformat(values["taken_at"]),
                    edition=int(values["edition"]),
                    migrations=[(str(app), str(name)) for app, name in values["migrations"]],
                    rows={str(table): int(number) for table, number in values["rows"].items()},
                    numbered={str(table): int(number) for table, number in values["numbered"].items()},
                )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise DamagedBackup(_("its manifest cannot be read")) from error
        words = _("Release %s made this backup, in a format that this release does not know. Check that release out.")
        raise BackupError(words % release)


def part_member_name(table: BackupTable, number: int) -> str:
    return f"tables/{table.name}.{number:05}.jsonl.gz"


# Writing


def write_table(writer: tar.BackupWriter, table: BackupTable, rows: Iterable[list]) -> int:
    """Write a table in gzipped parts that fit into memory, and return the number of its rows."""
    numbers, written = count(1), 0
    part = _TablePart(table)
    for row in rows:
        if part.size > PART_BYTES:
            part.write(writer, next(numbers))
            part = _TablePart(table)
        part.add(row)
        written += 1
    part.write(writer, next(numbers))
    return written


class _TablePart:
    """A member with rows of a table, compressed in memory. `size` is its number of bytes before that."""

    def __init__(self, table: BackupTable):
        self.table, self.size, self.compressed = table, 0, io.BytesIO()
        self.compressor = zlib.compressobj(4, wbits=31)  # gzip, without a date
        self.compressed.write(self.compressor.compress(serialise_row(table.columns)))

    def add(self, row: list) -> None:
        raw = serialise_row(row)
        self.size += len(raw)
        self.compressed.write(self.compressor.compress(raw))

    def write(self, writer: tar.BackupWriter, number: int) -> None:
        self.compressed.write(self.compressor.flush())
        size = self.compressed.tell()
        self.compressed.seek(0)
        writer.add(part_member_name(self.table, number), size, self.compressed)


# Reading


class BackupContents:
    """A backup that is read once, in order: `manifest`, then `rows`, `files` and `finish`.

    Everything is checked: that no member is missing, added, repeated, out of order or badly named, and that each row is
    valid. `digests` are the SHA-256 of each table's rows.
    """

    def __init__(self, stream: BinaryIO):
        self.reader = tar.BackupReader(stream)
        self.members = self.reader.members()
        self.member = next(self.members, None)
        if not self.member or self.member.name != MANIFEST_NAME or self.member.size > MAX_MANIFEST_BYTES:
            raise DamagedBackup(_("it does not begin with a manifest"))
        self.manifest = Manifest.read(self.member.read(MAX_MANIFEST_BYTES))
        self.member = next(self.members, None)
        self.digests: dict[str, bytes] = {}

    def rows(self) -> Iterator[tuple[BackupTable, list[list]]]:
        """Yield the rows of all tables, in batches."""
        for table in included_tables():
            digest, found, number = hashlib.sha256(), 0, 0
            while self.member and self.member.name == part_member_name(table, number + 1):
                number += 1
                for batch in self._batches(table, digest):
                    found += len(batch)
                    yield table, batch
                self.member = next(self.members, None)
            if not number or found != self.manifest.rows.get(table.name):
                raise DamagedBackup(_("rows of %s are missing") % table.name)
            self.digests[table.name] = digest.digest()

    def _batches(self, table: BackupTable, digest) -> Iterator[list[list]]:
        lines = _read_lines(self.member)
        if next(lines, None) != serialise_row(table.columns):
            raise DamagedBackup(_("%s has other columns") % table.name)
        batch, size = [], 0
        for raw in lines:
            try:
                batch.append(table.read(raw))
            except InvalidRow as error:
                raise DamagedBackup(_("a row of %s cannot be read") % table.name) from error
            digest.update(raw)
            size += len(raw)
            if len(batch) >= BATCH_ROWS or size > BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def files(self) -> Iterator[tuple[str, tar.BackupMember]]:
        """Yield the media's files, each to be read before the next."""
        previous: list[str] = []
        while self.member:
            name = self.member.name.removeprefix(MEDIA_PREFIX)
            if name == self.member.name or not media.is_portable_name(name) or media.sort_key(name) <= previous:
                raise DamagedBackup(_("it has a file that does not belong in a backup"))
            previous = media.sort_key(name)
            yield name, self.member
            self.member = next(self.members, None)

    def skim(self) -> None:
        """Read to the end for the checksums, without looking at the rows."""
        for _member in self.members:
            pass

    def finish(self) -> str:
        """Return the digest of the whole backup, after all of it was read."""
        if self.member or not self.reader.digest:
            raise DamagedBackup(_("it is incomplete"))
        return self.reader.digest


def _read_lines(member: tar.BackupMember) -> Iterator[bytes]:
    """Yield the lines of a gzipped member, in bounded memory even if it is a decompression bomb."""
    pending = bytearray()
    for piece in _decompress(member):
        pending += piece
        whole, newline, rest = pending.rpartition(b"\n")
        if newline:
            yield from (each + b"\n" for each in bytes(whole).split(b"\n"))
            pending = bytearray(rest)
        if len(pending) > MAX_LINE_BYTES:
            break
    if pending:
        raise DamagedBackup(_("%s cannot be decompressed") % member.name)


def _decompress(member: tar.BackupMember) -> Iterator[bytes]:
    """Yield the content of a gzipped member, at most a mebibyte at a time."""
    decompressor = zlib.decompressobj(wbits=31)
    try:
        for compressed in member.pieces():
            more = True
            while more:
                piece = decompressor.decompress(compressed, tar.CHUNK_BYTES)
                yield piece
                compressed = decompressor.unconsumed_tail
                more = compressed or (len(piece) == tar.CHUNK_BYTES and not decompressor.eof)
            if decompressor.eof and (decompressor.unused_data or member.left):
                raise zlib.error("trailing data")
    except zlib.error as error:
        raise DamagedBackup(_("%s cannot be decompressed") % member.name) from error
    if not decompressor.eof:
        raise DamagedBackup(_("%s cannot be decompressed") % member.name)
