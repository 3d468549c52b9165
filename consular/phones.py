"""Phone numbers as people write and paste them, and as a phone dials them."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consular.text_fields import one_line
from letters.email_addresses import FULL_WIDTH
from letters.invisible_characters import remove_all_invisible

LONGEST = 15  # digits of an international number (ITU-T E.164)
MAX_LENGTH = 50  # characters
EXTENSION = re.compile(
    r"(?:;\s?ext=|,|#|\bext(?:ension|n)?\b[.:]?|x|доб\.?|\bposte\b|durchwahl)\s{0,3}(\d{1,8})\s{0,3}\Z", re.IGNORECASE
)
LABEL = re.compile(r"(?:tel:|[^\W\d]{1,20}\s?[.:]\s?:?\s?)", re.IGNORECASE)  # "tel:", "Phone:", "Mob.:", "Тел."
WRITTEN = re.compile(r"(?:\(\s?)?\+?[\d\s()./\-]+")
SIGNS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\ufe63~_"), "-") | dict.fromkeys(
    map(ord, "·•∙・"), "."
)
# Countries whose 0 before an area code is dropped when one calls from abroad; Italy's, for one, is dialled.
TRUNK_ZERO = (
    "20",
    "27",
    "31",
    "32",
    "33",
    "351",
    "353",
    "380",
    "40",
    "41",
    "43",
    "44",
    "46",
    "49",
    "61",
    "64",
    "81",
    "90",
)


def clean_phone(text: str) -> str:
    """Return a phone number without what copying adds to it: invisible characters, "tel:", digits of other scripts.

    Cleaned twice, it is the same. What is not a number is returned as it was, for validate_phone().
    """
    text = one_line(remove_all_invisible(str(text or "")).translate(FULL_WIDTH | SIGNS))
    text = "".join(str(int(c)) if c.isdecimal() else c for c in text)
    while label := LABEL.match(text):
        text = text[label.end() :].lstrip()
    return re.sub(r"^(\(?)\s?\+[\s+]{0,9}", r"\1+", text.rstrip(" .,;:"))


def split(number: str) -> tuple[str, str]:
    """Return the number without its extension, and the extension, empty where there is none."""
    found = EXTENSION.search(number)
    return (number[: found.start()], found[1]) if found else (number, "")


def tel(number: str) -> str:
    """Return the `tel:` address (RFC 3966) of a number as written; empty where there is nothing to dial.

    "+44 (0) 203 668 7474" is dialled +442036687474: the "(0)" is for callers inside the country, and they reach
    the international form too. Without "+" or 00 in front, the 0 is part of what one dials.
    """
    written, extension = split(clean_phone(number))
    written = written.strip()
    opening = written.lstrip("( ")
    if opening.startswith("00"):
        opening = f"+{opening[2:]}"
    international = opening.startswith("+")
    digits = ascii_digits(without_trunk_zero(opening) if international else written)
    if not digits or any(character.isalpha() for character in written):  # "after 6 pm", "or 07700 900123"
        return ""
    return f"tel:{'+' if international else ''}{digits}{f';ext={ascii_digits(extension)}' if extension else ''}"


def without_trunk_zero(written: str) -> str:
    """Return an international number without the 0 that is for callers inside the country: (0), or that of (020)."""
    written = re.sub(r"\(\s?0\s?\)", " ", written)
    code, bracket, rest = written.partition("(")
    if bracket and ascii_digits(code) in TRUNK_ZERO:
        return code + rest.lstrip().removeprefix("0")
    return written


def ascii_digits(text: str) -> str:
    """Return the decimal digits in a text, of whatever script, as ASCII ones, and nothing else of it."""
    return "".join(str(int(character)) for character in text if character.isdecimal())


def validate_phone(number: str) -> None:
    """Refuse what is no phone number, or two of them in one field."""
    written, _extension = split(number)
    digits = len(ascii_digits(written))
    if not WRITTEN.fullmatch(written.strip()) or not 3 <= digits <= LONGEST + 1:  # with the 0 in brackets
        raise ValidationError(
            _("This is not one phone number. Write it with digits, like +44 (0) 203 668 7474, one number to a field.")
        )


class PhoneField(forms.CharField):
    """A form field for one phone number."""

    default_validators = [validate_phone]

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": MAX_LENGTH} | kwargs)

    def to_python(self, value):
        return clean_phone(super().to_python(value))
