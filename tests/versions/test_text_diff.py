"""Text diff: nothing is lost, it reads as prose, and its time is bounded."""

import random
import time
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from versions.text_diff import MAX_TOTAL_PAIRS, Op, count_changed_words, diff_words, split_paragraphs, words_differ

pytestmark = pytest.mark.slow

TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(["the", "a", "visa", "visas", "closed", "open,", " ", "\n"]), max_size=60).map(" ".join),
)
LONGEST = 200_000  # characters


def joined(pieces, *kinds):
    return "".join(text for kind, text in pieces if kind in kinds)


def marked(old, new):
    """Return a comparison with marks: [-removed-] and [+added+]."""
    signs = {Op.KEPT: "{}", Op.REMOVED: "[-{}-]", Op.ADDED: "[+{}+]"}
    return "".join(signs[kind].format(text) for kind, text in diff_words(old, new))


# Nothing is lost


@given(TEXTS, TEXTS)
def test_kept_and_removed_is_the_old_text_and_kept_and_added_the_new(old, new):
    pieces = diff_words(old, new)
    assert joined(pieces, Op.KEPT, Op.REMOVED) == old
    assert joined(pieces, Op.KEPT, Op.ADDED) == new


@given(TEXTS)
def test_equal_texts_have_no_changes(text):
    assert joined(diff_words(text, text), Op.KEPT) == text
    assert not words_differ(text, text)


@given(TEXTS, TEXTS)
def test_no_word_is_lost_in_the_paragraphs(old, new):
    lines = split_paragraphs(diff_words(old, new))
    for text, kind in ((old, Op.REMOVED), (new, Op.ADDED)):
        read = "\n".join(joined(line, Op.KEPT, kind) for line in lines)
        assert [word for word in read.split() if word != "¶"] == [word for word in text.split() if word != "¶"]


# Words


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("one two", "one  two", False),
        ("one two", "one\ntwo ", False),
        ("one two", "one\u00a0two", False),
        ("one two", "one, two", True),
        ("one two", "One two", True),
        ("", "one", True),
    ],
)
def test_a_word_differs_and_white_space_does_not(old, new, expected):
    assert words_differ(old, new) is expected


# Readability


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("The talks began on Monday.", "The talks began on Tuesday.", "The talks began on [-Monday.-][+Tuesday.+]"),
        ("The end.", "The end. It was late.", "The end.[+ It was late.+]"),
        ("It opens.", "It never opens.", "It [+never +]opens."),
        ("A cat sat on a mat", "No dog sat in my house", "[-A cat sat on a mat-][+No dog sat in my house+]"),
        ("", "New", "[+New+]"),
    ],
)
def test_a_change_is_read_as_prose(old, new, expected):
    assert marked(old, new) == expected


def test_a_common_word_does_not_split_a_new_sentence():
    old = "Consular hours on Friday are shortened this winter"
    new = "Everybody may write to us on weekdays without waiting"
    assert len(diff_words(old, new)) == 2


def test_a_new_paragraph_is_between_the_kept_ones():
    lines = split_paragraphs(diff_words("First one.\nLast one.", "First one.\nA new one.\nLast one."))
    assert [[(kind.value, text.strip()) for kind, text in line] for line in lines] == [
        [("kept", "First one.")],
        [("added", "A new one.")],
        [("kept", "Last one.")],
    ]


def test_joined_paragraphs_are_marked():
    lines = split_paragraphs(diff_words("One.\nTwo.", "One. And two."))
    assert [[(kind.value, text) for kind, text in line] for line in lines] == [
        [("kept", "One."), ("removed", " ¶")],
        [("removed", "Two."), ("added", " And two.")],
    ]


def test_removed_and_added_words_are_counted():
    assert count_changed_words(diff_words("one two three", "one four three five")) == (1, 2)


# Time

WORDS = ["the", "of", "and", *(f"word{number}" for number in range(2000))]


def a_text(seed, words):
    choose = random.Random(seed)
    text = "".join(choose.choice(words) + choose.choice([" "] * 30 + [".\n"]) for _ in range(LONGEST // 2))
    return text[:LONGEST]


LONG_TEXTS = {
    "other words": lambda: (a_text(1, WORDS), a_text(2, WORDS)),
    "two words": lambda: (a_text(1, ["a", "b"]), a_text(2, ["a", "b"])),
    "a word more": lambda: with_a_word_more(a_text(1, WORDS)),
    "one word": lambda: ("a " * (LONGEST // 2), "a b " * (LONGEST // 4)),
    "lines": lambda: ("a\n" * (LONGEST // 2), "\n" * LONGEST),
    "no words": lambda: ("x" * LONGEST, " " * LONGEST),
    "backwards": lambda: (" ".join(map(str, range(36_000))), " ".join(map(str, range(36_000, 0, -1)))),
    "between": lambda: (
        " ".join(f"{n} a" for n in range(28_000)),
        " ".join(f"a b {n}" for n in range(25_000)),
    ),
}


def with_a_word_more(text):
    return text, text[: LONGEST // 2] + " more " + text[LONGEST // 2 :]


@pytest.mark.parametrize("kind", LONG_TEXTS)
def test_the_longest_texts_are_compared_within_seconds(kind):
    old, new = LONG_TEXTS[kind]()
    began = time.process_time()
    pieces = diff_words(old, new)
    assert time.process_time() - began < 5
    assert joined(pieces, Op.KEPT, Op.ADDED) == new


# The longest texts


def gapped(seed, words=120_000 // 6, gap=98):
    """Return a long text of few words with unique words at regular intervals."""
    chosen = random.Random(seed)
    found = [f"word{i}" if i % gap == 0 else chosen.choice(["a", "bb", "ccc", "dddd"]) for i in range(words)]
    return " ".join(found)


def test_all_stretches_share_one_budget(monkeypatch):
    compared = []

    def counted(junk, before, after, **options):
        compared.append(len(before) * len(after))
        return SequenceMatcher(junk, before, after, **options)

    monkeypatch.setattr("versions.text_diff.SequenceMatcher", counted)
    old, new = gapped(1), gapped(2)
    found = diff_words(old, new)
    assert MAX_TOTAL_PAIRS // 2 < sum(compared) <= MAX_TOTAL_PAIRS
    assert found.is_coarse
    assert joined(found, Op.KEPT, Op.REMOVED) == old
    assert joined(found, Op.KEPT, Op.ADDED) == new


def test_a_complete_comparison_is_not_coarse():
    assert not diff_words("The embassy is open.", "The embassy is closed.").is_coarse
