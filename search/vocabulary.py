"""Prefix completion and spelling correction from the words of public messages.

The table of words also contains those of scheduled and withdrawn messages. So a list is filtered by public words before
it is cut to a number; otherwise a word that is not public could displace one that is, and be noticed by that.
"""

from __future__ import annotations

from difflib import SequenceMatcher, get_close_matches

from search.engines import Engine, KeyRange
from search.models import SearchTerm

BATCH_SIZE = 100  # words compared in one step
MIN_SIMILARITY = 0.75  # minimum ratio of difflib.SequenceMatcher

# The first letter of a word decides which letters are tried in it.
ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяіђјљњћџє",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "אבגדהוזחטיכלמנסעפצקרשת",
    "ءابتثجحخدذرزسشصضطظعغفقكلمنهويپچژگ",
]


class Vocabulary:
    """The words of the messages in a span of keys."""

    def __init__(self, engine: Engine, public: KeyRange):
        self.engine, self.public = engine, public

    def completions(self, prefixes: tuple[str, ...], limit: int) -> list[str]:
        """Return words with one of several prefixes, the shortest first; `limit` + 1 of them where there are more."""
        found = {word for prefix in prefixes for word in self._completions(prefix, limit)}
        return sorted(found, key=lambda word: (len(word), word))[: limit + 1]

    def _completions(self, prefix: str, limit: int) -> list[str]:
        words = SearchTerm.objects.with_prefix(prefix, limit + 1)
        if len(words) <= limit:
            return words  # all of them; those that are not public find nothing
        found: list[str] = []
        seen = 0
        while words and len(found) <= limit:
            found += self.engine.existing_words(words, self.public)
            seen += len(words)
            words = SearchTerm.objects.with_prefix(prefix, BATCH_SIZE, seen)
        return found[: limit + 1]

    def similar(self, word: str, limit: int) -> list[str]:
        """Return public words similar to `word`: one typing error away, else with the same first half."""
        near = self.engine.existing_words(SearchTerm.objects.existing(one_edit_away(word)), self.public)
        if near:
            return sorted(near, key=lambda other: (-similarity(word, other), other))[:limit]
        return get_close_matches(word, self._with_same_half(word), n=limit, cutoff=MIN_SIMILARITY)

    def _with_same_half(self, word: str) -> list[str]:
        """Return up to SEVERAL public words with the same beginning and about the same length."""
        letters, lengths = word[: max(2, len(word) // 2)], (len(word) - 2, len(word) + 2)
        found: list[str] = []
        after = ""
        while len(found) < BATCH_SIZE and (words := SearchTerm.objects.after(letters, lengths, after, BATCH_SIZE)):
            found += self.engine.existing_words(words, self.public)
            after = words[-1]
        return found[:BATCH_SIZE]


def one_edit_away(word: str) -> set[str]:
    """Return the words that differ by one letter replaced, added, removed, or swapped with the next one."""
    letters = next((alphabet for alphabet in ALPHABETS if word[0] in alphabet), "")
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    edits = {start + end[1:] for start, end in splits if end}
    edits |= {start + end[1] + end[0] + end[2:] for start, end in splits if len(end) > 1}
    edits |= {start + letter + end[1:] for start, end in splits if end for letter in letters}
    edits |= {start + letter + end for start, end in splits for letter in letters}
    return edits - {word, ""}


def similarity(word: str, other: str) -> float:
    return SequenceMatcher(None, other, word).ratio()
