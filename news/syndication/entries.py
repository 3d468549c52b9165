"""Feed entries: a message as an Atom entry and as an item of a JSON Feed.

A withdrawn message has an entry too, with its notice as the text: no feed reader that was tried acts on a tombstone,
and subscribers must learn that the message was withdrawn.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.template.defaultfilters import filesizeformat, linebreaks_filter
from django.utils.html import escape, format_html, format_html_join
from django.utils.translation import gettext as _

from core.site_urls import absolute_url
from core.xml_text import strip_invalid_xml
from news.syndication.structured_data import link_image
from richtext.sanitize.tokens import TOKEN
from richtext.serving import media_url

RELATIVE_URL = re.compile(r'(?:href|src)="(?!https?:|mailto:|tel:)')
URL_ATTRIBUTE = re.compile(r'( (?:href|src)=")([^"]*)"')


def tag_uri(message) -> str:
    """Return a permanent id (RFC 4151), independent of the URL."""
    return f"{tag_prefix('message')}/{message.pk}"


def tag_prefix(kind: str) -> str:
    """Return the prefix of the ids of a kind of object."""
    return f"tag:{settings.FEED_AUTHORITY}:{kind}"


def with_absolute_urls(html: str, base: str) -> str:
    """Return sanitised HTML with absolute URLs in links and images, for use on other sites."""
    if not RELATIVE_URL.search(html):
        return html

    def make_absolute(token):
        if token[2] not in ("a", "img"):
            return token[0]
        return URL_ATTRIBUTE.sub(lambda match: f'{match[1]}{escape(urljoin(base, unescape(match[2])))}"', token[0])

    return TOKEN.sub(make_absolute, html)


def html_content(message, link: str) -> str:
    """Return a message as HTML: image, body, list of attachments; for a withdrawn one the notice."""
    if message.withdrawn_at:
        return format_html(
            "<p><strong>{}</strong></p>{}", withdrawn_title(), linebreaks_filter(message.withdrawn_reason)
        )
    figure = ""
    if message.image and message.image_width:
        source = absolute_url(media_url(message.image.name))
        figure = format_html('<p><img src="{}" alt="{}"></p>', source, message.image_alt)
    return figure + with_absolute_urls(message.body, link) + attachment_list_html(json_attachments(message))


def withdrawn_title() -> str:
    """Return the title of a withdrawn message's entry."""
    return _("This message was withdrawn")


def json_attachments(message) -> list[dict]:
    """Return the attachments as in a JSON Feed; none for a withdrawn message."""
    if message.withdrawn_at:
        return []
    return [
        {
            "url": absolute_url(media_url(row.file.name)),
            "mime_type": "application/pdf",
            "title": row.name,
            "size_in_bytes": row.size,
        }
        for row in message.attached
    ]


def prefetch_attachments(messages) -> list:
    """Return messages with prefetched attachments: one query, or none where `has_attachments` is always false."""
    messages = list(messages)
    having = [row for row in messages if not row.withdrawn_at and row.__dict__.get("has_attachments", True)]
    if having:
        prefetch_related_objects(having, "attachments")
    return messages


def attachment_list_html(attachments: list[dict]) -> str:
    """Return the attachments as an HTML list, for feed readers that do not show enclosures."""
    if not attachments:
        return ""
    rows = ((each["url"], each["title"], _("PDF"), filesizeformat(each["size_in_bytes"])) for each in attachments)
    title = format_html('<p lang="{}">{}</p>', settings.LANGUAGE_CODE, _("Attachments:"))
    return title + format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}</a> ({}, {})</li>', rows))


def last_change_of(message):
    """Return the time of the last change that feed readers announce."""
    return message.withdrawn_at or message.updated_at


def title_summary_language(message) -> tuple[str, str, str]:
    """Return title, summary and their language."""
    if message.withdrawn_at:
        return withdrawn_title(), message.withdrawn_reason, settings.LANGUAGE_CODE
    return message.headline, message.summary, message.language


def atom_entry(message) -> dict:
    """Return the arguments of `Atom.add_item` for a message."""
    link = absolute_url(message.get_absolute_url())
    title, summary, language = title_summary_language(message)
    return {
        "title": strip_invalid_xml(title),
        "link": link,
        "unique_id": tag_uri(message),
        "description": escape(strip_invalid_xml(summary or title)),
        "content": strip_invalid_xml(html_content(message, link)),
        "language": language,
        "pubdate": message.publish_at,
        "updateddate": last_change_of(message),
        "categories": [strip_invalid_xml(message.category.name)],
        "attachments": json_attachments(message),
    }


def json_item(message) -> dict:
    """Return the JSON Feed item of a message."""
    link = absolute_url(message.get_absolute_url())
    title, summary, language = title_summary_language(message)
    item = {
        "id": tag_uri(message),
        "url": link,
        "title": title,
        "summary": summary,
        "content_html": html_content(message, link) or format_html("<p>{}</p>", summary or title),
        "date_published": message.publish_at.isoformat(),
        "date_modified": last_change_of(message).isoformat(),
        "language": language,
        "tags": [message.category.name],
    }
    if message.withdrawn_at:
        return item
    if message.source_url:
        item["external_url"] = message.source_url
    if message.image and message.image_width:
        item["image"] = link_image(message)["url"]
    if attachments := json_attachments(message):
        item["attachments"] = attachments
    return item
