"""The time zones that a counter may have. pytz says only which names are in common use; all arithmetic is zoneinfo."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import pytz
from django.conf import settings
from django.utils.translation import gettext_lazy as _


def host() -> str:
    """Return the name of the host's zone."""
    return settings.TIME_ZONE


def choices() -> list:
    """Return the zones to choose from, by continent: those in common use that zoneinfo knows, and the host's."""
    return by_continent(host())


@lru_cache(maxsize=8)
def by_continent(host: str) -> list:
    """Return the choices of a site whose host's zone is `host`."""
    continents: dict = {}
    for name in sorted(set(pytz.common_timezones) & available_timezones() | {host}):
        continent, _slash, city = name.partition("/")
        continents.setdefault(continent if city else _("Other"), []).append((name, readable(name)))
    return list(continents.items())


def readable(name: str) -> str:
    """Return a zone's name as people write it: "America/New York"."""
    return name.replace("_", " ")


@lru_cache(maxsize=512)
def named(name: str) -> ZoneInfo:
    """Return the zone of that name; the host's for a name that the time zone database lacks."""
    return ZoneInfo(name if name in available_timezones() else host())
