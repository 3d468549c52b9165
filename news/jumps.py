"""Jump to date: from a day that somebody types to the place in the list that begins with it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from editions.moments import local_date
from news.archive import Shelf, moments_of
from news.cursors import Cursor

# As date fields send it, and as people here write it: 2018-03-04, 04.03.2018, 4/3/2018.
FORMS = [
    re.compile(r"(?P<year>[0-9]{4})[-./](?P<month>[0-9]{1,2})[-./](?P<day>[0-9]{1,2})"),
    re.compile(r"(?P<day>[0-9]{1,2})[-./ ](?P<month>[0-9]{1,2})[-./ ](?P<year>[0-9]{4})"),
]
LONGEST = 30  # characters that are repeated of what was typed


def day_of(typed: str) -> date:
    """Return the day that somebody has typed; raise ValueError with a sentence for what is none."""
    typed = typed.strip()
    if not typed:
        raise ValueError(_("Choose a day, or write one like 04.03.2018."))
    for form in FORMS:
        if parts := form.fullmatch(typed):
            try:
                day = date(**{name: int(part) for name, part in parts.groupdict().items()})
            except ValueError:
                break
            if day.year > 1000:  # what comes before is a slip of the fingers, and no zone's clocks reach back for ever
                return day
    raise ValueError(_("“%s” is no day of the calendar. Write one like 04.03.2018.") % typed[:LONGEST])


def address_of(shelf: Shelf, messages, day: date, at: datetime) -> str:
    """Return the address of the page, of a category's or all `messages`, that begins with a day.

    Where the day has nothing it is the nearest one that has something, the earlier one of two as near. The head of the
    list is no page of its own: its address is the list's.
    """
    if day >= local_date(at, timezone.get_default_timezone()):
        return shelf.whole.address
    start, end = moments_of(day, day)
    # One moment further, so that the day's own last message counts as one before.
    earlier, later = messages.around(end + timedelta.resolution, end)
    near = [found for found in (earlier, later) if found]
    if not near:
        return shelf.whole.address
    nearest = min(near, key=lambda found: abs(found - day))
    if nearest == later:
        later = messages.around(start, moments_of(nearest, nearest)[1])[1]
    if not later:
        return shelf.whole.address
    return f"{shelf.whole.address}?before={place_after(nearest)}"


def place_after(day: date) -> Cursor:
    """Return the place in the list right ahead of a day's newest message."""
    midnight = datetime.combine(day, time.max.replace(fold=1), timezone.get_default_timezone())
    return Cursor(midnight + timedelta.resolution, 0)
