"""Form fields for text that people paste: one line or several, without control and invisible characters."""

from __future__ import annotations

import re
import unicodedata

from django import forms

from letters.invisible_characters import CONTROLS, IGNORABLE, remove_all_invisible, remove_invisible

BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Overrides turn even letters round; the other direction controls may mark a quotation within a longer text.
OVERRIDES = re.compile("[\u202d\u202e]")
MARKS = "\u061c\u200e\u200f"
NORMALISED = 20_000  # characters: of marks upon marks, normalising takes time by the square, and more is refused anyway


def composed(text: str) -> str:
    """Return text with its letters in one spelling (NFC)."""
    return unicodedata.normalize("NFC", text) if len(text) <= NORMALISED else text


def one_line(text: str) -> str:
    """Return text on a single line without control and invisible characters: harmless in a list, log or header."""
    spaced = re.sub("[\t\n]", " ", BREAKS.sub(" ", text))
    return composed(" ".join(remove_invisible(spaced).split()).strip(MARKS + " "))


def many_lines(text: str) -> str:
    """Return text with plain line ends and without control characters. Directions may be marked, not forced."""
    plain = CONTROLS.sub("", BREAKS.sub("\n", text))
    return composed(OVERRIDES.sub("", IGNORABLE.sub("", plain))).strip()


def if_seen(text: str) -> str:
    """Return a text; "" where there is nothing in it to be seen, but only spaces and joiners."""
    return text if any(unicodedata.category(c)[0] in "LNPS" for c in text) else ""


class LineField(forms.CharField):
    """A line of text."""

    def to_python(self, value):
        return if_seen(one_line(super().to_python(value)))


class TextField(forms.CharField):
    """A text of several lines."""

    def to_python(self, value):
        return if_seen(many_lines(super().to_python(value)))


class LinkField(forms.URLField):
    """The address of a web page."""

    def to_python(self, value):
        return super().to_python(remove_all_invisible(str(value or "")).strip())
