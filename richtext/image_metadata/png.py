"""PNG chunks (W3C PNG, third edition): copies the image without its metadata, and inserts XMP and the orientation.

PNG has no standard place for IPTC IIM. Of an animation the first image is kept.
"""

from __future__ import annotations

import struct
import zlib
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

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS = b"IDAT"
NEEDED = {b"IHDR", b"PLTE", PIXELS, b"IEND", b"tRNS"}
COLOUR = {b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"pHYs", b"mDCV", b"cLLI"}
MAX_SMALL = 16 * 1024 * 1024  # bytes of a chunk other than pixels
MAX_CHUNKS = 50 * MAX_PARTS  # encoders write pixels in chunks of 8 KB


def rewrite(file, texts: ImageTexts, orientation: int) -> Iterator[bytes]:
    """Yield the copy of a PNG; see `image_metadata.rewrite`."""
    if file.read(8) != SIGNATURE:
        raise UnreadableImage("not a PNG")
    yield SIGNATURE
    has_pixels = False
    for number in range(MAX_CHUNKS):
        length, kind = struct.unpack(">I4s", read_exactly(file, 8))
        if (kind == b"IHDR") != (number == 0) or (kind in NEEDED | COLOUR and kind != PIXELS and length > MAX_SMALL):
            raise UnreadableImage("an unexpected chunk")
        is_kept = kind in NEEDED | COLOUR
        if is_kept:
            yield struct.pack(">I4s", length, kind)
        yield from checked_content(file, length, kind, is_kept)
        if number == 0:
            yield own_chunks(texts, orientation)
        has_pixels |= kind == PIXELS
        if kind == b"IEND" and has_pixels:
            return
    raise UnreadableImage("too many chunks")


def checked_content(file, length: int, kind: bytes, is_kept: bool) -> Iterator[bytes]:
    """Yield the content and the checksum of a kept chunk; of others nothing. Raise UnreadableImage for a wrong one."""
    checksum = zlib.crc32(kind)
    for block in read_blocks(file, length):
        checksum = zlib.crc32(block, checksum)
        if is_kept:
            yield block
    stored = read_exactly(file, 4)
    if is_kept and stored != struct.pack(">I", checksum):
        raise UnreadableImage("a damaged chunk")
    if is_kept:
        yield stored


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content), kind) + content + struct.pack(">I", zlib.crc32(kind + content))


def own_chunks(texts: ImageTexts, orientation: int) -> bytes:
    """Return the chunks with the metadata of the copy: XMP (as ISO 16684-3 says) and Exif."""
    exif = orientation_block(orientation)
    xmp = b"XML:com.adobe.xmp" + bytes(5) + xmp_packet(texts)  # not compressed, without language and translation
    return chunk(b"iTXt", xmp) + (chunk(b"eXIf", exif) if exif else b"")
