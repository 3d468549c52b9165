"""Removal of invisible Unicode characters from text that people paste."""

from __future__ import annotations

import re
import unicodedata

# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt) without the joiners, direction marks, variation
# selectors and tags of emoji, and with the Braille blank. None of them is drawn, and none changes a meaning.
IGNORABLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u200b\u2060-\u2065\u206a-\u206f\u2800\u3164\ufeff\uffa0"
    "\ufff0-\ufffc\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff]"
)
# Bidirectional embeddings, overrides and isolates: they force a direction on the text around them.
BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
BIDI_MARKS = re.compile("[\u061c\u200e\u200f]")
JOINERS = re.compile("[\u200c\u200d]")
VARIATION_SELECTORS = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
EMOJI_TAGS = re.compile("[\U000e0020-\U000e007f]")
BLACK_FLAG = "\U0001f3f4"  # the only emoji that tags follow: the flags of England, Scotland and Wales
# Control characters other than line ends and tabs, and halves of surrogate pairs.
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")

EVERY_INVISIBLE = re.compile("|".join(
    pattern.pattern
    for pattern in (IGNORABLE, BIDI_CONTROLS, BIDI_MARKS, JOINERS, VARIATION_SELECTORS, EMOJI_TAGS, CONTROLS)
))  # fmt: skip


def remove_all_invisible(text: str) -> str:
    """Return text without any invisible character: for addresses, numbers and codes, which need none."""
    return EVERY_INVISIBLE.sub("", text)


def remove_invisible(text: str) -> str:
    """Return text without the invisible characters that mean nothing: for names, titles and sentences.

    Joiners stay where a script or an emoji needs them (RFC 5892, appendix A), direction marks in text that has letters
    written from right to left, variation selectors and tags after an emoji.
    """
    text = BIDI_CONTROLS.sub("", IGNORABLE.sub("", CONTROLS.sub("", text)))
    if text.isascii():
        return text
    if not any(character.isalpha() and unicodedata.bidirectional(character) in ("R", "AL") for character in text):
        text = BIDI_MARKS.sub("", text)
    if BLACK_FLAG not in text:
        text = EMOJI_TAGS.sub("", text)
    kept: list[str] = []
    for character, following in zip(text, [*text[1:], ""], strict=True):
        if not _is_stray(character, kept[-1] if kept else "", following):
            kept.append(character)
    return "".join(kept)


def _is_stray(character: str, before: str, following: str) -> bool:
    """Say whether a character is a joiner or a variation selector that has nothing beside it to act on."""
    if JOINERS.match(character):
        return not ((_joins(before) or VARIATION_SELECTORS.match(before)) and _joins(following))
    if VARIATION_SELECTORS.match(character):
        return not (_joins(before) or before.isdecimal() or before in ("#", "*"))
    return False


def _joins(character: str) -> bool:
    """Say whether a character is of a kind that joins: beyond Latin, Greek and Cyrillic, a letter, mark or symbol."""
    if not character or VARIATION_SELECTORS.match(character):
        return False
    return unicodedata.category(character) == "So" or (
        ord(character) > 0x52F and unicodedata.category(character)[0] in "LMS"
    )
