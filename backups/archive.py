"""The file's form: a tar of plain files, the last but one their checksums, the last one the whole's.

Standard tools read it: `tar -xf FILE`, then `sha256sum -c SHA256SUMS`. We read it ourselves, and more strictly: a
head has to be, byte for byte, the one that we would have written for that name and size. So a link, a device, a
sparse file or a size that differs from what follows is never met, whoever made the file.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from backups import Refused

BLOCK = 512
PLAIN, LONGER = b"0", b"x"  # a file; what its own head has no room for: a long name, one beyond ASCII, 8 GiB and more
MOST_IN_HEAD = 8**11 - 1
SUMS, WHOLE = "SHA256SUMS", "SHA256"
END = bytes(2 * BLOCK)
PIECE = 1 << 20  # bytes that are held at once
LONGEST_NAME = 1_000  # bytes
AT_HAND = 1 << 20  # bytes of checksums that are held in memory while the file is written
RECORD = re.compile(rb"^\d{1,5} (path|size)=([^\n]*)\n", re.MULTILINE)


class Damaged(Refused):
    """The file is not as it was written: cut off, altered, or never a backup."""

    def __init__(self, why: str):
        super().__init__(_("This is no whole backup (%s): fetch it again, or take another one.") % why)


def head(name: str, size: int) -> bytes:
    """Return the head of a file in the tar (POSIX.1-2001, pax): the same for the same name and size, always."""
    path = name.encode()
    said = b""
    if len(path) > 100 or not path.isascii():
        said += _record(b"path", path)
    if size > MOST_IN_HEAD:
        said += _record(b"size", b"%d" % size)
    before = _block(b"longer", len(said), LONGER) + said + padding(len(said)) if said else b""
    return before + _block(path[:100], min(size, MOST_IN_HEAD), PLAIN)


def _block(path: bytes, size: int, kind: bytes) -> bytes:
    """Return a block of 512 bytes: a name, the owner's rights alone, a size, no date, a kind, and a sum of them."""
    rights, zero = b"0000600\0", b"0000000\0"
    front = path.ljust(100, b"\0") + rights + zero + zero + b"%011o\0" % size + b"0" * 11 + b"\0"
    rest = kind + bytes(100) + b"ustar\x0000" + bytes(64) + zero + zero + bytes(167)
    return front + b"%06o\0 " % (sum(front) + sum(rest) + 8 * ord(" ")) + rest


def _record(name: bytes, value: bytes) -> bytes:
    """Return a fact that a block has no room for. It begins with its own length, which counts itself."""
    rest = b" %s=%s\n" % (name, value)
    length = len(rest) + 2
    while len(b"%d" % length) + len(rest) != length:
        length += 1
    return b"%d" % length + rest


def padding(size: int) -> bytes:
    return bytes(-size % BLOCK)


class Writer:
    """A backup that is being written: file after file, each with its size known, and `finish`."""

    def __init__(self, out):
        self.out, self.whole, self.size = out, hashlib.sha256(), 0
        self.sums = tempfile.SpooledTemporaryFile(AT_HAND)

    def add(self, name: str, size: int, pieces: Iterable[bytes]) -> None:
        """Write a file; ValueError where the pieces are not of that size altogether."""
        own, left = hashlib.sha256(), size
        self._write(head(name, size))
        for piece in pieces:
            left -= len(piece)
            if left < 0:
                break
            own.update(piece)
            self._write(piece)
        if left:
            raise ValueError(f"{name} is not of {size} bytes")
        self._write(padding(size))
        self.sums.write(sum_line(own, name))

    def finish(self) -> None:
        """Write the checksums and the end."""
        size = self.sums.tell()
        self.sums.seek(0)
        self._write(head(SUMS, size))
        while piece := self.sums.read(PIECE):
            self._write(piece)
        self._write(padding(size))
        self.sums.close()
        line = f"{self.whole.hexdigest()}\n".encode()
        self._write(head(WHOLE, len(line)) + line + padding(len(line)) + END)

    def _write(self, data: bytes) -> None:
        self.whole.update(data)
        self.size += len(data)
        self.out.write(data)


def sum_line(own, name: str) -> bytes:
    """Return a line as sha256sum reads it."""
    return f"{own.hexdigest()}  {name}\n".encode()


class Member:
    """A file in the tar, to be read once, in pieces."""

    def __init__(self, reader: Reader, name: str, size: int):
        self.reader, self.name, self.size = reader, name, size
        self.left, self.own = size, hashlib.sha256()

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes; fewer only at its end."""
        piece = self.reader.take(min(size, self.left))
        self.left -= len(piece)
        self.own.update(piece)
        return piece

    def pieces(self) -> Iterator[bytes]:
        while piece := self.read(PIECE):
            yield piece


class Reader:
    """A backup that is being read, from its beginning to its end. `digest` is the whole's, once all is read."""

    def __init__(self, stream: BinaryIO):
        self.stream, self.whole = stream, hashlib.sha256()
        self.sums = hashlib.sha256()  # of the lines that SHA256SUMS has to have
        self.digest = ""

    def members(self) -> Iterator[Member]:
        """Yield the files in the tar, but for its checksums, which are compared at the end."""
        while True:
            before = self.whole.hexdigest()
            member = self._member()
            if member.name == WHOLE:
                self._end(member, before)
                return
            if member.name != SUMS:
                yield member
            for _piece in member.pieces():  # what nobody has read
                pass
            if any(self.take(len(padding(member.size)))):
                raise Damaged(_("there is something where nothing should be"))
            if member.name == SUMS:
                if member.own.digest() != self.sums.digest():
                    raise Damaged(_("a checksum is wrong"))
            else:
                self.sums.update(sum_line(member.own, member.name))

    def take(self, size: int) -> bytes:
        """Return exactly `size` bytes."""
        data = self.stream.read(size) if size else b""
        if len(data) < size:
            raise Damaged(_("it ends too soon"))
        self.whole.update(data)
        return data

    def _member(self) -> Member:
        raw, said = self.take(BLOCK), {}
        try:
            if raw[156:157] == LONGER:
                length = int(raw[124:135], 8)
                if not 0 < length <= LONGEST_NAME + BLOCK:
                    raise ValueError(length)
                told = self.take(length + len(padding(length)))
                said = dict(RECORD.findall(told[:length]))
                raw += told + self.take(BLOCK)
            name = said.get(b"path", raw[-BLOCK:][:100].rstrip(b"\0")).decode()
            size = int(said[b"size"]) if b"size" in said else int(raw[-BLOCK:][124:135], 8)
            sound = size >= 0 and len(name.encode()) <= LONGEST_NAME and raw == head(name, size)
        except ValueError:  # UnicodeError is one, too
            sound = False
        if not sound:
            raise Damaged(_("a file's head in it is none of ours"))
        return Member(self, name, size)

    def _end(self, member: Member, digest: str) -> None:
        if member.size != len(digest) + 1 or member.read(member.size) != f"{digest}\n".encode():
            raise Damaged(_("the checksum of the whole is wrong"))
        rest = padding(member.size) + END
        if self.take(len(rest)) != rest or self.stream.read(1):
            raise Damaged(_("its end is not where it should be"))
        self.digest = digest
