"""A backup is restored: the whole file is looked through first, then everything goes into an empty site, or nothing."""

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

from backups import Refused, files
from backups.contents import Contents, Manifest
from backups.database import (
    go_on_from,
    refuse_unless_empty,
    refuse_unless_migrated,
    refuse_unless_of_this_release,
    the_site,
    value,
)
from backups.sealing import Unsealing, is_sealed
from backups.tables import all_tables, carried, laid_by_migrate, line
from consular.checks import the_key_opens_what_is_kept
from editions.edition import NUMBER_QUERY
from editions.models import EditionNumber
from news.search import index


@dataclass
class Found:
    """What is in a backup that was looked through from its beginning to its end, and is whole."""

    manifest: Manifest
    digest: str
    digests: dict[str, bytes]  # of each table's rows
    files: int
    is_sealed: bool

    @property
    def rows(self) -> int:
        return sum(self.manifest.rows.values())


def opened(file: BinaryIO, key: bytes | None, *, unsealed: bool = False):
    """Return what a backup's file holds, decrypted where it is sealed.

    With a key, a file that is not sealed is refused unless `unsealed` says that it is expected: without the key anybody
    who can write where the backups are could have made it.
    """
    file.seek(0)
    if not is_sealed(file):
        if key and not unsealed:
            words = _(
                "The file is not sealed, although this site has a key for its backups. Somebody else may have made it. "
                "If you know where it comes from, add --unsealed."
            )
            raise Refused(words)
        return file
    if not key:
        raise Refused(_("The file is sealed. Give its key in BACKUP_KEY, or a file that holds it with --key-file."))
    return Unsealing(file, key)


def look_through(file: BinaryIO, key: bytes | None, *, unsealed: bool = False) -> Found:
    """Read a backup to its end, check every byte and every row of it, and change nothing."""
    contents = Contents(opened(file, key, unsealed=unsealed))
    try:
        refuse_unless_of_this_release(contents.manifest)
    except Refused:
        contents.skim()  # an altered manifest says anything; one of another release is in a file that is whole
        raise
    for _table, _rows in contents.rows():
        pass
    number = sum(1 for _file in contents.files())
    digest = contents.finish()
    file.seek(0)
    return Found(contents.manifest, digest, contents.digests, number, is_sealed(file))


def restore(file: BinaryIO, key: bytes | None, found: Found) -> None:
    """Fill the empty site with a backup that was looked through: all of it, or nothing."""
    connection = the_site()
    if not connection.introspection.table_names():
        call_command("migrate", verbosity=0)
    refuse_unless_migrated(connection)
    if there := next(files.walk(default_storage), None):
        words = _("The media folder is not empty (%s). A backup is restored into an empty one only: name another.")
        raise Refused(words % there)
    contents = Contents(opened(file, key, unsealed=not found.is_sealed))
    putting = files.Putting(default_storage)
    try:
        with transaction.atomic(using=connection.alias):
            hold(connection)
            refuse_unless_empty(connection)
            write_rows(connection, contents)
            for name, member in contents.files():
                putting.put(name, member)
            if contents.finish() != found.digest:
                raise Refused(_("The file was changed while it was read. Nothing was restored."))
            settle(connection, found)
            compare(connection, found)
    except DatabaseError as error:
        putting.undo()
        words = _("The database refused, and nothing was restored: %s")
        raise Refused(words % (str(error).strip().splitlines() or [type(error).__name__])[0]) from error
    except BaseException:
        putting.undo()
        raise
    finally:
        ContentType.objects.clear_cache()


def hold(connection) -> None:
    """Keep everybody else from writing, until all is done. (SQLite's transaction has done so.)"""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            names = ", ".join(connection.ops.quote_name(table.name) for table in all_tables())
            cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def write_rows(connection, contents: Contents) -> None:
    """Put the rows into their tables, in the place of those that `migrate` has laid. The triggers count along."""
    with connection.cursor() as cursor:
        for table in laid_by_migrate():
            if table.model is not EditionNumber:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table.name)}")  # noqa: S608
    for table, rows in contents.rows():
        table.insert(connection, rows)
        reset_queries()  # with DEBUG on, Django keeps them all


def settle(connection, found: Found) -> None:
    """Set right what is not carried: the numbers to come, the edition, and what the search has to make anew."""
    for table in carried():
        if table.counter:
            highest = value(connection, f"SELECT max({table.counter}) FROM {table.name}") or 0  # noqa: S608
            go_on_from(connection, table, max(found.manifest.numbered.get(table.name, 0), highest))
    index.begin_anew(connection.alias)
    # Higher than any number that a node or a browser may have met, also of what came after the backup: numbers begin
    # with the microseconds of the clock, and a site does not change a million times a second.
    here = value(connection, NUMBER_QUERY) or 0
    number = max(found.manifest.edition, here, time.time_ns() // 1000) + 1
    EditionNumber.objects.using(connection.alias).update_or_create(pk=1, defaults={"number": number})


def compare(connection, found: Found) -> None:
    """Refuse unless every row in the database is, to the byte, the one in the backup, and all keys lead somewhere."""
    connection.check_constraints()
    for table in carried():
        digest = hashlib.sha256()
        for row in table.rows(connection):
            digest.update(line(row))
        if digest.digest() != found.digests[table.name]:
            words = _("The database has kept rows of %s in another way than the backup has them. Nothing was restored.")
            raise Refused(words % table.name)


# After it


def make_ready(verbosity: int, stdout) -> None:
    """Make the search's index (`build_search` goes on where it was stopped), and have PostgreSQL learn its tables."""
    call_command("build_search", verbosity=verbosity, stdout=stdout)
    if the_site().vendor == "postgresql":
        with the_site().cursor() as cursor:
            cursor.execute("ANALYZE")


def can_not_be_opened() -> bool:
    """Say whether enquiries were sealed with keys that this site does not have."""
    return bool(the_key_opens_what_is_kept(databases=[the_site().alias]))
