"""Serializers of messages and categories. `schema` describes each field; a test compares the two."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date

from core.site_urls import absolute_url
from core.templatetags.datetimes import iso
from news.querysets import LIST_COLUMNS
from news.syndication.citations import quote_inside
from news.syndication.entries import json_corrections, tag_uri, with_absolute_urls
from richtext.renditions import CONTENT_TYPES, SUFFIXES, ImageFile
from richtext.serving import media_url

# The columns that `row` reads; the others are not fetched.
SUMMARY_FIELDS = (
    *LIST_COLUMNS,
    *("revised_at", "delivered_on", "source_name", "source_url", "video_url"),
    *("image", "image_width", "image_height", "image_alt", "image_credit", "image_focus_x", "image_focus_y"),
)


@cache
def messages_path() -> str:
    """Return the path of the message list."""
    return reverse("api:messages")


def message_summary(message) -> dict:
    """Return the summary of a message, as in a list."""
    return {
        "id": tag_uri(message),
        "number": message.pk,
        "url": absolute_url(message.get_absolute_url()),
        "api_url": absolute_url(f"{messages_path()}{message.pk}/"),
        "headline": message.headline,
        "lead": message.lead,
        "summary": message.summary,
        "language": message.language,
        "category": category_summary(message.category),
        "published": iso(message.publish_at),
        "modified": iso(message.updated_at),
        "delivered_on": message.delivered_on and message.delivered_on.isoformat(),
        "source": source_data(message),
        "image": image_data(message),
        "video_url": message.video_url or None,
    }


def message_detail(message) -> dict:
    """Return a message with its text, corrections and attachments."""
    return message_summary(message) | {
        "body_html": with_absolute_urls(message.body, absolute_url(message.get_absolute_url())),
        "corrections": json_corrections(message),
        "attachments": [attachment_data(each) for each in message.attached],
        "citation": format_citation(message),
    }


def withdrawn_notice(message) -> dict:
    """Return the fields that a withdrawn message still shows, apart from the reason."""
    return {
        "id": tag_uri(message),
        "number": message.pk,
        "url": absolute_url(message.get_absolute_url()),
        "published": iso(message.publish_at),
        "withdrawn": iso(message.withdrawn_at),
    }


def category_summary(found) -> dict:
    """Return a category as part of a message."""
    return {"slug": found.slug, "name": found.name, "url": absolute_url(f"{reverse('messages')}{found.slug}/")}


def category_detail(found) -> dict:
    """Return a category with the URLs of its lists and feeds."""
    return category_summary(found) | {
        "api_url": absolute_url(f"{messages_path()}?category={found.slug}"),
        "atom_url": absolute_url(reverse("category_feed", args=[found.slug])),
        "json_feed_url": absolute_url(reverse("category_feed_json", args=[found.slug])),
    }


def source_data(message) -> dict | None:
    """Return the original publisher of a message."""
    if not message.source_name and not message.source_url:
        return None
    return {"name": message.source_name or None, "url": message.source_url or None}


def image_data(message) -> dict | None:
    """Return a message's image with its renditions."""
    if not message.image:
        return None
    found = ImageFile.named(message.image.name)
    return {
        "url": absolute_url(media_url(message.image.name)),
        "width": message.image_width,
        "height": message.image_height,
        "alt": message.image_alt,
        "credit": message.image_credit,
        "focus": {"x": message.image_focus_x, "y": message.image_focus_y},
        "renditions": [
            {"url": absolute_url(media_url(name)), "width": width, "type": CONTENT_TYPES[SUFFIXES[kind]]}
            for kind in (found.kinds if found else ())
            for name, width in found.source_set(kind)
        ],
    }


def attachment_data(found) -> dict:
    """Return an attached file."""
    url = absolute_url(media_url(found.file.name))
    return {"name": found.name, "url": url, "size": found.size, "type": "application/pdf"}


def format_citation(message) -> str:
    """Return the citation of a message, as on its page."""
    day = format_date(timezone.localtime(message.publish_at, timezone.get_default_timezone()), "j F Y")
    headline, url = quote_inside(message.headline), absolute_url(message.get_absolute_url())
    return f"{settings.EMBASSY_NAME}, “{headline}”, {day}, {url}"
