"""File signatures: the type of a file by its first bytes, for error messages."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEAD = 1024  # bytes to read

# Brands of ISO base media files (ISO/IEC 14496-12): images and videos of mobile phones.
HEIC_BRANDS = frozenset([b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"])
AVIF_BRANDS = frozenset([b"avif", b"avis"])

HEIC = _("an iPhone HEIC image")
JPEG, PNG, GIF, WEBP, AVIF = (
    _("a JPEG image"),
    _("a PNG image"),
    _("a GIF image"),
    _("a WebP image"),
    _("an AVIF image"),
)
TIFF, RAW, JPEG_XL = _("a TIFF image or a camera raw file"), _("a camera raw file"), _("a JPEG XL image")
BMP, JPEG_2000, SVG = _("a Windows bitmap (BMP)"), _("a JPEG 2000 image"), _("an SVG drawing")
PHOTOSHOP, ICON = _("a Photoshop file"), _("an icon")
POSTSCRIPT = _("a PostScript file")
PDF, WEB_PAGE, VIDEO, AUDIO = _("a PDF"), _("a web page"), _("a video"), _("an audio recording")
READABLE = (JPEG, PNG, GIF, WEBP)  # by every version of Pillow
IMAGES = (*READABLE, AVIF, HEIC, TIFF, RAW, JPEG_XL, BMP, JPEG_2000, SVG, PHOTOSHOP, ICON)
SIGNATURES: list[tuple[bytes, Promise]] = [
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF8", GIF),
    (b"%PDF-", PDF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"IIRO", RAW),
    (b"FUJIFILMCCD-RAW", RAW),
    (b"8BPS", PHOTOSHOP),
    (b"\x00\x00\x00\x0cJXL ", JPEG_XL),
    (b"\xff\x0a", JPEG_XL),
    (b"\x00\x00\x00\x0cjP  ", JPEG_2000),
    (b"\x00\x00\x01\x00", ICON),
    (b"PK\x03\x04", _("a Word, Excel or PowerPoint document, or a ZIP archive")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _("an old Word, Excel or PowerPoint document")),
    (b"{\\rtf", _("a text document (RTF)")),
    (b"%!PS", POSTSCRIPT),
    (b"\x1aE\xdf\xa3", VIDEO),
    (b"ID3", AUDIO),
    (b"OggS", AUDIO),
    (b"Rar!", _("a RAR archive")),
    (b"7z\xbc\xaf", _("a 7-Zip archive")),
    (b"\x1f\x8b", _("a compressed file")),
    (b"MZ", _("a program")),
]
MARKUP: list[tuple[bytes, Promise]] = [
    (b"<svg", SVG),
    (b"<!doctype html", WEB_PAGE),
    (b"<html", WEB_PAGE),
]


def identify(head: bytes) -> Promise | None:
    """Return the type of a file that starts with `head`, as a noun with its article; None for an unknown type."""
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head[:2] == b"BM":
        return (
            BMP if head[6:10] == b"\0\0\0\0" else None
        )  # reserved bytes, so that a text starting with "BMW" is not one
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"AVI ": VIDEO, b"WAVE": AUDIO}.get(head[8:12])
    for signature, name in SIGNATURES:
        if head.startswith(signature):
            return name
    text = head[:HEAD].removeprefix(b"\xef\xbb\xbf").lower()
    return next((name for signature, name in MARKUP if signature in text), None)


def _iso_media(head: bytes) -> Promise:
    """Return the type of an ISO base media file by its major brand, then by its compatible brands."""
    size = min(int.from_bytes(head[:4], "big"), HEAD)
    brands = [head[8:12], *(head[i : i + 4] for i in range(16, size, 4))]
    if head[8:12] in AVIF_BRANDS or (head[8:12] in (b"mif1", b"msf1") and AVIF_BRANDS & set(brands)):
        return AVIF
    if HEIC_BRANDS & set(brands):
        return HEIC
    return VIDEO
