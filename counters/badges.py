"""Badges: a counter as an SVG image for other sites. Text widths are estimates, as no font comes with it."""

from __future__ import annotations

import re
import textwrap
from unicodedata import east_asian_width

from counters.sentences import Parts

TEXT, NUMBER = 14, 34  # font sizes, in px
LINE, PAD, GAP = 19, 16, 14
BOLD = 1.2  # approximate width of bold digits, relative to regular ones
COLUMNS = 40  # characters in a line

# Characters that XML 1.0 cannot contain (section 2.2), not even escaped.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Badge:
    """The layout of a badge: positions of the number and the lines. It has its own background, so it suits any page."""

    def __init__(self, parts: Parts):
        before, number, after = (UNWRITABLE.sub("", str(part)) for part in parts)
        self.title = " ".join(f"{before}{number}{after}".split())
        self.number = number
        above, beside = (textwrap.wrap(text.strip(), COLUMNS) for text in (before, after))
        text_x = PAD + int(width(number, NUMBER) * BOLD) + GAP
        top = PAD + LINE * len(above)
        block = max(NUMBER, LINE * len(beside))
        self.number_y = top + block // 2 + NUMBER // 3
        first = top + (block - LINE * len(beside)) // 2 + TEXT
        self.lines = [(PAD, PAD + TEXT + LINE * row - 4, line) for row, line in enumerate(above)]
        self.lines += [(text_x, first + LINE * row, line) for row, line in enumerate(beside)]
        ends = [text_x - GAP, *(x + int(width(line, TEXT)) for x, _y, line in self.lines)]
        self.width, self.height = max(ends) + PAD, top + block + PAD


def width(text: str, size: int) -> float:
    """Return the approximate width of `text` in a common sans serif of `size` px, rounded up rather than down."""
    return size * sum(map(advance, text))


def advance(letter: str) -> float:
    """Return the approximate width of a letter in em."""
    if east_asian_width(letter) in "WF":
        return 1.0
    if letter in " iljtfrI.,:;'’|!()[]-":
        return 0.36
    if letter in "mwMWшщжюЩШЖЮ@%–—…":
        return 0.95
    return 0.7 if letter.isupper() else 0.6
