"""The words of a text, as both databases get them: folded here, in one way for what is searched and what is typed.

Case, accents, ligatures and typographic forms are folded away; ё is е, but й is not и: that is a letter, not an
accent. A word is a run of letters and digits. Apostrophes and hyphens part words, so that it does not matter which of
their many shapes somebody types. There is no stemming: names stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST_WORD = 64  # characters; what a word has beyond them is not told apart

# Letters that Unicode does not take apart, though a keyboard without them writes the second.
PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ĸ": "k"}
)
SHORT_I = "\N{COMBINING BREVE}"  # on и it makes й

# Marks on letters that may be left out in writing, and what can't be seen at all: bidi controls, joiners, soft hyphens.
UNHEARD = [
    *((0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F)),
    *((0x0670, 0x0670), (0x06D6, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F)),
    *((0xFE20, 0xFE2F), (0x00AD, 0x00AD), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFEFF, 0xFEFF)),
]
# Scripts written without spaces: each character is a word.
UNSPACED = [(0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3040, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF)]
UNSPACED += [(0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x20000, 0x3FFFF)]

# Letters by their name, apostrophes by their use.
APOSTROPHES = [(0x02B9, 0x02BF), (0x02C8, 0x02CB), (0x02EE, 0x02EE)]

PARTS = re.compile("w+|c")


def _within(code: int, ranges) -> bool:
    return any(first <= code <= last for first, last in ranges)


def _sounds(character: str) -> bool:
    """Say whether a character is part of a word: a letter, a digit, or a vowel sign of a script that needs them."""
    return unicodedata.category(character)[0] in "LNM" and not _within(ord(character), APOSTROPHES)


def _fold(character: str) -> str:
    """Return what a character is in a word: mostly one, a space where it parts words, nothing where it is unheard."""
    if _within(ord(character), UNHEARD):
        return ""
    if not _sounds(character):
        return " "
    parts = unicodedata.normalize("NFKD", character.casefold()).casefold().translate(PLAIN)
    kept = "".join(
        part
        for number, part in enumerate(parts)
        if (part == SHORT_I and parts[number - 1 : number] == "и")
        or (_sounds(part) and not _within(ord(part), UNHEARD))
    )
    kept = unicodedata.normalize("NFC", kept)
    return f" {kept} " if _within(ord(character), UNSPACED) else kept


def _shape(character: str) -> str:
    """Return one character for each: w in a word, c for a word of its own, a space between words."""
    if _within(ord(character), UNHEARD):
        return "w"
    if not _sounds(character):
        return " "
    return "c" if _within(ord(character), UNSPACED) else "w"


class Table(dict):
    """A table for `str.translate` that learns each character when it first meets it."""

    def __init__(self, rule):
        super().__init__()
        self.rule = rule

    def __missing__(self, code: int) -> str:
        found = self[code] = self.rule(chr(code))
        return found


FOLDED, SHAPES = Table(_fold), Table(_shape)

# A short way to the same words, for what nearly every text is made of: the table looks at each character by itself,
# unless all of them are ASCII. A test holds the two ways together.
TYPOGRAPHIC = "’‘“”„«»–—…\xa0"  # none is part of a word
RUSSIAN = re.compile("[\x00-\x7f\xa0\u2010-\u2027А-Яа-яЁё]*")
RUSSIAN_WORD = re.compile("[0-9a-zа-я]+")


def words(text: str) -> list[str]:
    """Return the words of a text, folded, in their order. Any text has some or none: nothing is refused."""
    found = _folded(text)
    return found if max(map(len, found), default=0) <= LONGEST_WORD else [word[:LONGEST_WORD] for word in found]


def _folded(text: str) -> list[str]:
    if not text.isascii():
        for character in TYPOGRAPHIC:
            text = text.replace(character, " ")
        if not text.isascii():
            if RUSSIAN.fullmatch(text):
                return RUSSIAN_WORD.findall(text.lower().replace("ё", "е"))
            text = unicodedata.normalize("NFC", text)
    return text.translate(FOLDED).split()


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each word of a text with the place where it begins and the one where it ends; `text` is in NFC."""
    known: dict[str, str] = {}
    for found in PARTS.finditer(text.translate(SHAPES)):
        written = text[found.start() : found.end()]
        if written not in known:
            known[written] = "".join(written.translate(FOLDED).split())[:LONGEST_WORD]
        if known[written]:
            yield found.start(), found.end(), known[written]
