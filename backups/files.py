"""The media: what is in the storage, in one order, and back into it. Through Django's storage alone, wherever it is."""

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

from backups import archive

FRESH = 2.0  # seconds: a file that was touched so lately may be half written
AT_HAND = 8 << 20  # bytes of a file that are held in memory while it is put into the storage
LONGEST = 900  # bytes of a name


def is_plain(name: str) -> bool:
    """Say whether a name leads to a place inside the storage, the same place for everybody."""
    parts = name.split("/")
    return (
        all(part.strip() and part not in (".", "..") for part in parts)
        and name.isprintable()
        and "\\" not in name
        and not (len(parts[0]) == 2 and parts[0][1] == ":")  # a drive's letter
        and len(name.encode("utf-8", "replace")) <= LONGEST
    )


def place(name: str) -> list[str]:
    """Return by what the files are put in order: folder by folder, as they are walked."""
    return name.split("/")


def walk(storage: Storage, folder: str = "") -> Iterator[str]:
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
            yield from walk(storage, path)


def is_empty(storage: Storage) -> bool:
    return next(walk(storage), None) is None


def settled(storage: Storage, name: str) -> bool:
    """Say whether a file that no row names is whole: one that was touched just now may be half written. Wait a little.

    What a row names is whole: it was stored before the row was written, and no file is ever changed.
    """
    for _attempt in range(2):
        age = timezone.now() - storage.get_modified_time(name)
        if age >= timedelta(seconds=FRESH):
            return True
        time.sleep(min(FRESH, (timedelta(seconds=FRESH) - age).total_seconds()))
    return False


class Putting:
    """Files on their way into an empty storage, in order. `undo` takes those away that have come there."""

    def __init__(self, storage: Storage):
        self.storage, self.last = storage, None

    def put(self, name: str, member: archive.Member) -> None:
        """Put a file into the storage, under its very name."""
        with tempfile.SpooledTemporaryFile(AT_HAND) as content:
            for piece in member.pieces():
                content.write(piece)
            content.seek(0)
            self.last = name
            kept = self.storage.save(name, File(content, name))
        if kept != name:
            self.storage.delete(kept)
            raise FileExistsError(errno.EEXIST, _("the storage keeps it under another name"), name)

    def undo(self) -> None:
        for name in walk(self.storage):
            if self.last is None or place(name) > place(self.last):
                return
            self.storage.delete(name)
