"""Where nothing is found: searches near by that find something."""

from __future__ import annotations

from difflib import get_close_matches

from django.utils.translation import gettext as _

from news.search.engines import Match
from news.search.models import Word
from news.search.options import Option

ALIKE = 2_000  # words that begin alike, and are compared with one that nobody has used


def ways_on(question) -> list[Option]:
    """Return the searches that find something, each with how much; what is not public is not hinted at."""
    found = [*without_filters(question), *without_order(question), *with_other_words(question), *word_by_word(question)]
    return [option for option in found if option.count]


def without_filters(question):
    """Yield the same search with a filter less, and with none."""
    wanted = question.wanted
    words = {
        "category": _("In all categories"),
        "year": _("In all years"),
        "source": _("From any source"),
        "days": _("Of all days"),
        "all": _("Without any of the filters"),
    }
    fields = {
        "category": {"category": ""},
        "year": {"year": None},
        "source": {"source": ""},
        "days": {"since": None, "until": None},
        "all": {"category": "", "year": None, "source": "", "since": None, "until": None},
    }
    given = [name for name in words if name != "all" and any(getattr(wanted, field) for field in fields[name])]
    for name in [*given, *(["all"] if len(given) > 1 else [])]:
        yield Option(words[name], question.count(**fields[name]), wanted.but(**fields[name]).address)


def without_order(question):
    """Yield the same words, wherever they stand in a text."""
    query = question.found.query
    if any(term.is_phrase for term in query.wanted):
        words = [word for term in query.wanted for word in term.words]
        words += [f"-{term.words[0]}" for term in query.excluded if not term.is_phrase]
        count = 0 if question.words.is_hopeless else question.asked.count(question.match(), question.span())
        label = _("The same words, wherever they stand")
        yield Option(label, count, question.wanted.but(q=" ".join(words)).address)


def with_other_words(question):
    """Yield the search with a word in the place of one that no message has, where the two look alike."""
    query = question.found.query
    if query.phrases:
        return
    for place, (term, clause) in enumerate(zip(query.each_word, question.clauses, strict=True)):
        if clause and question.asked.count(Match((clause,)), question.public):
            continue
        word = term.words[0]
        for other in get_close_matches(word, alike(word), n=3, cutoff=0.75):
            terms = [*(each.words[0] for each in query.each_word)]
            terms[place] = other
            match = Match((*question.clauses[:place], (other,), *question.clauses[place + 1 :]), question.words.none)
            count = 0 if match.is_hopeless else question.asked.count(question.match(match), question.span())
            written = " ".join([*terms, *(f"-{each.words[0]}" for each in query.excluded)])
            yield Option(_("With “%s”") % other, count, question.wanted.but(q=written).address)


def alike(word: str) -> list[str]:
    """Return known words that begin with the same letter and are about as long."""
    lengths = range(len(word) - 1, len(word) + 2)
    return [other for other in Word.objects.beginning(word[:2], ALIKE) if len(other) in lengths] or [
        other for other in Word.objects.beginning(word[:1], ALIKE) if len(other) in lengths
    ]


def word_by_word(question):
    """Yield each of several words alone."""
    query = question.found.query
    if len(query.each_word) < 2:
        return
    for term, clause in zip(query.each_word, question.clauses, strict=True):
        count = question.asked.count(question.match(Match((clause,))), question.span()) if clause else 0
        yield Option(_("Only “%s”") % term.words[0], count, question.wanted.but(q=term.words[0]).address)
