"""The badge: a counter as a picture for others' pages. No font, style or script comes with it: widths are estimates."""

from __future__ import annotations

import re
import textwrap
from unicodedata import east_asian_width

from counters.sentences import Parts

TEXT, NUMBER = 14, 34  # font sizes, in px
LINE, PAD, GAP = 19, 16, 14
BOLD = 1.2  # how much wider than plain figures bold ones are, about
COLUMNS = 40  # characters a line of words

# What XML 1.0 has no way to say (section 2.2), not even escaped.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Badge:
    """Where the number and the lines of the words stand. Its ground is its own, so it reads on light and dark pages."""

    def __init__(self, parts: Parts):
        before, number, after = (UNWRITABLE.sub("", str(part)) for part in parts)
        self.title = " ".join(f"{before}{number}{after}".split())
        self.number = number
        above, beside = (textwrap.wrap(words.strip(), COLUMNS) for words in (before, after))
        words_x = PAD + int(width(number, NUMBER) * BOLD) + GAP
        top = PAD + LINE * len(above)
        block = max(NUMBER, LINE * len(beside))
        self.number_y = top + block // 2 + NUMBER // 3
        first = top + (block - LINE * len(beside)) // 2 + TEXT
        self.lines = [(PAD, PAD + TEXT + LINE * row - 4, line) for row, line in enumerate(above)]
        self.lines += [(words_x, first + LINE * row, line) for row, line in enumerate(beside)]
        ends = [words_x - GAP, *(x + int(width(line, TEXT)) for x, _y, line in self.lines)]
        self.width, self.height = max(ends) + PAD, top + block + PAD


def width(text: str, size: int) -> float:
    """Return about how wide `text` is in a common sans serif of `size` px; rather too wide than too narrow."""
    return size * sum(map(advance, text))


def advance(letter: str) -> float:
    """Return about how wide a letter is, as a part of the font's size."""
    if east_asian_width(letter) in "WF":
        return 1.0
    if letter in " iljtfrI.,:;'’|!()[]-":
        return 0.36
    if letter in "mwMWшщжюЩШЖЮ@%–—…":
        return 0.95
    return 0.7 if letter.isupper() else 0.6
