"""A moment as machines read it, and as the two cities do."""

from datetime import UTC

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as format_date

register = template.Library()


@register.filter
def machine(moment):
    """Return a moment for a `datetime` attribute: to the second, in UTC. HTML knows no microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@register.filter
def in_figures(moment):
    """Return the host's date of a moment in figures, the same in every language of ours: 25.09.2020."""
    return timezone.localdate(moment, timezone.get_default_timezone()).strftime("%d.%m.%Y")


@register.filter
def in_cities(moment):
    """Return a moment in each city of the header, the host's first: "25 September 2020, 12:00 London · 14:00 Moscow".

    A city where the calendar shows another day names that day.
    """
    host = timezone.get_default_timezone()
    clocks = sorted(settings.CLOCKS, key=lambda clock: clock[1].key != host.key)
    day, parts = None, []
    for city, zone in clocks:
        local = moment.astimezone(zone)
        named = "" if local.date() == day else format_date(local, "j F Y, ")
        day = day or local.date()
        parts.append(f"{named}{local:%H:%M} {city}")
    return " · ".join(parts)
