"""Tokeniser: splits a text or a query into folded words, in the same way for both databases.

A word is a run of letters and digits. Apostrophes and hyphens separate words, so it does not matter which of their
many forms is typed. There is no stemming, because it would distort names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice, product

from search.folding import CLASS_TABLE, FOLD_TABLE

MAX_WORD_LENGTH = 64  # characters; longer words are cut, and so equal where these are
MAX_SPELLINGS = 8  # of a typed word

# A word in the alphabet of `folding.shape`; ignored characters within or after it belong to it.
WORD_SHAPE = re.compile("w[wm]*|cm*")

# Punctuation that is part of a word here: geresh and gershayim in Hebrew (צה״ל, ג׳ורג׳), typed as quotation marks, and
# the middle dot of Catalan (col·lecció). A quotation mark that is closed soon after begins a quotation.
IN_WORD = re.compile(
    '(?<=[א-ת])[\'’‘׳](?=[א-ת])|(?<=[א-ת])["“”״](?=[א-ת]{1,4}(?![א-ת"“”״]))|(?<=[lL])\N{MIDDLE DOT}(?=[lL])'
)
JOINER = "\N{ZERO WIDTH JOINER}"  # as long as the replaced text, so that offsets in a text stay the same
HALF_WIDTH = re.compile("[\uff66-\uff9f]+")  # kana, whose voicing marks are separate characters

# A fast path to the same words for English and Russian texts; a test compares the two. (`str.translate` is fast for
# ASCII only.)
TYPOGRAPHIC = "’‘“”„«»–—…\xa0"  # never part of a word
RUSSIAN_TEXT = re.compile("[\x00-\x7f\xa0\u2010-\u2027А-Яа-яЁё]*")
RUSSIAN_WORD = re.compile("[0-9a-zа-я]+")


def split_words(text: str) -> list[str]:
    """Return the folded words of a text in their order."""
    found = _fold_words(text)
    return found if max(map(len, found), default=0) <= MAX_WORD_LENGTH else [word[:MAX_WORD_LENGTH] for word in found]


def _fold_words(text: str) -> list[str]:
    if not text.isascii():
        plain = text
        for character in TYPOGRAPHIC:
            plain = plain.replace(character, " ")
        if plain.isascii():
            text = plain
        elif RUSSIAN_TEXT.fullmatch(plain):
            return RUSSIAN_WORD.findall(plain.lower().replace("ё", "е"))
        else:
            return fold_any_script(text)
    return text.translate(FOLD_TABLE).split()


def fold_any_script(text: str) -> list[str]:
    """Return the folded words of a text in any script."""
    text = join_word_marks(unicodedata.normalize("NFC", text))
    text = HALF_WIDTH.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)
    return text.translate(FOLD_TABLE).split()


def join_word_marks(text: str) -> str:
    """Return a text with punctuation inside words replaced by a joiner of the same length."""
    return IN_WORD.sub(JOINER, text)


def word_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and folded form of each word of a text in NFC."""
    cached: dict[str, str] = {}
    for found in WORD_SHAPE.finditer((text if text.isascii() else join_word_marks(text)).translate(CLASS_TABLE)):
        written = text[found.start() : found.end()]
        if written not in cached:
            cached[written] = "".join(_fold_words(written))[:MAX_WORD_LENGTH]
        if cached[written]:
            yield found.start(), found.end(), cached[written]


# Spellings

# Umlauts and hamza have several spellings, and none could replace the others: "Müller" is also "Mueller", but "blue" is
# not "blü". So the index has the word as written, and a typed word is searched for in each spelling.
HAMZA = "ؤئأء"
SPELLINGS_WITHIN_WORD = {
    **dict.fromkeys(HAMZA, ("و", "ي", "ا", "ء")),
    "ä": ("a", "ae"),
    "ö": ("o", "oe"),
    "ü": ("u", "ue"),
    "å": ("a", "aa"),
    "ø": ("o", "oe"),
}
SPELLINGS_AT_END = {"ئ": ("ي", "ء", "يء"), "ؤ": ("و", "ء", "وء"), "أ": ("ا",), "ء": ("ء",)}
SPELLINGS_AFTER_VOWEL = {"يء": ("يء", "ي"), "ىء": ("يء", "ي"), "وء": ("وء", "و")}


def spell_words(text: str) -> list[tuple[str, ...]]:
    """Return the spellings of each word of a query, the typed one first."""
    text = unicodedata.normalize("NFC", text)
    return [(word, *_other_spellings(text[start:end], word)) for start, end, word in word_spans(text)]


def _other_spellings(written: str, word: str) -> list[str]:
    letters = "".join(letter for letter in written.lower() if FOLD_TABLE[ord(letter)])
    if letters.isascii() or not any(letter in SPELLINGS_WITHIN_WORD for letter in letters):
        return []
    end = SPELLINGS_AFTER_VOWEL.get(letters[-2:])
    stem = letters[:-2] if end else letters[:-1]
    spellings = [
        SPELLINGS_WITHIN_WORD.get(letter, (letter,)) if number or letter not in HAMZA else (letter,)
        for number, letter in enumerate(stem)
    ]
    last = letters[-1]
    spellings.append(end or SPELLINGS_AT_END.get(last) or SPELLINGS_WITHIN_WORD.get(last, (last,)))
    found = dict.fromkeys(
        "".join(_fold_words("".join(each)))[:MAX_WORD_LENGTH] for each in islice(product(*spellings), 64)
    )
    return [other for other in found if other and other != word][: MAX_SPELLINGS - 1]
