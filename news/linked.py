"""Structured data (JSON-LD, schema.org) of pages, and the image shown with a link to a message."""

from __future__ import annotations

import json

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from news import cards
from news.templatetags.moments import in_figures, machine
from richtext.handover import address

# JSON inside a script element: nothing in it may end the element.
ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def data(content: dict) -> SafeString:
    """Return JSON-LD for a <script type="application/ld+json">."""
    return mark_safe(json.dumps(content, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES))  # noqa: S308


def organization() -> dict:
    """Return the publisher."""
    url = settings.SITE_URL
    return {
        "@type": "GovernmentOrganization",
        "@id": f"{url}/#embassy",
        "name": settings.EMBASSY_NAME,
        "url": f"{url}/",
        "logo": f"{url}/icon-512.png",
    }


def website() -> dict:
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


def picture(message) -> dict:
    """Return the image shown with a link to a message: its own, or else a social card."""
    if message.image and message.image_width:
        return {
            "url": settings.SITE_URL + address(message.image.name),
            "width": message.image_width,
            "height": message.image_height,
            "alt": message.image_alt,
        }
    url = f"{settings.SITE_URL}{message.get_absolute_url()}card.png?v={cards.version(*words_of_card(message))}"
    return {"url": url, "width": cards.WIDTH, "height": cards.HEIGHT, "alt": message.headline}


def words_of_card(message) -> tuple[str, str, str]:
    """Return the texts of a message's social card: headline, name of the embassy, line above."""
    return message.headline, settings.EMBASSY_NAME, f"{message.category.name} · {in_figures(message.publish_at)}"


def article(message, corrections) -> SafeString:
    """Return a message with its corrections and breadcrumbs as JSON-LD."""
    url, publisher = settings.SITE_URL + message.get_absolute_url(), organization()
    found = {
        "@type": "NewsArticle",
        "@id": url,
        "mainEntityOfPage": url,
        "url": url,
        "headline": message.headline,
        "description": message.summary or message.headline,
        "datePublished": machine(message.publish_at),
        "dateModified": machine(message.updated_at),
        "inLanguage": message.language,
        "articleSection": message.category.name,
        "image": picture(message)["url"],
        "author": {name: publisher[name] for name in ("@type", "@id", "name", "url")},
        "publisher": publisher,
        "isAccessibleForFree": True,
    }
    if corrections:
        found["correction"] = [
            {"@type": "CorrectionComment", "text": row.note, "datePublished": machine(row.at)} for row in corrections
        ]
    if message.source_url:
        found["isBasedOn"] = message.source_url
    steps = [
        (settings.EMBASSY_NAME, "/"),
        (_("All messages"), reverse("messages")),
        (message.category.name, message.category.get_absolute_url()),
        (message.headline, message.get_absolute_url()),
    ]
    return data({"@context": "https://schema.org", "@graph": [found, breadcrumbs(steps)]})


def breadcrumbs(steps: list[tuple[str, str]]) -> dict:
    """Return names and paths of pages, the widest first, as a BreadcrumbList."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": settings.SITE_URL + path}
            for number, (name, path) in enumerate(steps, 1)
        ],
    }
