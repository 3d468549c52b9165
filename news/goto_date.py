"""Go to date: the page of a list that begins with a typed date."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core.cursors import Cursor
from core.timezones import local_date
from news.archive import ArchiveFilter, datetime_range

# As date fields send it, and as people type it: 2018-03-04, 04.03.2018, 4/3/2018.
DATE_PATTERNS = [
    re.compile(r"(?P<year>[0-9]{4})[-./](?P<month>[0-9]{1,2})[-./](?P<day>[0-9]{1,2})"),
    re.compile(r"(?P<day>[0-9]{1,2})[-./ ](?P<month>[0-9]{1,2})[-./ ](?P<year>[0-9]{4})"),
]
MAX_ECHO = 30  # characters of the input that an error repeats


def parse_date(typed: str) -> date:
    """Return the typed date; raise ValueError with a sentence for an invalid one."""
    typed = typed.strip()
    if not typed:
        raise ValueError(_("Enter a date as DD/MM/YYYY, for example 04/03/2018."))
    for form in DATE_PATTERNS:
        if parts := form.fullmatch(typed):
            try:
                day = date(**{name: int(part) for name, part in parts.groupdict().items()})
            except ValueError:
                break
            if day.year > 1000:  # earlier years are typing errors, and may have no UTC equivalent
                return day
    raise ValueError(_("“%s” is not a valid date. Enter it as DD/MM/YYYY, for example 04/03/2018.") % typed[:MAX_ECHO])


def url_of_page_at(shelf: ArchiveFilter, messages, day: date, at: datetime) -> str:
    """Return the URL of the page of a list (with these `messages`) that begins with a day.

    Where the day has no messages, use the nearest one that has, of two equally near the earlier. For the first page
    return the URL of the list.
    """
    if day >= local_date(at, timezone.get_default_timezone()):
        return shelf.undated.url
    start, end = datetime_range(day, day)
    # One microsecond more, so that the last message of the day itself counts as earlier.
    earlier, later = messages.around(end + timedelta.resolution, end)
    candidates = [found for found in (earlier, later) if found]
    if not candidates:
        return shelf.undated.url
    nearest = min(candidates, key=lambda found: abs(found - day))
    if nearest == later:
        later = messages.around(start, datetime_range(nearest, nearest)[1])[1]
    if not later:
        return shelf.undated.url
    return f"{shelf.undated.url}?before={cursor_before_day(nearest)}"


def cursor_before_day(day: date) -> Cursor:
    """Return the cursor right before a day's newest message."""
    midnight = datetime.combine(day, time.max.replace(fold=1), timezone.get_default_timezone())
    return Cursor(midnight + timedelta.resolution, 0)
