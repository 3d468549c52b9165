"""Structured data (JSON-LD, schema.org) of pages, and the image shown with a link to a message."""

from __future__ import annotations

import json

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.site_urls import absolute_url
from core.templatetags.datetimes import iso, numeric_date
from news.syndication import picture_cards, social_cards
from richtext.serving import media_url

# JSON inside a script element: nothing in it may end the element.
SCRIPT_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def to_json_ld(content: dict) -> SafeString:
    """Return JSON-LD for a <script type="application/ld+json">."""
    return mark_safe(json.dumps(content, ensure_ascii=False, separators=(",", ":")).translate(SCRIPT_ESCAPES))  # noqa: S308


def organization_data() -> dict:
    """Return the publisher."""
    url = settings.SITE_URL
    return {
        "@type": "GovernmentOrganization",
        "@id": f"{url}/#embassy",
        "name": settings.EMBASSY_NAME,
        "url": f"{url}/",
        "logo": f"{url}/icon-512.png",
    }


def website_data() -> dict:
    """Return the site with its search."""
    url = settings.SITE_URL
    return {
        "@type": "WebSite",
        "@id": f"{url}/#site",
        "name": settings.EMBASSY_NAME,
        "url": f"{url}/",
        "inLanguage": settings.LANGUAGE_CODE,
        "publisher": {"@id": f"{url}/#embassy"},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{url}{reverse('search')}?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }


def link_image(message) -> dict:
    """Return the image shown with a link to a message: its own, or else a social card."""
    if message.image and message.image_width:
        return {
            "url": absolute_url(media_url(message.image.name)),
            "width": message.image_width,
            "height": message.image_height,
            "alt": message.image_alt,
        }
    url = absolute_url(f"{message.get_absolute_url()}card.png?v={social_cards.content_hash(*card_texts(message))}")
    return {"url": url, "width": social_cards.WIDTH, "height": social_cards.HEIGHT, "alt": message.headline}


def preview_image(message) -> dict:
    """Return the image of a link preview: the message's own, cut to the shape of a card, or else a social card."""
    if not (message.image and message.image_width):
        return link_image(message)
    focus = message.image_focus_x, message.image_focus_y
    version = social_cards.content_hash(message.image.name, *map(str, focus))
    width, height = picture_cards.card_size(message.image_width, message.image_height)
    url = absolute_url(f"{message.get_absolute_url()}card.jpg?v={version}")
    return {"url": url, "width": width, "height": height, "alt": message.image_alt}


def original_data(offer) -> dict:
    """Return the original that a message offers to journalists."""
    return {
        "@type": "ImageObject",
        "contentUrl": absolute_url(media_url(offer.name)),
        "encodingFormat": offer.content_type,
        "width": offer.original.width,
        "height": offer.original.height,
        "caption": offer.texts.description,
        "creditText": offer.texts.credit,
        "copyrightNotice": offer.texts.rights,
    }


def card_texts(message) -> tuple[str, str, str]:
    """Return the texts of a message's social card: headline, name of the embassy, line above."""
    return message.headline, settings.EMBASSY_NAME, f"{message.category.name} · {numeric_date(message.publish_at)}"


def article_json_ld(message, corrections) -> SafeString:
    """Return a message with its corrections and breadcrumbs as JSON-LD."""
    url, publisher = absolute_url(message.get_absolute_url()), organization_data()
    found = {
        "@type": "NewsArticle",
        "@id": url,
        "mainEntityOfPage": url,
        "url": url,
        "headline": message.headline,
        "description": message.summary or message.headline,
        "datePublished": iso(message.publish_at),
        "dateModified": iso(message.updated_at),
        "inLanguage": message.language,
        "articleSection": message.category.name,
        "image": link_image(message)["url"],
        "author": {name: publisher[name] for name in ("@type", "@id", "name", "url")},
        "publisher": publisher,
        "isAccessibleForFree": True,
    }
    if corrections:
        found["correction"] = [
            {
                "@type": "CorrectionComment",
                "name": each.label,
                "text": each.note,
                "datePublished": iso(each.at),
                "url": f"{url}#correction-{each.number}",
            }
            for each in corrections
        ]
    if message.source_url:
        found["isBasedOn"] = message.source_url
    if offer := message.offered_original:
        found["associatedMedia"] = original_data(offer)
    steps = [
        (settings.EMBASSY_NAME, "/"),
        (_("All messages"), reverse("messages")),
        (message.category.name, message.category.get_absolute_url()),
        (message.headline, message.get_absolute_url()),
    ]
    return to_json_ld({"@context": "https://schema.org", "@graph": [found, breadcrumb_list(steps)]})


def breadcrumbs_json_ld(steps: list[tuple[str, str]]) -> SafeString:
    """Return names and paths of pages, the widest first, as JSON-LD."""
    return to_json_ld({"@context": "https://schema.org", **breadcrumb_list(steps)})


def breadcrumb_list(steps: list[tuple[str, str]]) -> dict:
    """Return names and paths of pages, the widest first, as a BreadcrumbList."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": absolute_url(path)}
            for number, (name, path) in enumerate(steps, 1)
        ],
    }
