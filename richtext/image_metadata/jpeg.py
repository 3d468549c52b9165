"""JPEG segments (ITU-T T.81, annex B): copies the image without its metadata, and inserts Exif, XMP and IPTC.

Kept are the tables, frames and scans, and of the application segments what a decoder needs: JFIF without its thumbnail
(ITU-T T.871), colour profiles (ICC.1, annex B.4) and Adobe's colour transform. The copy ends with the first image:
cameras and phones append previews, films and their own data.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator

from richtext.image_metadata.iptc import photoshop_resources
from richtext.image_metadata.parts import (
    BLOCK,
    MAX_PARTS,
    ImageTexts,
    UnreadableImage,
    orientation_block,
    read_exactly,
)
from richtext.image_metadata.xmp import xmp_packet

SOI, EOI, SOS = 0xD8, 0xD9, 0xDA
APP0, APP1, APP2, APP13, APP14, COMMENT = 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
NEEDED = FRAMES | {0xC4, 0xCC, SOS, 0xDB, 0xDC, 0xDD}  # and DHT, DAC, DQT, DNL, DRI
APPLICATION = {*range(0xE0, 0xF0)}
MAX_FILL = 1_000  # fill bytes before a marker
# A marker in the entropy-coded data: not a stuffed byte, not a restart, not a fill byte.
MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


def rewrite(file, texts: ImageTexts, orientation: int) -> Iterator[bytes]:
    """Yield the copy of a JPEG; see `image_metadata.rewrite`."""
    if file.read(2) != bytes((0xFF, SOI)):
        raise UnreadableImage("not a JPEG")
    yield bytes((0xFF, SOI))
    has_texts = has_frame = has_scan = False
    for _number in range(MAX_PARTS):
        code = read_marker(file)
        if code == EOI and has_scan:
            yield bytes((0xFF, EOI))
            return
        content = read_content(file, code)
        kept = kept_content(code, content)
        if code == APP0 and kept and not has_texts:  # JFIF comes first
            yield segment(code, kept)
            kept = None
        if not has_texts:
            yield own_segments(texts, orientation)
            has_texts = True
        if kept is not None:
            yield segment(code, kept)
        has_frame |= code in FRAMES
        if code == SOS:
            if not has_frame:
                raise UnreadableImage("a scan without a frame")
            yield from copy_scan(file)
            has_scan = True
    raise UnreadableImage("too many segments")


def read_marker(file) -> int:
    """Return the code of the next marker, after any fill bytes (B.1.1.2)."""
    if read_exactly(file, 1) != b"\xff":
        raise UnreadableImage("no marker")
    for _number in range(MAX_FILL):
        code = read_exactly(file, 1)[0]
        if code != 0xFF:
            return code
    raise UnreadableImage("too many fill bytes")


def read_content(file, code: int) -> bytes:
    """Return the content of a segment; raise UnreadableImage for a marker that has none, or that is not expected."""
    if code not in NEEDED | APPLICATION | {COMMENT}:
        raise UnreadableImage(f"an unexpected marker: {code:02X}")
    (length,) = struct.unpack(">H", read_exactly(file, 2))
    if length < 2:
        raise UnreadableImage("a segment without a length")
    return read_exactly(file, length - 2)


def kept_content(code: int, content: bytes) -> bytes | None:
    """Return what the copy keeps of a segment; None for metadata."""
    if code in NEEDED:
        return content
    if code == APP0 and content.startswith(b"JFIF\0") and len(content) >= 14:
        return content[:12] + bytes(2)  # a thumbnail of no size
    if code == APP2 and content.startswith(b"ICC_PROFILE\0"):
        return content
    if code == APP14 and content.startswith(b"Adobe") and len(content) >= 12:
        return content[:12]
    return None


def segment(code: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, code, len(content) + 2) + content


def own_segments(texts: ImageTexts, orientation: int) -> bytes:
    """Return the segments with the metadata of the copy: Exif, XMP and IPTC."""
    exif = orientation_block(orientation)
    return (
        (segment(APP1, b"Exif\0\0" + exif) if exif else b"")
        + segment(APP1, b"http://ns.adobe.com/xap/1.0/\0" + xmp_packet(texts))
        + segment(APP13, photoshop_resources(texts))
    )


def copy_scan(file) -> Iterator[bytes]:
    """Yield the entropy-coded data of a scan (B.1.1.5), and leave the file at the marker after it."""
    held = b""
    while block := file.read(BLOCK):
        data = held + block
        if found := MARKER.search(data):
            yield data[: found.start()]
            file.seek(found.start() - len(data), os.SEEK_CUR)
            return
        end = len(data) - data.endswith(b"\xff")  # its second byte is in the next block
        yield data[:end]
        held = data[end:]
    raise UnreadableImage("the file ends too early")
