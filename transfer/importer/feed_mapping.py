"""Feed mapping: which elements of RSS, Atom and WordPress items become which keys of an imported message."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import BinaryIO
from zoneinfo import ZoneInfo

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from slugify import slugify

from news.models import Message
from richtext.fields import MAX_CHARACTERS
from richtext.plaintext import first_paragraph, plain_text
from transfer.importer import bodies, dates, feed_files, feed_metadata
from transfer.importer.feed_files import Upload, Uploads
from transfer.importer.feed_parser import Item
from transfer.importer.jsonl import MessageRecord, read_line
from transfer.importer.notes import Notes
from transfer.importer.text_constructs import clean_line, to_plain_text
from transfer.importer.validation import ImportFault
from transfer.importer.xml_decoding import CONTROL_REMOVED, GUESSED_BYTE, STRAY_AMPERSAND, UNDECODABLE, UNKNOWN_ENTITY
from transfer.importer.xml_stream import BrokenItem, read_items

SUMMARY_PREFIX = 80  # characters of a summary that are compared with the start of the text
HEADLINE_WORDS = 12  # of a headline taken from the text
DATE_ELEMENTS = (
    "pubDate", "wp:post_date", "dc:date", "dcterms:issued", "atom:published", "atom:issued", "dcterms:created",
    "atom:created", "dcterms:date", "dcterms:modified", "atom:updated", "atom:modified",
)  # fmt: skip
TITLE_ELEMENTS = ("title", "atom:title", "dc:title", "media:title")


@dataclass
class FeedImporter:
    """The options of a feed import, and its notes."""

    category: str  # default for items without one
    zone: ZoneInfo  # of dates without one
    notes: Notes = field(default_factory=Notes)
    uploads: Uploads | None = None

    def entries(self, file: BinaryIO) -> Iterator[tuple[int, MessageRecord | ImportFault]]:
        """Yield (number, message or fault) for each item of a feed."""
        if self.uploads is None:
            self.uploads = feed_files.read_uploads(file)
            file.seek(0)
        number = 0
        try:
            for item in read_items(file):
                number = item.number
                if isinstance(item, BrokenItem):
                    yield number, item.fault
                elif kind := feed_metadata.unwanted_type(item):
                    self.notes.add(_("Left out, not a message: %s.") % kind[:40])
                else:
                    yield number, self.line(item)
        except ImportFault as fault:  # the rest is unreadable
            yield number + 1, fault

    def line(self, item: Item) -> MessageRecord | ImportFault:
        """Return the message of an item, or its fault with the title."""
        title = headline_of(item)
        try:
            # Validated as a JSON line, so that the same rules apply.
            return read_line(json.dumps(self.message(item, title)).encode())
        except ImportFault as fault:
            return ImportFault(_("“%(title)s”: %(fault)s") % {"title": title[:60], "fault": fault}) if title else fault

    def message(self, item: Item, title: str) -> dict:
        """Return an item as the keys and values of a JSON line."""
        if UNDECODABLE in item.marks:
            raise ImportFault(_("it has bytes that are invalid in the file's encoding. Save the file as UTF-8."))
        language, unknown = feed_metadata.language_of(item)
        base = feed_metadata.base_url(item)
        body = bodies.body_of(item, base, language, self.uploads or Uploads())
        enclosed = feed_files.files_of(item, base)
        pdfs, files = feed_files.linked_files(body.html, feed_files.host_of(base))
        lead, html = lead_of(item, body, plain_text(body.html)), body.html
        if len(lead) > (Message._meta.get_field("lead").max_length or MAX_CHARACTERS):
            lead, html = "", f"<p>{escape(lead, quote=False)}</p>\n{html}"
        message = {
            "headline": title or Truncator(first_paragraph(body.html)).words(HEADLINE_WORDS) or _("Untitled"),
            "lead": lead,
            "body": html + feed_files.link_paragraphs(enclosed.others),
            "slug": slugify(feed_metadata.slug_of(item), max_length=120),
            "language": language,
            "old_urls": list(feed_metadata.former_urls(item)),
            "attachments": feed_files.attachment_values(enclosed.pdfs + pdfs),
        }
        if image := feed_files.image_value(self.image(item, enclosed.images, body.html)):
            message["picture"] = image
        note = partial(self.notes.add, title=message["headline"])
        message["publish_at"] = self.publication_time(item, note) if feed_metadata.was_public(item) else None
        self.add_notes(item, note, body, unknown, len(enclosed.others), files)
        slug, name = feed_metadata.category_of(item) or (self.category, "")
        return message | {"category": slug} | ({"category_name": name} if name else {})

    def image(self, item: Item, enclosed: list[Upload], html: str) -> Upload | None:
        """Return the featured image of an item, unless its text has it already."""
        for upload_id in item.meta["_thumbnail_id"]:
            if upload_id in (self.uploads or {}):
                return self.uploads[upload_id]
        return next((each for each in enclosed if each.url.rpartition("/")[2].partition("?")[0] not in html), None)

    def publication_time(self, item: Item, note: Callable) -> str | None:
        """Return the publication time in ISO 8601; None, with a note, without a date. Raise Fault for invalid ones."""
        texts = [f"{text} UTC" for text in [item.text("wp:post_date_gmt")] if text]
        texts += filter(None, (item.text(name) for name in DATE_ELEMENTS))
        fault = None
        for text in texts:
            if dates.is_placeholder(text):
                continue
            try:
                found = dates.parse_date(text, self.zone)
            except ImportFault as error:
                fault = fault or error
                continue
            if fault:
                note(_("A date could not be read; another date of the item was used."))
            if found.doubt:
                note(found.doubt)
            return found.at.isoformat()
        if fault:
            raise fault
        note(_("No date: imported as a draft."))
        return None

    def add_notes(self, item: Item, note: Callable, body: bodies.Body, language: str, others: int, files: int) -> None:
        """Note repairs, omissions, and files that remain on the old site."""
        for sentence in body.notes:
            note(sentence)
        for mark in sorted(item.marks):
            note(repair_note(mark))
        if language:
            note(_("This site does not have the language %s. The main language was set instead.") % language[:20])
        if item.comments:
            note(_("Visitors' comments were left out."), count=item.comments)
        if others:
            note(
                _("A recording or other enclosed file stays on the old site. The text has a link to it."), count=others
            )
        if files:
            note(_("Linked files other than PDFs stay on the old site."), count=files)


def repair_note(mark: str) -> str:
    """Return the note on a repair, by its marker."""
    return {
        GUESSED_BYTE: _("A byte that is invalid in the file's encoding was read as windows-1252. Check the text."),
        CONTROL_REMOVED: _("Control characters were removed."),
        UNKNOWN_ENTITY: _("An unknown entity (&name;) was left unchanged."),
        STRAY_AMPERSAND: _("An & that should have been written as &amp;amp; was read as the character."),
    }[mark]


def headline_of(item: Item) -> str:
    """Return the title as plain text on one line."""
    for name in TITLE_ELEMENTS:
        for node in item.all(name):
            if title := to_plain_text(node, typed=name.startswith("atom:")):
                return title
    return ""


def lead_of(item: Item, body: bodies.Body, text: str) -> str:
    """Return the lead of an item; "" if there is none, or if the text starts with it."""
    for node in item.all("excerpt:encoded"):
        if excerpt := to_plain_text(node, typed=False):
            return excerpt
    for name in bodies.SUMMARIES:
        for node in item.all(name):
            if node is body.node or not (summary := to_plain_text(node, typed=name == "atom:summary")):
                continue
            return "" if summary.rstrip(" .…[]")[:SUMMARY_PREFIX] in clean_line(text) else summary
    return ""
