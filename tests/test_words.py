"""Text diff: nothing is lost, it reads as prose, and its time is bounded."""

import random
import time
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.words import BUDGET, Kind, compare, counts, differ, paragraphs

TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(["the", "a", "visa", "visas", "closed", "open,", " ", "\n"]), max_size=60).map(" ".join),
)
LONGEST = 200_000  # characters


def joined(pieces, *kinds):
    return "".join(text for kind, text in pieces if kind in kinds)


def marked(old, new):
    """Return a comparison with marks: [-removed-] and [+added+]."""
    signs = {Kind.KEPT: "{}", Kind.REMOVED: "[-{}-]", Kind.ADDED: "[+{}+]"}
    return "".join(signs[kind].format(text) for kind, text in compare(old, new))


# Nothing is lost


@given(TEXTS, TEXTS)
def test_kept_and_removed_is_the_old_text_and_kept_and_added_the_new(old, new):
    pieces = compare(old, new)
    assert joined(pieces, Kind.KEPT, Kind.REMOVED) == old
    assert joined(pieces, Kind.KEPT, Kind.ADDED) == new


@given(TEXTS)
def test_equal_texts_have_no_changes(text):
    assert joined(compare(text, text), Kind.KEPT) == text
    assert not differ(text, text)


@given(TEXTS, TEXTS)
def test_no_word_is_lost_in_the_paragraphs(old, new):
    lines = paragraphs(compare(old, new))
    for text, kind in ((old, Kind.REMOVED), (new, Kind.ADDED)):
        read = "\n".join(joined(line, Kind.KEPT, kind) for line in lines)
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
    assert differ(old, new) is expected


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
    assert len(compare(old, new)) == 2


def test_a_new_paragraph_is_between_the_kept_ones():
    lines = paragraphs(compare("First one.\nLast one.", "First one.\nA new one.\nLast one."))
    assert [[(kind.value, text.strip()) for kind, text in line] for line in lines] == [
        [("kept", "First one.")],
        [("added", "A new one.")],
        [("kept", "Last one.")],
    ]


def test_joined_paragraphs_are_marked():
    lines = paragraphs(compare("One.\nTwo.", "One. And two."))
    assert [[(kind.value, text) for kind, text in line] for line in lines] == [
        [("kept", "One."), ("removed", " ¶")],
        [("removed", "Two."), ("added", " And two.")],
    ]


def test_removed_and_added_words_are_counted():
    assert counts(compare("one two three", "one four three five")) == (1, 2)


# Time

WORDS = ["the", "of", "and", *(f"word{number}" for number in range(2000))]


def a_text(seed, words):
    choose = random.Random(seed)
    text = "".join(choose.choice(words) + choose.choice([" "] * 30 + [".\n"]) for _ in range(LONGEST // 2))
    return text[:LONGEST]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (a_text(1, WORDS), a_text(2, WORDS)),
        (a_text(1, ["a", "b"]), a_text(2, ["a", "b"])),
        (a_text(1, WORDS), a_text(1, WORDS)[: LONGEST // 2] + " more " + a_text(1, WORDS)[LONGEST // 2 :]),
        ("a " * (LONGEST // 2), "a b " * (LONGEST // 4)),
        ("a\n" * (LONGEST // 2), "\n" * LONGEST),
        ("x" * LONGEST, " " * LONGEST),
        (" ".join(map(str, range(36_000))), " ".join(map(str, range(36_000, 0, -1)))),
        (" ".join(f"{n} a" for n in range(28_000)), " ".join(f"a b {n}" for n in range(25_000))),
    ],
    ids=["other words", "two words", "a word more", "one word", "lines", "no words", "backwards", "between"],
)
def test_the_longest_texts_are_compared_within_seconds(old, new):
    began = time.process_time()
    pieces = compare(old, new)
    assert time.process_time() - began < 5
    assert joined(pieces, Kind.KEPT, Kind.ADDED) == new


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

    monkeypatch.setattr("news.words.SequenceMatcher", counted)
    old, new = gapped(1), gapped(2)
    found = compare(old, new)
    assert BUDGET // 2 < sum(compared) <= BUDGET
    assert found.is_coarse
    assert joined(found, Kind.KEPT, Kind.REMOVED) == old
    assert joined(found, Kind.KEPT, Kind.ADDED) == new


def test_a_complete_comparison_is_not_coarse():
    assert not compare("The embassy is open.", "The embassy is closed.").is_coarse
