"""Words are counted by Unicode's rules, in any script."""

import pytest

from richtext.words import count_words_of


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \n\u00a0– … •", 0),
        ("One, two; three.", 3),
        ("one\u00a0two", 2),
        ("It’s the well-known 1,000.50 at 5:30", 6),
        ("Посол — в Лондоне", 3),
        ("Ελλάδα και Ρωσία", 3),
        ("تشكر السفارة الجميع", 3),
        ("مُحَمَّد", 1),
        ("שָׁלוֹם עולם", 2),
        ("नमस्ते दुनिया", 2),
        ("대사관은 감사드립니다", 2),
        ("大使馆感谢所有人", 4),
        ("大使館は感謝します", 5),
        ("MOU 签署", 2),
        ("สวัสดีชาวโลก", 3),
        ("cafe\u0301 noir", 2),
        ("emoji 🙂 only", 2),
    ],
)
def test_words_are_counted_in_any_script(text, count):
    assert count_words_of(text) == count
