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
from django.template.defaultfilters import filesizeformat, linebreaks_filter, linebreaksbr
from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.html import escape, format_html, format_html_join
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import gettext as _

from core.site_urls import absolute_url
from core.templatetags.datetimes import iso
from core.xml_text import strip_invalid_xml
from news.earlier_texts import ListedCorrection, list_corrections
from news.models import Correction
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
    """Return a message as HTML: image, body, attachments, corrections; for a withdrawn one the notice."""
    if message.withdrawn_at:
        return format_html(
            "<p><strong>{}</strong></p>{}", withdrawn_title(), linebreaks_filter(message.withdrawn_reason)
        )
    figure = ""
    if message.image and message.image_width:
        source = absolute_url(media_url(message.image.name))
        figure = format_html('<p><img src="{}" alt="{}"></p>', source, message.image_alt)
    text = figure + with_absolute_urls(message.body, link) + attachment_list_html(json_attachments(message))
    return text + "".join(correction_html(each, message) for each in list_corrections(message))


def correction_html(correction: ListedCorrection, message) -> str:
    """Return a correction as a paragraph: its kind, date and note, with a link to the text before it."""
    day = format_date(localtime(correction.at, get_default_timezone()), "j F Y")
    link = ""
    if correction.earlier_path:
        is_update = correction.kind == Correction.Kind.UPDATE
        text = _("Text before this update") if is_update else _("Text before this correction")
        link = format_html(' <a href="{}">{}</a>', absolute_url(correction.earlier_path), text)
    return format_html(
        '<p lang="{}"><strong>{}, {}:</strong> <span lang="{}">{}</span>{}</p>',
        *(settings.LANGUAGE_CODE, correction.label, day, message.language, linebreaksbr(correction.note), link),
    )


def json_corrections(message) -> list[dict]:
    """Return the corrections as in an item of a JSON Feed; none for a withdrawn message."""
    if message.withdrawn_at:
        return []
    return [
        {
            "kind": each.kind.value,
            "at": iso(each.at),
            "note": each.note,
            "earlier_url": absolute_url(each.earlier_path) if each.earlier_path else None,
        }
        for each in list_corrections(message)
    ]


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


def prefetch_for_entries(messages) -> list:
    """Return messages with prefetched attachments and corrections, each in one query or in none.

    A message has no attachments where `has_attachments` is false, and no corrections where it was never revised.
    """
    messages = list(messages)
    shown = [row for row in messages if not row.withdrawn_at]
    if having := [row for row in shown if row.__dict__.get("has_attachments", True)]:
        prefetch_related_objects(having, "attachments")
    if revised := [row for row in shown if row.revised_at]:
        prefetch_related_objects(revised, "corrections")
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
    if corrections := json_corrections(message):
        item["_corrections"] = {"about": absolute_url(reverse("api:index")), "items": corrections}
    return item
