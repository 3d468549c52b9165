"""Time zones offered for a counter. pytz only lists the names in common use; all arithmetic uses zoneinfo."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import pytz
from django.conf import settings
from django.utils.translation import gettext_lazy as _


def host() -> str:
    """Return the name of the host country's time zone."""
    return settings.TIME_ZONE


def choices() -> list:
    """Return the choices of time zones, by continent: those in common use that zoneinfo knows, and the host's."""
    return by_continent(host())


@lru_cache(maxsize=8)
def by_continent(host: str) -> list:
    """Return the choices of a site whose own time zone is `host`."""
    continents: dict = {}
    for name in sorted(set(pytz.common_timezones) & available_timezones() | {host}):
        continent, _slash, city = name.partition("/")
        continents.setdefault(continent if city else _("Other"), []).append((name, readable(name)))
    return list(continents.items())


def readable(name: str) -> str:
    """Return a time zone's name for display: "America/New York"."""
    return name.replace("_", " ")


@lru_cache(maxsize=512)
def named(name: str) -> ZoneInfo:
    """Return the time zone with this name; the host's if the time zone database lacks it."""
    return ZoneInfo(name if name in available_timezones() else host())
