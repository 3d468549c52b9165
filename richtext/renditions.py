"""Renditions: an image in several widths and formats, for responsive images.

The file name of an image has its size (…-1600x900.jpg), that of a rendition also its width (…-1600x900-480.avif). So
the renditions of an image follow from its name, without a database table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from PIL import Image, features

WIDTHS = (480, 960, 1440)  # pixels: a phone, a text column, a text column on a high-density screen
ENCODER_OPTIONS = {  # AVIF at speed 8: half the size of a JPEG, one second for all widths
    "AVIF": {"quality": 60, "speed": 8},
    "WEBP": {"quality": 80},
    "JPEG": {"quality": 82, "progressive": True},
    "PNG": {"compress_level": 6},
}
SUFFIXES = {"AVIF": "avif", "WEBP": "webp", "JPEG": "jpg", "PNG": "png"}
FORMATS = {suffix: kind for kind, suffix in SUFFIXES.items()}
CONTENT_TYPES = {suffix: f"image/{kind.lower()}" for kind, suffix in SUFFIXES.items()}
MODERN_FORMATS = [
    kind for kind in ("AVIF", "WEBP") if features.check(kind.lower())
]  # that this Pillow can write, best first

FILE_NAME = re.compile(
    r"\A(?P<stem>.+-(?P<width>\d{1,5})x(?P<height>\d{1,5}))(?:-(?P<drawn>\d{1,5}))?\.(?P<suffix>[a-z]+)"
)


@dataclass(frozen=True)
class ImageFile:
    """An image that this site has encoded, described by its file name."""

    stem: str
    width: int
    height: int
    suffix: str

    @classmethod
    def named(cls, name: str) -> ImageFile | None:
        """Return the image of a file name; None for a rendition and for files not encoded by this site."""
        found = FILE_NAME.fullmatch(name)
        if not found or found["drawn"] or found["suffix"] not in ("jpg", "png", "webp"):
            return None
        return cls(found["stem"], int(found["width"]), int(found["height"]), found["suffix"])

    @property
    def name(self) -> str:
        return f"{self.stem}.{self.suffix}"

    @property
    def widths(self) -> list[int]:
        """Return the widths of its renditions, none above its own."""
        return sorted({min(width, self.width) for width in WIDTHS})

    @property
    def kinds(self) -> list[str]:
        """Return the formats of its renditions, the preferred one first, its own last."""
        own = FORMATS[self.suffix]
        return [*(kind for kind in MODERN_FORMATS if kind != own), own]

    def rendition(self, width: int, kind: str) -> str:
        """Return the file name of a rendition; for its own format and width, that of the image."""
        if width == self.width and kind == FORMATS[self.suffix]:
            return self.name
        return f"{self.stem}-{width}.{SUFFIXES[kind]}"

    def source_set(self, kind: str) -> list[tuple[str, int]]:
        """Return (file name, width) of the renditions in one format; in its own format, with the image at the end."""
        offered = [(self.rendition(width, kind), width) for width in self.widths]
        if kind == FORMATS[self.suffix] and self.width > offered[-1][1]:
            offered.append((self.name, self.width))
        return offered


def source_candidates(name: str) -> list[str]:
    """Return the file names that a file may belong to: itself, and the possible originals of a rendition."""
    found = FILE_NAME.fullmatch(name)
    if not found or not found["drawn"]:
        return [name]
    return [name, *(f"{found['stem']}.{suffix}" for suffix in ("jpg", "png", "webp"))]


def render(image: Image.Image, picture: ImageFile) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, bytes) of each rendition of `picture`, from its pixels in `image`."""
    for width in picture.widths:
        size = width, max(1, round(picture.height * width / picture.width))
        smaller = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        for kind in picture.kinds:
            name = picture.rendition(width, kind)
            if name != picture.name:
                yield name, encode(smaller, kind)


def encode(image: Image.Image, kind: str) -> bytes:
    """Return an image encoded in one format."""
    buffer = BytesIO()
    image.save(buffer, kind, **ENCODER_OPTIONS[kind])
    return buffer.getvalue()


def store_missing(storage: Storage, renditions) -> None:
    """Store renditions, (file name, bytes), that do not exist yet."""
    for name, content in renditions:
        if not storage.exists(name):
            storage.save(name, ContentFile(content))


def generate_rendition(storage: Storage, name: str) -> bool:
    """Create a missing rendition (after a restore, or with a new format) and return True; False for other files.

    Only renditions that pages offer are created, so that requests cannot fill the disk.
    """
    for original in source_candidates(name)[1:]:
        picture = ImageFile.named(original)
        offered = {found for kind in picture.kinds for found, _width in picture.source_set(kind)}
        if name in offered and storage.exists(original):
            with storage.open(original) as file, Image.open(file, formats=["JPEG", "PNG", "WEBP"]) as image:
                store_missing(storage, ((found, content) for found, content in render(image, picture) if found == name))
            return True
    return False
