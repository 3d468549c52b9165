"""A backup is made: the rows as of one moment, then the files, into one file that has its name when all is in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext as _

from backups import Refused, files
from backups.archive import PIECE, Writer
from backups.contents import MANIFEST, MEDIA, Manifest, write_rows
from backups.database import applied, last_number, refuse_unless_migrated, size_of, the_site, value
from backups.sealing import Sealing
from backups.snapshot import snapshot
from backups.tables import Table, carried
from editions.edition import NUMBER_QUERY


@dataclass
class Taken:
    """What has gone into a backup."""

    at: datetime
    rows: int = 0
    tables: int = 0
    files: int = 0
    size: int = 0
    missing: tuple[str, ...] = ()  # files that rows name, and that the storage does not have
    left_out: tuple[str, ...] = ()  # files that were being written, or whose name no other place could keep


def take(path: Path, key: bytes | None, at: datetime) -> Taken:
    """Write the site as it is at the moment `at`, or a little later, into a new file at `path`."""
    refuse_unless_migrated(the_site())
    taken = Taken(at)
    with new_file(path) as out:
        sealed = Sealing(out, key) if key else out
        writer = Writer(sealed)
        with snapshot(the_site()) as reading:
            named = write_database(writer, reading, taken)
        write_media(writer, named, taken)
        writer.finish()
        if key:
            sealed.finish()
        taken.size = out.tell()
    return taken


@contextmanager
def new_file(path: Path) -> Iterator:
    """Open a file to be written, for its owner alone. It has its name once it is whole and on the disk; none if not."""
    unfinished = path.with_name(path.name + ".part")
    refuse_if_there(path)
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        words = _("%s is there: another backup is being written, or was interrupted. If none runs, delete it.")
        raise Refused(words % unfinished) from None
    try:
        with open(descriptor, "wb") as out:  # noqa: PTH123
            yield out
            out.flush()
            os.fsync(descriptor)
        refuse_if_there(path)
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def refuse_if_there(path: Path) -> None:
    if path.exists():
        raise Refused(_("%s is there already, and is not written over. Name another file.") % path)


# The rows


def write_database(writer: Writer, reading, taken: Taken) -> set[str]:
    """Write manifest and rows; return the names of the files that rows name."""
    tables = carried()
    manifest = Manifest(
        release=settings.RELEASE,
        site=settings.SITE_URL,
        database=reading.vendor,
        taken_at=taken.at,
        edition=value(reading, NUMBER_QUERY) or 0,
        migrations=applied(reading),
        rows={table.name: size_of(reading, table) for table in tables},
        numbered={table.name: last_number(reading, table) for table in tables if table.counter},
    )
    data, named = manifest.as_json(), set()
    writer.add(MANIFEST, len(data), [data])
    for table in tables:
        taken.rows += write_rows(writer, table, noting(table, table.rows(reading), named))
    taken.tables = len(tables)
    return named


def noting(table: Table, rows: Iterator[list], named: set[str]) -> Iterator[list]:
    """Pass rows on, and note the files that they name."""
    places = [place for place, field in enumerate(table.fields) if isinstance(field, models.FileField)]
    if not places:
        yield from rows
        return
    for row in rows:
        named.update(row[place] for place in places if row[place])
        yield row


# The files


def write_media(writer: Writer, named: set[str], taken: Taken) -> None:
    """Write every file: those that rows name, which were there before the rows were, and the others.

    Files are never changed, and have names that no other will have. One that is gone by now was nobody's.
    """
    left_out = []
    for name in files.walk(default_storage):
        try:
            wanted = name in named
            if not files.is_plain(name) or not (wanted or files.settled(default_storage, name)):
                left_out.append(name)
                continue
            size = default_storage.size(name)
            file = default_storage.open(name)
        except FileNotFoundError:
            continue
        with file:
            try:
                writer.add(MEDIA + name, size, pieces(file))
            except ValueError:
                raise Refused(_("%s was changed while it was copied. Start the backup again.") % name) from None
        taken.files += 1
        named.discard(name)
    taken.missing, taken.left_out = tuple(sorted(named)), tuple(left_out)


def pieces(file) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
