"""Messages as entries of the feeds: what Atom and the JSON Feed say of each.

A withdrawn message has an entry, too, with its notice in place of the text: no reader tried acts on a tombstone, and
who has read the message must learn that it was taken back.
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

# What XML 1.0 can't hold: one such character in a headline would break the feed for every reader.
RELATIVE = re.compile(r'(?:href|src)="(?!https?:|mailto:|tel:)')
ADDRESS = re.compile(r'( (?:href|src)=")([^"]*)"')

UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def absolute(path: str) -> str:
    """Return the absolute address of a path of the site: by the settings, never by the request's host."""
    return settings.SITE_URL + path


def tag_uri(message) -> str:
    """Return an id that outlives every change of address (RFC 4151)."""
    return f"{tag_of('message')}/{message.pk}"


def tag_of(kind: str) -> str:
    """Return what the ids of a kind begin with."""
    return f"tag:{settings.FEED_AUTHORITY}:{kind}"


def printable(text: str) -> str:
    """Return `text` without what XML can't hold."""
    return UNPRINTABLE.sub("", text)


def with_addresses(html: str, base: str) -> str:
    """Return a clean text whose links and pictures have absolute addresses: who reads it is on another site."""
    if not RELATIVE.search(html):
        return html

    def whole(token):
        if token[2] not in ("a", "img"):
            return token[0]
        return ADDRESS.sub(lambda found: f'{found[1]}{escape(urljoin(base, unescape(found[2])))}"', token[0])

    return TOKEN.sub(whole, html)


def content_of(message, link: str) -> str:
    """Return the whole text of a message as others show it: its picture, the body, and what is attached to it.

    Of a withdrawn message return the notice.
    """
    if message.withdrawn_at:
        return format_html("<p><strong>{}</strong></p>{}", withdrawn(), linebreaks_filter(message.withdrawn_reason))
    figure = ""
    if message.image and message.image_width:
        source = absolute(address(message.image.name))
        figure = format_html('<p><img src="{}" alt="{}"></p>', source, message.image_alt)
    return figure + with_addresses(message.body, link) + list_of(attachments_of(message))


def withdrawn() -> str:
    """Return the title of an entry of which nothing is left but the notice."""
    return _("This message was withdrawn")


def attachments_of(message) -> list[dict]:
    """Return the PDFs of a message as a JSON Feed has them; none of a withdrawn one."""
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
    """Return messages with what is attached to each: one query, and none where it is known that nothing is."""
    messages = list(messages)
    wanted = [row for row in messages if not row.withdrawn_at and row.__dict__.get("has_attachments", True)]
    if wanted:
        prefetch_related_objects(wanted, "attachments")
    return messages


def list_of(attachments: list[dict]) -> str:
    """Return the attachments as a list of links, for readers that show the text alone."""
    if not attachments:
        return ""
    rows = ((each["url"], each["title"], _("PDF"), filesizeformat(each["size_in_bytes"])) for each in attachments)
    title = format_html('<p lang="{}">{}</p>', settings.LANGUAGE_CODE, _("Attachments:"))
    return title + format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}</a> ({}, {})</li>', rows))


def changed_at(message):
    """Return when an entry last changed in what it says."""
    return message.withdrawn_at or message.updated_at


def words_of(message) -> tuple[str, str, str]:
    """Return the title of an entry, its summary and the language of both."""
    if message.withdrawn_at:
        return withdrawn(), message.withdrawn_reason, settings.LANGUAGE_CODE
    return message.headline, message.summary, message.language


def atom_entry(message) -> dict:
    """Return a message as Django's feed takes an item."""
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
    """Return a message as an item of a JSON Feed."""
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
