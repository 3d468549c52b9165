"""Enquiry references: eight characters of Crockford's base 32 with a check character (7K2M-Q9XD).

The check of https://www.crockford.com/base32.html is modulo 37, and its symbols include * and =. This one is a letter
or a digit: the characters are the coefficients of a polynomial over GF(32) that has the field's generator as a root
(a Reed-Solomon code with one check symbol). It detects any one wrong character and any two that were exchanged.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O (read as 1, 1, 0), and no U
LENGTH = 8  # characters, with the check character
FIELD = 0b100101  # x⁵ + x² + 1, primitive: the powers of x are all 31 elements except 0
AS_TYPED = str.maketrans("ILO", "110", "- \u2010\u2011\u2012\u2013\u2014\u00a0\t")


def make_reference() -> str:
    """Return a new random reference, XXXX-XXXX, one of 2³⁵."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return format_reference(text + check_character(text))


def read_reference(text: str) -> str | None:
    """Return the reference in a text as it was typed or spelt out, XXXX-XXXX; None if it is not valid."""
    text = text.strip().upper().translate(AS_TYPED)
    if len(text) != LENGTH or not set(text) <= set(ALPHABET) or syndrome(text):
        return None
    return format_reference(text)


def check_character(text: str) -> str:
    """Return the check character of the first seven."""
    return ALPHABET[multiply_by_generator(syndrome(text))]


def syndrome(text: str) -> int:
    """Return the polynomial's value at the generator: 0 for a valid reference."""
    value = 0
    for character in text:
        value = multiply_by_generator(value) ^ ALPHABET.index(character)
    return value


def multiply_by_generator(value: int) -> int:
    """Return an element of GF(32) multiplied by the generator."""
    value <<= 1
    return value ^ FIELD if value & 32 else value


def format_reference(text: str) -> str:
    """Return a reference in two groups of four."""
    return f"{text[:4]}-{text[4:]}"
