"""Two texts compared word by word: what was kept, what was removed, what was added. Pure, and bounded in time."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

# A word takes the space before it along, so that spaces are not what two texts have in common. A line's end is a token.
TOKEN = re.compile(r"\n|[^\S\n]*\S+|[^\S\n]+")

PART = re.compile(r"[^\n]*\n|[^\n]+")

CLOSE = 10_000  # pairs of tokens that are compared each with each; more than these are only aligned by rare words
BUDGET = 1_000_000  # pairs that one comparison compares each with each, in all: about half a second
DEEPEST = 8  # times that a stretch between two rare words is searched for rare words of its own


class Kind(StrEnum):
    """What became of a stretch of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


class Piece(NamedTuple):
    """A stretch of text with what became of it."""

    kind: Kind
    text: str


class Comparison(list[Piece]):
    """The pieces of two texts; `is_coarse` where the texts are too long to be compared word by word throughout."""

    is_coarse = False


def differ(old: str, new: str) -> bool:
    """Say whether a word differs; white space is none."""
    return old.split() != new.split()


def compare(old: str, new: str) -> Comparison:
    """Return the pieces of both texts in order of reading, a removed one ahead of what was added for it.

    The kept and the removed pieces, joined, are `old`; the kept and the added ones are `new`. Which words are taken
    for the same is a matter of judgement, and readable as prose: two words in common do not cut a new sentence up.
    """
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    changes: list[tuple[str, str, str]] = []  # removed, added, and what was kept behind them
    i = j = 0
    left_out: list[tuple[int, int]] = []
    for first, second, size in [*runs(before, after, left_out), (len(before), len(after), 0)]:
        changes.append(("".join(before[i:first]), "".join(after[j:second]), "".join(before[first : first + size])))
        i, j = first + size, second + size
    found = Comparison(pieces(spaced(whole(changes))))
    found.is_coarse = bool(left_out)
    return found


def paragraphs(compared: Sequence[Piece]) -> list[list[Piece]]:
    """Return the pieces of each line, of both texts; ¶ stands where a line was broken in two, or two were joined."""
    lines: list[list[Piece]] = [[]]
    for kind, text in compared:
        for part in PART.findall(text):
            lines[-1].append(Piece(kind, part))
            if part.endswith("\n"):
                lines.append([])
    return [list(_marked(line)) for line in lines if any(text.strip() for _, text in line)]


def _marked(line: list[Piece]) -> Iterator[Piece]:
    """Yield the pieces of a line with its end, where that was removed or added, made visible."""
    alone = len(line) == 1  # a whole paragraph, that needs no mark of its end
    for kind, text in line:
        words = text.rstrip("\n")
        if words != text and kind != Kind.KEPT and not alone:
            words += " ¶"
        if words:
            yield Piece(kind, words)


def counts(compared: Sequence[Piece]) -> tuple[int, int]:
    """Return how many words were removed and how many were added."""
    removed, added = (sum(len(text.split()) for kind, text in compared if kind == wanted) for wanted in list(Kind)[1:])
    return removed, added


# How words are found again


def runs(before: list[str], after: list[str], left_out: list | None = None) -> list[tuple[int, int, int]]:
    """Return the runs that both lists have in common, in order: the place in each, and the length.

    To `left_out` are added the places of what the budget did not suffice for.
    """
    pairs = sorted(_pairs(before, after, [] if left_out is None else left_out))
    found: list[tuple[int, int, int]] = []
    for i, j in pairs:
        if found and (i, j) == (found[-1][0] + found[-1][2], found[-1][1] + found[-1][2]):
            found[-1] = (*found[-1][:2], found[-1][2] + 1)
        else:
            found.append((i, j, 1))
    return found


def _pairs(before: list[str], after: list[str], left_out: list) -> Iterator[tuple[int, int]]:
    """Yield the places of the tokens that are the same in both, in no order.

    The ends that are alike are taken off. In what is left, words that each side has just once hold the two together
    (a patience diff), and what stands between two of them is compared in the same way. Where there are none, little
    is compared each with each, and much is taken for new; so is what is left when the budget is spent.
    """
    stretches, left = [(0, len(before), 0, len(after), 0)], BUDGET
    while stretches:
        i, i_end, j, j_end, depth = stretches.pop()
        while i < i_end and j < j_end and before[i] == after[j]:
            yield i, j
            i, j = i + 1, j + 1
        while i < i_end and j < j_end and before[i_end - 1] == after[j_end - 1]:
            i_end, j_end = i_end - 1, j_end - 1
            yield i_end, j_end
        if i == i_end or j == j_end:
            continue
        anchors = rare(before, after, i, i_end, j, j_end) if depth < DEEPEST else []
        if anchors:
            yield from anchors
            starts = [(i - 1, j - 1), *anchors]
            ends = [*anchors, (i_end, j_end)]
            stretches += [(a + 1, c, b + 1, d, depth + 1) for (a, b), (c, d) in zip(starts, ends, strict=True)]
        elif (pairs := (i_end - i) * (j_end - j)) <= min(CLOSE, left):
            left -= pairs
            matcher = SequenceMatcher(None, before[i:i_end], after[j:j_end], autojunk=False)
            for a, b, size in matcher.get_matching_blocks():
                yield from ((i + a + k, j + b + k) for k in range(size))
        elif pairs <= CLOSE:
            left_out.append((i, j))


def rare(before: list[str], after: list[str], i: int, i_end: int, j: int, j_end: int) -> list[tuple[int, int]]:
    """Return the places of the words that each stretch has just once: the longest row of them in the order of both."""
    here, there = Counter(before[i:i_end]), Counter(after[j:j_end])
    places = {token: place for place, token in enumerate(after[j:j_end], j) if there[token] == 1 == here[token]}
    return rising([(place, places[before[place]]) for place in range(i, i_end) if before[place] in places])


def rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of `pairs`, which rise in the first number, that rises in the second as well."""
    lasts: list[int] = []  # the lowest second number that a row of each length ends in
    ends: list[int] = []  # the index of the pair that has it
    previous: list[int] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(lasts, place)
        lasts[length : length + 1], ends[length : length + 1] = [place], [index]
        previous.append(ends[length - 1] if length else -1)
    row, index = [], ends[-1] if ends else -1
    while index >= 0:
        row.append(pairs[index])
        index = previous[index]
    return row[::-1]


# How they are read


def whole(changes: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return the changes with those joined that only a word or two in common keep apart, within a line."""
    joined = changes[:1]
    for removed, added, kept in changes[1:]:
        last_removed, last_added, between = joined[-1]
        small = "\n" not in between and len(between.split()) <= 2
        if small and len(between) < min(len(last_removed) + len(last_added), len(removed) + len(added)):
            joined[-1] = last_removed + between + removed, last_added + between + added, kept
        else:
            joined.append((removed, added, kept))
    return joined


def spaced(changes: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return the changes with the space ahead of them left to what was kept: only words are struck or underlined."""
    moved = changes[:1]
    for removed, added, kept in changes[1:]:
        before = moved[-1]
        alone = removed or added
        if removed[:1] == added[:1] == " ":
            moved[-1] = *before[:2], before[2] + " "
            removed, added = removed[1:], added[1:]
        elif not (removed and added) and alone[:1] == kept[:1] == " ":
            moved[-1] = *before[:2], before[2] + " "
            removed, added, kept = removed and removed[1:] + " ", added and added[1:] + " ", kept[1:]
        moved.append((removed, added, kept))
    return moved


def pieces(changes: Sequence[tuple[str, str, str]]) -> Iterator[Piece]:
    """Yield the pieces of changes, none of them empty."""
    for texts in changes:
        for kind, text in zip((Kind.REMOVED, Kind.ADDED, Kind.KEPT), texts, strict=True):
            if text:
                yield Piece(kind, text)
