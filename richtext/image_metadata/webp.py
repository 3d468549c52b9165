"""WebP chunks (RFC 9649): copies the image without its metadata, and inserts XMP and the orientation."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from richtext.image_metadata.parts import (
    MAX_PARTS,
    ImageTexts,
    UnreadableImage,
    orientation_block,
    read_blocks,
    read_exactly,
)
from richtext.image_metadata.xmp import xmp_packet

PROFILE, ALPHA, EXIF, XMP = 0x20, 0x10, 0x08, 0x04  # flags of VP8X
PIXELS = (b"VP8 ", b"VP8L")


def rewrite(file, texts: ImageTexts, orientation: int) -> Iterator[bytes]:
    """Yield the copy of a WebP; see `image_metadata.rewrite`."""
    chunks: dict[bytes, tuple[int, int]] = {}
    for kind, place in list_chunks(file):
        chunks.setdefault(kind, place)
    pixels = next((kind for kind in PIXELS if kind in chunks), None)
    if pixels is None or b"ANMF" in chunks:
        raise UnreadableImage("no single image")
    exif, packet = orientation_block(orientation), xmp_packet(texts)
    width, height, has_alpha = read_header(file, pixels, chunks)
    flags = PROFILE * (b"ICCP" in chunks) | ALPHA * has_alpha | EXIF * bool(exif) | XMP
    header = struct.pack("<I", flags) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    kept = [kind for kind in (b"ICCP", *([b"ALPH"] if pixels == b"VP8 " else []), pixels) if kind in chunks]
    own = (chunk(b"EXIF", exif) if exif else b"") + chunk(b"XMP ", packet)
    total = 4 + len(chunk(b"VP8X", header)) + sum(8 + padded(chunks[kind][1]) for kind in kept) + len(own)
    yield struct.pack("<4sI4s", b"RIFF", total, b"WEBP") + chunk(b"VP8X", header)
    for kind in kept:
        start, length = chunks[kind]
        yield struct.pack("<4sI", kind, length)
        file.seek(start)
        yield from read_blocks(file, length)
        yield bytes(length % 2)
    yield own


def list_chunks(file) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Yield kind, position and length of each chunk. The data after the image's end are not part of it."""
    riff, total, kind = struct.unpack("<4sI4s", read_exactly(file, 12))
    if riff != b"RIFF" or kind != b"WEBP":
        raise UnreadableImage("not a WebP")
    position, end = 12, 8 + total
    for _number in range(MAX_PARTS):
        if position + 8 > end:
            return
        file.seek(position)
        kind, length = struct.unpack("<4sI", read_exactly(file, 8))
        yield kind, (position + 8, length)
        position += 8 + padded(length)
    raise UnreadableImage("too many chunks")


def read_header(file, pixels: bytes, chunks: dict) -> tuple[int, int, bool]:
    """Return width, height and whether there is transparency, from the header of the pixels (RFC 9649, 2.5 to 2.7)."""
    file.seek(chunks[pixels][0])
    if pixels == b"VP8L":
        (bits,) = struct.unpack("<I", read_exactly(file, 5)[1:])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    width, height = struct.unpack("<HH", read_exactly(file, 10)[6:])  # after tag and start code
    if not (width & 0x3FFF and height & 0x3FFF):
        raise UnreadableImage("an image without a size")
    return width & 0x3FFF, height & 0x3FFF, b"ALPH" in chunks


def padded(length: int) -> int:
    return length + length % 2


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(content)) + content + bytes(len(content) % 2)
