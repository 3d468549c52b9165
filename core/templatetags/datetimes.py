"""Template filters for dates and times: ISO 8601, numeric, in the host country, in both cities of the header."""

from datetime import UTC

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as format_date

from core.utc_offsets import printed_offsets

register = template.Library()


@register.filter
def iso(value):
    """Return a datetime in ISO 8601 for a `datetime` attribute: UTC, without microseconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@register.filter
def offsets(zone, at):
    """Return the UTC offsets of a zone from the day of `at` on, as site.js reads them."""
    return printed_offsets(zone, at)


@register.filter
def numeric_date(value):
    """Return the date of a datetime in the host's time zone as 25.09.2020, in every language."""
    return timezone.localdate(value, timezone.get_default_timezone()).strftime("%d.%m.%Y")


@register.filter
def host_time(value):
    """Return the time of day in the host's time zone, with its city in the header if there is one: 12:00 London."""
    host = timezone.get_default_timezone()
    city = next((f" {city}" for city, zone in settings.CLOCKS if zone.key == host.key), "")
    return f"{value.astimezone(host):%H:%M}{city}"


@register.filter
def in_zones(value):
    """Return a datetime in each city of the header, the host's first: "25 September 2020, 12:00 London · 14:00 Moscow".

    The date is repeated for a city where it is another day.
    """
    host = timezone.get_default_timezone()
    clocks = sorted(settings.CLOCKS, key=lambda clock: clock[1].key != host.key)
    day, parts = None, []
    for city, zone in clocks:
        local = value.astimezone(zone)
        named = "" if local.date() == day else format_date(local, "j F Y, ")
        day = day or local.date()
        parts.append(f"{named}{local:%H:%M} {city}")
    return " · ".join(parts)
