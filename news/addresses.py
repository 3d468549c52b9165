"""What a message's address is made of: the host's date of its publication, and a slug, unique within that day."""

from __future__ import annotations

from functools import cache

from django.urls import reverse
from django.utils import timezone
from slugify import slugify

LONGEST_SLUG = 80  # characters of one made from a headline
ROOM = 120  # characters that the field holds
APOSTROPHES = str.maketrans("", "", "'’‘ʼ`")


@cache
def root() -> str:
    """Return the address below which all messages stand."""
    return reverse("messages")


def slug_of(headline: str) -> str:
    """Return a slug for a headline in any script: Latin letters, whole words, at most LONGEST_SLUG characters."""
    words = headline.translate(APOSTROPHES)
    return slugify(words, max_length=LONGEST_SLUG, word_boundary=True, save_order=True) or "message"


def numbered(slug: str, number: int) -> str:
    """Return `slug` with a number behind it, within the field's room: speech-2."""
    tail = f"-{number}"
    return slug[: ROOM - len(tail)].rstrip("-") + tail


def settle(message, *, keep_slug: bool = False) -> None:
    """Set the day of a message that has a time of publication, and a slug that is free on that day.

    `keep_slug` keeps a slug that was made from an earlier headline: readers have it already.
    """
    settle_all([message], keep_slug=keep_slug)


def settle_all(messages, *, keep_slug: bool = False) -> None:
    """Do what `settle` does for many messages, with one query, and one more for each slug that is taken."""
    dated, made = [], []
    for message in messages:
        message.day = message.publish_at and timezone.localdate(message.publish_at)
        if not keep_slug or not message.slug:
            make_slug(message)
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
        wanted = message.day, message.slug
        while (message.day, message.slug) in taken:
            if wanted not in numbers:
                numbers[wanted] = 1
                same = others.filter(day=wanted[0], slug__startswith=wanted[1][: ROOM - 10]).order_by()
                taken.update((wanted[0], slug) for slug in same.values_list("slug", flat=True))
            numbers[wanted] += 1
            message.slug = numbered(wanted[1], numbers[wanted])
        taken.add((message.day, message.slug))
    for message in made:
        message.made_slug = message.slug


def make_slug(message) -> None:
    """Make the slug from the headline, unless somebody has typed one.

    `made_slug` holds the slug as it was last made. One that equals it was not typed, and follows the headline: a
    working title must not stay in a public address. Without a day a message has no URL, and so no made slug.
    """
    if message.slug and message.slug != message.made_slug:
        return
    message.slug = message.made_slug = slug_of(message.headline) if message.day else ""
