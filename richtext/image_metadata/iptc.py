"""IPTC IIM (Information Interchange Model, version 4.2) as Photoshop image resources store it in a JPEG."""

from __future__ import annotations

import struct

from richtext.image_metadata.parts import ImageTexts

UTF_8 = b"\x1b%G"  # 1:90, coded character set (ISO 2022)
VERSION = struct.pack(">H", 4)  # 2:00, record version
BY_LINE, CREDIT, SOURCE, COPYRIGHT, CAPTION = 80, 110, 115, 116, 120  # data sets of record 2
MAX_BYTES = {BY_LINE: 32, CREDIT: 32, SOURCE: 32, COPYRIGHT: 128, CAPTION: 2000}
IPTC_RESOURCE = 0x0404


def iptc_records(texts: ImageTexts) -> bytes:
    """Return the texts as IIM data sets. Texts that are too long for IIM are cut off; XMP has them in full."""
    values = {
        BY_LINE: texts.credit,
        CREDIT: texts.credit,
        SOURCE: texts.source,
        COPYRIGHT: texts.rights,
        CAPTION: texts.description,
    }
    sets = [data_set(2, number, cut(text, MAX_BYTES[number])) for number, text in values.items() if text]
    return data_set(1, 90, UTF_8) + data_set(2, 0, VERSION) + b"".join(sets)


def data_set(record: int, number: int, value: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


def cut(text: str, most: int) -> bytes:
    """Return a text as at most `most` bytes of UTF-8, without half a character."""
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore").encode()


def photoshop_resources(texts: ImageTexts) -> bytes:
    """Return the content of a JPEG's APP13 segment with the IPTC records."""
    records = iptc_records(texts)
    header = struct.pack(">4sHHI", b"8BIM", IPTC_RESOURCE, 0, len(records))
    return b"Photoshop 3.0\0" + header + records + bytes(len(records) % 2)
