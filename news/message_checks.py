"""Checks of a message while it is written: headline, lead, image, source, links. They never block a save."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news import link_checker
from news.headline_dates import dates_in
from news.internal_links import find_broken_internal_links
from richtext.convert import Loss
from richtext.findings import Check, Finding, TypedText
from richtext.plaintext import count_words
from richtext.text_checks import TEXT_CHECKS, links_of
from richtext.typed_elements import elements_in
from richtext.words import count_words_of, reading_minutes

if TYPE_CHECKING:
    from news.models import Message

MAX_HEADLINE = 120  # characters
MAX_LEAD = 300  # characters: lists, feeds and search engines show less
MIN_IMAGE_WIDTH = 828  # pixels: the column of a message's page


@dataclass
class MessageText(TypedText):
    """The text of a message as typed, with the message that the form describes, and the time."""

    message: Message | None = None
    at: datetime | None = None


def message_text(
    message: Message, at: datetime, *, typed: str | None = None, losses: Iterable[Loss] = ()
) -> MessageText:
    """Return the text of a message for `run_checks`, at `at`.

    `typed` is the text as in the editor, if it has not been saved; `losses` lists what saving it would leave out.
    """
    lines = {"headline": message.headline, "lead": message.lead}
    typed = message.body if typed is None else typed
    return MessageText(typed, message.body, message.language, lines, list(losses), message=message, at=at)


def text_length(message: Message) -> tuple[int, int]:
    """Return the number of words in a message's lead and text, and their reading time in minutes."""
    count = count_words_of(message.lead) + count_words(message.body)
    return count, reading_minutes(count)


def urls_of(message: Message) -> list[str]:
    """Return the external URLs of a message, its source first."""
    links = [
        link.attributes["href"] for link in elements_in(message.body) if link.tag == "a" and link.attributes.get("href")
    ]
    return link_checker.external_urls([message.source_url, *links], own=urlsplit(settings.SITE_URL).hostname)


# Headline, lead, image, source


def find_long_headline(text: MessageText) -> Iterator[Finding]:
    """Find a headline that lists would cut."""
    size = len(text.message.headline)
    if size > MAX_HEADLINE:
        sentence = _("The headline has %(size)d characters. Lists and searches show at most %(limit)d.")
        yield Finding(sentence % {"size": size, "limit": MAX_HEADLINE}, "headline")


def find_other_dates(text: MessageText) -> Iterator[Finding]:
    """Find dates in the headline other than the message's."""
    own_dates = own_dates_of(text.message, text.at)
    for named, days in dates_in(text.message.headline):
        if not any(day.matches(own) for day in days for own in own_dates.values()):
            sentence = _("The headline names %(named)s, but the dates of this message are %(dates)s. Is one wrong?")
            dates_text = ", ".join(f"{format_date(day, 'j F Y')} ({label})" for label, day in own_dates.items())
            yield Finding(sentence % {"named": named, "dates": dates_text}, "headline")


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


def find_missing_text(text: MessageText) -> Iterator[Finding]:
    """Find a missing lead, or that nothing but a headline is there."""
    if text.message.lead.strip():
        return
    if text.words:
        yield Finding(_("No lead. Lists and feeds will show the first paragraph."), "lead")
    else:
        yield Finding(_("There is no text yet."), is_wrong=True)


def find_long_lead(text: MessageText) -> Iterator[Finding]:
    """Find a lead that is longer than what lists and feeds are made for."""
    size = len(text.message.lead.strip())
    if size > MAX_LEAD:
        sentence = _("The lead has %(size)d characters. Shorten it to %(limit)d: the details belong in the text.")
        yield Finding(sentence % {"size": size, "limit": MAX_LEAD}, "lead")


def find_small_image(text: MessageText) -> Iterator[Finding]:
    """Find a lead image that is narrower than its place."""
    width = text.message.image_width if text.message.image else None
    if width and width < MIN_IMAGE_WIDTH:
        sentence = _("The lead image is %(width)d pixels wide and looks blurred. Use one of at least %(least)d pixels.")
        yield Finding(sentence % {"width": width, "least": MIN_IMAGE_WIDTH}, "image")


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


def find_missing_source(text: MessageText) -> Iterator[Finding]:
    """Find a text of the foreign ministry without a source."""
    message = text.message
    category = message.category.name if message.category_id else ""
    if message.source_url or not is_of_ministry(f"{category}\n{message.headline}\n{message.lead}"):
        return
    if message.source_name:
        sentence = _("This looks like a text of the foreign ministry. Enter the web address of the original.")
        yield Finding(sentence, "source_url")
    else:
        sentence = _(
            "This looks like a text of the foreign ministry. Enter it as the source, with the original’s web address."
        )
        yield Finding(sentence, "source_name")


def find_wrong_internal_links(text: MessageText) -> Iterator[Finding]:
    """Find links that lead nowhere on this site."""
    return find_broken_internal_links(text, text.at)


MESSAGE_CHECKS = [
    Check(gettext_lazy("There is a lead and a text."), find_missing_text),
    Check(gettext_lazy("Lists show the whole headline."), find_long_headline),
    Check(gettext_lazy("The headline names no other date."), find_other_dates),
    Check(gettext_lazy("The lead is short enough."), find_long_lead),
    Check(gettext_lazy("The lead image is large enough."), find_small_image),
    Check(gettext_lazy("The source is named where it has to be."), find_missing_source),
    Check(gettext_lazy("Links to pages of this site work."), find_wrong_internal_links),
    *TEXT_CHECKS,
]


def place_of_url(text: MessageText, url: str) -> Finding:
    """Return the place of an external URL: the source, or its first link in the text. The sentence is empty."""
    for link in links_of(text):
        if link.attributes["href"] == url:
            return Finding("", tag="a", index=link.index, is_wrong=True)
    return Finding("", "source_url" if text.message.source_url == url else "body", is_wrong=True)
