"""Encryption of a stream: chunks of a mebibyte, each sealed with AES-256-GCM, under a key made of a passphrase.

Every chunk's nonce is its number and whether it is the last, and the head is bound to all of them. So nothing can be
altered, left out, put elsewhere, cut off or added without a chunk failing to open. (The construction is STREAM, of
Hoang, Reyhanitabar, Rogaway and Vizár, 2015, as `age` uses it.) The salt is new for each file, and so is the key.
"""

from __future__ import annotations

import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.utils.translation import gettext as _

from backups import Refused

MAGIC = b"embassy backup, sealed, form 1\n"
SALT = 16
CHUNK = 1 << 20
TAG = 16
COST = {"n": 1 << 17, "r": 8, "p": 1}  # 128 MB and a third of a second for each guess at a passphrase


def is_sealed(file: BinaryIO) -> bool:
    """Say whether a file begins as a sealed backup does, and stay at its beginning."""
    begins = file.read(len(MAGIC))
    file.seek(0)
    return begins == MAGIC


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, **COST).derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Sealing:
    """A file to write to: what is written leaves sealed. `finish` seals the last chunk, without which none is whole."""

    def __init__(self, file: BinaryIO, key: bytes):
        self.file, self.waiting, self.number = file, bytearray(), 0
        salt = os.urandom(SALT)
        self.head, self.cipher = MAGIC + salt, _cipher(key, salt)
        file.write(self.head)

    def write(self, data: bytes) -> None:
        self.waiting += data
        while len(self.waiting) > CHUNK:  # one chunk stays back: the last has to be sealed as such
            self._seal(CHUNK, last=False)

    def finish(self) -> None:
        self._seal(len(self.waiting), last=True)

    def _seal(self, size: int, *, last: bool) -> None:
        chunk = bytes(self.waiting[:size])
        del self.waiting[:size]
        self.file.write(self.cipher.encrypt(_nonce(self.number, last), chunk, self.head))
        self.number += 1


class Unsealing:
    """A sealed file to read from, chunk by chunk; nothing is given out that was not found to be unaltered."""

    def __init__(self, file: BinaryIO, key: bytes):
        self.file, self.number, self.opened = file, 0, b""
        self.head = file.read(len(MAGIC) + SALT)
        if len(self.head) < len(MAGIC) + SALT:
            raise Refused(_("The file is cut off: fetch it again, or take another backup."))
        self.cipher = _cipher(key, self.head[len(MAGIC) :])
        self.ahead = self._next()

    def read(self, size: int) -> bytes:
        """Return `size` bytes; fewer only at the end."""
        while len(self.opened) < size and self.ahead:
            self.opened += self._open()
        found, self.opened = self.opened[:size], self.opened[size:]
        return found

    def _next(self) -> bytes:
        return self.file.read(CHUNK + TAG)

    def _open(self) -> bytes:
        sealed, self.ahead = self.ahead, self._next()
        try:
            chunk = self.cipher.decrypt(_nonce(self.number, not self.ahead), sealed, self.head)
        except InvalidTag:
            if self.number == 0:
                raise Refused(_("The file can't be opened: the key is another one, or the file was altered.")) from None
            raise Refused(_("The file was cut off or altered: fetch it again, or take another backup.")) from None
        self.number += 1
        return chunk
