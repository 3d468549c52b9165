"""Unicode folding for search: maps each character of any script to its form in the index.

Case, accents, ligatures, typographic and presentation forms are folded, and so are letters that only some keyboards
have. Digits of every script become 0 to 9. Invisible characters (joiners, direction marks, soft hyphens) are removed.
The rules work on single characters; `text` applies them.
"""

from __future__ import annotations

import re
import unicodedata

# Version of these rules, stored with the index that they made (`index.is_outdated`). Raise it with every change of this
# module or of `text` that changes the words of any text.
FOLDING_VERSION = 2

# Letters that Unicode does not decompose, with their replacement on keyboards without them. Latin and Cyrillic letters
# "with" something (ø, ł, đ, ґ, қ) are found by their Unicode names: see `_base`.
REPLACEMENTS = str.maketrans(
    {"ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ĸ": "k", "ə": "e", "ŋ": "ng", "ſ": "s"}
    | {"ү": "у", "ұ": "у", "ө": "о", "ς": "σ"}
    # Hebrew: final forms, and the ligatures of Yiddish.
    | {"ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ", "װ": "וו", "ױ": "וי", "ײ": "יי"}
    # Arabic: teh marbuta and heh, alef maksura and yeh, and the forms of Persian, Urdu and Kurdish keyboards.
    | {"ة": "ه", "ۃ": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ڪ": "ك", "ٱ": "ا"}
    | {"ٲ": "ا", "ٳ": "ا", "ٵ": "ا"}
    # Devanagari: a nasal vowel is written with either sign.
    | {"ँ": "ं"}
)
SHORT_I = "\N{COMBINING BREVE}"  # й is a letter of its own, not an accented и
VOICING_MARKS = "\u3099\u309a"  # voiced kana, likewise
NAME_WITH_MARK = re.compile(r"(LATIN|CYRILLIC) SMALL LETTER ([A-Z]{1,12}) WITH ")

# Optional marks on letters, and invisible characters. (Format characters have a category of their own: Cf.)
IGNORED = [
    *((0x00AD, 0x00AD), (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2)),
    *((0x05C4, 0x05C5), (0x05C7, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670)),
    *((0x0674, 0x0674), (0x06D6, 0x06DC), (0x06DF, 0x06E8), (0x06EA, 0x06ED), (0x0711, 0x0711), (0x0730, 0x074A)),
    *((0x08CA, 0x08FF), (0x093C, 0x093C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x1AB0, 0x1AFF)),
    *((0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0x3099, 0x309A), (0x3164, 0x3164), (0xFB1E, 0xFB1E), (0xFE00, 0xFE0F)),
    *((0xFE20, 0xFE2F), (0xFF9E, 0xFFA0), (0xE0100, 0xE01EF)),
]
# Scripts written without spaces: each character is a word.
UNSPACED = [
    *((0x0E01, 0x0E2E), (0x0E30, 0x0E4E), (0x0E81, 0x0ECE), (0x0EDC, 0x0EDF), (0x1000, 0x103F), (0x1780, 0x17D3)),
    *((0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3040, 0x3098), (0x309D, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF)),
    *((0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF66, 0xFF9D), (0x20000, 0x3FFFF)),
]
APOSTROPHES = [(0x02B9, 0x02BF), (0x02C8, 0x02CB), (0x02EE, 0x02EE), (0xA78B, 0xA78C)]  # letters by name only


def is_in_ranges(character: str, ranges) -> bool:
    code = ord(character)
    return any(first <= code <= last for first, last in ranges)


def is_ignored(character: str) -> bool:
    """Say whether a character makes no difference to a word."""
    return unicodedata.category(character) == "Cf" or is_in_ranges(character, IGNORED)


def is_word_character(character: str) -> bool:
    """Say whether a character is part of a word: a letter, a digit, or a vowel sign of a script that needs them."""
    return unicodedata.category(character)[0] in "LNM" and not is_in_ranges(character, APOSTROPHES)


def _base_letter(letter: str) -> str:
    """Return the base letter of a lower-case Latin or Cyrillic one: o for ø, г for ґ."""
    named = NAME_WITH_MARK.match(unicodedata.name(letter, ""))
    if not named:
        return letter
    try:
        return unicodedata.lookup(f"{named[1]} SMALL LETTER {named[2]}")
    except KeyError:
        return letter


def _fold_part(part: str) -> str:
    """Return the folded form of one decomposed, lower-case character."""
    if part in VOICING_MARKS:
        return part
    if part == "\u0345" or not is_word_character(part) or is_ignored(part):
        return ""
    digit = unicodedata.decimal(part, None)
    return str(digit) if digit is not None else _base_letter(part).translate(REPLACEMENTS)


def fold_character(character: str) -> str:
    """Return the folded form of a character: usually one, a space where it separates words, "" where it is ignored."""
    if is_ignored(character):
        return ""
    if not is_word_character(character):
        return " "
    parts = unicodedata.normalize("NFKD", character.casefold()).casefold()
    folded = "".join(
        part if part == SHORT_I and parts[number - 1 : number] == "и" else _fold_part(part)
        for number, part in enumerate(parts)
    )
    folded = unicodedata.normalize("NFC", folded)
    if not is_in_ranges(character, UNSPACED):
        return folded
    return f" {folded if len(folded) == 1 else character} "  # NFKD splits the Thai vowel "am" into two letters


def classify_character(character: str) -> str:
    """Return the class of a character: w in a word, c a word of its own, m ignored, a space for a separator."""
    if is_ignored(character):
        return "m"
    if not is_word_character(character):
        return " "
    return "c" if is_in_ranges(character, UNSPACED) else "w"


class LazyTable(dict):
    """A table for `str.translate` that computes each character on first use."""

    def __init__(self, rule):
        super().__init__()
        self.rule = rule

    def __missing__(self, code: int) -> str:
        found = self[code] = self.rule(chr(code))
        return found


FOLD_TABLE, CLASS_TABLE = LazyTable(fold_character), LazyTable(classify_character)
