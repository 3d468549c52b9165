"""References that can be read over the phone: Crockford's base 32, eight characters, the last one a check.

https://www.crockford.com/base32.html has a check of its own, modulo 37, whose symbols include * and =. Ours is a letter
or a digit: the characters are the coefficients of a polynomial over the field of 32 elements that has the field's
generator as a root. So any one wrong character is found, and any two that changed places.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O (read as 1, 1, 0), and no U
LENGTH = 8  # characters, the check with them
FIELD = 0b100101  # x⁵ + x² + 1: multiplying by x runs through all 31 elements but 0
HEARD_AS = str.maketrans("ILO", "110", "- \u2010\u2011\u2012\u2013\u2014\u00a0\t")


def make_reference() -> str:
    """Return a new random reference: one of 34 thousand million, written XXXX-XXXX."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return spaced(text + check_character(text))


def read_reference(said: str) -> str | None:
    """Return the reference that somebody typed or spelt out, as it is written; None where it can't be one."""
    text = said.strip().upper().translate(HEARD_AS)
    if len(text) != LENGTH or not set(text) <= set(ALPHABET) or remainder(text):
        return None
    return spaced(text)


def check_character(text: str) -> str:
    """Return the character that makes `text` a reference."""
    return ALPHABET[times_x(remainder(text))]


def remainder(text: str) -> int:
    """Return the polynomial's value at the generator: 0 for a reference that was read rightly."""
    value = 0
    for character in text:
        value = times_x(value) ^ ALPHABET.index(character)
    return value


def times_x(value: int) -> int:
    """Return an element of the field multiplied by its generator."""
    value <<= 1
    return value ^ FIELD if value & 32 else value


def spaced(text: str) -> str:
    """Return a reference in two groups of four."""
    return f"{text[:4]}-{text[4:]}"
