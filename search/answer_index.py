"""Index of answers: the words of public pages, topics and offices, with the weight of the place where they occur.

Triggers (`search.answer_schema`) delete the words of what changes and leave an `AnswerEntry` that is not indexed. It is
indexed at the end of the same transaction (`editions.models.follow`), or by `build_search` after plain SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from consular.models import Office, Topic
from editions.models import new_edition
from pages.models import Page
from richtext.plaintext import inline_text, plain_text
from search.models import AnswerEntry, AnswerWord
from search.tokenizer import split_words

# Weights of the places of a word. A short title has a little more than a long one: "Passports" answers "passports"
# better than "Lost or stolen passport" does.
TITLE, SEARCH_WORDS, HEADING, LINE, TEXT = 10, 8, 5, 4, 1
SHORT_TITLE_BONUS = 4

MAX_WORDS = 5_000  # different words of an entry, those of the highest weight
HEADING_TAG = re.compile(r"</?h[2-6]\b[^<>]*>")

WeightedTexts = Iterable[tuple[int, str]]


def page_texts(page: Page) -> WeightedTexts:
    """Yield the texts of a page with their weights."""
    yield from title_texts(page.title)
    yield SEARCH_WORDS, page.search_words
    yield HEADING, " ".join(map(inline_text, HEADING_TAG.split(page.body)[1::2]))
    yield LINE, page.description
    yield TEXT, plain_text(page.body)


def topic_texts(topic: Topic) -> WeightedTexts:
    """Yield the texts of a topic and its common questions with their weights."""
    yield from title_texts(topic.name)
    yield SEARCH_WORDS, topic.search_words
    yield LINE, topic.sentence
    for common in topic.common_questions.all():
        yield HEADING, common.question
        yield TEXT, common.answer


def office_texts(office: Office) -> WeightedTexts:
    """Yield the texts of an office with their weights: also the labels of what the contact page says about it."""
    yield from title_texts(office.name)
    labels = {
        _("opening hours"): True,
        _("address"): office.address,
        _("phone"): office.phone,
        _("telephone"): office.phone,
        _("emergency phone"): office.emergency_phone,
        _("e-mail"): office.email,
        _("map"): office.map_url,
        _("appointment"): office.appointment_url,
    }
    yield SEARCH_WORDS, " ".join(label for label, value in labels.items() if value)
    yield HEADING, office.get_kind_display()
    yield LINE, f"{office.address} {office.phone} {office.emergency_phone} {office.email}"


def title_texts(title: str) -> WeightedTexts:
    """Yield a title with its weight."""
    yield TITLE + round(SHORT_TITLE_BONUS / max(len(split_words(title)), 1)), title


Source = tuple[Callable, Callable[[object], WeightedTexts]]

# How the public rows of each kind are fetched from a database, and their texts.
SOURCES: dict[str, Source] = {
    AnswerEntry.Kind.PAGE: (lambda using: Page.objects.using(using).shown(), page_texts),
    AnswerEntry.Kind.TOPIC: (
        lambda using: Topic.objects.using(using).shown().prefetch_related("common_questions"),
        topic_texts,
    ),
    AnswerEntry.Kind.OFFICE: (lambda using: Office.objects.using(using), office_texts),
}


def index_waiting(using: str) -> None:
    """Index what waits, if anything does: called at the end of each transaction that changes the public site."""
    waiting = list(AnswerEntry.objects.using(using).filter(is_indexed=False))
    if waiting:
        _index(using, waiting)


def build_answers(using: str = "default") -> None:
    """Index what waits, with a new edition: searches find more then, though no public row is written."""
    if AnswerEntry.objects.using(using).filter(is_indexed=False).exists():
        with new_edition(using, moves=True):
            index_waiting(using)


def _index(using: str, entries: list[AnswerEntry]) -> None:
    """Write the words of these entries inside the caller's transaction."""
    # The labels of offices are those of the public site, whatever language an officer's desk has.
    with transaction.atomic(using), translation.override(settings.LANGUAGE_CODE):
        for kind, (rows, texts) in SOURCES.items():
            pks = [entry.object_id for entry in entries if entry.kind == kind]
            words = AnswerWord.objects.using(using)
            words.filter(kind=kind, object_id__in=pks).delete()
            words.bulk_create(
                AnswerWord(word=word, kind=kind, object_id=row.pk, weight=weight)
                for row in rows(using).filter(pk__in=pks)
                for word, weight in word_weights(texts(row)).items()
            )
        AnswerEntry.objects.using(using).filter(pk__in=[entry.pk for entry in entries]).update(is_indexed=True)


def word_weights(texts: WeightedTexts) -> dict[str, int]:
    """Return each word of some texts with the highest weight of a text that contains it."""
    weights: dict[str, int] = {}
    for weight, text in sorted(texts, key=lambda each: -each[0]):
        for word in split_words(text):
            if len(weights) >= MAX_WORDS:
                return weights
            weights.setdefault(word, weight)
    return weights


def wrongly_indexed(using: str = "default") -> list[tuple[str, int]]:
    """Return kind and id of the answers whose words are not those of their public row: for `doctor`."""
    stored: dict[tuple[str, int], dict[str, int]] = {
        key: {} for key in AnswerEntry.objects.using(using).values_list("kind", "object_id")
    }
    for kind, pk, word, weight in AnswerWord.objects.using(using).values_list("kind", "object_id", "word", "weight"):
        stored.setdefault((kind, pk), {})[word] = weight
    with translation.override(settings.LANGUAGE_CODE):
        public = {
            (str(kind), row.pk): word_weights(texts(row))
            for kind, (rows, texts) in SOURCES.items()
            for row in rows(using)
        }
    return sorted(key for key in stored.keys() | public.keys() if stored.get(key) != public.get(key))
