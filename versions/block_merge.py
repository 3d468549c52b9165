"""Three-way merge of rich text by block (a diff3 over paragraphs): only what both sides changed is a conflict.

    base    <p>A visa costs 30 pounds.</p> <p>Bring a photo.</p>   <p>Call us.</p>
    mine    <p>A visa costs 35 pounds.</p> <p>Bring a photo.</p>   <p>Write to us.</p>
    theirs  <p>A visa costs 30 pounds.</p> <p>Bring two photos.</p> <p>Call the consul.</p>

gives 35 pounds (mine), two photos (theirs), and one conflict about the last paragraph.

A text of n blocks has 2n + 1 slots: one for each block of the base, and one before, between and after them for blocks
that are added. `place_blocks` puts each block of a changed text into a slot: equal blocks by the patience diff of
`text_diff`, then blocks with enough words in common, then the others by their position. Each slot is merged alone, so
neighbouring paragraphs do not collide, and no block can be lost: it is in the result or in a conflict. Two versions of
one list are merged by item if no item collides.

Time: near-linear in the length of the texts; the comparison by words has a budget (`MAX_SHARED_WORDS`). A stretch that
exceeds it is placed by position alone, which asks more questions and loses nothing. Sources: the GNU diff3 manual;
S. Khanna, K. Kunal, B. C. Pierce, “A Formal Investigation of Diff3” (2007).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from richtext.html_blocks import Block, join_blocks, list_items, split_blocks
from richtext.plaintext import inline_text
from versions.text_diff import Run, common_runs

ENOUGH_IN_COMMON = 0.4  # of the words of two blocks: then one is a changed version of the other
MAX_PAIRS = 1_600  # pairs of blocks of one stretch that are compared by their words
MAX_SHARED_WORDS = 1_000_000  # words looked up for one text: about half a second


class Origin(StrEnum):
    """Who changed a slot."""

    KEPT = "kept"  # nobody
    MINE = "mine"
    THEIRS = "theirs"
    SAME = "same"  # both, in the same way
    MERGED = "merged"  # both, in different items of one list
    CONFLICT = "conflict"


class Choice(StrEnum):
    """The answer to a conflict."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"  # theirs, then mine


Blocks = tuple[Block, ...]


@dataclass(frozen=True)
class Slot:
    """One place of the three texts. `key` names it as long as base and theirs stay as they are."""

    key: str
    origin: Origin
    base: Blocks
    mine: Blocks
    theirs: Blocks
    merged: Blocks  # the result; mine in a conflict

    def chosen(self, choice: Choice) -> Blocks:
        """Return the blocks of an answer. A block that both have is there once."""
        if choice == Choice.BOTH:
            return (*self.theirs, *(block for block in self.mine if block not in self.theirs))
        return self.theirs if choice == Choice.THEIRS else self.mine

    @property
    def fingerprint(self) -> str:
        """Return a digest of mine, by which a later edit of it is recognised."""
        return digest(self.mine)


class Merge(list[Slot]):
    """The slots of three texts in order."""

    @property
    def conflicts(self) -> list[Slot]:
        """Return the slots that both changed differently."""
        return [slot for slot in self if slot.origin == Origin.CONFLICT]

    def html(self, blocks: Callable[[Slot], Blocks] = lambda slot: slot.merged) -> str:
        """Return the text with what `blocks` returns for each slot; by default with mine in a conflict."""
        return join_blocks(block for slot in self for block in blocks(slot))


def merge_html(base: str, mine: str, theirs: str) -> Merge:
    """Return the merge of two changed versions of a cleaned HTML text. Swapping them swaps the names only."""
    return merge_blocks(*map(split_blocks, (base, mine, theirs)))


def merge_blocks(base: Blocks, mine: Blocks, theirs: Blocks) -> Merge:
    """Return the merge of two changed versions of a sequence of blocks."""
    slots, seen = Merge(), {}
    olds: list[Blocks] = [()]
    for block in base:
        olds += [(block,), ()]
    for old, one, other in zip(olds, place_blocks(base, mine), place_blocks(base, theirs), strict=True):
        if not (old or one or other):
            continue
        name = digest((*old, Block.of("|"), *other))
        seen[name] = seen.get(name, 0) + 1
        slots.append(Slot(f"{name}-{seen[name]}", *merge_slot(old, one, other)))
    return slots


def merge_slot(base: Blocks, mine: Blocks, theirs: Blocks) -> tuple[Origin, Blocks, Blocks, Blocks, Blocks]:
    """Return who changed a slot, its three texts, and the result."""
    if mine == theirs:
        return Origin.KEPT if mine == base else Origin.SAME, base, mine, theirs, mine
    if mine == base:
        return Origin.THEIRS, base, mine, theirs, theirs
    if theirs == base:
        return Origin.MINE, base, mine, theirs, mine
    merged = merge_lists(base, mine, theirs)
    return Origin.MERGED if merged else Origin.CONFLICT, base, mine, theirs, merged or mine


def merge_lists(base: Blocks, mine: Blocks, theirs: Blocks) -> Blocks:
    """Return two changed versions of one list merged by item; nothing where an item collides, or for other blocks."""
    if not len(base) == len(mine) == len(theirs) == 1:
        return ()
    old, one, other = (list_items(blocks[0]) for blocks in (base, mine, theirs))
    if not (old and one and other and old.start_tag == one.start_tag == other.start_tag):
        return ()
    merge = merge_blocks(old.items, one.items, other.items)
    items = [item for slot in merge for item in slot.merged]
    return (old.with_items(items),) if items and not merge.conflicts else ()


def digest(blocks: Iterable[Block]) -> str:
    """Return a short digest of blocks, regardless of white space."""
    return sha256("\n".join(block.key for block in blocks).encode()).hexdigest()[:16]


# Placing


def place_blocks(base: Blocks, new: Blocks) -> list[Blocks]:
    """Return the blocks of `new` for each slot of `base`: (), (block,) or more of them. In order, each exactly once."""
    slots: list[Blocks] = [()] * (2 * len(base) + 1)
    runs, _ = common_runs(base, new)
    budget, i, j = MAX_SHARED_WORDS, 0, 0
    for run in [*runs, Run(len(base), len(new), 0)]:
        old, changed = base[i : run.old], new[j : run.new]
        pairs, cost = similar_pairs(old, changed, budget)
        budget -= cost
        a = b = 0
        for c, d in [*pairs, (len(old), len(changed))]:
            place_by_position(slots, i + a, i + c, changed[b:d])
            if c < len(old):
                slots[2 * (i + c) + 1] = (changed[d],)
            a, b = c + 1, d + 1
        for k in range(run.size):
            slots[2 * (run.old + k) + 1] = (new[run.new + k],)
        i, j = run.old + run.size, run.new + run.size
    return slots


def place_by_position(slots: list[Blocks], start: int, end: int, new: Blocks) -> None:
    """Place blocks that resemble none of the base's blocks `start` to `end`: one each, and the last takes the rest."""
    if start == end:
        slots[2 * start] = new
        return
    for k in range(start, end):
        slots[2 * k + 1] = new[k - start : k - start + 1]
    slots[2 * end - 1] = new[end - 1 - start :]


def similar_pairs(old: Blocks, new: Blocks, budget: int) -> tuple[list[tuple[int, int]], int]:
    """Return the positions of blocks that are changed versions of one another, in order, and the words looked up."""
    if not (old and new) or len(old) * len(new) > MAX_PAIRS:
        return [], 0
    before, after = words_of(old), words_of(new)
    cost = sum(min(len(one), len(other)) for one in before for other in after)
    if cost > budget:
        return [], 0
    return best_chain([[share_in_common(one, other) for other in after] for one in before]), cost


def words_of(blocks: Blocks) -> list[set[str]]:
    """Return the words of each block; of a block without text, its HTML."""
    return [set(inline_text(block.html).split()) or {block.key} for block in blocks]


def share_in_common(one: set[str], other: set[str]) -> float:
    """Return the share of the words of two blocks that both have (Dice's coefficient); 0 where it is too small."""
    share = 2 * len(one & other) / (len(one) + len(other))
    return share if share >= ENOUGH_IN_COMMON else 0


def best_chain(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the pairs (row, column), rising in both, with the greatest sum of weights; none with weight 0.

    best_chain([[0, 0.9], [0.5, 0.8]]) is [(0, 1)]
    """
    rows, columns = len(weights), len(weights[0])
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]  # of the rows and columns from here on
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            with_pair = weights[i][j] + best[i + 1][j + 1] if weights[i][j] else 0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], with_pair)
    pairs, i, j = [], 0, 0
    while i < rows and j < columns and best[i][j]:
        if weights[i][j] and best[i][j] == weights[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs
