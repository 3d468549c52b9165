"""Phone numbers: cleaning of pasted text, validation, and `tel:` links, by Google's libphonenumber.

A number without a country code is read as one of the host country, else as one of the home country.
"""

from __future__ import annotations

import re

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import Leniency, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher

from core.email_addresses import FULL_WIDTH
from core.text_fields import remove_invisible

MAX_LENGTH = 50  # characters
LABEL = re.compile(r"(?:tel:|[^\W\d]{1,20}\s?[.:]\s?:?\s?)", re.IGNORECASE)  # "tel:", "Phone:", "Mob.:", "Тел."
DIALLABLE = re.compile(r"(?=(?:\D{0,9}\d){3,15}\D{0,9}\Z)[\d ()./-]+")  # 112, or a national number of any country
PUNCTUATION = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\ufe63~_"), "-") | dict.fromkeys(
    map(ord, "·•∙・"), "."
)


def clean_phone(text: str) -> str:
    """Return a phone number without what copying adds to it: invisible characters, "tel:", digits of other scripts.

    Cleaning is idempotent. A text that is not a number is returned for validate_phone() to refuse.
    """
    text = " ".join(remove_invisible(str(text or "")).translate(FULL_WIDTH | PUNCTUATION).split())
    text = "".join(str(int(c)) if c.isdecimal() else c for c in text)
    while label := LABEL.match(text):
        text = text[label.end() :].lstrip()
    return re.sub(r"^(\(?)\s?\+[\s+]{0,9}", r"\1+", text.rstrip(" .,;:"))


def parse_phone(text: str) -> PhoneNumber | None:
    """Return the number that is the whole of a cleaned text; None for a short number (112) and for any other text.

    A number with a country code must be possible by the country's numbering plan, one without must be valid.
    """
    for country in (settings.HOST_COUNTRY, settings.HOME_COUNTRY):
        for match in PhoneNumberMatcher(text[:MAX_LENGTH], country[:2], leniency=Leniency.POSSIBLE):
            has_country_code = text.lstrip("( ").startswith(("+", "00"))
            if match.raw_string == text and (has_country_code or phonenumbers.is_valid_number(match.number)):
                return match.number
    return None


def tel_url(number: str) -> str:
    """Return the `tel:` URL (RFC 3966) of a number as written; "" for a text that cannot be dialled.

    "+44 (0) 203 668 7474" is dialled +442036687474. A number of no known country is dialled as it is written.
    """
    text = clean_phone(number)
    parsed = parse_phone(text)
    if parsed is None:
        return f"tel:{re.sub('[^0-9]', '', text)}" if DIALLABLE.fullmatch(text) else ""
    extension = re.sub("[^0-9]", "", parsed.extension or "")
    url = f"tel:{phonenumbers.format_number(parsed, PhoneNumberFormat.E164)}"
    return f"{url};ext={extension}" if extension else url


def validate_phone(number: str) -> None:
    """Raise ValidationError for a text that is not exactly one phone number."""
    if not tel_url(number):
        raise ValidationError(_("Enter one phone number, for example +44 (0) 20 7946 0958."))


class PhoneField(forms.CharField):
    """Form field for one phone number."""

    default_validators = [validate_phone]

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": MAX_LENGTH} | kwargs)

    def to_python(self, value):
        return clean_phone(super().to_python(value))
