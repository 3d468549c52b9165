"""Time zones offered for a counter. pytz only lists the names in common use; all arithmetic uses zoneinfo."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import pytz
from django.conf import settings
from django.utils.translation import gettext_lazy as _


def host_zone_name() -> str:
    """Return the name of the host country's time zone."""
    return settings.TIME_ZONE


def zone_choices() -> list:
    """Return the choices of time zones, by continent: those in common use that zoneinfo knows, and the host's."""
    return choices_by_continent(host_zone_name())


@lru_cache(maxsize=8)
def choices_by_continent(host: str) -> list:
    """Return the choices of a site whose own time zone is `host`."""
    continents: dict = {}
    for name in sorted(set(pytz.common_timezones) & available_timezones() | {host}):
        continent, _slash, city = name.partition("/")
        continents.setdefault(continent if city else _("Other"), []).append((name, display_name(name)))
    return list(continents.items())


def display_name(name: str) -> str:
    """Return a time zone's name for display: "America/New York"."""
    return name.replace("_", " ")


@lru_cache(maxsize=512)
def get_zone(name: str) -> ZoneInfo:
    """Return the time zone with this name; the host's if the time zone database lacks it."""
    return ZoneInfo(name if name in available_timezones() else host_zone_name())
