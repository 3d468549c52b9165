"""Serializers of messages and categories. `schema` describes each field; a test compares the two."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date

from news.feed_entries import absolute, tag_uri, with_addresses
from news.querysets import LISTED
from news.templatetags.moments import machine
from richtext.handover import address
from richtext.renditions import SUFFIXES, TYPES, Picture

# The columns that `row` reads; the others stay in the database.
IN_ROWS = (
    *LISTED,
    *("revised_at", "delivered_on", "source_name", "source_url", "video_url"),
    *("image", "image_width", "image_height", "image_alt", "image_credit", "image_focus_x", "image_focus_y"),
)


@cache
def root() -> str:
    """Return the path of the message list."""
    return reverse("api:messages")


def row(message) -> dict:
    """Return the summary of a message, as in a list."""
    return {
        "id": tag_uri(message),
        "number": message.pk,
        "url": absolute(message.get_absolute_url()),
        "api_url": absolute(f"{root()}{message.pk}/"),
        "headline": message.headline,
        "lead": message.lead,
        "summary": message.summary,
        "language": message.language,
        "category": category(message.category),
        "published": machine(message.publish_at),
        "modified": machine(message.updated_at),
        "delivered_on": message.delivered_on and message.delivered_on.isoformat(),
        "source": source(message),
        "image": image(message),
        "video_url": message.video_url or None,
    }


def whole(message) -> dict:
    """Return a message with its text, corrections and attachments."""
    return row(message) | {
        "body_html": with_addresses(message.body, absolute(message.get_absolute_url())),
        "corrections": [
            {"at": machine(correction.at), "note": correction.note}
            for correction in (message.corrections.all() if message.revised_at else ())
        ],
        "attachments": [attachment(each) for each in message.attached],
        "citation": citation(message),
    }


def withdrawn(message) -> dict:
    """Return what a withdrawn message still shows, apart from the reason."""
    return {
        "id": tag_uri(message),
        "number": message.pk,
        "url": absolute(message.get_absolute_url()),
        "published": machine(message.publish_at),
        "withdrawn": machine(message.withdrawn_at),
    }


def category(found) -> dict:
    """Return a category as part of a message."""
    return {"slug": found.slug, "name": found.name, "url": absolute(f"{reverse('messages')}{found.slug}/")}


def category_with_ways(found) -> dict:
    """Return a category with the URLs of its lists and feeds."""
    return category(found) | {
        "api_url": absolute(f"{root()}?category={found.slug}"),
        "atom_url": absolute(reverse("category_feed", args=[found.slug])),
        "json_feed_url": absolute(reverse("category_feed_json", args=[found.slug])),
    }


def source(message) -> dict | None:
    """Return the original publisher of a message."""
    if not message.source_name and not message.source_url:
        return None
    return {"name": message.source_name or None, "url": message.source_url or None}


def image(message) -> dict | None:
    """Return a message's image with its renditions."""
    if not message.image:
        return None
    found = Picture.named(message.image.name)
    return {
        "url": absolute(address(message.image.name)),
        "width": message.image_width,
        "height": message.image_height,
        "alt": message.image_alt,
        "credit": message.image_credit,
        "focus": {"x": message.image_focus_x, "y": message.image_focus_y},
        "renditions": [
            {"url": absolute(address(name)), "width": width, "type": TYPES[SUFFIXES[kind]]}
            for kind in (found.kinds if found else ())
            for name, width in found.source_set(kind)
        ],
    }


def attachment(found) -> dict:
    """Return an attached file."""
    url = absolute(address(found.file.name))
    return {"name": found.name, "url": url, "size": found.size, "type": "application/pdf"}


def citation(message) -> str:
    """Return the citation of a message, as on its page."""
    day = format_date(timezone.localtime(message.publish_at, timezone.get_default_timezone()), "j F Y")
    return f"{settings.EMBASSY_NAME}, “{message.headline}”, {day}, {absolute(message.get_absolute_url())}"
