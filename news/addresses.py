"""What a message's address is made of: the host's date of its publication, and a slug, unique within that day."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain, count

from django.utils import timezone
from slugify import slugify

LONGEST_SLUG = 80


def slug_of(headline: str) -> str:
    """Return a slug for a headline in any script: Latin letters, whole words, at most LONGEST_SLUG characters."""
    return slugify(headline, max_length=LONGEST_SLUG, word_boundary=True) or "message"


def free_slug(slug: str, taken) -> str:
    """Return `slug`, or it with the first number that makes it one of its own: speech, speech-2, speech-3."""
    return next(name for name in chain([slug], (f"{slug}-{number}" for number in count(2))) if name not in taken)


def settle(message) -> None:
    """Set the day of a message that has a moment of publication, and a slug that is free on that day."""
    settle_all([message])


def settle_all(messages) -> None:
    """Do what `settle` does for many messages, with one query."""
    dated = []
    for message in messages:
        message.day = message.publish_at and timezone.localdate(message.publish_at)
        if message.day:
            message.slug = message.slug or slug_of(message.headline)
            dated.append(message)
    if not dated:
        return
    taken = defaultdict(set)
    others = type(dated[0]).objects.filter(day__in={message.day for message in dated})
    others = others.exclude(pk__in=[message.pk for message in dated if message.pk])
    for day, slug in others.values_list("day", "slug"):
        taken[day].add(slug)
    for message in dated:
        message.slug = free_slug(message.slug, taken[message.day])
        taken[message.day].add(message.slug)
