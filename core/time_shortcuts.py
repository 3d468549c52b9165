"""Shortcuts beside a date and time field ("Tomorrow 09:00 Moscow"): reading the setting that names them.

A shortcut is a day, a clock time and a city, never an offset: static/desk-time-shortcuts.js finds the calendar date in
the city's time zone when it is pressed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS = ("today", "tomorrow", *WEEKDAYS)
CLOCK_PATTERN = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
MAX_SHORTCUTS = 8  # beyond these they are no help


class TimeShortcut(NamedTuple):
    """A shortcut: its label, one of `DAYS`, the time as HH:MM, and the name of its time zone."""

    label: str
    day: str
    clock: str
    zone: str


def parse_shortcuts(text: str, zones: dict[str, str], host: str) -> list[TimeShortcut]:
    """Return the shortcuts of a text such as "Today 18:00, Tomorrow 09:00 Moscow"; raise ValueError if it is invalid.

    `zones` has the names of the time zones by city. A shortcut without a city is in the zone `host`.
    """
    shortcuts = [parse_shortcut(part, zones, host) for part in text.split(",") if part.strip()]
    if len(shortcuts) > MAX_SHORTCUTS:
        raise ValueError(f"there are {len(shortcuts)} shortcuts, and {MAX_SHORTCUTS} at most")
    return shortcuts


def parse_shortcut(text: str, zones: dict[str, str], host: str) -> TimeShortcut:
    """Return the shortcut of a text; raise ValueError that says which part is not valid."""
    day, _space, rest = " ".join(text.split()).partition(" ")
    clock, _space, city = rest.partition(" ")
    if day.lower() not in DAYS:
        raise ValueError(f"“{day}” is not a day: use Today, Tomorrow, or a day from Monday to Sunday")
    time = CLOCK_PATTERN.fullmatch(clock)
    if not time:
        raise ValueError(f"“{clock}” is not a time between 00:00 and 23:59")
    names = {name.lower(): name for name in zones}
    if city and city.lower() not in names:
        raise ValueError(f"“{city}” is not a city of CLOCKS ({', '.join(zones)})")
    found = names.get(city.lower(), "")
    clock = f"{int(time[1]):02}:{time[2]}"
    label = " ".join(filter(None, [day.capitalize(), clock, found]))
    return TimeShortcut(label, day.lower(), clock, zones[found] if found else host)
