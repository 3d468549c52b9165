"""Slugs of messages, unique on each day, and the day: the two parts of a message's URL."""

from __future__ import annotations

from functools import cache

from django.urls import reverse
from django.utils import timezone
from slugify import slugify

MAX_MADE_LENGTH = 80  # characters of a slug made from a headline
MAX_LENGTH = 120  # characters of the field
APOSTROPHES = str.maketrans("", "", "'’‘ʼ`")


@cache
def url_root() -> str:
    """Return the path below which all messages are."""
    return reverse("messages")


def make_slug_text(headline: str) -> str:
    """Return a slug in Latin letters for a headline in any script: whole words, at most LONGEST_SLUG characters."""
    return (
        slugify(headline.translate(APOSTROPHES), max_length=MAX_MADE_LENGTH, word_boundary=True, save_order=True)
        or "message"
    )


def append_number(slug: str, number: int) -> str:
    """Return `slug` with a number appended, within the field's length: speech-2."""
    tail = f"-{number}"
    return slug[: MAX_LENGTH - len(tail)].rstrip("-") + tail


def assign_slug(message, *, keep_slug: bool = False) -> None:
    """Set the day of a message with a publication time, and a slug that is free on that day.

    `keep_slug` keeps a slug that was made from an earlier headline, as it is public already.
    """
    assign_slugs([message], keep_slug=keep_slug)


def assign_slugs(messages, *, keep_slug: bool = False) -> None:
    """Set day and slug of many messages, with one query, and one more for each slug that is taken."""
    dated, made = [], []
    for message in messages:
        if message.is_revision:  # it has no URL: its slug is the one proposed for its message
            continue
        message.day = message.publish_at and timezone.localdate(message.publish_at)
        if not keep_slug or not message.slug:
            make_slug_from_headline(message)
        if message.day:
            dated.append(message)
            if message.slug == message.made_slug and not keep_slug:
                made.append(message)
    if not dated:
        return
    others = type(dated[0]).objects.exclude(pk__in=[message.pk for message in dated if message.pk])
    days, slugs = {message.day for message in dated}, {message.slug for message in dated}
    taken = set(others.filter(day__in=days, slug__in=slugs).order_by().values_list("day", "slug"))
    numbers: dict = {}
    for message in dated:
        day_and_slug = day, slug = message.day, message.slug
        while (message.day, message.slug) in taken:
            if day_and_slug not in numbers:
                numbers[day_and_slug] = 1
                similar = others.filter(day=day, slug__startswith=slug[: MAX_LENGTH - 10]).order_by()
                taken.update((day, other) for other in similar.values_list("slug", flat=True))
            numbers[day_and_slug] += 1
            message.slug = append_number(slug, numbers[day_and_slug])
        taken.add((message.day, message.slug))
    for message in made:
        message.made_slug = message.slug


def make_slug_from_headline(message) -> None:
    """Make the slug from the headline, unless a user has entered one.

    `made_slug` is the slug as last made. A slug that equals it was not entered, and changes with the headline, so that
    a working title does not stay in the URL. A message without a day has no URL, and so no made slug.
    """
    if message.slug and message.slug != message.made_slug:
        return
    message.slug = message.made_slug = make_slug_text(message.headline) if message.day else ""
