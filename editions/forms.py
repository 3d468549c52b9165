"""A moment in a form of the desk: typed by the host's clocks, and shown by those of both cities as one types.

It stands here because `editions` is the one room that both `news` and `consular` may import.
"""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editions.moments import readings, zone_name

YEARS = range(1000, 9999)  # further out, conversions between zones run out of the calendar

GAP = gettext_lazy(
    "This time does not exist: that night the clocks go forward over it. Choose an earlier or a later one."
)
TWICE = gettext_lazy("This time comes twice: that night the clocks go back. Choose which of the two.")
FIRST, SECOND = gettext_lazy("%s (first)"), gettext_lazy("%s (second)")


def cities() -> list[tuple[str, ZoneInfo]]:
    """Return whose clocks a moment is shown by: the host's city first, then the others of the header, then UTC."""
    host = timezone.get_default_timezone()
    names = {clock.key: city for city, clock in settings.CLOCKS}
    here = names.get(host.key) or host.key.rpartition("/")[2].replace("_", " ")
    others = [(city, clock) for city, clock in settings.CLOCKS if clock.key != host.key]
    return [(here, host), *others, ("UTC", ZoneInfo("UTC"))]


def in_cities(at: datetime) -> str:
    """Return a moment by the clocks of all: "12:00 London · 14:00 Moscow · 11:00 UTC"; another day is named."""
    parts, day = [], at.astimezone(timezone.get_default_timezone()).date()
    for city, zone in cities():
        local = at.astimezone(zone)
        named = "" if local.date() == day else format_date(local, "j F, ")
        parts.append(f"{named}{local:%H:%M} {city}")
    return " · ".join(parts)


class MomentWidget(AdminSplitDateTime):
    """A day and a time with names that are read out, what that is in each city, and which, where a time comes twice."""

    template_name = "editions/moment.html"

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
        moments = moments_of(values)
        chosen = values[2] if len(values) > 2 else ""
        return context | {
            "host": cities()[0][0],
            "cities": json.dumps([(city, zone.key) for city, zone in cities()]),
            "gap": GAP,
            "twice": TWICE,
            "first": FIRST % "{}",
            "second": SECOND % "{}",
            "which": f"{name}_which",
            "readings": [
                {"value": str(fold), "label": label, "chosen": chosen == str(fold)}
                for fold, label in enumerate(labels(moments))
            ],
            "shown": self.shown(moments, chosen),
        }

    def shown(self, moments: list[datetime], chosen: str) -> str:
        """Return the moment by all clocks, where it is known which one is meant."""
        if len(moments) == 2 and chosen in ("0", "1"):
            return in_cities(moments[int(chosen)])
        return in_cities(moments[0]) if len(moments) == 1 else ""


class MomentField(forms.SplitDateTimeField):
    """A moment, typed by the host's clocks. One that they skip is refused; one that comes twice is asked for."""

    widget = MomentWidget
    default_error_messages = forms.SplitDateTimeField.default_error_messages | {
        "invalid_date": gettext_lazy("Write the day like 24.09.2027."),
        "invalid_time": gettext_lazy("Write the time like 12:00."),
        "no_date": gettext_lazy("Give the day as well."),
        "no_time": gettext_lazy("Give the time as well, for instance 12:00."),
        "year": gettext_lazy("Write the year in four digits, for instance 2026."),
        "gap": GAP,
        "twice": TWICE,
    }

    def clean(self, value):
        local = super().clean(value)
        if local is None:
            return None
        if local.year not in YEARS:
            raise ValidationError(self.error_messages["year"], code="year")
        moments = readings(local, timezone.get_default_timezone())
        if not moments:
            raise ValidationError(self.error_messages["gap"], code="gap")
        if len(moments) == 1:
            return moments[0]
        which = value[2] if isinstance(value, (list, tuple)) and len(value) > 2 else ""
        if which not in ("0", "1"):
            raise ValidationError(self.error_messages["twice"], code="twice")
        return moments[int(which)]

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
        return bool(which) and len(before) > 2 and len(moments_of(before)) == 2 and which != before[2]


def moments_of(values) -> list[datetime]:
    """Return the moments that a day and a time, typed or not, may mean: none where they mean nothing yet."""
    try:
        day, clock = forms.DateField().to_python(values[0]), forms.TimeField().to_python(values[1])
    except ValidationError:
        return []
    if day is None or clock is None or day.year not in YEARS:
        return []
    return readings(datetime.combine(day, clock.replace(fold=0)), timezone.get_default_timezone())


def labels(moments: list[datetime]) -> list[str]:
    """Return what two moments with the same time on the host's clocks are told apart by; nothing for less than two."""
    if len(moments) < 2:
        return []
    host = timezone.get_default_timezone()
    names = [f"{moment.astimezone(host):%H:%M} {zone_name(moment, host)}" for moment in moments]
    return [FIRST % names[0], SECOND % names[1]]
