"""Form field for a date and time in the time zone of one of the capitals, shown in the others while the user types.

A local time that does not exist or occurs twice (daylight saving) is refused, or the user selects which one is meant.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.timezones import possible_instants, zone_name

YEARS = range(1000, 9999)  # beyond these, time zone conversions can overflow
CHOICES = ("which", "zone", "when")  # the parts of a value after date and time: what their inputs' names end in
NOW, LATER = "now", "later"  # the choice above the inputs, which the script shows

TIME_SKIPPED = gettext_lazy(
    "This time does not exist in %s: the clocks go forward that night. Choose an earlier or later time."
)
TIME_OCCURS_TWICE = gettext_lazy(
    "This time occurs twice in %s because the clocks go back. Choose the first or the second."
)
FIRST_LABEL, SECOND_LABEL = gettext_lazy("%s (first)"), gettext_lazy("%s (second)")


def display_zones() -> list[tuple[str, ZoneInfo]]:
    """Return the time zones to show, with their names: the host's city, the others in the site's header, UTC."""
    return [*city_zones(), ("UTC", ZoneInfo("UTC"))]


def city_zones() -> list[tuple[str, ZoneInfo]]:
    """Return the time zones in which a time can be entered, with their names: the host's first."""
    host = timezone.get_default_timezone()
    names = {clock.key: city for city, clock in settings.CLOCKS}
    here = names.get(host.key) or host.key.rpartition("/")[2].replace("_", " ")
    others = {clock.key: (city, clock) for city, clock in settings.CLOCKS if clock.key != host.key}
    return [(here, host), *others.values()]


def find_zone(key: str) -> tuple[str, ZoneInfo] | None:
    """Return the city and time zone of a name that was sent; the host's for none, None for an unknown one."""
    zones = city_zones()
    return zones[0] if not key else next((each for each in zones if each[1].key == key), None)


def in_zones(at: datetime) -> str:
    """Return a time in all zones: "Tue 24 November 2020, 12:00 London · 14:00 Moscow · 11:00 UTC".

    The date is repeated for a zone in which it is another day.
    """
    parts, day = [], None
    for city, zone in display_zones():
        local = at.astimezone(zone)
        named = "" if local.date() == day else format_date(local, "D j F, " if day else "D j F Y, ")
        day = day or local.date()
        parts.append(f"{named}{local:%H:%M} {city}")
    return " · ".join(parts)


class ZonedDateTimeWidget(forms.SplitDateTimeWidget):
    """The browser's date and time inputs, a switch of the time zone, the time in each city, and the site's shortcuts.

    `without_time` names the meaning of an empty field ("On approval"): the script then asks for that or a set time. The
    value has the parts date, time, which of two times, time zone, and that choice.
    """

    template_name = "core/datetime.html"
    without_time = ""

    def __init__(self, attrs=None):
        super().__init__(attrs, date_format="%Y-%m-%d", time_format="%H:%M:%S")

    def decompress(self, value):
        host = timezone.get_default_timezone()
        if not value:
            return [None, None, "", host.key, NOW]
        local = value.astimezone(host) if timezone.is_aware(value) else value
        return [local.date(), local.time(), str(local.fold), host.key, LATER]

    def value_from_datadict(self, data, files, name):
        further = [data.get(f"{name}_{part}", "") for part in CHOICES]
        return [*super().value_from_datadict(data, files, name), *further]

    def input_values(self, name, value) -> dict[str, str]:
        """Return what each input would send for a time, by name."""
        context = self.get_context(name, value, {})
        inputs = {each["name"]: each["value"] or "" for each in context["widget"]["subwidgets"]}
        parts = self.decompress(value)
        return inputs | {f"{name}_{part}": parts[n] for n, part in enumerate(CHOICES, start=2)}

    def get_context(self, name, value, attrs):
        values = list(value) if isinstance(value, (list, tuple)) else self.decompress(value)
        values += [""] * (5 - len(values))
        context = super().get_context(name, values, attrs)
        for part, label, kind in zip(
            context["widget"]["subwidgets"], (_("Date"), _("Time")), (date, time), strict=True
        ):
            prepare_input(part, label, kind)
            if described_by := context["widget"]["attrs"].get("aria-describedby"):
                part["attrs"]["aria-describedby"] = described_by
        chosen, zone = values[2], find_zone(values[3]) or city_zones()[0]
        times = candidate_times(values, zone[1])
        is_empty = not values[0] and not values[1]
        return context | {
            "zones": [(city, each.key, each == zone[1]) for city, each in city_zones()],
            "cities": json.dumps([(city, each.key) for city, each in display_zones()]),
            "shortcuts": settings.TIME_SHORTCUTS,
            "gap": TIME_SKIPPED % "{}",
            "twice": TIME_OCCURS_TWICE % "{}",
            "first": FIRST_LABEL % "{}",
            "second": SECOND_LABEL % "{}",
            "name": name,
            "options": [
                {"value": str(fold), "label": label, "chosen": chosen == str(fold)}
                for fold, label in enumerate(ambiguity_labels(times, zone[1]))
            ],
            "time_text": time_text(times, chosen),
            "without_time": self.without_time,
            "is_later": values[4] == LATER or not is_empty,
        }


def prepare_input(part, label: str, kind: type) -> None:
    """Make an input of the widget one of the browser's, unless its value is a text that the browser would not show."""
    parsed = parse_typed(kind, part["value"])
    part["label"] = label
    part["attrs"]["class"] = f"moment-{kind.__name__}"
    part["type"] = kind.__name__ if parsed or not part["value"] else "text"
    if kind is date and parsed:
        part["value"] = parsed.isoformat()
    elif parsed is not None:  # seconds only where there are some: without them, a save would move the time
        part["value"] = parsed.isoformat("seconds" if parsed.second else "minutes")


class ZonedDateTimeField(forms.SplitDateTimeField):
    """A date and time in the time zone of one of the cities; `clean` returns it in UTC."""

    widget = ZonedDateTimeWidget
    default_error_messages = forms.SplitDateTimeField.default_error_messages | {
        "invalid_date": gettext_lazy("Enter the date as DD/MM/YYYY, for example 24/09/2027."),
        "invalid_time": gettext_lazy("Enter the time as HH:MM, for example 12:00."),
        "no_date": gettext_lazy("Enter a date as well."),
        "no_time": gettext_lazy("Enter a time as well, for example 12:00."),
        "no_moment": gettext_lazy("Enter a date and a time, or select “%s”."),
        "zone": gettext_lazy("Select the city whose time you have entered."),
        "year": gettext_lazy("Enter the year with four digits, for example 2026."),
        "gap": TIME_SKIPPED,
        "twice": TIME_OCCURS_TWICE,
    }

    def clean(self, value):
        local = super().clean(value)
        which, zone_key, when = (*value[2:], "", "", "")[:3] if isinstance(value, (list, tuple)) else ("", "", "")
        if local is None:
            if when == LATER and self.widget.without_time:
                raise ValidationError(self.error_messages["no_moment"] % self.widget.without_time, code="no_moment")
            return None
        if local.year not in YEARS:
            raise ValidationError(self.error_messages["year"], code="year")
        zone = find_zone(zone_key)
        if zone is None:
            raise ValidationError(self.error_messages["zone"], code="zone")
        times = possible_instants(local, zone[1])
        if not times:
            raise ValidationError(self.error_messages["gap"] % zone[0], code="gap")
        if len(times) == 1:
            return times[0]
        if which not in ("0", "1"):
            raise ValidationError(self.error_messages["twice"] % zone[0], code="twice")
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
        """Return whether another time was sent, in whichever time zone."""
        before = initial if isinstance(initial, (list, tuple)) else self.widget.decompress(initial)
        try:
            return not self.disabled and self.time_or_none(before) != self.time_or_none(data)
        except ValidationError:  # no time, or unclear which one
            return super().has_changed(before, data)

    def time_or_none(self, parts):
        """Return the time of the parts of a value, None where date and time are empty; raise ValidationError."""
        return self.clean(parts) if parts and any(parts[:2]) else None


def parse_typed(kind: type, value):
    """Return the date or time of an input's value, typed or not; None for an empty or invalid one."""
    field = forms.DateField() if kind is date else forms.TimeField()
    with suppress(ValidationError):
        return field.to_python(value)
    return None


def candidate_times(values, zone: ZoneInfo) -> list[datetime]:
    """Return the times that a date and a time in `zone` can mean; none if they are incomplete or invalid."""
    day, clock = parse_typed(date, values[0]), parse_typed(time, values[1])
    if day is None or clock is None or day.year not in YEARS:
        return []
    return possible_instants(datetime.combine(day, clock.replace(fold=0)), zone)


def ambiguity_labels(times: list[datetime], zone: ZoneInfo) -> list[str]:
    """Return the labels of two times that are the same local time in `zone`; none for fewer than two."""
    if len(times) < 2:
        return []
    names = [f"{at.astimezone(zone):%H:%M} {zone_name(at, zone)}" for at in times]
    return [FIRST_LABEL % names[0], SECOND_LABEL % names[1]]


def time_text(times: list[datetime], chosen: str) -> str:
    """Return the time in all zones, if it is clear which one is meant."""
    if len(times) == 2 and chosen in ("0", "1"):
        return in_zones(times[int(chosen)])
    return in_zones(times[0]) if len(times) == 1 else ""
