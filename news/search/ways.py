"""Where nothing is found: searches near by that find something."""

from __future__ import annotations

from django.utils.translation import gettext as _

from news.search.engines import Match
from news.search.options import Option

MOST_WORDS = 5  # of a query, for which something else is looked for
MOST_OTHERS = 3  # for a word


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
        count = question.asked.count(question.match(), question.span())
        label = _("The same words, wherever they stand")
        yield Option(label, count, question.wanted.but(q=" ".join(words)).address)


def with_other_words(question):
    """Yield the search with a word in the place of one that no message has, where the two look alike."""
    query = question.found.query
    if query.phrases:
        return
    each = list(zip(query.each_word, question.clauses, strict=True))[:MOST_WORDS]
    for place, (term, clause) in enumerate(each):
        word = term.words[0]
        if question.asked.known(list(clause), question.public):
            continue
        for other in question.vocabulary.alike(word, MOST_OTHERS):
            terms = [*(each.words[0] for each in query.each_word)]
            terms[place] = other
            match = Match((*question.clauses[:place], (other,), *question.clauses[place + 1 :]), question.words.none)
            count = question.asked.count(question.match(match), question.span())
            written = " ".join([*terms, *(f"-{each.words[0]}" for each in query.excluded)])
            yield Option(_("With “%s”") % other, count, question.wanted.but(q=written).address)


def word_by_word(question):
    """Yield each of several words alone."""
    query = question.found.query
    if len(query.each_word) < 2:
        return
    for term, clause in list(zip(query.each_word, question.clauses, strict=True))[:MOST_WORDS]:
        count = question.asked.count(question.match(Match((clause,))), question.span())
        yield Option(_("Only “%s”") % term.words[0], count, question.wanted.but(q=term.words[0]).address)
