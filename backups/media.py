"""Media files of a backup: list them in a fixed order, and store them again, through Django's storage API."""

from __future__ import annotations

import errno
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta

from django.core.files import File
from django.core.files.storage import Storage
from django.utils import timezone
from django.utils.translation import gettext as _

from backups import tar

MIN_AGE_SECONDS = 2.0  # seconds: a file that was modified more recently may be incomplete
SPOOL_BYTES = 8 << 20  # bytes of a file that are in memory while it is stored
MAX_NAME_BYTES = 900  # bytes of a name


def is_portable_name(name: str) -> bool:
    """Return whether a name is a path inside the storage on every operating system."""
    parts = name.split("/")
    return (
        all(part.strip() and part not in (".", "..") for part in parts)
        and name.isprintable()
        and "\\" not in name
        and not (len(parts[0]) == 2 and parts[0][1] == ":")  # a drive's letter
        and len(name.encode("utf-8", "replace")) <= MAX_NAME_BYTES
    )


def sort_key(name: str) -> list[str]:
    """Return the sort key of a file: folder by folder, as `walk` yields them."""
    return name.split("/")


def walk_storage(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield the names of all files, in order."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    folders = {name.strip("/") for name in folders if name.strip("/")}
    for name in sorted(folders | set(files)):
        path = f"{folder}/{name}" if folder else name
        if name in files:
            yield path
        if name in folders:
            yield from walk_storage(storage, path)


def is_storage_empty(storage: Storage) -> bool:
    return next(walk_storage(storage), None) is None


def is_settled(storage: Storage, name: str) -> bool:
    """Return whether a file was last modified at least FRESH seconds ago; wait for it once if it was not.

    Only files that no row names need this: the others were stored before their row was written, and never change.
    """
    for _attempt in range(2):
        age = timezone.now() - storage.get_modified_time(name)
        if age >= timedelta(seconds=MIN_AGE_SECONDS):
            return True
        time.sleep(min(MIN_AGE_SECONDS, (timedelta(seconds=MIN_AGE_SECONDS) - age).total_seconds()))
    return False


class StorageRestore:
    """Stores files in an empty storage, in order; `undo` deletes those that were stored."""

    def __init__(self, storage: Storage):
        self.storage, self.last = storage, None

    def save(self, name: str, member: tar.BackupMember) -> None:
        """Store a file; raise FileExistsError if the storage does not accept exactly this name."""
        with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as content:
            for piece in member.pieces():
                content.write(piece)
            content.seek(0)
            self.last = name
            saved_as = self.storage.save(name, File(content, name))
        if saved_as != name:
            self.storage.delete(saved_as)
            raise FileExistsError(errno.EEXIST, _("the storage saved it under another name"), name)

    def undo(self) -> None:
        for name in walk_storage(self.storage):
            if self.last is None or sort_key(name) > sort_key(self.last):
                return
            self.storage.delete(name)
