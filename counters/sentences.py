"""Sentences of a counter: templates with the placeholders {days} and {incident}."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

DAYS_PLACEHOLDER, INCIDENT_PLACEHOLDER = "{days}", "{incident}"


class SentenceParts(NamedTuple):
    """A sentence split into the text before the number, the number, and the text after it."""

    before: str
    days: int
    after: str

    def __str__(self):
        return f"{self.before}{self.days}{self.after}"


def split_sentence(template: str, days: int, incident: str) -> SentenceParts:
    """Return the sentence of a template. It never fails: without {days}, the number comes before the text."""
    before, found, after = template.partition(DAYS_PLACEHOLDER)
    if not found:
        before, after = "", f" {template}"
    return SentenceParts(
        before.replace(INCIDENT_PLACEHOLDER, incident), days, after.replace(INCIDENT_PLACEHOLDER, incident)
    )


def grouped(days: int) -> str:
    """Return a number as the site's language writes it: "3,190"."""
    return number_format(days, force_grouping=True)


def validate_sentence(template: str) -> None:
    """Validate a template: {days} exactly once, {incident} any number of times, no other braces."""
    if template.count(DAYS_PLACEHOLDER) != 1:
        raise ValidationError(_("Enter {days} exactly once, where the number goes."), code="days")
    rest = template.replace(DAYS_PLACEHOLDER, "").replace(INCIDENT_PLACEHOLDER, "")
    unknown = re.search(r"\{[^{}]+\}", rest)
    if unknown:
        raise ValidationError(
            _("%(name)s is not a known placeholder. Use {days} for the number and {incident} for the incident."),
            code="placeholder",
            params={"name": unknown[0]},
        )
    if "{" in rest or "}" in rest:
        raise ValidationError(
            _("Unmatched brace. Use braces only for {days} and {incident}."),
            code="brace",
        )
