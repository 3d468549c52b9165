"""Public holidays of the host and home country (the `holidays` library), as days on which an office may close."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import holidays
from django.conf import settings

from consular.models import Holiday, Office
from consular.workdays import is_weekday

LANGUAGES = ("en_GB", "en_US", "en")  # of the names, the best first
NAME_LENGTH = Holiday._meta.get_field("name").max_length


@dataclass(frozen=True)
class PublicHoliday:
    """A public holiday in one country or both."""

    date: date
    name: str
    countries: str  # ISO 3166 codes, for example "GB-ENG, RU"


def public_holidays(year: int) -> list[PublicHoliday]:
    """Return the public holidays of a year in HOST_COUNTRY and HOME_COUNTRY by date, those of one date as one."""
    found = defaultdict(dict)
    for code in dict.fromkeys((settings.HOST_COUNTRY, settings.HOME_COUNTRY)):
        for day, name in _holidays_of(code, year):
            found[day][code] = name.partition(" (substituted")[0]
    return [
        PublicHoliday(day, ", ".join(dict.fromkeys(names.values()))[:NAME_LENGTH], ", ".join(names))
        for day, names in sorted(found.items())
    ]


def closable_holidays(office: Office, year: int) -> list[PublicHoliday]:
    """Return the public holidays on which an office would open by its weekly hours, and has no exception yet.

    An office without weekly hours is taken to open from Monday to Friday.
    """
    timetable = office.timetable()
    opens_on = (lambda day: bool(timetable.week.get(day.weekday()))) if timetable.week else is_weekday
    entered = {
        exception.date + timedelta(days=ahead) for exception in office.exceptions() for ahead in range(exception.days)
    }
    return [each for each in public_holidays(year) if opens_on(each.date) and each.date not in entered]


def is_known_country(code: str) -> bool:
    """Return whether the library has the public holidays of a country, or of a part of it (ISO 3166-2: GB-ENG)."""
    country, _hyphen, subdivision = code.partition("-")
    known = holidays.list_supported_countries()
    return country in known and (not subdivision or subdivision in known[country])


def _holidays_of(code: str, year: int) -> Iterator[tuple[date, str]]:
    if not is_known_country(code):
        return
    country, _hyphen, subdivision = code.partition("-")
    languages = holidays.list_localized_countries().get(country, ())
    language = next((each for each in LANGUAGES if each in languages), None)
    yield from holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=language).items()
