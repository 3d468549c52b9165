"""What the formats have in common: the texts, a minimal Exif block, reading in bounded blocks."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

BLOCK = 64 * 1024  # bytes that are read at a time
MAX_PARTS = 4_000  # segments or chunks of a file: more would only cost time
ORIENTATION_TAG = 0x0112  # TIFF 6.0


class UnreadableImage(ValueError):
    """A file is not a complete image of its format."""


@dataclass(frozen=True)
class ImageTexts:
    """What a copy of an image says about itself."""

    credit: str
    rights: str
    description: str
    source: str


def read_exactly(file, count: int) -> bytes:
    """Return the next `count` bytes of a file; raise UnreadableImage if it ends before."""
    data = file.read(count)
    if len(data) != count:
        raise UnreadableImage("the file ends too early")
    return data


def read_blocks(file, count: int) -> Iterator[bytes]:
    """Yield the next `count` bytes of a file in blocks; raise UnreadableImage if it ends before."""
    while count:
        data = read_exactly(file, min(BLOCK, count))
        count -= len(data)
        yield data


def orientation_block(orientation: int) -> bytes:
    """Return a TIFF structure (Exif 2.32, section 4.5) with nothing but the orientation; empty for an upright image."""
    if orientation not in range(2, 9):
        return b""
    entry = struct.pack("<HHIHH", ORIENTATION_TAG, 3, 1, orientation, 0)  # one SHORT
    return struct.pack("<2sHIH", b"II", 42, 8, 1) + entry + bytes(4)
