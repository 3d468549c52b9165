"""The words that public messages have: what a beginning may continue to, and what may have been meant.

The table of words also has those of scheduled and withdrawn messages. So nothing is cut to a number before it is
known which words are public: a word that is not must not take the place of one that is.
"""

from __future__ import annotations

from difflib import SequenceMatcher, get_close_matches

from news.search.engines import Engine, Span
from news.search.models import Word

SEVERAL = 100  # words that are looked at together
ALIKE = 0.75  # at least, of SequenceMatcher's ratio

# By their first letter it is known which letters a word may have.
ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяіђјљњћџє",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "אבגדהוזחטיכלמנסעפצקרשת",
    "ءابتثجحخدذرزسشصضطظعغفقكلمنهويپچژگ",
]


class Vocabulary:
    """The words of the messages in a span of keys, asked of an engine."""

    def __init__(self, engine: Engine, public: Span):
        self.engine, self.public = engine, public

    def beginnings(self, letters: tuple[str, ...], most: int) -> list[str]:
        """Return words that begin with one of several spellings, the shortest first; most + 1 where there are more."""
        found = {word for each in letters for word in self.beginning(each, most)}
        return sorted(found, key=lambda word: (len(word), word))[: most + 1]

    def beginning(self, letters: str, most: int) -> list[str]:
        """Return words that begin with these letters, the shortest first; most + 1 where there are more."""
        words = Word.objects.beginning(letters, most + 1)
        if len(words) <= most:
            return words  # all of them: those that no public message has find none
        found: list[str] = []
        seen = 0
        while words and len(found) <= most:
            found += self.engine.known(words, self.public)
            seen += len(words)
            words = Word.objects.beginning(letters, SEVERAL, seen)
        return found[: most + 1]

    def alike(self, word: str, most: int) -> list[str]:
        """Return public words that look like a word: one slip away, or else with the same first half."""
        near = self.engine.known(self.one_slip_away(word), self.public)
        if near:
            return sorted(near, key=lambda other: (-likeness(word, other), other))[:most]
        return get_close_matches(word, self.with_the_same_half(word), n=most, cutoff=ALIKE)

    def one_slip_away(self, word: str) -> list[str]:
        """Return the words that differ in one letter, by one more or less, or by two that changed places."""
        letters = next((alphabet for alphabet in ALPHABETS if word[0] in alphabet), "")
        parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
        slips = {start + end[1:] for start, end in parts if end}
        slips |= {start + end[1] + end[0] + end[2:] for start, end in parts if len(end) > 1}
        slips |= {start + letter + end[1:] for start, end in parts if end for letter in letters}
        slips |= {start + letter + end for start, end in parts for letter in letters}
        return Word.objects.among(slips - {word, ""})

    def with_the_same_half(self, word: str) -> list[str]:
        """Return SEVERAL public words that begin as a word does, and are about as long."""
        letters, lengths = word[: max(2, len(word) // 2)], (len(word) - 2, len(word) + 2)
        found: list[str] = []
        after = ""
        while len(found) < SEVERAL and (words := Word.objects.next_to(letters, lengths, after, SEVERAL)):
            found += self.engine.known(words, self.public)
            after = words[-1]
        return found[:SEVERAL]


def likeness(word: str, other: str) -> float:
    return SequenceMatcher(None, other, word).ratio()
