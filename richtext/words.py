"""Words of a text in any script, counted after Unicode Standard Annex 29 (word boundaries).

A word is a run of letters, marks and digits; an apostrophe, a hyphen or a separator of numbers between two of them
does not part it. Chinese, Japanese, Thai, Lao, Khmer and Burmese have no spaces between words, and finding their words
takes a dictionary: there the average length of a word is used. The reading time is right, the count an estimate.
"""

from __future__ import annotations

import re
from math import ceil

WORDS_PER_MINUTE = 200
CHARACTERS_PER_CHINESE_WORD = 2  # Han, Hiragana and Katakana
CHARACTERS_PER_THAI_WORD = 5  # Thai, Lao, Khmer and Burmese, with the marks above and below the letters

CHINESE_RUN = re.compile(
    "[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
THAI_RUN = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
# \w lacks the marks of Indian and Arabic vowels, which are part of a word: 0300-036F, 0591-05C7, 0610-06ED, 0900-0DFF.
WORD = re.compile(
    "[\\w\u0300-\u036f\u0591-\u05c7\u0610-\u06ed\u0900-\u0dff\u200c\u200d]++"
    "(?:['’.,:·-][\\w\u0300-\u036f\u0591-\u05c7\u0610-\u06ed\u0900-\u0dff\u200c\u200d]++)*+"
)


def count_words_of(text: str) -> int:
    """Return the number of words in a plain text."""
    if text.isascii():
        return len(WORD.findall(text))
    chinese, thai = CHINESE_RUN.findall(text), THAI_RUN.findall(text)
    spaced = THAI_RUN.sub(" ", CHINESE_RUN.sub(" ", text))
    return (
        len(WORD.findall(spaced))
        + sum(-(-len(run) // CHARACTERS_PER_CHINESE_WORD) for run in chinese)
        + sum(-(-len(run) // CHARACTERS_PER_THAI_WORD) for run in thai)
    )


def reading_minutes(words: int) -> int:
    """Return the minutes that reading so many words takes, at least 1."""
    return max(1, ceil(words / WORDS_PER_MINUTE))
