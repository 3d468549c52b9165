"""Phones as they are written, and as they are dialled."""

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from consular.phones import clean_phone, tel_url, validate_phone


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("+44 (0) 203 668 7474", "tel:+442036687474"),
        ("+44(0)20-3668-7474", "tel:+442036687474"),
        ("+7 (495) 123-45-67", "tel:+74951234567"),
        ("+39 06 1234 5678", "tel:+390612345678"),  # Italian numbers keep their zero
        ("0044 20 7946 0958", "tel:+442079460958"),
        ("(020) 7946 0958", "tel:+442079460958"),  # of the host country
        ("(0)20 7946 0958", "tel:+442079460958"),
        ("8 (495) 123-45-67", "tel:+74951234567"),  # of the home country
        ("555 0143", "tel:5550143"),  # of another country
        ("112", "tel:112"),
        ("+49 (0) 30 1234-567 ext. 12", "tel:+49301234567;ext=12"),
        ("+1 202 555 0143 x007", "tel:+12025550143;ext=007"),
        ("+7 495 123 45 67, доб. 3", "tel:+74951234567;ext=3"),
        ("(+44) 20 7946 0958", "tel:+442079460958"),
        ("+44 (020) 7946 0958", "tel:+442079460958"),
        ("+39 (06) 1234 5678", "tel:+390612345678"),
        ("(0044) (0)20 7946 0958", "tel:+442079460958"),
        ("+44 20 7946 0958 ext: 12", "tel:+442079460958;ext=12"),
        ("07700 900123 (after 6 pm)", ""),
        ("0800-FLOWERS", ""),
        ("", ""),
    ],
)
def test_phone_becomes_a_link_that_can_be_dialled(written, link):
    assert tel_url(written) == link


@pytest.mark.parametrize("written", ["+44 20 7946 0958", "(020) 7946 0958", "+1 202 555 0143 x007", "112"])
def test_phone_number_is_accepted(written):
    validate_phone(written)


@pytest.mark.parametrize(
    "written",
    [
        "ask at the desk",
        "+44 20 7946 0958 / +44 20 7946 0959",
        "12",
        "1" * 17,
        "0800-FLOWERS",
        "javascript:12",
        "+7 495 123",
    ],
)
def test_text_that_is_not_one_phone_number_is_refused(written):
    with pytest.raises(ValidationError):
        validate_phone(written)


@pytest.mark.parametrize(
    "pasted",
    [
        *["+44 20 7946 0958", "\u202a+44 20 7946 0958\u202c", "+44 20 7946\u200b 0958\ufeff", "tel:+44 20 7946 0958"],
        *[
            "Tel.: +44 20 7946 0958",
            "Mobile: +44 20 7946 0958",
            "Тел. +44 20 7946 0958",
            "＋４４　２０　７９４６　０９５８",
        ],
        *["+٤٤ ٢٠ ٧٩٤٦ ٠٩٥٨", "+۴۴ ۲۰ ۷۹۴۶ ۰۹۵۸", "+४४ २० ७९४६ ०९५८", "++44 20 7946 0958", "+ 44 20 7946 0958."],
        *["+44\u00a020\u202f7946\u20070958", "\t+44 20\n7946 0958 "],
    ],
)
def test_characters_added_by_copying_are_removed_from_phone_numbers(pasted):
    assert clean_phone(pasted) == "+44 20 7946 0958"
    validate_phone(clean_phone(pasted))


@pytest.mark.parametrize("dash", "\u2010\u2011\u2012\u2013\u2014\u2212\uff0d")
def test_every_dash_in_a_phone_number_becomes_a_hyphen(dash):
    assert clean_phone(f"+44{dash}20{dash}7946") == "+44-20-7946"


@given(st.text(max_size=60) | st.text("+ (0)４٤x,;tel:Тел.\u200b", max_size=30))
def test_cleaning_a_phone_number_twice_changes_nothing_more(text):
    assert clean_phone(clean_phone(text)) == clean_phone(text)


@given(st.text(max_size=60))
def test_phone_link_holds_nothing_but_digits(written):
    assert re.fullmatch(r"(tel:\+?[0-9]+(;ext=[0-9]+)?)?", tel_url(written))
