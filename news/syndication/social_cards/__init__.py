"""Social cards: the image (1200 × 630 px) that social networks show beside a link, drawn from the headline.

The font in this directory has Latin, Greek and Cyrillic. Characters that it lacks, such as emoji, are removed from a
headline; a headline in another script is replaced by the name of the embassy.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from unicodedata import category, normalize

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
MARGIN = 80
BACKGROUND, FOREGROUND = (0x16, 0x20, 0x2F), (0xF4, 0xF2, 0xEC)
TEXT_OPACITY, MUTED_OPACITY = 255, 190  # opacity of the text
SHADES = 32  # between background and text; few, for a small file
SIZES = (68, 60, 52, 44, 38, 32)  # of the headline: the largest that fits is used
HEADLINE_HEIGHT = 340  # pixels of height for the headline
FONT_FILE = Path(__file__).parent / "DejaVuSerif-Bold.ttf"
SUPPORTED = re.compile(
    "[\u0020-\u024f\u0370-\u03ff\u0400-\u052f\u2010-\u2026\u2030\u2039\u203a\u20ac\u2116\u2122\u2212]*"
)
CACHE_SIZE = 64  # cards cached in memory, about 20 kB each


@lru_cache(maxsize=8)
def load_font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_FILE), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=CACHE_SIZE)
def render_card(headline: str, name: str, above: str) -> bytes:
    """Return a card as PNG: a line above, the headline, the embassy's name."""
    image = Image.new("L", (WIDTH, HEIGHT))  # opacity only: a third of the work of RGB
    draw = ImageDraw.Draw(image)
    draw_emblem(draw, MARGIN, HEIGHT - MARGIN - 56)
    text = supported_text(headline)
    if text:
        draw.text((MARGIN + 76, HEIGHT - MARGIN - 28), fit_line(name, 30), TEXT_OPACITY, load_font(30), anchor="lm")
    draw.text((MARGIN, MARGIN), fit_line(above, 26), MUTED_OPACITY, load_font(26), anchor="lt")
    size, lines = lay_out_headline(text or supported_text(name))
    for number, line in enumerate(lines):
        baseline = MARGIN + 64 + size + number * size * 5 // 4
        draw.text((MARGIN, baseline), line, TEXT_OPACITY, load_font(size), anchor="ls")
    image = image.point([ink * SHADES // 256 for ink in range(256)])
    shades = [shade / (SHADES - 1) for shade in range(SHADES)]
    image.putpalette(
        [
            round(one + (other - one) * part)
            for part in shades
            for one, other in zip(BACKGROUND, FOREGROUND, strict=True)
        ]
    )
    buffer = BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def content_hash(*texts: str) -> str:
    """Return a hash of a card's texts for its URL, so that cached copies are replaced when they change."""
    return blake2b("\0".join(texts).encode("utf-8", "replace"), digest_size=4).hexdigest()


def supported_text(text: str) -> str:
    """Return a text without symbols that the font lacks; an empty text if it lacks a letter or digit."""
    text = "".join(char for char in normalize("NFC", text) if SUPPORTED.match(char).end() or category(char)[0] in "LNZ")
    text = " ".join(text.replace("\u00ad", "").split())
    return text if SUPPORTED.fullmatch(text) else ""


def fit_line(text: str, size: int) -> str:
    """Return as much of a text as fits on one line."""
    text = supported_text(text)
    while text and load_font(size).getlength(text) > WIDTH - 2 * MARGIN - 76:
        text = text[:-2].rstrip() + "…"
    return text


def lay_out_headline(text: str) -> tuple[int, list[str]]:
    """Return the largest font size at which a text fits, and its lines; at the smallest it is truncated."""
    for size in SIZES:
        lines = wrap_lines(text, size)
        limit = HEADLINE_HEIGHT // (size * 5 // 4)
        if len(lines) <= limit:
            return size, lines
    return size, [*lines[: limit - 1], lines[limit - 1].rstrip(" ,.;:") + "…"]


def wrap_lines(text: str, size: int) -> list[str]:
    """Return a text in lines that fit the card; a word that is too wide is broken."""
    lines, line = [], ""
    width = WIDTH - 2 * MARGIN
    for word in text.split():
        while load_font(size).getlength(word) > width:
            end = next(end for end in range(len(word), 0, -1) if load_font(size).getlength(word[:end]) <= width)
            lines += [*filter(None, [line]), word[:end]]
            line, word = "", word[end:]
        longer = f"{line} {word}".strip()
        if load_font(size).getlength(longer) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line] if line else lines


def draw_emblem(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """Draw the emblem of the site."""
    scale = 56 / 24  # the emblem has a grid of 24, from (4, 4) on

    def at(*points):
        return [(x + (across - 4) * scale, y + (down - 4) * scale) for across, down in points]

    draw.polygon(at((6, 11), (26, 11), (16, 5)), TEXT_OPACITY)
    for left in (8, 14.5, 21):
        draw.rectangle(at((left, 13), (left + 3, 22)), TEXT_OPACITY)
    draw.rectangle(at((6, 24), (26, 27)), TEXT_OPACITY)
