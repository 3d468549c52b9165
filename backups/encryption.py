"""Encryption of a backup in the age format (https://age-encryption.org/v1), by `pyrage`.

It has a public key, the recipient (`age1…`), with which the server encrypts, and a private one, the identity
(`AGE-SECRET-KEY-1…`), which only the restore needs. So a server that is broken into does not give its backups away.

pyrage reads one file object to its end and writes another, so it runs in a thread, with a pipe between it and the tar
file. Memory does not grow with the size of the backup.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyrage
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from pyrage.x25519 import Identity, Recipient

from backups import BackupError
from backups.tar import CHUNK_BYTES, DamagedBackup

AGE_MAGIC = b"age-encryption.org/v1\n"
TAR_MAGIC, TAR_MAGIC_OFFSET = b"ustar", 257
MAX_IDENTITY_FILE_BYTES = 64 << 10  # bytes
NO_MATCHING_KEY_TEXT = "No matching keys found"  # pyrage has no class of its own for it


# Keys


def read_recipients() -> list[Recipient]:
    """Return the recipients that BACKUP_RECIPIENT names, separated by commas; none if it is empty."""
    names = [name.strip() for name in settings.BACKUP_RECIPIENT.split(",")]
    try:
        return [Recipient.from_str(name) for name in names if name]
    except pyrage.RecipientError as error:  # which is not repeated: it may be the private key, by mistake
        words = _("BACKUP_RECIPIENT is not valid. Enter public keys of age (age1…), separated by commas.")
        raise BackupError(words) from error


def read_identities(path: str | None) -> list[Identity]:
    """Return the identities in a file, by default in the one that BACKUP_IDENTITY_FILE names; none without a file."""
    path = path or settings.BACKUP_IDENTITY_FILE
    if not path:
        return []
    try:
        with Path(path).open("rb") as file:
            lines = file.read(MAX_IDENTITY_FILE_BYTES).decode("ascii", "replace").splitlines()
    except OSError as error:
        words = _("The identity file %(file)s cannot be read: %(why)s.")
        raise BackupError(words % {"file": path, "why": error.strerror}) from error
    try:
        found = [Identity.from_str(line.strip()) for line in lines if line.strip() and not line.startswith("#")]
    except pyrage.IdentityError as error:
        raise BackupError(
            _("%s is not an identity file of age: it has a line that is not a private key.") % path
        ) from error
    if not found:
        raise BackupError(_("%s is not an identity file of age: it has no private key.") % path)
    return found


def create_identity(path: Path) -> str:
    """Write a new private key to a new file, as `age-keygen` does, and return its public key."""
    identity = Identity.generate()
    recipient = str(identity.to_public())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(f"# created: {timezone.now():%Y-%m-%dT%H:%M:%SZ}\n# public key: {recipient}\n{identity}\n")
    return recipient


# Streams


def is_encrypted(file: BinaryIO) -> bool:
    """Return whether a file is in the age format; it is left at its beginning."""
    file.seek(0)
    head = file.read(len(AGE_MAGIC))
    file.seek(0)
    return head == AGE_MAGIC


@contextmanager
def encrypt_stream(file: BinaryIO, keys: list[Recipient]) -> Iterator[BinaryIO]:
    """Yield a file object to write to; `file` receives the written data, encrypted for all of these recipients."""
    read_end, write_end = os.pipe()
    target, errors = _ErrorRecorder(file), []
    source = open(read_end, "rb", buffering=CHUNK_BYTES)  # noqa: PTH123 (the thread closes it)
    thread = _start_thread(lambda: pyrage.encrypt_io(source, target, keys), errors, source.close)
    try:
        with open(write_end, "wb", buffering=CHUNK_BYTES) as pipe:  # noqa: PTH123
            yield pipe
    except BrokenPipeError:  # the thread has ended, and its error says why
        if not errors:
            raise
    finally:
        thread.join()
    if errors:
        raise target.error or errors[0]


@contextmanager
def decrypt_stream(file: BinaryIO, keys: list[Identity]) -> Iterator[BinaryIO]:
    """Yield a file object to read the content of an encrypted file from."""
    read_end, write_end = os.pipe()
    pipe, errors = open(write_end, "wb", buffering=0), []  # noqa: PTH123 (the thread closes it)
    thread = _start_thread(lambda: pyrage.decrypt_io(file, pipe, keys), errors, pipe.close)
    try:
        with open(read_end, "rb", buffering=CHUNK_BYTES) as source:  # noqa: PTH123
            yield _CheckedReader(source, errors)
    finally:
        thread.join()


def _start_thread(work: Callable[[], None], errors: list[BaseException], close: Callable[[], None]) -> threading.Thread:
    """Run `work` in a thread, which adds its exception, if any, to `errors` before it closes its end of the pipe."""

    def run():
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


class _ErrorRecorder:
    """A file to write to that remembers its OSError, of which pyrage passes on the text only."""

    def __init__(self, file: BinaryIO):
        self.file, self.error = file, None

    def write(self, data: bytes) -> int:
        try:
            return self.file.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self.file.flush()


class _CheckedReader:
    """The decrypted end of a pipe. At its end, an error of the decryption is raised."""

    def __init__(self, source: BinaryIO, errors: list[BaseException]):
        self.source, self.errors = source, errors

    def read(self, size: int) -> bytes:
        piece = self.source.read(size)
        if len(piece) < size and self.errors:
            error = self.errors[0]
            if NO_MATCHING_KEY_TEXT in str(error):
                words = _("The backup cannot be decrypted with this identity: it was encrypted for another recipient.")
                raise BackupError(words) from error
            raise DamagedBackup(_("it cannot be decrypted")) from error
        return piece


@contextmanager
def open_archive(file: BinaryIO, keys: list[Identity], *, unencrypted: bool = False) -> Iterator[BinaryIO]:
    """Yield the tar file that a backup holds, decrypted.

    An unencrypted one is refused unless `unencrypted` allows it: anybody who can write where the backups are could
    have made it.
    """
    if is_encrypted(file):
        if not keys:
            words = _("The backup is encrypted. Enter the file with its private key: --identity FILE.")
            raise BackupError(words)
        with decrypt_stream(file, keys) as stream:
            yield stream
        return
    head = file.read(TAR_MAGIC_OFFSET + len(TAR_MAGIC))
    file.seek(0)
    if head[TAR_MAGIC_OFFSET:] != TAR_MAGIC:
        raise BackupError(_("The file is not a backup: it is neither encrypted by age nor a tar file."))
    if not unencrypted:
        words = _(
            "The backup is not encrypted, so anybody could have made it. If you know where it comes from, add "
            "--unencrypted."
        )
        raise BackupError(words)
    yield file
