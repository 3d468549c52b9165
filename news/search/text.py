"""The words of a text, as both databases get them: folded here, in one way for what is searched and what is typed.

A word is a run of letters and digits. Apostrophes and hyphens separate words, so that it does not matter which of
their many shapes somebody types. There is no stemming: names stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice, product

from news.search.folding import FOLDED, SHAPES

LONGEST_WORD = 64  # characters; words that differ only beyond them are the same word
MOST_SPELLINGS = 8  # of a typed word

# A word of one shape; ignored characters within or behind it belong to it.
PARTS = re.compile("w[wm]*|cm*")

# What is punctuation elsewhere, and part of a word here: geresh and gershayim in Hebrew (צה״ל, ג׳ורג׳), for which
# keyboards have quotes; and the dot of Catalan (col·lecció). A quote that is closed soon after it is a quotation.
IN_WORD = re.compile(
    '(?<=[א-ת])[\'’‘׳](?=[א-ת])|(?<=[א-ת])["“”״](?=[א-ת]{1,4}(?![א-ת"“”״]))|(?<=[lL])\N{MIDDLE DOT}(?=[lL])'
)
JOINER = "\N{ZERO WIDTH JOINER}"  # as long as what it replaces, so that places in a text stay what they are
HALF_WIDTH = re.compile("[\uff66-\uff9f]+")  # kana, whose voice marks are characters of their own

# A short way to the same words, for what nearly every text is made of: the table looks at each character by itself,
# unless all of them are ASCII. A test compares the two ways.
TYPOGRAPHIC = "’‘“”„«»–—…\xa0"  # none is part of a word
RUSSIAN = re.compile("[\x00-\x7f\xa0\u2010-\u2027А-Яа-яЁё]*")
RUSSIAN_WORD = re.compile("[0-9a-zа-я]+")


def words(text: str) -> list[str]:
    """Return the words of a text, folded, in their order. Any text has some or none: nothing is refused."""
    found = _folded(text)
    return found if max(map(len, found), default=0) <= LONGEST_WORD else [word[:LONGEST_WORD] for word in found]


def _folded(text: str) -> list[str]:
    if not text.isascii():
        plain = text
        for character in TYPOGRAPHIC:
            plain = plain.replace(character, " ")
        if plain.isascii():
            text = plain
        elif RUSSIAN.fullmatch(plain):
            return RUSSIAN_WORD.findall(plain.lower().replace("ё", "е"))
        else:
            return fold_any(text)
    return text.translate(FOLDED).split()


def fold_any(text: str) -> list[str]:
    """Return the words of a text of any script: the long way."""
    text = join_marks(unicodedata.normalize("NFC", text))
    text = HALF_WIDTH.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)
    return text.translate(FOLDED).split()


def join_marks(text: str) -> str:
    """Return a text in which marks that belong to a word don't end it; it stays as long as it is."""
    return IN_WORD.sub(JOINER, text)


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each word of a text with the place where it begins and the one where it ends; `text` is in NFC."""
    known: dict[str, str] = {}
    for found in PARTS.finditer((text if text.isascii() else join_marks(text)).translate(SHAPES)):
        written = text[found.start() : found.end()]
        if written not in known:
            known[written] = "".join(_folded(written))[:LONGEST_WORD]
        if known[written]:
            yield found.start(), found.end(), known[written]


# Spellings

# Umlauts and hamza are written in more than one way, but not so that one way could stand for all: "Müller" is also
# "Mueller", while "blue" is not "blü". So a text has the word that it has, and a typed word is looked for in each way.
HAMZA = "ؤئأء"
WITHIN_WORD = {
    **dict.fromkeys(HAMZA, ("و", "ي", "ا", "ء")),
    "ä": ("a", "ae"),
    "ö": ("o", "oe"),
    "ü": ("u", "ue"),
    "å": ("a", "aa"),
    "ø": ("o", "oe"),
}
AT_END = {"ئ": ("ي", "ء", "يء"), "ؤ": ("و", "ء", "وء"), "أ": ("ا",), "ء": ("ء",)}
AFTER_VOWEL = {"يء": ("يء", "ي"), "ىء": ("يء", "ي"), "وء": ("وء", "و")}


def spellings(text: str) -> list[tuple[str, ...]]:
    """Return each word of a typed text with the other ways in which it is written, its own way first."""
    text = unicodedata.normalize("NFC", text)
    return [(word, *_others(text[start:end], word)) for start, end, word in spans(text)]


def _others(written: str, word: str) -> list[str]:
    letters = "".join(letter for letter in written.lower() if FOLDED[ord(letter)])
    if letters.isascii() or not any(letter in WITHIN_WORD for letter in letters):
        return []
    end = AFTER_VOWEL.get(letters[-2:])
    stem = letters[:-2] if end else letters[:-1]
    ways = [
        WITHIN_WORD.get(letter, (letter,)) if number or letter not in HAMZA else (letter,)
        for number, letter in enumerate(stem)
    ]
    last = letters[-1]
    ways.append(end or AT_END.get(last) or WITHIN_WORD.get(last, (last,)))
    found = dict.fromkeys("".join(_folded("".join(way)))[:LONGEST_WORD] for way in islice(product(*ways), 64))
    return [other for other in found if other and other != word][: MOST_SPELLINGS - 1]
