"""Phones as they are written, and as they are dialled."""

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from consular.phones import tel, validate_phone


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("+44 (0) 203 668 7474", "tel:+442036687474"),
        ("+44(0)20-3668-7474", "tel:+442036687474"),
        ("+7 (495) 123-45-67", "tel:+74951234567"),
        ("+39 06 1234 5678", "tel:+390612345678"),  # Italian numbers keep their zero
        ("0044 20 7946 0958", "tel:+442079460958"),
        ("(020) 7946 0958", "tel:02079460958"),
        ("(0)20 7946 0958", "tel:02079460958"),
        ("+49 (0) 30 1234-567 ext. 12", "tel:+49301234567;ext=12"),
        ("+1 202 555 0143 x007", "tel:+12025550143;ext=007"),
        ("+7 495 123 45 67, доб. 3", "tel:+74951234567;ext=3"),
        ("", ""),
    ],
)
def test_phone_becomes_a_link_that_can_be_dialled(written, link):
    assert tel(written) == link


@pytest.mark.parametrize("written", ["+44 20 7946 0958", "(020) 7946 0958", "+1 202 555 0143 x007", "112"])
def test_phone_number_is_accepted(written):
    validate_phone(written)


@pytest.mark.parametrize("written", ["ask at the desk", "+44 20 7946 0958 / +44 20 7946 0959", "12", "javascript:1234"])
def test_what_is_not_one_phone_number_is_refused(written):
    with pytest.raises(ValidationError):
        validate_phone(written)


@given(st.text(max_size=60))
def test_phone_link_holds_nothing_but_digits(written):
    assert re.fullmatch(r"(tel:\+?[0-9]+(;ext=[0-9]+)?)?", tel(written))
