"""Form fields for a time of day as people type it: 9:30, 9.30, 930, 9h30, 9 am; 24:00 is the end of a day."""

from __future__ import annotations

import re
from datetime import time

from django import forms
from django.utils.translation import gettext_lazy as _

from consular.hours import MIDNIGHT
from consular.opening_hours_text import END_OF_DAY
from core.email_addresses import FULL_WIDTH
from core.text_fields import remove_invisible

TIME = re.compile(r"(\d{1,2})(?:\s?[:.,h]\s?|\s)?(\d{2})?(?::00)?\s?(h|am|pm|a\.m\.|p\.m\.|uhr|noon)?", re.IGNORECASE)
MAX_LENGTH = 20  # characters


def parse_time(text: str) -> time | None:
    """Return the time of day in a text; None if it is not one. 24:00 is 00:00."""
    text = remove_invisible(text[:MAX_LENGTH]).translate(FULL_WIDTH).strip().lower()
    if text in ("midnight", "noon"):
        return time(12 if text == "noon" else 0)
    found = TIME.fullmatch(text)
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").replace(".", "")
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (half == "pm")
    if (hour, minute) == (24, 0):
        return MIDNIGHT
    return time(hour, minute) if hour < 24 and minute < 60 else None


class ClockInput(forms.TextInput):
    """A short text input for a time of day: a browser's time picker cannot show 24:00."""

    def __init__(self, attrs=None, midnight="00:00"):
        super().__init__({"size": 6, "placeholder": "hh:mm", "autocomplete": "off", **(attrs or {})})
        self.midnight = midnight

    def format_value(self, value):
        if isinstance(value, time):
            return self.midnight if value == MIDNIGHT else f"{value:%H:%M}"
        return super().format_value(value)


class OpeningField(forms.TimeField):
    """The time at which an office opens."""

    widget = ClockInput
    default_error_messages = {"invalid": _("Enter a time as HH:MM, for example 09:30.")}

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, time):
            return value or None
        found = parse_time(str(value))
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class ClosingField(OpeningField):
    """The time at which an office closes: 24:00 is the end of the day, and so is 23:59."""

    widget = ClockInput(midnight=END_OF_DAY)

    def to_python(self, value):
        found = super().to_python(value)
        return MIDNIGHT if found == time(23, 59) else found
