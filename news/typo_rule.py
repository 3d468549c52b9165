"""The bound of a typo: which changes of a public text leave its meaning as it was, decided by the server.

A typo is a change of at most five words in headline, lead and text, in which no number, name, date, link or image
differs. Everything else is a correction or an update, which readers are told about.
"""

from __future__ import annotations

import re

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import override

from news.differences import differences
from versions import comparison, text_diff

PLACEMENT_FIELDS = {"featured", "slug", "related"}  # where it appears, what is beside it: what it says is as it was
OFFER_FIELDS = {"image_offered", "image_rights"}  # what journalists get of the image that is shown
MAX_WORDS = 5  # words removed or added in the three texts together
NUMBER = re.compile(r"\d+")
WORD = re.compile(r"\w+")
ADDRESS = re.compile(r'\s(?:href|src|alt|title)="([^"]*)"')


def typo_error(old, new) -> str:
    """Return why the change from `old` to `new` is more than a typo; "" where it is one."""
    model = type(new)
    other = set(differences(old, new)) - set(model.text_fields) - PLACEMENT_FIELDS - OFFER_FIELDS
    if other:
        return _("A typo changes words of the headline, the lead or the text only. Select “Correction” or “Update”.")
    texts = [
        (comparison.plain_field(model, old, name), comparison.plain_field(model, new, name))
        for name in model.text_fields
    ]
    counts = [text_diff.count_changed_words(text_diff.diff_words(*pair)) for pair in texts]
    removed, added = (sum(numbers) for numbers in zip(*counts, strict=True))
    if max(removed, added) > MAX_WORDS:
        return _("More than %d words have changed. Select “Correction” or “Update”.") % MAX_WORDS
    rules = (
        (numbers_in, _("A number has changed. Select “Correction” or “Update”.")),
        (names_in, _("A name, or another word with a capital letter, has changed. Select “Correction” or “Update”.")),
        (lambda text: dates_in(text, new.language), _("A date has changed. Select “Correction” or “Update”.")),
    )
    for extract, sentence in rules:
        if any(extract(before) != extract(after) for before, after in texts):
            return sentence
    if ADDRESS.findall(old.body) != ADDRESS.findall(new.body):
        return _("A link or an image has changed. Select “Correction” or “Update”.")
    return ""


def numbers_in(text: str) -> list[str]:
    """Return the numbers in a text, in digits of any script, in order."""
    return NUMBER.findall(text)


def names_in(text: str) -> list[str]:
    """Return the words with a capital letter, in order. The first word of a sentence is one: it may be a name."""
    return [word for word in WORD.findall(text) if word.lower() != word]


def dates_in(text: str, language: str) -> list[str]:
    """Return the names of months and weekdays in a text, in order."""
    with override(language):
        names = {str(name).casefold() for name in [*MONTHS.values(), *WEEKDAYS.values()]}
    return [word for word in WORD.findall(text.casefold()) if word in names]
