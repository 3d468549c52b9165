"""Badges: a counter as an SVG image for other sites. Text widths are estimates, as no font comes with it."""

from __future__ import annotations

import textwrap
from unicodedata import east_asian_width

from core.xml_text import strip_invalid_xml
from counters.sentences import SentenceParts, grouped

TEXT_SIZE, NUMBER_SIZE = 14, 34  # font sizes, in px
LINE_HEIGHT, PADDING, GAP = 19, 16, 14
BOLD_FACTOR = 1.2  # approximate width of bold digits, relative to regular ones
LINE_LENGTH = 40  # characters in a line


class Badge:
    """The layout of a badge: positions of the number and the lines. It has its own background, so it suits any page."""

    def __init__(self, parts: SentenceParts):
        before, after = strip_invalid_xml(parts.before), strip_invalid_xml(parts.after)
        number = grouped(parts.days)
        self.title = " ".join(f"{before}{number}{after}".split())
        self.number = number
        above, beside = (textwrap.wrap(text.strip(), LINE_LENGTH) for text in (before, after))
        text_x = PADDING + int(text_width(number, NUMBER_SIZE) * BOLD_FACTOR) + GAP
        top = PADDING + LINE_HEIGHT * len(above)
        block = max(NUMBER_SIZE, LINE_HEIGHT * len(beside))
        self.number_y = top + block // 2 + NUMBER_SIZE // 3
        first = top + (block - LINE_HEIGHT * len(beside)) // 2 + TEXT_SIZE
        self.lines = [(PADDING, PADDING + TEXT_SIZE + LINE_HEIGHT * row - 4, line) for row, line in enumerate(above)]
        self.lines += [(text_x, first + LINE_HEIGHT * row, line) for row, line in enumerate(beside)]
        ends = [text_x - GAP, *(x + int(text_width(line, TEXT_SIZE)) for x, _y, line in self.lines)]
        self.width, self.height = max(ends) + PADDING, top + block + PADDING


def text_width(text: str, size: int) -> float:
    """Return the approximate width of `text` in a common sans serif of `size` px, rounded up rather than down."""
    return size * sum(map(letter_width, text))


def letter_width(letter: str) -> float:
    """Return the approximate width of a letter in em."""
    if east_asian_width(letter) in "WF":
        return 1.0
    if letter in " iljtfrI.,:;'’|!()[]-":
        return 0.36
    if letter in "mwMWшщжюЩШЖЮ@%–—…":
        return 0.95
    return 0.7 if letter.isupper() else 0.6
