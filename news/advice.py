"""The helping hand: what a careful colleague would say about a message. Advice, never a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from html import unescape
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.utils import dates, timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from news.own_links import about_own_links
from richtext.bounds import LONGEST
from richtext.losses import Loss, describe
from richtext.structure import ATTRIBUTE, TOKEN
from richtext.text import words

if TYPE_CHECKING:
    from news.models import Message

LONG_HEADLINE = 120  # characters
WORDS_A_MINUTE = 200


def advice(message: Message, at: datetime, *, typed: str = "", losses: Iterable[Loss] = ()) -> list[str]:
    """Return what could be better about a message at the moment `at`, each in a sentence.

    `typed` is the text as it came, before it was cleaned: what cleaning mended can be seen there alone. `losses` are
    what was left out of it.
    """
    links = links_in(message.body)
    return [
        *about_headline(message, at),
        *about_lead(message),
        *about_links(message.body),
        *about_own_links(message.body, links, at),
        *mended(typed),
        *describe(losses),
        *about_source(message),
    ]


def reading_minutes(count: int) -> int:
    """Return how many minutes `count` words take to read, a minute at least."""
    return max(1, ceil(count / WORDS_A_MINUTE))


def length(message: Message) -> tuple[int, int]:
    """Return how many words a message's lead and text have, and how many minutes they take to read."""
    count = len(message.lead.split()) + words(message.body)
    return count, reading_minutes(count)


# Headline, lead, source


def about_headline(message: Message, at: datetime) -> Iterator[str]:
    """Say what is unusual about a headline: its length, or a day that the message is not about."""
    size = len(message.headline)
    if size > LONG_HEADLINE:
        said = _("The headline has %(size)d characters. One of at most %(limit)d is read whole in lists and searches.")
        yield said % {"size": size, "limit": LONG_HEADLINE}
    known = days_of(message, at)
    for text, days in days_named(message.headline):
        if not any(day.matches(one) for day in days for one in known.values()):
            said = _("The headline names %(named)s, but this message knows only %(known)s. Is one of them wrong?")
            told = ", ".join(f"{format_date(day, 'j F Y')} ({label})" for label, day in known.items())
            yield said % {"named": text, "known": told}


def days_of(message: Message, at: datetime) -> dict[str, date]:
    """Return the three dates of a message, by what they are called: delivery, publication here, and in the capital."""
    moment = message.publish_at or at
    host = timezone.get_default_timezone()
    known = {_("delivered"): message.delivered_on} if message.delivered_on else {}
    known[_("published") if message.publish_at else _("today")] = moment.astimezone(host).date()
    for city, zone in settings.CLOCKS:
        day = moment.astimezone(zone).date()
        if day not in known.values():
            known[_("the same moment in %s") % city] = day
    return known


def about_lead(message: Message) -> Iterator[str]:
    """Say that there is no lead, or no text at all."""
    if not message.lead.strip() and not words(message.body):
        yield _("There is no text yet.")
    elif not message.lead.strip():
        yield _("There is no lead. Lists and feeds show the first paragraph of the text in its place.")


MINISTRY = re.compile(
    r"foreign ministry|ministry of foreign affairs|foreign affairs ministry|\bМИДа?\b|"
    r"министерств\w{0,4} иностранных дел|министр\w{0,4} иностранных дел",
    re.IGNORECASE,
)
MINISTER = "foreign minister"
MINISTERS_WORDS = re.compile(
    r"\b(?:remarks|statement|interview|speech|comment|answers|article|press conference)", re.IGNORECASE
)
NEAR = 300  # characters after the minister in which it says what the minister gave


def is_of_ministry(text: str) -> bool:
    """Say whether a text seems to be one of the foreign ministry, or words of the foreign minister."""
    if MINISTRY.search(text):
        return True
    start = text.lower().find(MINISTER)
    return start >= 0 and bool(MINISTERS_WORDS.search(text, start, start + NEAR))


def about_source(message: Message) -> Iterator[str]:
    """Say that a text of the foreign ministry does not name where it was first published."""
    category = message.category.name if message.category_id else ""
    if message.source_url or not is_of_ministry(f"{category}\n{message.headline}\n{message.lead}"):
        return
    if message.source_name:
        yield _("This seems to be a text of the foreign ministry. Give the address at which the ministry published it.")
    else:
        yield _("This seems to be a text of the foreign ministry. Name it as the source, with the original's address.")


# Days named in a headline


class NamedDay(NamedTuple):
    """A day as a headline names it: perhaps without its year."""

    year: int | None
    month: int
    day: int

    def matches(self, one: date) -> bool:
        """Say whether `one` may be the day that is meant."""
        return (self.month, self.day) == (one.month, one.day) and self.year in (None, one.year)


@lru_cache
def months() -> dict[str, int]:
    """Return the number of each month by its names, long and short, in every language that messages are written in."""
    names: dict[str, int] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for forms in (dates.MONTHS, dates.MONTHS_ALT, dates.MONTHS_AP, dates.MONTHS_3):
                names |= {str(name).lower().rstrip("."): number for number, name in forms.items()}
    return names


@lru_cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """Return the ways in which days are written: 24 September 2020, September 24th, 24–26 September, 24.09.2020."""
    month = "|".join(sorted(map(re.escape, months()), key=len, reverse=True))
    year = r"(?:,?\s+(?:de\s+)?(?P<year>\d{4})\b)?"
    day, last = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?", r"(?:\s*[–—-]\s*(?P<last>\d{1,2})(?:st|nd|rd|th|\.)?)?"
    return tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            rf"(?<![\d.]){day}{last}\s+(?:of\s+|de\s+)?(?P<month>{month})\b\.?{year}",
            rf"\b(?P<month>{month})\b\.?\s+{day}{last}\b(?!\d){year}",
            r"(?<!\d)(?P<day>\d{1,2})[./](?P<number>\d{1,2})[./](?P<year>\d{4})(?!\d)",
            r"(?<!\d)(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})(?!\d)",
        )
    )


def days_named(text: str) -> list[tuple[str, list[NamedDay]]]:
    """Return the days that `text` names: the words, and what they mean; several days where it is a span of them."""
    found, taken = [], []
    for pattern in patterns():
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            given = match.groupdict()
            year = int(given["year"]) if given.get("year") else None
            month = int(given["number"]) if given.get("number") else months()[given["month"].lower()]
            first = int(given["day"])
            last = min(int(given.get("last") or first), 31)
            days = [NamedDay(year, month, day) for day in range(first, max(first, last) + 1)]
            if month > 12 >= first:
                days = [NamedDay(year, first, month)]  # the month first, as in America
            found.append((match.start(), match[0].strip(), days))
    return [(named, days) for _start, named, days in sorted(found)]


# Links

EMPTY_WORDS = frozenset(
    "click here|here|click|this|this link|link|read more|more|learn more|see more|details|website|page|"
    "здесь|тут|сюда|подробнее|далее|читать далее|по ссылке|ссылка|"
    "ici|cliquez ici|en savoir plus|lire la suite|hier|hier klicken|mehr|weiterlesen|mehr erfahren|"
    "aquí|haga clic aquí|leer más|más".split("|")
)


def links_in(html: str) -> list[tuple[str, str]]:
    """Return the links of a clean text: the address and the words of each."""
    found: list[tuple[str, str]] = []
    address, pieces = None, []
    for token in TOKEN.finditer(html):
        closing, tag, given = token.groups()
        if tag != "a":
            pieces.append(token[0] if tag is None else " ")
        elif closing and address is not None:
            found.append((unescape(address), " ".join(unescape("".join(pieces)).split())))
            address = None
        elif not closing:
            address, pieces = dict(ATTRIBUTE.findall(given)).get("href"), []
    return found


def about_links(html: str) -> list[str]:
    """Say which links don't tell where they lead."""
    said = _("A link reads “%s”. Let its words say where it leads: some readers hear the links alone, one by one.")
    texts = [text for _address, text in links_in(html)]
    return [said % text for text in dict.fromkeys(texts) if text.lower().strip(" .…>»→:!") in EMPTY_WORDS]


# What cleaning mends

TAGS = re.compile(r"<[!a-z][^<>]{1,2000}")
WORDS_OF_WORD = ("<o:p", "<w:", "urn:schemas-microsoft", "mso-", "mso]", "mso 9]")
MSO_CLASS = re.compile(r"\bclass=[\"']?Mso", re.IGNORECASE)


def is_from_word(typed: str) -> bool:
    """Say whether a text has marks of Word in its mark-up."""
    if MSO_CLASS.search(typed):
        return True
    tags = " ".join(TAGS.findall(typed.lower()))
    return any(word in tags for word in WORDS_OF_WORD)


def mended(typed: str) -> list[str]:
    """Say what cleaning has mended in a text as it was typed or pasted; of one that is too long, its beginning."""
    typed = typed[:LONGEST]
    said = []
    if is_from_word(typed):
        said.append(_("This was pasted from Word: its hidden mark-up was taken out. See that nothing is missing."))
    if skips_levels(heading_levels(typed)):
        said.append(_("A heading skipped a level. The levels were closed up: see that they still say what you mean."))
    return said


HEADING = re.compile(r"<h([1-6])(?=[\s/>])", re.IGNORECASE)


def heading_levels(html: str) -> list[int]:
    """Return the levels of the headings of a text, in their order."""
    return [int(level) for level in HEADING.findall(html)]


def skips_levels(levels: Sequence[int]) -> bool:
    """Say whether headings go down more than one level at a time. The headline above them is the first level."""
    above = 1
    for level in levels:
        if level > above + 1:
            return True
        above = level
    return False
