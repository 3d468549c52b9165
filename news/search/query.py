"""What somebody typed into the search box: words, phrases in quotes, -words; the last word is a beginning."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from news.search.text import words

LONGEST = 300  # characters: a whole headline fits
MOST_WORDS = 40
SHORTEST_BEGINNING = 3  # characters; shorter words are looked for as they stand

QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂〝〞", '"'))
MINUS = "-−–—－"
PART = re.compile(rf'([{MINUS}]?)"([^"]*)"?|([^\s"]+)')


class Refused(ValueError):
    """Why something can't be searched for: a sentence that says what to do."""


@dataclass(frozen=True)
class Term:
    """One word, or several that follow one another; what a message must have, or must not."""

    words: tuple[str, ...]
    excluded: bool = False
    begins: bool = False  # the last of its words is a beginning: more letters may follow

    @property
    def is_phrase(self) -> bool:
        return len(self.words) > 1

    @property
    def needle(self) -> str:
        """Return what a text, its words set apart by spaces, has where it has this phrase."""
        return f" {' '.join(self.words)}" + ("" if self.begins else " ")


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
                Term((word,), begins=term.begins and number == len(term.words))
                for term in self.wanted
                for number, word in enumerate(term.words, 1)
            )
        )


def read(typed: str) -> Query:
    """Return the query that was typed; raise Refused where there is nothing to look for, or too much."""
    if len(typed) > LONGEST:
        raise Refused(_("That is too long to be searched for. Give at most %d characters.") % LONGEST)
    terms = [term for part in PART.finditer(typed.translate(QUOTES)) if (term := _term(part)).words]
    if sum(len(term.words) for term in terms) > MOST_WORDS:
        raise Refused(_("These are too many words. Give at most %d of them.") % MOST_WORDS)
    terms[:-1] = [replace(term, begins=False) for term in terms[:-1]]  # only the last word may go on
    query = Query(tuple(dict.fromkeys(terms)))
    if not terms:
        raise Refused(_("There is no word in it. Give one that the messages you look for have."))
    if not query.wanted:
        raise Refused(_("This only says what the messages must not have. Add a word that they have."))
    return query


def _term(part: re.Match) -> Term:
    minus, quoted, bare = part.groups()
    if quoted is not None:
        return Term(tuple(words(quoted)), excluded=bool(minus))
    found, excluded = tuple(words(bare)), bare[0] in MINUS
    return Term(found, excluded, bool(found) and not excluded and len(found[-1]) >= SHORTEST_BEGINNING)
