"""Search suggestions for a search without results: similar searches that have some."""

from __future__ import annotations

from django.utils.translation import gettext as _

from search.answers import find_answers, similar_words
from search.engines import Match
from search.facets import CountedLink
from search.query_parser import MAX_LENGTH, parse_query

MAX_WORDS = 5  # words of a query for which alternatives are searched
MAX_ALTERNATIVES = 3  # alternatives for a word


def suggest_searches(question, widened: list[tuple[CountedLink, dict]]) -> list[CountedLink]:
    """Return similar searches that have results, with their number, first those of `without_filters`.

    Only what is public is considered.
    """
    found = [
        *(option for option, _changes in widened),
        *in_any_order(question),
        *with_similar_words(question),
        *word_by_word(question),
    ]
    return [option for option in found if option.count]


def without_filters(question) -> list[tuple[CountedLink, dict]]:
    """Return the same search without one of its filters, the rarest first, then without all of them.

    Only those that find something, each with the change of the parameters.
    """
    params = question.params
    labels = {
        "category": _("In all categories"),
        "year": _("In all years"),
        "source": _("From any source"),
        "days": _("On any date"),
        "all": _("Without filters"),
    }
    fields = {
        "category": {"category": ""},
        "year": {"year": None},
        "source": {"source": ""},
        "days": {"since": None, "until": None},
        "all": {"category": "", "year": None, "source": "", "since": None, "until": None},
    }
    active = [name for name in labels if name != "all" and any(getattr(params, field) for field in fields[name])]
    found = [
        (CountedLink(labels[name], question.count(**fields[name]), params.replace(**fields[name]).url), fields[name])
        for name in [*active, *(["all"] if len(active) > 1 else [])]
    ]
    found.sort(key=lambda option: (option[1] is fields["all"], -option[0].count))
    return [option for option in found if option[0].count]


def in_any_order(question):
    """Yield the words of a phrase in any order."""
    query = question.found.query
    if any(term.is_phrase for term in query.included):
        words = [word for term in query.included for word in term.words]
        words += [f"-{term.words[0]}" for term in query.excluded if not term.is_phrase]
        count = question.words_engine.count(question.match(), question.span())
        yield CountedLink(_("The same words in any order"), count, question.params.replace(q=" ".join(words)).url)


def with_similar_words(question):
    """Yield the search with a word that no public message has replaced by a similar one, of a message or an answer."""
    query = question.found.query
    if query.phrases:
        return
    pairs = list(zip(query.single_words, question.clauses, strict=True))[:MAX_WORDS]
    for number, (term, clause) in enumerate(pairs):
        word = term.words[0]
        if question.words_engine.existing_words(list(clause), question.public):
            continue
        of_answers = [] if question.found.answers else similar_words(word, MAX_ALTERNATIVES)
        for other in dict.fromkeys([*question.vocabulary.similar(word, MAX_ALTERNATIVES), *of_answers]):
            words = [each.words[0] for each in query.single_words]
            words[number] = other
            match = Match((*question.clauses[:number], (other,), *question.clauses[number + 1 :]), question.words.none)
            count = question.words_engine.count(question.match(match), question.span())
            typed = " ".join([*words, *(f"-{each.words[0]}" for each in query.excluded)])
            if of_answers and len(typed) <= MAX_LENGTH:
                count += len(find_answers(parse_query(typed), question.edition))
            yield CountedLink(_("With “%s”") % other, count, question.params.replace(q=typed).url)


def word_by_word(question):
    """Yield each of several words on its own."""
    query = question.found.query
    if len(query.single_words) < 2:
        return
    for term, clause in list(zip(query.single_words, question.clauses, strict=True))[:MAX_WORDS]:
        count = question.words_engine.count(question.match(Match((clause,))), question.span())
        yield CountedLink(_("Only “%s”") % term.words[0], count, question.params.replace(q=term.words[0]).url)
