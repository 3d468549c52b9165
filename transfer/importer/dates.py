"""Date parser for feeds and exports: RFC 5322 and RFC 822, ISO 8601, WordPress dates and common variants.

A date without a time zone is read in the zone of the import, never tacitly in UTC; each uncertainty is reported.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from transfer.importer.validation import ImportFault, check_year, quoted

LONGEST = 100  # characters
MAX_OFFSET = timedelta(hours=18)  # from UTC; the largest in use is 14

# Zone abbreviations in hours from UTC: those of RFC 822, then those in use with one meaning.
ABBREVIATIONS = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2,
    "EEST": 3, "FET": 3, "TRT": 3, "MSD": 4, "NST": -3.5, "NDT": -2.5, "ADT": -3, "AKST": -9, "AKDT": -8, "HST": -10,
    "BRT": -3, "BRST": -2, "ART": -3, "CLT": -4, "CLST": -3, "COT": -5, "UYT": -3, "GFT": -3, "SAST": 2, "CAT": 2,
    "EAT": 3, "WAT": 1, "IDT": 3, "IRST": 3.5, "IRDT": 4.5, "AZT": 4, "GET": 4, "UZT": 5, "PKT": 5, "NPT": 5.75,
    "ICT": 7, "WIB": 7, "WITA": 8, "WIT": 9, "HKT": 8, "SGT": 8, "PHT": 8, "MYT": 8, "JST": 9, "KST": 9, "AWST": 8,
    "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "CHST": 10,
}  # fmt: skip
# Abbreviations whose offset has changed over the years: the zone that has its history.
ABBREVIATED_ZONES = {
    "MSK": "Europe/Moscow", "SAMT": "Europe/Samara", "YEKT": "Asia/Yekaterinburg", "OMST": "Asia/Omsk",
    "NOVT": "Asia/Novosibirsk", "KRAT": "Asia/Krasnoyarsk", "IRKT": "Asia/Irkutsk", "YAKT": "Asia/Yakutsk",
    "VLAT": "Asia/Vladivostok", "MAGT": "Asia/Magadan", "PETT": "Asia/Kamchatka", "SAKT": "Asia/Sakhalin",
    "VET": "America/Caracas", "ALMT": "Asia/Almaty",
}  # fmt: skip
MONTHS = {  # the first letters of their names, in the languages of the site
    1: "jan gen ene янв", 2: "feb fév fev фев", 3: "mar mär maer мар", 4: "apr avr abr апр",
    5: "may mai mei мая май", 6: "jun juin июн", 7: "jul juil июл", 8: "aug aoû aou ago авг", 9: "sep set сен",
    10: "oct okt окт", 11: "nov ноя", 12: "dec déc dez dic дек",
}  # fmt: skip

MONTH_PREFIXES = {start: number for number, starts in MONTHS.items() for start in starts.split()}

ISO = re.compile(
    r"([0-9]{4})(?:-?([0-9]{2})(?:-?([0-9]{2}))?)?"
    r"(?:(?:[Tt, ]\s{0,5})([0-9]{1,2}):?([0-9]{2})(?::?([0-9]{2})(?:[.,][0-9]{1,9})?)?)?"
    r"\s{0,5}(\S.{0,50})?"
)
DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})\b,?")
TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(?:\s{0,3}([AaPp])\.?[Mm]\.?)?(?![0-9:])")
OFFSET = re.compile(r"(?:GMT|UTC|UT|Z)?\s?([+-])\s?([0-9]{1,2}):?([0-9]{2})?(?::?00)?", re.IGNORECASE)
COMMENT = re.compile(r"\(([^()]{0,60})\)")
PLACEHOLDER = re.compile(r"-0001\b|\b0000-00-00|\b0000\b(?!\d)(?=\s+00:00|-)")


class ParsedDate(NamedTuple):
    """A publication time in UTC, and a sentence on its uncertainty, or ""."""

    at: datetime
    doubt: str = ""


def is_placeholder(text: str) -> bool:
    """Return whether a date is WordPress's placeholder for "none": year 0 or -1."""
    return bool(PLACEHOLDER.search(text[:LONGEST]))


def parse_date(text: str, zone: ZoneInfo) -> ParsedDate:
    """Return the time that a date gives, in `zone` if it names none; raise Fault for an invalid date."""
    date = " ".join(text.split())
    if len(date) > LONGEST:
        raise ImportFault(_("its date %s is too long.") % quoted(date))
    comments = COMMENT.findall(date)
    bare = date
    for _depth in range(3):
        bare = COMMENT.sub(" ", bare)
    bare = bare.strip()
    try:
        local, name, doubt = parse_iso(bare) or parse_worded(bare)
        zoned, zone_doubt = with_zone(local, name or next(filter(None, map(str.strip, comments)), ""), zone)
        return ParsedDate(check_year(zoned.astimezone(UTC)), doubt or zone_doubt)
    except ImportFault as fault:
        raise ImportFault(_("its date %(date)s %(fault)s") % {"date": quoted(date), "fault": fault}) from None
    except (ValueError, OverflowError):
        raise ImportFault(
            _("its date %s does not exist or is not readable. Write it like 2020-09-25T12:00:00+01:00.") % quoted(date)
        ) from None


def parse_iso(text: str) -> tuple[datetime, str, str] | None:
    """Return the local time, zone and doubt of an ISO 8601 date; None for another format."""
    found = ISO.fullmatch(text.replace(" T", "T").replace("T ", "T"))
    if not found:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    if hour is None and zone and not zone_of(zone, datetime(2000, 1, 1)):
        return None
    doubt = "" if hour else _("A date without a time was read as midnight.")
    if not day:
        doubt = _("A date without a day was read as the first day of its month or year.")
    local = local_time(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0))
    return local, zone or "", doubt


def parse_worded(text: str) -> tuple[datetime, str, str]:
    """Return the local time, zone and doubt of a date in words (RFC 5322 and variants)."""
    found = TIME.search(text)
    hour, minute, second, half = found.groups() if found else ("0", "0", None, None)
    hour = int(hour)
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + 12 * (half.lower() == "p")
    before, after = (text[: found.start()], text[found.end() :]) if found else (text, "")
    doubt = "" if found else _("A date without a time was read as midnight.")
    if dotted := DOTTED.search(before):
        day, month, year = map(int, dotted.groups())
        left = before[: dotted.start()] + before[dotted.end() :]
        return (
            local_time(year, month, day, hour, int(minute), int(second or 0)),
            zone_name_in([*left.split(), after]),
            doubt,
        )
    words = re.split(r"[\s,/-]+", before.strip())
    tail = after.split()
    if tail and re.fullmatch(r"[0-9]{4}", tail[-1]):  # Thu Sep 16 01:03:52 CEST 2004
        words.append(tail.pop())
    elif tail and re.fullmatch(r"[0-9]{4}", tail[0]):
        words.append(tail.pop(0))
    month = next((number for word in words if (number := month_number(word))), 0)
    numbers = [re.sub(r"(?<=[0-9])(?:st|nd|rd|th|er|\.)$", "", word.lower()) for word in words]
    numbers = [word for word in numbers if word.isascii() and word.isdigit()]
    if not month or len(numbers) != 2:
        raise ValueError(text)
    day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
    unread = [word for word in words if not word[:1].isdigit() and not month_number(word)]
    zone = " ".join(tail) or zone_name_in(unread[1:] if unread and len(unread) > 1 else [])
    return local_time(full_year(year), month, int(day), hour, int(minute), int(second or 0)), zone, doubt


def zone_name_in(words: list[str]) -> str:
    """Return the last word, which names the zone; weekdays come before it."""
    return words[-1].strip() if words else ""


def month_number(word: str) -> int:
    """Return the number of a month by its name; 0 for another word."""
    word = word.strip(".").lower()
    if len(word) < 3 or not word.isalpha():
        return 0
    return MONTH_PREFIXES.get(word[:4]) or MONTH_PREFIXES.get(word[:3], 0)


def full_year(year: str) -> int:
    """Return a year that may have two or three digits (RFC 5322, section 4.3)."""
    number = int(year)
    if len(year) == 2:
        return number + (2000 if number < 50 else 1900)
    return number + 1900 if len(year) == 3 else number


def local_time(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    """Return a local time; 24:00 is the end of the day, a leap second is read as :59. Raise ValueError."""
    if (hour, minute, second) == (24, 0, 0):
        return datetime(year, month, day) + timedelta(days=1)
    return datetime(year, month, day, hour, minute, 59 if second == 60 else second)


def with_zone(local: datetime, name: str, zone: ZoneInfo) -> tuple[datetime, str]:
    """Return a local time in the named zone, else in `zone`, and a sentence on its uncertainty."""
    name = name.strip(" ,;")
    if not name:
        return local.replace(tzinfo=zone), _("A date without a time zone was read in %s time.") % zone
    local_names = {local.replace(tzinfo=zone, fold=fold).tzname(): fold for fold in (1, 0)}
    if name.upper() in local_names and name.isalpha() and len(name) > 2:  # “IST” differs between Dublin and Delhi
        return local.replace(tzinfo=zone, fold=local_names[name.upper()]), ""
    found = zone_of(name, local)
    if found is not None:
        return local.replace(tzinfo=found), ""
    if len(name) == 1 and name.isalpha():
        doubt = _("The date has the military time zone %s, which RFC 5322 calls unreliable: it was read as UTC.")
        return local.replace(tzinfo=UTC), doubt % quoted(name.upper())
    doubt = _("The time zone %(name)s of a date is unknown or ambiguous: the date was read in %(zone)s time.")
    return local.replace(tzinfo=zone), doubt % {"name": quoted(name), "zone": zone}


def zone_of(name: str, local: datetime) -> tzinfo | None:
    """Return the time zone of a name or offset; None for an unknown name. Raise ValueError for an invalid offset."""
    key = name.strip().upper()
    if key in ABBREVIATIONS:
        return timezone(timedelta(hours=ABBREVIATIONS[key]))
    if key in ABBREVIATED_ZONES:
        return ZoneInfo(ABBREVIATED_ZONES[key])
    if found := OFFSET.fullmatch(key):
        sign, hours, minutes = found.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if int(minutes or 0) > 59 or offset > MAX_OFFSET:
            raise ValueError(name)
        return timezone(-offset if sign == "-" else offset)
    if "/" in name:
        zone_name = next((each for each in zone_names() if each.lower() == name.strip().lower()), None)
        return ZoneInfo(zone_name) if zone_name else None
    first, _blank, rest = name.partition(" ")
    return zone_of(first, local) if rest and (first.upper() in ABBREVIATIONS or OFFSET.fullmatch(first)) else None


@cache
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones())
