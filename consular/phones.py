"""Phone numbers as people write them, and as a phone dials them."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST = 15  # digits of an international number (ITU-T E.164)
EXTENSION = re.compile(
    r"(?:;\s*ext=|,|#|ext(?:ension|n)?\b\.?|x|доб\.?|poste|durchwahl)\s*(\d{1,8})\s*$", re.IGNORECASE
)
WRITTEN = re.compile(r"\+?[\d\s()./\u2010-\u2015\-]+")


def split(number: str) -> tuple[str, str]:
    """Return the number without its extension, and the extension, empty where there is none."""
    found = EXTENSION.search(number)
    return (number[: found.start()], found[1]) if found else (number, "")


def tel(number: str) -> str:
    """Return the `tel:` address (RFC 3966) of a number as written; empty where there is nothing to dial.

    "+44 (0) 203 668 7474" is dialled +442036687474: the "(0)" is for callers inside the country, and they reach
    the international form too. Without "+" or 00 in front, the 0 is part of what one dials.
    """
    written, extension = split(number)
    written = written.strip()
    if written.startswith("00"):
        written = f"+{written[2:]}"
    international = written.startswith("+")
    if international:
        written = re.sub(r"\(\s*0\s*\)", "", written)
    digits = ascii_digits(written)
    if not digits:
        return ""
    return f"tel:{'+' if international else ''}{digits}{f';ext={ascii_digits(extension)}' if extension else ''}"


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
