"""Scripts of a text (Unicode Standard Annex 24), and the scripts in which a language is written."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext_noop

LATIN, CYRILLIC, ARABIC, HAN, KANA = "LATIN", "CYRILLIC", "ARABIC", "CJK", "HIRAGANA"
MIN_LETTERS = 10  # below which nothing is said about a text
KANA_SHARE = 0.1  # of Japanese text at least; Chinese has none


class Script(NamedTuple):
    """A script: its name, the language that most texts in it have, and the name of that; "" for Latin letters."""

    name: str
    language: str = ""
    language_name: str = ""

    @property
    def direction(self) -> str:
        """Return the value of a dir attribute."""
        return "rtl" if self.language in ("ar", "he") else "ltr"


SCRIPTS = {  # by the first word of the Unicode names of their letters
    LATIN: Script(gettext_noop("Latin")),
    CYRILLIC: Script(gettext_noop("Cyrillic"), "ru", gettext_noop("Russian")),
    ARABIC: Script(gettext_noop("Arabic"), "ar", gettext_noop("Arabic")),
    "HEBREW": Script(gettext_noop("Hebrew"), "he", gettext_noop("Hebrew")),
    "GREEK": Script(gettext_noop("Greek"), "el", gettext_noop("Greek")),
    HAN: Script(gettext_noop("Chinese"), "zh", gettext_noop("Chinese")),
    KANA: Script(gettext_noop("Japanese"), "ja", gettext_noop("Japanese")),
    "HANGUL": Script(gettext_noop("Korean"), "ko", gettext_noop("Korean")),
    "THAI": Script(gettext_noop("Thai"), "th", gettext_noop("Thai")),
    "LAO": Script(gettext_noop("Lao"), "lo", gettext_noop("Lao")),
    "KHMER": Script(gettext_noop("Khmer"), "km", gettext_noop("Khmer")),
    "MYANMAR": Script(gettext_noop("Burmese"), "my", gettext_noop("Burmese")),
    "DEVANAGARI": Script(gettext_noop("Devanagari"), "hi", gettext_noop("Hindi")),
    "BENGALI": Script(gettext_noop("Bengali"), "bn", gettext_noop("Bengali")),
    "GURMUKHI": Script(gettext_noop("Gurmukhi"), "pa", gettext_noop("Punjabi")),
    "GUJARATI": Script(gettext_noop("Gujarati"), "gu", gettext_noop("Gujarati")),
    "TAMIL": Script(gettext_noop("Tamil"), "ta", gettext_noop("Tamil")),
    "TELUGU": Script(gettext_noop("Telugu"), "te", gettext_noop("Telugu")),
    "KANNADA": Script(gettext_noop("Kannada"), "kn", gettext_noop("Kannada")),
    "MALAYALAM": Script(gettext_noop("Malayalam"), "ml", gettext_noop("Malayalam")),
    "SINHALA": Script(gettext_noop("Sinhala"), "si", gettext_noop("Sinhala")),
    "TIBETAN": Script(gettext_noop("Tibetan"), "bo", gettext_noop("Tibetan")),
    "ARMENIAN": Script(gettext_noop("Armenian"), "hy", gettext_noop("Armenian")),
    "GEORGIAN": Script(gettext_noop("Georgian"), "ka", gettext_noop("Georgian")),
    "ETHIOPIC": Script(gettext_noop("Ethiopic"), "am", gettext_noop("Amharic")),
}
SAME_SCRIPT = {"KATAKANA": KANA, "HALFWIDTH": KANA, "FULLWIDTH": LATIN, "IDEOGRAPHIC": HAN}

LANGUAGES_BY_SCRIPTS = {  # all others are written in Latin letters
    (CYRILLIC,): "ru uk be bg mk kk ky mn tg tt ba ce cv",
    (CYRILLIC, LATIN): "sr uz bs cnr",
    (ARABIC,): "ar fa ur ps sd ug ckb",
    ("HEBREW",): "he yi",
    ("GREEK",): "el grc",
    (HAN,): "zh yue",
    (KANA, HAN): "ja",
    ("HANGUL", HAN): "ko",
    ("DEVANAGARI",): "hi mr ne sa",
    ("BENGALI",): "bn as",
    ("ETHIOPIC",): "am ti",
    **{(name,): script.language for name, script in SCRIPTS.items() if name in (
        "THAI", "LAO", "KHMER", "MYANMAR", "GURMUKHI", "GUJARATI", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA",
        "TIBETAN", "ARMENIAN", "GEORGIAN",
    )},
}  # fmt: skip
SUBTAGS = {
    "latn": LATIN,
    "cyrl": CYRILLIC,
    "arab": ARABIC,
    "hans": HAN,
    "hant": HAN,
    "hebr": "HEBREW",
    "deva": "DEVANAGARI",
}
SCRIPTS_BY_LANGUAGE = {code: scripts for scripts, codes in LANGUAGES_BY_SCRIPTS.items() for code in codes.split()}


@lru_cache(maxsize=4096)
def script_of(letter: str) -> str:
    """Return the script of a character, a key of `SCRIPTS`; "" for one that is no letter or of a rare script."""
    if not letter.isalpha():
        return ""
    name = unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
    name = SAME_SCRIPT.get(name, name)
    return name if name in SCRIPTS else ""


def count_letters(text: str) -> Counter[str]:
    """Return the number of letters by script. Han among Kana is Japanese."""
    found: Counter[str] = Counter()
    for letter, number in Counter(text).items():
        if script := script_of(letter):
            found[script] += number
    if found[KANA] and found[KANA] >= KANA_SHARE * (found[KANA] + found[HAN]):
        found[KANA] += found.pop(HAN, 0)
    return +found


def scripts_of_language(language: str) -> frozenset[str]:
    """Return the scripts in which a language (a tag such as "ru" or "sr-Latn") is written."""
    code, *subtags = language.lower().split("-")
    for subtag in subtags:
        if subtag in SUBTAGS:
            return frozenset({SUBTAGS[subtag]})
    return frozenset(SCRIPTS_BY_LANGUAGE.get(code, (LATIN,)))


def foreign_script(text: str, language: str) -> str:
    """Return the script of most letters of a text, if its language is not written in it; "" otherwise."""
    letters = count_letters(text)
    own = sum(letters[script] for script in scripts_of_language(language))
    total = letters.total()
    if total < MIN_LETTERS:
        return ""
    script, number = letters.most_common(1)[0]
    return script if script not in scripts_of_language(language) and number > own else ""
