"""Create a backup: a consistent snapshot of the rows, then the media, in one file that is renamed when complete."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext as _

from backups import BackupError, media
from backups.database import (
    applied_migrations,
    count_rows,
    default_connection,
    last_primary_key,
    refuse_unless_migrated,
    select_value,
)
from backups.encryption import encrypt_stream
from backups.format import MANIFEST_NAME, MEDIA_PREFIX, Manifest, write_table
from backups.rows import BackupTable, included_tables
from backups.snapshot import open_snapshot
from backups.tar import BackupWriter, SizeMismatch
from editions.edition import EDITION_NUMBER_QUERY


@dataclass
class BackupResult:
    """The contents of a backup."""

    at: datetime
    rows: int = 0
    tables: int = 0
    files: int = 0
    size: int = 0
    missing: tuple[str, ...] = ()  # files that rows refer to, and that the storage does not have
    left_out: tuple[str, ...] = ()  # files that may be incomplete, or whose name other systems would not accept


def create_backup(path: Path, recipients: list, at: datetime) -> BackupResult:
    """Write the site as it is now (`at`) to a new file, encrypted for `recipients`; unencrypted if there are none."""
    refuse_unless_migrated(default_connection())
    taken = BackupResult(at)
    with create_file(path) as out:
        with encrypt_stream(out, recipients) if recipients else nullcontext(out) as target:
            with BackupWriter(target) as writer:
                with open_snapshot(default_connection()) as reading:
                    named = write_database(writer, reading, taken)
                write_media(writer, named, taken)
        taken.size = out.tell()
    return taken


@contextmanager
def create_file(path: Path) -> Iterator:
    """Open a new file that only its owner can read; it is renamed to `path` once it is complete and on the disk."""
    unfinished = path.with_name(path.name + ".part")
    refuse_if_exists(path)
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        words = _("%s exists: another backup is running or was interrupted. If none is running, delete it.")
        raise BackupError(words % unfinished) from None
    try:
        with open(descriptor, "wb") as out:  # noqa: PTH123
            yield out
            out.flush()
            os.fsync(descriptor)
        refuse_if_exists(path)
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def refuse_if_exists(path: Path) -> None:
    if path.exists():
        raise BackupError(_("%s already exists and is not overwritten. Enter another file name.") % path)


# The rows


def write_database(writer: BackupWriter, reading, taken: BackupResult) -> set[str]:
    """Write manifest and rows; return the names of the files that rows refer to."""
    tables = included_tables()
    manifest = Manifest(
        release=settings.RELEASE,
        site=settings.SITE_URL,
        database=reading.vendor,
        taken_at=taken.at,
        edition=select_value(reading, EDITION_NUMBER_QUERY) or 0,
        migrations=applied_migrations(reading),
        rows={table.name: count_rows(reading, table) for table in tables},
        numbered={table.name: last_primary_key(reading, table) for table in tables if table.counter},
    )
    data, named = manifest.as_json(), set()
    writer.add(MANIFEST_NAME, len(data), io.BytesIO(data))
    for table in tables:
        taken.rows += write_table(writer, table, collect_file_names(table, table.rows(reading), named))
    taken.tables = len(tables)
    return named


def collect_file_names(table: BackupTable, rows: Iterator[list], named: set[str]) -> Iterator[list]:
    """Yield the rows, and add the files that they refer to, to `named`."""
    positions = [position for position, field in enumerate(table.fields) if isinstance(field, models.FileField)]
    if not positions:
        yield from rows
        return
    for row in rows:
        named.update(row[position] for position in positions if row[position])
        yield row


# The files


def write_media(writer: BackupWriter, named: set[str], taken: BackupResult) -> None:
    """Write every file of the media storage.

    Files never change, and their names are not used again, so they fit the snapshot although they are read after it. A
    file that was deleted since then was not in use.
    """
    left_out = []
    for name in media.walk_storage(default_storage):
        try:
            if not media.is_portable_name(name) or not (name in named or media.is_settled(default_storage, name)):
                left_out.append(name)
                continue
            size = default_storage.size(name)
            file = default_storage.open(name)
        except FileNotFoundError:
            continue
        with file:
            try:
                writer.add(MEDIA_PREFIX + name, size, file)
            except SizeMismatch:
                raise BackupError(_("%s changed while it was copied. Start the backup again.") % name) from None
        taken.files += 1
        named.discard(name)
    taken.missing, taken.left_out = tuple(sorted(named)), tuple(left_out)
