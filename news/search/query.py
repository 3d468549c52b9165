"""What somebody typed into the search box: words, phrases in quotes, -words; the last word is a beginning."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice, product

from django.utils.translation import gettext as _

from news.search.folding import UNSPACED, is_in
from news.search.text import join_marks, spellings

LONGEST = 300  # characters: a whole headline fits
MOST_WORDS = 40
SHORTEST_BEGINNING = 3  # characters; shorter words are looked for as they stand

MOST_NEEDLES = 16  # spellings of a phrase

QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂〝〞〟「」『』《》｢｣", '"'))
MINUS = "-−–—－"
UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")  # may stand before a minus
PART = re.compile(rf'([{MINUS}]?)"([^"]*)"?|([^\s"]+)')


class Refused(ValueError):
    """Why something can't be searched for: a sentence that says what to do."""


@dataclass(frozen=True)
class Term:
    """One word, or several that follow one another; what a message must have, or must not."""

    words: tuple[str, ...]
    excluded: bool = False
    begins: bool = False  # the last of its words is a beginning: more letters may follow
    others: tuple[tuple[str, ...], ...] = ()  # the spellings of each word, where any has more than one

    @property
    def is_phrase(self) -> bool:
        return len(self.words) > 1

    @property
    def spellings(self) -> tuple[tuple[str, ...], ...]:
        """Return for each word the ways to write it, the typed one first."""
        return self.others or tuple((word,) for word in self.words)

    @property
    def needles(self) -> list[str]:
        """Return what a text, its words separated by spaces, has one of where it has this phrase."""
        end = "" if self.begins else " "
        return [f" {' '.join(phrase)}{end}" for phrase in islice(product(*self.spellings), MOST_NEEDLES)]


@dataclass(frozen=True)
class Query:
    """What a message must have to be found."""

    terms: tuple[Term, ...]

    @property
    def wanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.excluded)

    @property
    def excluded(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.excluded)

    @property
    def phrases(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.is_phrase)

    @property
    def each_word(self) -> list[Term]:
        """Return each wanted word once, as a term of its own."""
        return list(
            dict.fromkeys(
                term_of([ways], begins=term.begins and number == len(term.words))
                for term in self.wanted
                for number, ways in enumerate(term.spellings, 1)
            )
        )


def too_long() -> str:
    return _("That is too long to be searched for. Give at most %d characters.") % LONGEST


def read(typed: str) -> Query:
    """Return the query that was typed; raise Refused where there is nothing to look for, or too much."""
    if len(typed) > LONGEST:
        raise Refused(too_long())
    parts = PART.finditer(join_marks(UNSEEN.sub("", typed)).translate(QUOTES))
    terms = [term for part in parts if (term := _term(part)).words]
    if sum(map(_weight, terms)) > MOST_WORDS:
        raise Refused(_("These are too many words. Give at most %d of them.") % MOST_WORDS)
    terms[:-1] = [replace(term, begins=False) for term in terms[:-1]]  # only the last word may go on
    query = Query(tuple(dict.fromkeys(terms)))
    if not terms:
        raise Refused(_("There is no word in it. Give one that the messages you look for have."))
    if not query.wanted:
        raise Refused(_("This only says what the messages must not have. Add a word that they have."))
    return query


def _weight(term: Term) -> float:
    """Return how many words a term counts for: of scripts without spaces, four characters are taken for a word."""
    return sum(0.25 if is_in(word[0], UNSPACED) else 1 for word in term.words)


def term_of(ways: list[tuple[str, ...]], **kinds: bool) -> Term:
    """Return the term of words that are each given with their spellings."""
    has_others = any(len(each) > 1 for each in ways)
    return Term(tuple(each[0] for each in ways), others=tuple(ways) if has_others else (), **kinds)


def _term(part: re.Match) -> Term:
    minus, quoted, bare = part.groups()
    if quoted is not None:
        return term_of(spellings(quoted), excluded=bool(minus))
    ways, excluded = spellings(bare), bare[0] in MINUS
    begins = bool(ways) and not excluded and len(ways[-1][0]) >= SHORTEST_BEGINNING
    return term_of(ways, excluded=excluded, begins=begins)
