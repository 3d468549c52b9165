"""A counter's sentence: a template with {days} and {incident} in it, and the number of days put in its place."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DAYS, INCIDENT = "{days}", "{incident}"


class Parts(NamedTuple):
    """A sentence in reading order: the words before the number, the number, the words after it."""

    before: str
    days: int
    after: str

    def __str__(self):
        return f"{self.before}{self.days}{self.after}"


def parts(template: str, days: int, incident: str) -> Parts:
    """Return the sentence that `template` makes. It never fails: a template without {days} follows the number."""
    before, found, after = template.partition(DAYS)
    if not found:
        before, after = "", f" {template}"
    return Parts(before.replace(INCIDENT, incident), days, after.replace(INCIDENT, incident))


def validate_sentence(template: str) -> None:
    """Refuse a template that can't be read: {days} stands in it once, {incident} where wanted, and no other brace."""
    if template.count(DAYS) != 1:
        raise ValidationError(_("Write {days} once, where the number belongs."), code="days")
    rest = template.replace(DAYS, "").replace(INCIDENT, "")
    unknown = re.search(r"\{[^{}]+\}", rest)
    if unknown:
        raise ValidationError(
            _("%(name)s stands for nothing here. Use {days} for the number and {incident} for the incident."),
            code="placeholder",
            params={"name": unknown[0]},
        )
    if "{" in rest or "}" in rest:
        raise ValidationError(
            _("A brace is left over. Braces are only for {days} and {incident}: complete it or take it out."),
            code="brace",
        )
