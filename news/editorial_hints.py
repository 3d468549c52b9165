"""Editorial hints on a message: headline, lead, source, links, headings. Hints never block a save."""

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

from news.internal_links import internal_link_hints
from richtext.complexity import MAX_CHARACTERS
from richtext.convert import Loss, describe
from richtext.plaintext import count_words
from richtext.sanitize.tokens import ATTRIBUTE, TOKEN

if TYPE_CHECKING:
    from news.models import Message

MAX_HEADLINE = 120  # characters
WORDS_PER_MINUTE = 200


def editorial_hints(message: Message, at: datetime, *, typed: str = "", losses: Iterable[Loss] = ()) -> list[str]:
    """Return the hints on a message at `at`, as sentences.

    `typed` is the text as sent, which shows the sanitiser's repairs; `losses` lists its removals.
    """
    links = links_in(message.body)
    return [
        *headline_hints(message, at),
        *lead_hints(message),
        *link_text_hints(message.body),
        *internal_link_hints(message.body, links, at),
        *sanitiser_hints(typed),
        *describe(losses),
        *source_hints(message),
    ]


def reading_minutes(count: int) -> int:
    """Return the reading time of `count` words in minutes, at least one."""
    return max(1, ceil(count / WORDS_PER_MINUTE))


def text_length(message: Message) -> tuple[int, int]:
    """Return the number of words in a message's lead and text, and their reading time in minutes."""
    count = len(message.lead.split()) + count_words(message.body)
    return count, reading_minutes(count)


# Headline, lead, source


def headline_hints(message: Message, at: datetime) -> Iterator[str]:
    """Yield hints on a headline: its length, and dates other than the message's."""
    size = len(message.headline)
    if size > MAX_HEADLINE:
        sentence = _("The headline has %(size)d characters. Lists and searches show at most %(limit)d.")
        yield sentence % {"size": size, "limit": MAX_HEADLINE}
    own_dates = own_dates_of(message, at)
    for text, days in dates_in(message.headline):
        if not any(day.matches(own) for day in days for own in own_dates.values()):
            sentence = _("The headline names %(named)s, but the dates of this message are %(dates)s. Is one wrong?")
            dates_text = ", ".join(f"{format_date(day, 'j F Y')} ({label})" for label, day in own_dates.items())
            yield sentence % {"named": text, "dates": dates_text}


def own_dates_of(message: Message, at: datetime) -> dict[str, date]:
    """Return the dates of a message by label: delivery, publication in the host country and in other time zones."""
    published = message.publish_at or at
    host = timezone.get_default_timezone()
    known = {_("delivered"): message.delivered_on} if message.delivered_on else {}
    known[_("published") if message.publish_at else _("today")] = published.astimezone(host).date()
    for city, zone in settings.CLOCKS:
        day = published.astimezone(zone).date()
        if day not in known.values():
            known[_("in %s") % city] = day
    return known


def lead_hints(message: Message) -> Iterator[str]:
    """Yield a hint for a missing lead or text."""
    if not message.lead.strip() and not count_words(message.body):
        yield _("There is no text yet.")
    elif not message.lead.strip():
        yield _("No lead. Lists and feeds will show the first paragraph.")


MINISTRY = re.compile(
    r"foreign ministry|ministry of foreign affairs|foreign affairs ministry|\bМИДа?\b|"
    r"министерств\w{0,4} иностранных дел|министр\w{0,4} иностранных дел",
    re.IGNORECASE,
)
MINISTER = "foreign minister"
STATEMENT_KINDS = re.compile(
    r"\b(?:remarks|statement|interview|speech|comment|answers|article|press conference)", re.IGNORECASE
)
MAX_DISTANCE = 300  # characters after the minister within which a kind of statement must follow


def is_of_ministry(text: str) -> bool:
    """Return whether a text seems to be by the foreign ministry or the foreign minister."""
    if MINISTRY.search(text):
        return True
    start = text.lower().find(MINISTER)
    return start >= 0 and bool(STATEMENT_KINDS.search(text, start, start + MAX_DISTANCE))


def source_hints(message: Message) -> Iterator[str]:
    """Yield a hint where a text of the foreign ministry has no source."""
    category = message.category.name if message.category_id else ""
    if message.source_url or not is_of_ministry(f"{category}\n{message.headline}\n{message.lead}"):
        return
    if message.source_name:
        yield _("This looks like a text of the foreign ministry. Enter the web address of the original.")
    else:
        yield _(
            "This looks like a text of the foreign ministry. Enter it as the source, with the original’s web address."
        )


# Dates in a headline


class NamedDate(NamedTuple):
    """A date in a headline, perhaps without a year."""

    year: int | None
    month: int
    day: int

    def matches(self, other: date) -> bool:
        """Return whether the headline may mean this date."""
        return (self.month, self.day) == (other.month, other.day) and self.year in (None, other.year)


@lru_cache
def month_numbers() -> dict[str, int]:
    """Return the numbers of the months by name, long and short, in all languages of messages."""
    names: dict[str, int] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for forms in (dates.MONTHS, dates.MONTHS_ALT, dates.MONTHS_AP, dates.MONTHS_3):
                names |= {str(name).lower().rstrip("."): number for number, name in forms.items()}
    return names


@lru_cache
def date_patterns() -> tuple[re.Pattern[str], ...]:
    """Return patterns of dates: 24 September 2020, September 24th, 24–26 September, 24.09.2020, 2020-09-24."""
    month = "|".join(sorted(map(re.escape, month_numbers()), key=len, reverse=True))
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


def dates_in(text: str) -> list[tuple[str, list[NamedDate]]]:
    """Return the dates in `text`: as written, and the days that they mean, several for a range."""
    found, taken = [], []
    for pattern in date_patterns():
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            given = match.groupdict()
            year = int(given["year"]) if given.get("year") else None
            month = int(given["number"]) if given.get("number") else month_numbers()[given["month"].lower()]
            first = int(given["day"])
            last = min(int(given.get("last") or first), 31)
            days = [NamedDate(year, month, day) for day in range(first, max(first, last) + 1)]
            if month > 12 >= first:
                days = [NamedDate(year, first, month)]  # the month first, as in America
            found.append((match.start(), match[0].strip(), days))
    return [(named, days) for _start, named, days in sorted(found)]


# Links

VAGUE_LINK_TEXTS = frozenset(
    "click here|here|click|this|this link|link|read more|more|learn more|see more|details|website|page|"
    "здесь|тут|сюда|подробнее|далее|читать далее|по ссылке|ссылка|"
    "ici|cliquez ici|en savoir plus|lire la suite|hier|hier klicken|mehr|weiterlesen|mehr erfahren|"
    "aquí|haga clic aquí|leer más|más".split("|")
)


def links_in(html: str) -> list[tuple[str, str]]:
    """Return the links of a sanitised text: URL and link text of each."""
    found: list[tuple[str, str]] = []
    url, pieces = None, []
    for token in TOKEN.finditer(html):
        closing, tag, given = token.groups()
        if tag != "a":
            pieces.append(token[0] if tag is None else " ")
        elif closing and url is not None:
            found.append((unescape(url), " ".join(unescape("".join(pieces)).split())))
            url = None
        elif not closing:
            url, pieces = dict(ATTRIBUTE.findall(given)).get("href"), []
    return found


def link_text_hints(html: str) -> list[str]:
    """Return hints on link texts that do not describe their target (WCAG 2.4.4)."""
    sentence = _("The link text “%s” does not describe its target. Screen readers may read links out of context.")
    texts = [text for _url, text in links_in(html)]
    return [sentence % text for text in dict.fromkeys(texts) if text.lower().strip(" .…>»→:!") in VAGUE_LINK_TEXTS]


# Repairs by the sanitiser

TAGS = re.compile(r"<[!a-z][^<>]{1,2000}")
WORD_MARKERS = ("<o:p", "<w:", "urn:schemas-microsoft", "mso-", "mso]", "mso 9]")
MSO_CLASS = re.compile(r"\bclass=[\"']?Mso", re.IGNORECASE)


def is_from_word(typed: str) -> bool:
    """Return whether the mark-up of a text comes from Word."""
    if MSO_CLASS.search(typed):
        return True
    tags = " ".join(TAGS.findall(typed.lower()))
    return any(word in tags for word in WORD_MARKERS)


def sanitiser_hints(typed: str) -> list[str]:
    """Return hints on the sanitiser's repairs of a text as sent, up to the maximum length."""
    typed = typed[:MAX_CHARACTERS]
    hints = []
    if is_from_word(typed):
        hints.append(_("This was pasted from Word: hidden formatting has been removed. Check that nothing is missing."))
    if skips_levels(heading_levels(typed)):
        hints.append(_("A heading skipped a level. The levels have been adjusted: check that they are still correct."))
    return hints


HEADING = re.compile(r"<h([1-6])(?=[\s/>])", re.IGNORECASE)


def heading_levels(html: str) -> list[int]:
    """Return the levels of the headings of a text, in order."""
    return [int(level) for level in HEADING.findall(html)]


def skips_levels(levels: Sequence[int]) -> bool:
    """Return whether headings skip a level. The headline is level 1."""
    above = 1
    for level in levels:
        if level > above + 1:
            return True
        above = level
    return False
