"""Search query parser: words, phrases in quotes, -excluded words; the last word is also a prefix."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice, product

from django.utils.translation import gettext as _

from search.folding import UNSPACED, is_in_ranges
from search.tokenizer import join_word_marks, spell_words

MAX_LENGTH = 300  # characters: as long as a headline
MAX_WORDS = 40
MIN_PREFIX = 3  # characters of a prefix; shorter words match exactly
MAX_NEEDLES = 16  # spellings of a phrase

QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂〝〞〟「」『』《》｢｣", '"'))
MINUS = "-−–—－"
INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")  # may precede a minus
TOKEN = re.compile(rf'([{MINUS}]?)"([^"]*)"?|([^\s"]+)')


class InvalidQuery(ValueError):
    """A query that cannot be searched for; the text says what to do."""


@dataclass(frozen=True)
class Term:
    """One word or a phrase that a message must contain, or must not."""

    words: tuple[str, ...]
    excluded: bool = False
    is_prefix: bool = False  # the last word is a prefix: more letters may follow
    variants: tuple[tuple[str, ...], ...] = ()  # the spellings of each word, where any has more than one

    @property
    def is_phrase(self) -> bool:
        return len(self.words) > 1

    @property
    def spellings(self) -> tuple[tuple[str, ...], ...]:
        """Return the spellings of each word, the typed one first."""
        return self.variants or tuple((word,) for word in self.words)

    @property
    def needles(self) -> list[str]:
        """Return strings, one of which is in a text (as words separated by spaces) if it contains the phrase."""
        end = "" if self.is_prefix else " "
        return [f" {' '.join(phrase)}{end}" for phrase in islice(product(*self.spellings), MAX_NEEDLES)]


@dataclass(frozen=True)
class Query:
    """The terms of a search."""

    terms: tuple[Term, ...]

    @property
    def included(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.excluded)

    @property
    def excluded(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.excluded)

    @property
    def phrases(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.is_phrase)

    @property
    def single_words(self) -> list[Term]:
        """Return each word to be found once, as a term of its own."""
        return list(
            dict.fromkeys(
                make_term([spellings], is_prefix=term.is_prefix and number == len(term.words))
                for term in self.included
                for number, spellings in enumerate(term.spellings, 1)
            )
        )


def too_long_error() -> str:
    return _("The search text is too long. Use up to %d characters.") % MAX_LENGTH


def parse_query(typed: str) -> Query:
    """Return the query that was typed; raise Refused where it has no words, or too many."""
    if len(typed) > MAX_LENGTH:
        raise InvalidQuery(too_long_error())
    parts = TOKEN.finditer(join_word_marks(INVISIBLE.sub("", typed)).translate(QUOTES))
    terms = [term for part in parts if (term := _parse_term(part)).words]
    if sum(map(_weight, terms)) > MAX_WORDS:
        raise InvalidQuery(_("Too many words. Use up to %d.") % MAX_WORDS)
    terms[:-1] = [replace(term, is_prefix=False) for term in terms[:-1]]  # only the last word may be a prefix
    query = Query(tuple(dict.fromkeys(terms)))
    if not terms:
        raise InvalidQuery(_("Enter a search term."))
    if not query.included:
        raise InvalidQuery(_("Add at least one word to include."))
    return query


def _weight(term: Term) -> float:
    """Return how many words a term counts as; in scripts without spaces four characters count as one word."""
    return sum(0.25 if is_in_ranges(word[0], UNSPACED) else 1 for word in term.words)


def make_term(words: list[tuple[str, ...]], **flags: bool) -> Term:
    """Return the term of some words, each given with its spellings."""
    has_variants = any(len(spellings) > 1 for spellings in words)
    return Term(tuple(each[0] for each in words), variants=tuple(words) if has_variants else (), **flags)


def _parse_term(part: re.Match) -> Term:
    minus, quoted, bare = part.groups()
    if quoted is not None:
        return make_term(spell_words(quoted), excluded=bool(minus))
    words, excluded = spell_words(bare), bare[0] in MINUS
    is_prefix = bool(words) and not excluded and len(words[-1][0]) >= MIN_PREFIX
    return make_term(words, excluded=excluded, is_prefix=is_prefix)
