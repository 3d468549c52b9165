"""Text diff, word by word: a patience diff (Bram Cohen), made readable as prose, with a bound on its time.

`compare("The talks began on Monday.", "The talks began on Tuesday.")` is

    kept     "The talks began on "
    removed  "Monday."
    added    "Tuesday."

It has three passes: `common_runs` finds the words that both texts have in common, `join_small_gaps` joins changes that
only a word or two keep apart, `trim_spaces` leaves the space before a change to the kept text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

# A word includes the space before it, so that single spaces are not common text. A line break is a token.
TOKEN = re.compile(r"\n|[^\S\n]*\S+|[^\S\n]+")

LINE_PART = re.compile(r"[^\n]*\n|[^\n]+")

MAX_PAIRS = 10_000  # pairs of tokens that difflib compares at a time; larger stretches are only aligned by unique words
MAX_TOTAL_PAIRS = 1_000_000  # pairs of tokens that difflib compares in one comparison: about half a second
MAX_DEPTH = 8  # levels of unique words between unique words


class Op(StrEnum):
    """The change to a span of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


class Span(NamedTuple):
    """A span of text and the change to it."""

    kind: Op
    text: str


class Comparison(list[Span]):
    """The spans of two texts; `is_coarse` where they were too long to be compared word by word throughout."""

    is_coarse = False


class Change(NamedTuple):
    """The text removed and added at one point, and the unchanged text after it."""

    removed: str
    added: str
    kept: str


class Run(NamedTuple):
    """Tokens that two lists have in common: `size` tokens from `old` in the one list, from `new` in the other."""

    old: int
    new: int
    size: int


def words_differ(old: str, new: str) -> bool:
    """Return whether a word differs; white space is ignored."""
    return old.split() != new.split()


def diff_words(old: str, new: str) -> Comparison:
    """Return the spans of both texts in reading order, removed text before the text that was added for it.

    The kept and removed spans, joined, are `old`; the kept and added ones are `new`.
    """
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    runs, is_coarse = common_runs(before, after)
    changes, i, j = [], 0, 0
    for run in [*runs, Run(len(before), len(after), 0)]:
        kept = before[run.old : run.old + run.size]
        changes.append(Change("".join(before[i : run.old]), "".join(after[j : run.new]), "".join(kept)))
        i, j = run.old + run.size, run.new + run.size
    spans = Comparison(as_spans(trim_spaces(join_small_gaps(changes))))
    spans.is_coarse = is_coarse
    return spans


def split_paragraphs(spans: Sequence[Span]) -> list[list[Span]]:
    """Return the spans of each line of both texts; ¶ marks a line break that was added or removed."""
    lines: list[list[Span]] = [[]]
    for kind, text in spans:
        for part in LINE_PART.findall(text):
            lines[-1].append(Span(kind, part))
            if part.endswith("\n"):
                lines.append([])
    return [list(_mark_breaks(line)) for line in lines if any(text.strip() for _, text in line)]


def _mark_breaks(line: list[Span]) -> Iterator[Span]:
    is_whole = len(line) == 1  # a whole paragraph was added or removed
    for kind, text in line:
        visible = text.rstrip("\n")
        if visible != text and kind != Op.KEPT and not is_whole:
            visible += " ¶"
        if visible:
            yield Span(kind, visible)


def count_changed_words(spans: Sequence[Span]) -> tuple[int, int]:
    """Return the number of removed words and that of added words."""
    return tuple(
        sum(len(text.split()) for kind, text in spans if kind == counted) for counted in (Op.REMOVED, Op.ADDED)
    )


# Pass 1: the words in common


def common_runs(before: list[str], after: list[str]) -> tuple[list[Run], bool]:
    """Return the runs of common tokens in order, and whether the budget was too small for some part.

    common_runs(["a", " b", " c"], ["a", " x", " c"]) is ([Run(0, 0, 1), Run(2, 2, 1)], False)
    """
    skipped: list[tuple[int, int]] = []
    runs: list[Run] = []
    for i, j in sorted(_common_pairs(before, after, skipped)):
        if runs and (i, j) == (runs[-1].old + runs[-1].size, runs[-1].new + runs[-1].size):
            runs[-1] = runs[-1]._replace(size=runs[-1].size + 1)
        else:
            runs.append(Run(i, j, 1))
    return runs, bool(skipped)


def _common_pairs(before: list[str], after: list[str], skipped: list) -> Iterator[tuple[int, int]]:
    """Yield the positions of the common tokens, in no order; add to `skipped` where the budget was too small.

    The patience diff of a stretch: common tokens at its start and end are matched first. In the rest, the words that
    are unique in both texts are matched, and the stretches between them are compared in the same way. A stretch without
    unique words is left to difflib while it is small and the budget lasts; otherwise it counts as new.
    """
    stretches, budget = [(0, len(before), 0, len(after), 0)], MAX_TOTAL_PAIRS
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
        anchors = unique_pairs(before, after, i, i_end, j, j_end) if depth < MAX_DEPTH else []
        pairs = (i_end - i) * (j_end - j)
        if anchors:
            yield from anchors
            starts, ends = [(i - 1, j - 1), *anchors], [*anchors, (i_end, j_end)]
            stretches += [(a + 1, c, b + 1, d, depth + 1) for (a, b), (c, d) in zip(starts, ends, strict=True)]
        elif pairs <= min(MAX_PAIRS, budget):
            budget -= pairs
            matcher = SequenceMatcher(None, before[i:i_end], after[j:j_end], autojunk=False)
            for a, b, size in matcher.get_matching_blocks():
                yield from ((i + a + k, j + b + k) for k in range(size))
        elif pairs <= MAX_PAIRS:
            skipped.append((i, j))


def unique_pairs(before: list[str], after: list[str], i: int, i_end: int, j: int, j_end: int) -> list[tuple[int, int]]:
    """Return the positions of the words that both stretches have exactly once: the most that are in the same order."""
    here, there = Counter(before[i:i_end]), Counter(after[j:j_end])
    positions = {token: place for place, token in enumerate(after[j:j_end], j) if there[token] == 1 == here[token]}
    return longest_increasing_run([(k, positions[before[k]]) for k in range(i, i_end) if before[k] in positions])


def longest_increasing_run(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest subsequence of `pairs`, sorted by the first number, that rises in the second (patience sort).

    longest_increasing_run([(0, 3), (1, 1), (2, 2)]) is [(1, 1), (2, 2)]
    """
    lasts: list[int] = []  # for each length, the lowest second number that a subsequence ends in
    ends: list[int] = []  # the index of the pair with it
    previous: list[int] = []
    for index, (_, second) in enumerate(pairs):
        length = bisect_left(lasts, second)
        lasts[length : length + 1], ends[length : length + 1] = [second], [index]
        previous.append(ends[length - 1] if length else -1)
    run, index = [], ends[-1] if ends else -1
    while index >= 0:
        run.append(pairs[index])
        index = previous[index]
    return run[::-1]


# Pass 2: small gaps


def join_small_gaps(changes: list[Change]) -> list[Change]:
    """Return the changes with neighbours joined where one or two common words in the same line keep them apart.

    “-A cat- +No dog+ sat -on a mat- +in my house+” becomes “-A cat sat on a mat- +No dog sat in my house+”.
    """
    joined = changes[:1]
    for change in changes[1:]:
        last = joined[-1]
        gap = last.kept
        is_small = "\n" not in gap and len(gap.split()) <= 2
        if is_small and len(gap) < min(len(last.removed) + len(last.added), len(change.removed) + len(change.added)):
            joined[-1] = Change(last.removed + gap + change.removed, last.added + gap + change.added, change.kept)
        else:
            joined.append(change)
    return joined


# Pass 3: spaces


def trim_spaces(changes: list[Change]) -> list[Change]:
    """Return the changes with the space before them in the kept text, so that only words are struck or underlined.

    “on- Monday-+ Tuesday+” becomes “on -Monday-+Tuesday+”, and “It+ never+ opens” becomes “It +never +opens”.
    """
    trimmed = changes[:1]
    for removed, added, kept in changes[1:]:
        before = trimmed[-1]
        only = removed or added
        if removed[:1] == added[:1] == " ":
            trimmed[-1] = before._replace(kept=before.kept + " ")
            removed, added = removed[1:], added[1:]
        elif not (removed and added) and only[:1] == kept[:1] == " ":
            trimmed[-1] = before._replace(kept=before.kept + " ")
            removed, added, kept = removed and removed[1:] + " ", added and added[1:] + " ", kept[1:]
        trimmed.append(Change(removed, added, kept))
    return trimmed


def as_spans(changes: Sequence[Change]) -> Iterator[Span]:
    """Yield the spans of changes that are not empty."""
    for change in changes:
        for kind, text in zip((Op.REMOVED, Op.ADDED, Op.KEPT), change, strict=True):
            if text:
                yield Span(kind, text)
