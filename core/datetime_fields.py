"""Form field for a date and time in the host's time zone, shown in the other time zones while the user types.

A local time that does not exist or occurs twice (daylight saving) is refused, or the user selects which one is meant.
"""

from __future__ import annotations

import json
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.timezones import possible_instants, zone_name

YEARS = range(1000, 9999)  # beyond these, time zone conversions can overflow

TIME_SKIPPED = gettext_lazy(
    "This time does not exist: the clocks go forward that night. Choose an earlier or later time."
)
TIME_OCCURS_TWICE = gettext_lazy("This time occurs twice because the clocks go back. Choose the first or the second.")
FIRST_LABEL, SECOND_LABEL = gettext_lazy("%s (first)"), gettext_lazy("%s (second)")


def display_zones() -> list[tuple[str, ZoneInfo]]:
    """Return the time zones to show, with their names: the host's city, the others in the site's header, UTC."""
    host = timezone.get_default_timezone()
    names = {clock.key: city for city, clock in settings.CLOCKS}
    here = names.get(host.key) or host.key.rpartition("/")[2].replace("_", " ")
    others = [(city, clock) for city, clock in settings.CLOCKS if clock.key != host.key]
    return [(here, host), *others, ("UTC", ZoneInfo("UTC"))]


def in_zones(at: datetime) -> str:
    """Return a time in all zones: "12:00 London · 14:00 Moscow · 11:00 UTC"; a date is added if it differs."""
    parts, day = [], at.astimezone(timezone.get_default_timezone()).date()
    for city, zone in display_zones():
        local = at.astimezone(zone)
        named = "" if local.date() == day else format_date(local, "j F, ")
        parts.append(f"{named}{local:%H:%M} {city}")
    return " · ".join(parts)


class ZonedDateTimeWidget(AdminSplitDateTime):
    """Date and time inputs with accessible names, the time in each city, and a choice if the time occurs twice."""

    template_name = "core/datetime.html"

    def decompress(self, value):
        if not value:
            return [None, None, ""]
        local = value.astimezone(timezone.get_default_timezone()) if timezone.is_aware(value) else value
        return [local.date(), local.time(), str(local.fold)]

    def value_from_datadict(self, data, files, name):
        return [*super().value_from_datadict(data, files, name), data.get(f"{name}_which", "")]

    def get_context(self, name, value, attrs):
        values = value if isinstance(value, (list, tuple)) else self.decompress(value)
        context = super().get_context(name, values, attrs)
        day, clock = context["widget"]["subwidgets"]
        day["attrs"]["aria-label"], clock["attrs"]["aria-label"] = _("Date"), _("Time")
        if context["widget"]["attrs"].get("aria-describedby"):
            day["attrs"]["aria-describedby"] = clock["attrs"]["aria-describedby"] = attrs["aria-describedby"]
        if isinstance(values[1], time) and values[1].second:
            clock["value"] = f"{values[1]:%H:%M:%S}"  # without them, a save of the form would move the time
        times = candidate_times(values)
        chosen = values[2] if len(values) > 2 else ""
        return context | {
            "host": display_zones()[0][0],
            "cities": json.dumps([(city, zone.key) for city, zone in display_zones()]),
            "gap": TIME_SKIPPED,
            "twice": TIME_OCCURS_TWICE,
            "first": FIRST_LABEL % "{}",
            "second": SECOND_LABEL % "{}",
            "which": f"{name}_which",
            "options": [
                {"value": str(fold), "label": label, "chosen": chosen == str(fold)}
                for fold, label in enumerate(ambiguity_labels(times))
            ],
            "zones": self.zones_text(times, chosen),
        }

    def zones_text(self, times: list[datetime], chosen: str) -> str:
        """Return the time in all zones, if it is clear which one is meant."""
        if len(times) == 2 and chosen in ("0", "1"):
            return in_zones(times[int(chosen)])
        return in_zones(times[0]) if len(times) == 1 else ""


class ZonedDateTimeField(forms.SplitDateTimeField):
    """A date and time in the host's time zone; `clean` returns it in UTC."""

    widget = ZonedDateTimeWidget
    default_error_messages = forms.SplitDateTimeField.default_error_messages | {
        "invalid_date": gettext_lazy("Enter the date as DD/MM/YYYY, for example 24/09/2027."),
        "invalid_time": gettext_lazy("Enter the time as HH:MM, for example 12:00."),
        "no_date": gettext_lazy("Enter a date as well."),
        "no_time": gettext_lazy("Enter a time as well, for example 12:00."),
        "year": gettext_lazy("Enter the year with four digits, for example 2026."),
        "gap": TIME_SKIPPED,
        "twice": TIME_OCCURS_TWICE,
    }

    def clean(self, value):
        local = super().clean(value)
        if local is None:
            return None
        if local.year not in YEARS:
            raise ValidationError(self.error_messages["year"], code="year")
        times = possible_instants(local, timezone.get_default_timezone())
        if not times:
            raise ValidationError(self.error_messages["gap"], code="gap")
        if len(times) == 1:
            return times[0]
        which = value[2] if isinstance(value, (list, tuple)) and len(value) > 2 else ""
        if which not in ("0", "1"):
            raise ValidationError(self.error_messages["twice"], code="twice")
        return times[int(which)]

    def compress(self, data_list):
        day, clock = data_list or (None, None)
        if day is None and clock is None:
            return None
        if day is None:
            raise ValidationError(self.error_messages["no_date"], code="no_date")
        if clock is None:
            raise ValidationError(self.error_messages["no_time"], code="no_time")
        return datetime.combine(day, clock)

    def has_changed(self, initial, data):
        if super().has_changed(initial, data):
            return True
        before = initial if isinstance(initial, (list, tuple)) else self.widget.decompress(initial)
        which = data[2] if data and len(data) > 2 else ""
        return bool(which) and len(before) > 2 and len(candidate_times(before)) == 2 and which != before[2]


def candidate_times(values) -> list[datetime]:
    """Return the times that a date and a time, typed or not, can mean; none if they are incomplete or invalid."""
    try:
        day, clock = forms.DateField().to_python(values[0]), forms.TimeField().to_python(values[1])
    except ValidationError:
        return []
    if day is None or clock is None or day.year not in YEARS:
        return []
    return possible_instants(datetime.combine(day, clock.replace(fold=0)), timezone.get_default_timezone())


def ambiguity_labels(times: list[datetime]) -> list[str]:
    """Return the labels of two times that are the same local time; none for fewer than two."""
    if len(times) < 2:
        return []
    host = timezone.get_default_timezone()
    names = [f"{at.astimezone(host):%H:%M} {zone_name(at, host)}" for at in times]
    return [FIRST_LABEL % names[0], SECOND_LABEL % names[1]]
