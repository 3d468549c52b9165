"""The tar file of a backup, written and read as a stream; its last member, SHA256SUMS, has the checksums of the others.

Standard tools read it: `tar -xf FILE`, then `sha256sum -c SHA256SUMS`. Reading is stricter than `tarfile`'s "data"
filter, because nothing is extracted to a path: links, devices, folders, sparse files and unknown headers are refused.
"""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from django.utils.translation import gettext as _

from backups import BackupError

CHECKSUMS_NAME = "SHA256SUMS"
CHUNK_BYTES = 1 << 20  # bytes that are in memory at a time
SPOOL_BYTES = 1 << 20  # bytes of checksums in memory, before they go to a temporary file
MAX_PAX_HEADER_BYTES = 4096  # bytes of an extended (pax) header: a name of at most 1,000 bytes, and a size
PAX_KEYS = {"path", "size"}


class DamagedBackup(BackupError):
    """The file is not as it was written: it was truncated or altered, or it is not a backup."""

    def __init__(self, why: str):
        super().__init__(_("This backup is damaged, or not a backup (%s). Copy it again or use another one.") % why)


class SizeMismatch(ValueError):
    """A file has more or fewer bytes than was said."""


class HashedFile:
    """A file of known size that is hashed while it is read, once, from its beginning to its end."""

    def __init__(self, name: str, size: int, content: BinaryIO):
        self.name, self.size, self.content = name, size, content
        self.left, self.sha256 = size, hashlib.sha256()

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer only at the end; raise SizeChanged if the content ends too early."""
        size = min(size, self.left)
        piece = self.content.read(size) if size else b""
        if len(piece) < size:
            raise SizeMismatch(self.name)
        self.left -= size
        self.sha256.update(piece)
        return piece

    def pieces(self) -> Iterator[bytes]:
        while piece := self.read(CHUNK_BYTES):
            yield piece

    def checksum_line(self) -> bytes:
        """Return the line of SHA256SUMS, as `sha256sum` writes it."""
        return f"{self.sha256.hexdigest()}  {self.name}\n".encode()


class BackupWriter:
    """A backup that is being written: `with Writer(out) as writer`, and `add` each file."""

    def __init__(self, out: BinaryIO):
        self.tar = tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT, bufsize=CHUNK_BYTES)
        self.sums = tempfile.SpooledTemporaryFile(SPOOL_BYTES)

    def add(self, name: str, size: int, content: BinaryIO) -> None:
        """Write a file; raise SizeChanged if its content does not have that size."""
        file = HashedFile(name, size, content)
        self._write(file)
        if content.read(1):
            raise SizeMismatch(name)
        self.sums.write(file.checksum_line())

    def __enter__(self):
        return self

    def __exit__(self, failed, *error):
        """Write the checksums and the end of the archive, unless an exception was raised."""
        with self.sums:
            if failed:
                with suppress(OSError, ValueError):
                    self.tar.fileobj.close()
                return
            size = self.sums.tell()
            self.sums.seek(0)
            self._write(HashedFile(CHECKSUMS_NAME, size, self.sums))
            self.tar.close()

    def _write(self, file: HashedFile) -> None:
        info = tarfile.TarInfo(file.name)  # owner and date stay empty, so equal content gives equal bytes
        info.size, info.mode = file.size, 0o600
        self.tar.addfile(info, file)
        self.tar.members.clear()  # it would keep every header in memory


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise Damaged for anything that tarfile finds wrong with an archive."""
    try:
        yield
    except SizeMismatch as error:
        raise DamagedBackup(_("it is incomplete")) from error
    except (tarfile.TarError, ValueError, OverflowError, MemoryError) as error:
        raise DamagedBackup(_("it has an invalid header")) from error


class StrictTarInfo(tarfile.TarInfo):
    """A header of a regular file or a small extended header; any other kind is refused before it is followed."""

    @classmethod
    def frombuf(cls, buf, encoding, errors):
        info = super().frombuf(buf, encoding, errors)
        allowed = info.type == tarfile.REGTYPE or (info.type == tarfile.XHDTYPE and info.size <= MAX_PAX_HEADER_BYTES)
        if not allowed or info.size < 0:
            raise DamagedBackup(_("it has a header that no backup has"))
        return info


class BackupMember(HashedFile):
    """A file in a backup that is being read."""

    def read(self, size: int) -> bytes:
        with translated_errors():
            return super().read(size)


class BackupReader:
    """A backup that is being read, once. `digest` is the SHA-256 of all checksums, after the last member."""

    def __init__(self, stream: BinaryIO):
        self.stream, self.digest = stream, ""
        with translated_errors():
            self.tar = tarfile.open(fileobj=stream, mode="r|", tarinfo=StrictTarInfo, bufsize=CHUNK_BYTES)

    def members(self) -> Iterator[BackupMember]:
        """Yield the files, each to be read before the next; the checksums are compared at the end."""
        expected = hashlib.sha256()
        while member := self._next():
            if member.name == CHECKSUMS_NAME:
                self._finish(member, expected.hexdigest())
                return
            yield member
            for _piece in member.pieces():  # the part that the caller has not read
                pass
            expected.update(member.checksum_line())
        raise DamagedBackup(_("it is incomplete"))

    def _next(self) -> BackupMember | None:
        with translated_errors():
            info = self.tar.next()
            if info is None:
                return None
            self.tar.members.clear()  # it would keep every header in memory
            if info.size < 0 or not PAX_KEYS.issuperset(info.pax_headers):
                raise DamagedBackup(_("it has a header that no backup has"))
            return BackupMember(info.name, info.size, self.tar.extractfile(info))

    def _finish(self, member: BackupMember, expected: str) -> None:
        for _piece in member.pieces():
            pass
        if member.sha256.hexdigest() != expected:
            raise DamagedBackup(_("a checksum is wrong"))
        if self._next():
            raise DamagedBackup(_("it has data after its end"))
        # To the very end: an encrypted file that was truncated is found out by its last block.
        for source in (self.tar.fileobj, self.stream):
            while piece := source.read(CHUNK_BYTES):
                if any(piece):
                    raise DamagedBackup(_("it has data after its end"))
        self.digest = expected
