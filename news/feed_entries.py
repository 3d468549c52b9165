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

from news.linked import picture
from richtext.handover import address
from richtext.structure import TOKEN

RELATIVE = re.compile(r'(?:href|src)="(?!https?:|mailto:|tel:)')
ADDRESS = re.compile(r'( (?:href|src)=")([^"]*)"')
# Not allowed in XML 1.0: one such character in a headline would make the feed invalid.
UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def absolute(path: str) -> str:
    """Return the absolute URL of a path, from the setting SITE_URL and never from the request's host."""
    return settings.SITE_URL + path


def tag_uri(message) -> str:
    """Return a permanent id (RFC 4151), independent of the URL."""
    return f"{tag_of('message')}/{message.pk}"


def tag_of(kind: str) -> str:
    """Return the prefix of the ids of a kind of object."""
    return f"tag:{settings.FEED_AUTHORITY}:{kind}"


def printable(text: str) -> str:
    """Return `text` without characters that XML does not allow."""
    return UNPRINTABLE.sub("", text)


def with_addresses(html: str, base: str) -> str:
    """Return sanitised HTML with absolute URLs in links and images, for use on other sites."""
    if not RELATIVE.search(html):
        return html

    def make_absolute(token):
        if token[2] not in ("a", "img"):
            return token[0]
        return ADDRESS.sub(lambda match: f'{match[1]}{escape(urljoin(base, unescape(match[2])))}"', token[0])

    return TOKEN.sub(make_absolute, html)


def content_of(message, link: str) -> str:
    """Return a message as HTML: image, body, list of attachments; for a withdrawn one the notice."""
    if message.withdrawn_at:
        return format_html("<p><strong>{}</strong></p>{}", withdrawn(), linebreaks_filter(message.withdrawn_reason))
    figure = ""
    if message.image and message.image_width:
        source = absolute(address(message.image.name))
        figure = format_html('<p><img src="{}" alt="{}"></p>', source, message.image_alt)
    return figure + with_addresses(message.body, link) + list_of(attachments_of(message))


def withdrawn() -> str:
    """Return the title of a withdrawn message's entry."""
    return _("This message was withdrawn")


def attachments_of(message) -> list[dict]:
    """Return the attachments as in a JSON Feed; none for a withdrawn message."""
    if message.withdrawn_at:
        return []
    return [
        {
            "url": absolute(address(row.file.name)),
            "mime_type": "application/pdf",
            "title": row.name,
            "size_in_bytes": row.size,
        }
        for row in message.attached
    ]


def with_attachments(messages) -> list:
    """Return messages with prefetched attachments: one query, or none where `has_attachments` is always false."""
    messages = list(messages)
    having = [row for row in messages if not row.withdrawn_at and row.__dict__.get("has_attachments", True)]
    if having:
        prefetch_related_objects(having, "attachments")
    return messages


def list_of(attachments: list[dict]) -> str:
    """Return the attachments as an HTML list, for feed readers that do not show enclosures."""
    if not attachments:
        return ""
    rows = ((each["url"], each["title"], _("PDF"), filesizeformat(each["size_in_bytes"])) for each in attachments)
    title = format_html('<p lang="{}">{}</p>', settings.LANGUAGE_CODE, _("Attachments:"))
    return title + format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}</a> ({}, {})</li>', rows))


def changed_at(message):
    """Return the time of the last change that readers are told of."""
    return message.withdrawn_at or message.updated_at


def words_of(message) -> tuple[str, str, str]:
    """Return title, summary and their language."""
    if message.withdrawn_at:
        return withdrawn(), message.withdrawn_reason, settings.LANGUAGE_CODE
    return message.headline, message.summary, message.language


def atom_entry(message) -> dict:
    """Return the arguments of `Atom.add_item` for a message."""
    link = absolute(message.get_absolute_url())
    title, summary, language = words_of(message)
    return {
        "title": printable(title),
        "link": link,
        "unique_id": tag_uri(message),
        "description": escape(printable(summary or title)),
        "content": printable(content_of(message, link)),
        "language": language,
        "pubdate": message.publish_at,
        "updateddate": changed_at(message),
        "categories": [printable(message.category.name)],
        "attachments": attachments_of(message),
    }


def json_item(message) -> dict:
    """Return the JSON Feed item of a message."""
    link = absolute(message.get_absolute_url())
    title, summary, language = words_of(message)
    item = {
        "id": tag_uri(message),
        "url": link,
        "title": title,
        "summary": summary,
        "content_html": content_of(message, link) or format_html("<p>{}</p>", summary or title),
        "date_published": message.publish_at.isoformat(),
        "date_modified": changed_at(message).isoformat(),
        "language": language,
        "tags": [message.category.name],
    }
    if message.withdrawn_at:
        return item
    if message.source_url:
        item["external_url"] = message.source_url
    if message.image and message.image_width:
        item["image"] = picture(message)["url"]
    if attachments := attachments_of(message):
        item["attachments"] = attachments
    return item
