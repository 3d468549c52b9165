"""Copies of originals for journalists: with credit and rights, without the camera's metadata.

The name of a copy follows from the original and the texts in it, so a copy never changes, and needs no table: a missing
one is created when it is first requested.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile

from django.core.files import File
from django.core.files.storage import Storage

from richtext.image_metadata import ImageTexts, rewrite
from richtext.models import Original
from richtext.renditions import SUFFIXES
from richtext.serving import delete_on_failure

FOLDER = "press/"
NAME = re.compile(r"press/(\d{1,18})/[0-9a-f]{32}\.(?:jpg|png|webp)", re.ASCII)
VERSION = 1  # of what `rewrite` yields: raise it with any change there
SPOOL_BYTES = 1 << 20  # bytes of a copy that are in memory while it is stored


def copy_name(original: Original, texts: ImageTexts) -> str:
    """Return the storage name of a copy. It cannot be guessed: the original's random name is part of the hash."""
    content = json.dumps([VERSION, original.file.name, original.orientation, *vars(texts).values()])
    digest = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:32]
    return f"{FOLDER}{original.pk}/{digest}.{SUFFIXES[original.kind]}"


def original_of_copy(name: str) -> Original | None:
    """Return the original that a copy with this name would be of; None for the names of other files."""
    found = NAME.fullmatch(name)
    return Original.objects.filter(pk=found[1]).select_related("image").first() if found else None


def store_copy(storage: Storage, name: str, original: Original, texts: ImageTexts) -> None:
    """Store the copy with this name.

    Raises FileNotFoundError if the original is missing, StorageUnavailable if it cannot be stored.
    """
    with storage.open(original.file.name) as file, tempfile.SpooledTemporaryFile(SPOOL_BYTES) as copy:
        for block in rewrite(file, original.kind, texts, original.orientation):
            copy.write(block)
        copy.seek(0)
        with delete_on_failure(storage, [name]):
            stored = storage.save(name, File(copy, name))
    if stored != name:  # another request was faster
        storage.delete(stored)


def copies_of(storage: Storage, original: Original) -> list[str]:
    """Return the names of the stored copies of an original."""
    folder = f"{FOLDER}{original.pk}"
    try:
        return [f"{folder}/{name}" for name in storage.listdir(folder)[1]]
    except FileNotFoundError:
        return []
