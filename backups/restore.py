"""Restore a backup: check the whole file first, then fill an empty site with all of it, or with nothing."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import BinaryIO

from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import DatabaseError, reset_queries, transaction
from django.utils.translation import gettext as _

from backups import BackupError, media
from backups.database import (
    default_connection,
    refuse_unless_empty,
    refuse_unless_migrated,
    refuse_unless_of_this_release,
    select_value,
    set_last_primary_key,
)
from backups.encryption import is_encrypted, open_archive
from backups.format import BackupContents, Manifest
from backups.rows import all_tables, included_tables, serialise_row, tables_filled_by_migrate
from consular.checks import check_encryption_key
from editions.edition import EDITION_NUMBER_QUERY
from editions.models import EditionNumber
from search import indexer
from search.answer_schema import reset_answers


@dataclass
class VerifiedBackup:
    """The contents of a backup, after all of it was checked."""

    manifest: Manifest
    digest: str
    digests: dict[str, bytes]  # SHA-256 of each table's rows
    files: int
    is_encrypted: bool

    @property
    def rows(self) -> int:
        return sum(self.manifest.rows.values())


def verify(file: BinaryIO, identities: list, *, unencrypted: bool = False) -> VerifiedBackup:
    """Read a backup to its end, check every byte and every row of it, and change nothing."""
    with open_archive(file, identities, unencrypted=unencrypted) as stream:
        contents = BackupContents(stream)
        try:
            refuse_unless_of_this_release(contents.manifest)
        except BackupError:
            contents.skim()  # in a damaged file, the damage may be in the manifest
            raise
        for _table, _rows in contents.rows():
            pass
        number = sum(1 for _file in contents.files())
        digest = contents.finish()
    return VerifiedBackup(contents.manifest, digest, contents.digests, number, is_encrypted(file))


def restore_backup(file: BinaryIO, identities: list, found: VerifiedBackup) -> None:
    """Fill the empty site with a backup that was checked: all of it, or nothing."""
    connection = default_connection()
    if not connection.introspection.table_names():
        call_command("migrate", verbosity=0)
    refuse_unless_migrated(connection)
    if name := next(media.walk_storage(default_storage), None):
        words = _("The media folder is not empty (%s). A backup is restored into an empty folder only: choose another.")
        raise BackupError(words % name)
    putting = media.StorageRestore(default_storage)
    try:
        with (
            open_archive(file, identities, unencrypted=not found.is_encrypted) as stream,
            transaction.atomic(using=connection.alias),
        ):
            contents = BackupContents(stream)
            lock_tables(connection)
            refuse_unless_empty(connection)
            replace_rows(connection, contents)
            for name, member in contents.files():
                putting.save(name, member)
            if contents.finish() != found.digest:
                raise BackupError(_("The file changed while it was read. Nothing was restored."))
            finalise(connection, found)
            verify_database(connection, found)
    except DatabaseError as error:
        putting.undo()
        words = _("The database reported an error, and nothing was restored: %s")
        raise BackupError(words % (str(error).strip().splitlines() or [type(error).__name__])[0]) from error
    except BaseException:
        putting.undo()
        raise
    finally:
        ContentType.objects.clear_cache()


def lock_tables(connection) -> None:
    """Lock all tables against other writers until the transaction ends. (On SQLite the transaction does so.)"""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            names = ", ".join(connection.ops.quote_name(table.name) for table in all_tables())
            cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def replace_rows(connection, contents: BackupContents) -> None:
    """Insert the rows, in place of those that `migrate` created. Triggers update the counts."""
    with connection.cursor() as cursor:
        for table in tables_filled_by_migrate():
            if table.model is not EditionNumber:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table.name)}")  # noqa: S608
    for table, rows in contents.rows():
        table.insert(connection, rows)
        reset_queries()  # with DEBUG on, Django keeps every query in memory


def finalise(connection, found: VerifiedBackup) -> None:
    """Set the state not in a backup: the next primary keys, the edition number and the search index's queue."""
    for table in included_tables():
        if table.counter:
            highest = select_value(connection, f"SELECT max({table.counter}) FROM {table.name}") or 0  # noqa: S608
            set_last_primary_key(connection, table, max(found.manifest.numbered.get(table.name, 0), highest))
    indexer.reset_queue(connection.alias)
    reset_answers(connection.alias)
    # Higher than any number that was served, also after the backup, so that no cache shows an older response: the first
    # number is the clock's microseconds, and a site does not change a million times a second.
    current = select_value(connection, EDITION_NUMBER_QUERY) or 0
    number = max(found.manifest.edition, current, time.time_ns() // 1000) + 1
    EditionNumber.objects.using(connection.alias).update_or_create(pk=1, defaults={"number": number})


def verify_database(connection, found: VerifiedBackup) -> None:
    """Raise Refused unless every row is the same as in the backup, to the byte, and every foreign key is valid."""
    connection.check_constraints()
    for table in included_tables():
        digest = hashlib.sha256()
        for row in table.rows(connection):
            digest.update(serialise_row(row))
        if digest.digest() != found.digests[table.name]:
            words = _("The rows of %s in the database differ from those in the backup. Nothing was restored.")
            raise BackupError(words % table.name)


# Afterwards


def rebuild_derived_data(verbosity: int, stdout) -> None:
    """Build the search index (`build_search` can be continued if it is interrupted), and run ANALYZE on PostgreSQL."""
    call_command("build_search", verbosity=verbosity, stdout=stdout)
    if default_connection().vendor == "postgresql":
        with default_connection().cursor() as cursor:
            cursor.execute("ANALYZE")


def has_undecryptable_enquiries() -> bool:
    """Return whether enquiries were encrypted with keys that this site does not have."""
    return bool(check_encryption_key(databases=[default_connection().alias]))
