"""Cards: the picture that social media show beside a link, drawn from the headline. 1200 by 630 pixels, as they ask.

The font beside this file draws Latin, Greek and Cyrillic, whatever the machine has; a headline in another script is
left out, and the card shows the embassy's name alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
MARGIN = 80
GROUND, WORDS, QUIET = "#16202f", "#f4f2ec", "#b9c1cc"
SIZES = (68, 60, 52, 44, 38, 32)  # the headline gets the largest in which it fits
ROOM = 340  # pixels of height for the headline
FONT = Path(__file__).parent / "DejaVuSerif-Bold.ttf"
DRAWN = re.compile("[\u0020-\u024f\u0370-\u03ff\u0400-\u052f\u2010-\u2026\u2030\u2039\u203a\u20ac\u2116\u2122\u2212]*")


@lru_cache(maxsize=8)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font in a size."""
    return ImageFont.truetype(str(FONT), size, layout_engine=ImageFont.Layout.BASIC)


def card(headline: str, name: str, above: str) -> bytes:
    """Return a card as a PNG: a line above, the headline, the embassy's name."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    draw = ImageDraw.Draw(image)
    emblem(draw, MARGIN, HEIGHT - MARGIN - 56)
    draw.text((MARGIN + 76, HEIGHT - MARGIN - 28), fitting(name, 30), WORDS, font(30), anchor="lm")
    draw.text((MARGIN, MARGIN), fitting(above, 26), QUIET, font(26), anchor="lt")
    size, lines = laid_out(drawable(headline))
    for number, line in enumerate(lines):
        baseline = MARGIN + 64 + size + number * size * 5 // 4
        draw.text((MARGIN, baseline), line, WORDS, font(size), anchor="ls")
    buffer = BytesIO()
    image.quantize(32).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def drawable(text: str) -> str:
    """Return a text if the font has every letter of it, else nothing."""
    text = " ".join(text.split())
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
