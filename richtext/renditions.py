"""Renditions: a picture in several widths and formats, so that a telephone need not fetch what fills a screen.

A picture's name tells its size (…-1600x900.jpg) and a rendition's its width (…-1600x900-480.avif). So which ones there
are follows from the name alone, and no table has to say it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from PIL import Image, features

WIDTHS = (480, 960, 1440)  # pixels: a telephone, a column of text, the same on a screen with twice the dots
WRITTEN_AS = {  # AVIF at speed 8: half the bytes of a JPEG, in a second for all widths together
    "AVIF": {"quality": 60, "speed": 8},
    "WEBP": {"quality": 80},
    "JPEG": {"quality": 82, "progressive": True},
    "PNG": {"compress_level": 6},
}
SUFFIXES = {"AVIF": "avif", "WEBP": "webp", "JPEG": "jpg", "PNG": "png"}
KINDS = {suffix: kind for kind, suffix in SUFFIXES.items()}
TYPES = {suffix: f"image/{kind.lower()}" for kind, suffix in SUFFIXES.items()}
MODERN = [kind for kind in ("AVIF", "WEBP") if features.check(kind.lower())]  # what this Pillow can write, best first

NAME = re.compile(r"\A(?P<stem>.+-(?P<width>\d{1,5})x(?P<height>\d{1,5}))(?:-(?P<drawn>\d{1,5}))?\.(?P<suffix>[a-z]+)")


@dataclass(frozen=True)
class Picture:
    """A picture that was drawn here, read from its name."""

    stem: str
    width: int
    height: int
    suffix: str

    @classmethod
    def named(cls, name: str) -> Picture | None:
        """Return the picture of that name; None for a rendition, and for one that was not drawn here."""
        found = NAME.fullmatch(name)
        if not found or found["drawn"] or found["suffix"] not in ("jpg", "png", "webp"):
            return None
        return cls(found["stem"], int(found["width"]), int(found["height"]), found["suffix"])

    @property
    def name(self) -> str:
        return f"{self.stem}.{self.suffix}"

    @property
    def widths(self) -> list[int]:
        """Return the widths of its renditions: none is wider than itself."""
        return sorted({min(width, self.width) for width in WIDTHS})

    @property
    def kinds(self) -> list[str]:
        """Return the formats of its renditions, the one to be asked for first in front, its own last."""
        own = KINDS[self.suffix]
        return [*(kind for kind in MODERN if kind != own), own]

    def rendition(self, width: int, kind: str) -> str:
        """Return a rendition's name; in its own format and width, the picture is one itself."""
        if width == self.width and kind == KINDS[self.suffix]:
            return self.name
        return f"{self.stem}-{width}.{SUFFIXES[kind]}"

    def source_set(self, kind: str) -> list[tuple[str, int]]:
        """Return the names and widths that a page offers in one format; in its own, whole at the end."""
        offered = [(self.rendition(width, kind), width) for width in self.widths]
        if kind == KINDS[self.suffix] and self.width > offered[-1][1]:
            offered.append((self.name, self.width))
        return offered


def originals(name: str) -> list[str]:
    """Return the pictures that a file of this name may be of: itself, and where it is a rendition, what that is of."""
    found = NAME.fullmatch(name)
    if not found or not found["drawn"]:
        return [name]
    return [name, *(f"{found['stem']}.{suffix}" for suffix in ("jpg", "png", "webp"))]


# Drawing


def draw(image: Image.Image, picture: Picture) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each rendition of `picture`, whose pixels are in `image`."""
    for width in picture.widths:
        size = width, max(1, round(picture.height * width / picture.width))
        smaller = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        for kind in picture.kinds:
            name = picture.rendition(width, kind)
            if name != picture.name:
                yield name, written(smaller, kind)


def written(image: Image.Image, kind: str) -> bytes:
    """Return a picture as a file of one format."""
    buffer = BytesIO()
    image.save(buffer, kind, **WRITTEN_AS[kind])
    return buffer.getvalue()


def keep(storage: Storage, renditions) -> None:
    """Keep renditions, names with bytes; one that is there already is the same."""
    for name, content in renditions:
        if not storage.exists(name):
            storage.save(name, ContentFile(content))


def make_up(storage: Storage, name: str) -> bool:
    """Make a rendition that is missing (a back-up without them, a Pillow that has learnt a format); say if it is one.

    Only what a page offers is made, so nobody can have the disk filled.
    """
    for original in originals(name)[1:]:
        picture = Picture.named(original)
        offered = {found for kind in picture.kinds for found, _width in picture.source_set(kind)}
        if name in offered and storage.exists(original):
            with storage.open(original) as file, Image.open(file, formats=["JPEG", "PNG", "WEBP"]) as image:
                keep(storage, ((found, content) for found, content in draw(image, picture) if found == name))
            return True
    return False
