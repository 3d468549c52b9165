"""Metadata of image files: copies without their own metadata and with credit and rights, losslessly.

A copy has the same encoded pixels. Only the parts of the file that a decoder needs are copied. Everything else (Exif
with GPS, maker notes and serial numbers, XMP, IPTC, thumbnails, comments, further images, data after the end) is left
out, so that unknown kinds of metadata cannot slip through. The libraries for this are
unmaintained (piexif, iptcinfo3) or bind to a large C++ library (pyexiv2); Pillow would encode the pixels again.
"""

from __future__ import annotations

from collections.abc import Iterator

from richtext.image_metadata import jpeg, png, webp
from richtext.image_metadata.parts import ImageTexts, UnreadableImage

REWRITERS = {"JPEG": jpeg.rewrite, "PNG": png.rewrite, "WEBP": webp.rewrite}

__all__ = ["REWRITERS", "ImageTexts", "UnreadableImage", "rewrite"]


def rewrite(file, kind: str, texts: ImageTexts, orientation: int = 1) -> Iterator[bytes]:
    """Yield a copy of an image file, in blocks, with `texts` as its only metadata, apart from its orientation.

    `file` is seekable and open for reading; `kind` is JPEG, PNG or WEBP; `orientation` is Exif's (1 to 8). Raises
    UnreadableImage for a file that is not a complete image of this kind.
    """
    file.seek(0)
    yield from REWRITERS[kind](file, texts, orientation)
