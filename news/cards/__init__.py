"""Cards: the picture that social media show beside a link, drawn from the headline. 1200 by 630 pixels, as they ask.

The font beside this file draws Latin, Greek and Cyrillic, whatever the machine has. Of a headline in these, what it
lacks (an emoji) is left out; one in another script gives way to the embassy's name.
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
GROUND, INK = (0x16, 0x20, 0x2F), (0xF4, 0xF2, 0xEC)
WORDS, QUIET = 255, 190  # how much of the ink
SHADES = 32  # between ground and ink: few, so that a card is small
SIZES = (68, 60, 52, 44, 38, 32)  # the headline gets the largest in which it fits
ROOM = 340  # pixels of height for the headline
FONT = Path(__file__).parent / "DejaVuSerif-Bold.ttf"
DRAWN = re.compile("[\u0020-\u024f\u0370-\u03ff\u0400-\u052f\u2010-\u2026\u2030\u2039\u203a\u20ac\u2116\u2122\u2212]*")
KEPT = 64  # cards in memory, about 20 KB each: drawn again only where their words change


@lru_cache(maxsize=8)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font in a size."""
    return ImageFont.truetype(str(FONT), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=KEPT)
def card(headline: str, name: str, above: str) -> bytes:
    """Return a card as a PNG: a line above, the headline, the embassy's name."""
    image = Image.new("L", (WIDTH, HEIGHT))  # ink alone: a third of the work of three colours
    draw = ImageDraw.Draw(image)
    emblem(draw, MARGIN, HEIGHT - MARGIN - 56)
    words = drawable(headline)
    if words:
        draw.text((MARGIN + 76, HEIGHT - MARGIN - 28), fitting(name, 30), WORDS, font(30), anchor="lm")
    draw.text((MARGIN, MARGIN), fitting(above, 26), QUIET, font(26), anchor="lt")
    size, lines = laid_out(words or drawable(name))
    for number, line in enumerate(lines):
        baseline = MARGIN + 64 + size + number * size * 5 // 4
        draw.text((MARGIN, baseline), line, WORDS, font(size), anchor="ls")
    image = image.point([ink * SHADES // 256 for ink in range(256)])
    shades = [shade / (SHADES - 1) for shade in range(SHADES)]
    image.putpalette(
        [round(one + (other - one) * part) for part in shades for one, other in zip(GROUND, INK, strict=True)]
    )
    buffer = BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def version(*words: str) -> str:
    """Return what stands for the words of a card in its address: who keeps a card fetches it anew where they change."""
    return blake2b("\0".join(words).encode("utf-8", "replace"), digest_size=4).hexdigest()


def drawable(text: str) -> str:
    """Return a text without the signs that the font lacks; nothing, where it lacks a letter or a figure."""
    text = "".join(sign for sign in normalize("NFC", text) if DRAWN.match(sign).end() or category(sign)[0] in "LNZ")
    text = " ".join(text.replace("\u00ad", "").split())
    return text if DRAWN.fullmatch(text) else ""


def fitting(text: str, size: int) -> str:
    """Return as much of a text as goes on one line."""
    text = drawable(text)
    while text and font(size).getlength(text) > WIDTH - 2 * MARGIN - 76:
        text = text[:-2].rstrip() + "…"
    return text


def laid_out(text: str) -> tuple[int, list[str]]:
    """Return the largest size in which a text fits, and its lines; at the smallest, what doesn't fit is cut."""
    for size in SIZES:
        lines = wrapped(text, size)
        most = ROOM // (size * 5 // 4)
        if len(lines) <= most:
            return size, lines
    return size, [*lines[: most - 1], lines[most - 1].rstrip(" ,.;:") + "…"]


def wrapped(text: str, size: int) -> list[str]:
    """Return a text in lines that are no wider than the card's words may be; a word that is wider is broken."""
    lines, line = [], ""
    width = WIDTH - 2 * MARGIN
    for word in text.split():
        while font(size).getlength(word) > width:
            end = next(end for end in range(len(word), 0, -1) if font(size).getlength(word[:end]) <= width)
            lines += [*filter(None, [line]), word[:end]]
            line, word = "", word[end:]
        longer = f"{line} {word}".strip()
        if font(size).getlength(longer) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line] if line else lines


def emblem(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """Draw the house that stands on every page."""
    part = 56 / 24  # of the emblem's grid, from (4, 4) on

    def at(*points):
        return [(x + (across - 4) * part, y + (down - 4) * part) for across, down in points]

    draw.polygon(at((6, 11), (26, 11), (16, 5)), WORDS)
    for left in (8, 14.5, 21):
        draw.rectangle(at((left, 13), (left + 3, 22)), WORDS)
    draw.rectangle(at((6, 24), (26, 27)), WORDS)
