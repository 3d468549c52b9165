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


def settle(message) -> None:
    """Set the day of a message that has a moment of publication, and a slug that is free on that day."""
    settle_all([message])


def settle_all(messages) -> None:
    """Do what `settle` does for many messages, with one query, and one more for each slug that is taken."""
    dated = []
    for message in messages:
        message.day = message.publish_at and timezone.localdate(message.publish_at)
        if message.day:
            message.slug = message.slug or slug_of(message.headline)
            dated.append(message)
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
