"""Answers above the search results: up to three pages, topics or offices, ranked by place and rarity of their words.

A word counts by the place where an answer has it (title, search words, heading or question, line, text), and by how few
answers have it: "the" hardly counts, so "how do I get a visa" finds what "visa" does. Also a word with another ending
counts, a little less: visa and visas. An answer needs MIN_COVERAGE of what the typed words count together.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from math import log

from django.urls import reverse

from consular.contact_data import ContactData
from consular.models import Office
from consular.opening_hours_text import hours_text, weekdays_text
from pages.models import Page
from richtext.plaintext import first_paragraph
from search.answer_index import HEADING
from search.models import AnswerEntry, AnswerWord
from search.query_parser import MIN_PREFIX, Query, Term
from search.vocabulary import BATCH_SIZE, MIN_SIMILARITY, one_edit_away

MAX_ANSWERS = 3
MIN_COVERAGE = 0.4
MIN_SHARE = 0.35  # of the score of the best answer
MAX_LINE = 140  # characters of a line
MAX_ENDING, MAX_CUT = 3, 2  # letters that a word may have more, or fewer, than the typed one
OTHER_ENDING = 0.85  # how much such a word counts
LEAST = 0.05  # what a word counts that every answer has

Key = tuple[str, int]  # kind and id


@dataclass(frozen=True)
class Answer:
    """An answer as the page shows it; `office` is whom to call about it."""

    title: str
    line: str
    url: str
    office: Office | None = None


def find_answers(query: Query, edition) -> list[Answer]:
    """Return the best public answers to a query, the best first."""
    catalogue = answers_of(edition)
    terms = query.single_words
    excluded = {word for term in query.excluded for word in term.words if not term.is_phrase}
    weights: dict[Key, dict[int, float]] = defaultdict(dict)  # by answer and number of the term
    is_strong, refused = set(), set()
    matches: dict[str, list[tuple[int, float]]] = {}
    for kind, pk, word, weight in fetch_postings(terms, excluded):
        if word in excluded:
            refused.add((kind, pk))
        if word not in matches:
            matches[word] = [(n, factor) for n, term in enumerate(terms) if (factor := closeness(term, word))]
        for number, factor in matches[word]:
            found = weights[kind, pk]
            found[number] = max(found.get(number, 0), weight * factor)
            if weight >= HEADING:
                is_strong.add((kind, pk))
    public = {key: found for key, found in weights.items() if key in catalogue and key not in refused}
    return [catalogue[key] for key in rank(public, is_strong, len(terms), catalogue)]


def fetch_postings(terms: list[Term], excluded: set[str]) -> list[tuple[str, int, str, int]]:
    """Return kind, id, word and weight of all words that match a term, or are excluded: one statement."""
    words = set(excluded)
    beginnings = []
    for term in terms:
        for word in term.spellings[0]:
            words.add(word)
            if len(word) >= MIN_PREFIX and word.isalpha():
                words |= {word[:-cut] for cut in range(1, MAX_CUT + 1) if len(word) - cut >= MIN_PREFIX}
                beginnings.append((word, 1_000 if term.is_prefix else len(word) + MAX_ENDING))
    return AnswerWord.objects.postings(sorted(words), beginnings)


def closeness(term: Term, word: str) -> float:
    """Return how much a word counts for a term: 1 for the word itself, less with another ending, 0 for another word."""
    if word in term.spellings[0]:
        return 1
    for typed in term.spellings[0]:
        if min(len(typed), len(word)) < MIN_PREFIX or not typed.isalpha():
            continue
        if word.startswith(typed) and (term.is_prefix or len(word) - len(typed) <= MAX_ENDING):
            return OTHER_ENDING
        if typed.startswith(word) and len(typed) - len(word) <= MAX_CUT:
            return OTHER_ENDING
    return 0


def rank(weights: dict[Key, dict[int, float]], is_strong: set[Key], number: int, catalogue: dict[Key, Answer]):
    """Return the keys of the answers that match well enough, the best first; `number` is that of the terms."""
    having = [sum(term in found for found in weights.values()) for term in range(number)]
    rarity = [max(LEAST, log((len(catalogue) + 1) / (max(count, 1) + 0.5)) ** 2) for count in having]
    scores = {}
    for key, found in weights.items():
        coverage = sum(rarity[term] for term in found) / sum(rarity)
        if len(found) == number or (coverage >= MIN_COVERAGE and key in is_strong):
            scores[key] = sum(rarity[term] * weight for term, weight in found.items())
    least = MIN_SHARE * max(scores.values(), default=0)
    order = {key: place for place, key in enumerate(catalogue)}
    best = sorted((key for key in scores if scores[key] >= least), key=lambda key: (-scores[key], order[key]))
    return best[:MAX_ANSWERS]


def similar_words(word: str, limit: int) -> list[str]:
    """Return words of answers similar to `word`: one typing error away, else with the same first half."""
    near = sorted(set(AnswerWord.objects.filter(word__in=one_edit_away(word)).values_list("word", flat=True)))
    if not near:
        half, lengths = word[: max(2, len(word) // 2)], (len(word) - 2, len(word) + 2)
        near = AnswerWord.objects.beginning_with(half, lengths, BATCH_SIZE)
    return get_close_matches(word, near, n=limit, cutoff=MIN_SIMILARITY)


# What answers show


def answers_of(edition) -> dict[Key, Answer]:
    """Return all public answers, in the order of equals: pages, topics, offices. Fetched once for an edition."""
    return edition.get_or_compute("answers", lambda: fetch_answers(edition))


def fetch_answers(edition) -> dict[Key, Answer]:
    """Fetch the public answers as the page shows them."""
    contact = ContactData.of(edition)
    office = next((each for each in contact.offices if each.kind == Office.Kind.CONSULAR), None)
    without_line = Page.objects.shown().filter(description="").values_list("pk", "body")
    lines = {pk: first_paragraph(body) for pk, body in without_line}
    found = {
        (AnswerEntry.Kind.PAGE.value, page.pk): Answer(
            page.title, shorten(page.description or lines.get(page.pk, "")), page.get_absolute_url()
        )
        for page in Page.objects.shown().defer("body")
    }
    for topic in contact.topics:
        answer = Answer(topic.name, shorten(topic.sentence), topic.get_absolute_url(), office)
        found[AnswerEntry.Kind.TOPIC.value, topic.pk] = answer
    for each in contact.offices:
        answer = Answer(each.name, hours_or_address(each), office_url(each), each)
        found[AnswerEntry.Kind.OFFICE.value, each.pk] = answer
    return found


def office_url(office: Office) -> str:
    """Return where the contact page shows an office."""
    return f"{reverse('consular:contact')}#office-{office.pk}"


def hours_or_address(office: Office) -> str:
    """Return the weekly hours of an office on one line; without hours, its address."""
    rows = office.timetable().rows()
    week = [f"{weekdays_text(first, last)} {hours_text(spans)}" for first, last, spans in rows if spans]
    return "; ".join(week) or " ".join(office.address.split())


def shorten(text: str) -> str:
    """Return a text of at most MAX_LINE characters, cut at a word."""
    return text if len(text) <= MAX_LINE else f"{text[:MAX_LINE].rpartition(' ')[0] or text[:MAX_LINE]} …"
