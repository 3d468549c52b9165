"""An item of a feed as a message: what of an RSS, an Atom or a WordPress file becomes which key of an import."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import BinaryIO
from zoneinfo import ZoneInfo

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from slugify import slugify

from news.importing import bodies, dates, linked, origin
from news.importing.constructs import plain_of, tidy
from news.importing.decoding import BROKEN, CONTROL, GUESSED, STRAY, UNKNOWN
from news.importing.lines import Line, read
from news.importing.linked import Upload, Uploads
from news.importing.notes import Notes
from news.importing.rules import Fault
from news.importing.stream import Broken, items
from news.importing.xml import Item
from news.models import Message
from richtext.fields import LONGEST
from richtext.text import first_paragraph, plain_text

BEGINNING = 80  # characters by which a summary is known as the beginning of the text
WORDS = 12  # of a headline made of the text
DATES = (
    "pubDate", "wp:post_date", "dc:date", "dcterms:issued", "atom:published", "atom:issued", "dcterms:created",
    "atom:created", "dcterms:date", "dcterms:modified", "atom:updated", "atom:modified",
)  # fmt: skip
TITLES = ("title", "atom:title", "dc:title", "media:title")


@dataclass
class Feed:
    """The settings of an import of a feed, and what it notes."""

    category: str  # for items that name none
    zone: ZoneInfo  # of dates that name none
    notes: Notes = field(default_factory=Notes)
    uploads: Uploads | None = None

    def entries(self, file: BinaryIO) -> Iterator[tuple[int, Line | Fault]]:
        """Yield what each item of a feed comes to, a message or a fault, with its number."""
        if self.uploads is None:
            self.uploads = linked.uploads(file)
            file.seek(0)
        number = 0
        try:
            for item in items(file):
                number = item.number
                if isinstance(item, Broken):
                    yield number, item.fault
                elif kind := origin.unwanted(item):
                    self.notes.add(_("Left out, because it is not a message: %s.") % kind[:40])
                else:
                    yield number, self.line(item)
        except Fault as fault:  # what follows cannot be read
            yield number + 1, fault

    def line(self, item: Item) -> Line | Fault:
        """Return the message of an item, or its fault, with its title."""
        title = headline(item)
        try:
            # By the same door as every other line, so that the same rules hold.
            return read(json.dumps(self.message(item, title)).encode())
        except Fault as fault:
            return Fault(_("“%(title)s”: %(fault)s") % {"title": title[:60], "fault": fault}) if title else fault

    def message(self, item: Item, title: str) -> dict:
        """Return the keys of an import that an item comes to."""
        if BROKEN in item.marks:
            raise Fault(
                _("it holds bytes that are not in the file's encoding. Save the file as UTF-8, or name its encoding in "
                  "its first line.")
            )  # fmt: skip
        language, unknown = origin.language(item)
        base = origin.base(item)
        body = bodies.body_of(item, base, language, self.uploads or Uploads())
        enclosed = linked.files_of(item, base)
        pdfs, files = linked.linked(body.html, linked.host_of(base))
        words = plain_text(body.html)
        lead, html = lead_of(item, body, words), body.html
        if len(lead) > (Message._meta.get_field("lead").max_length or LONGEST):
            lead, html = "", f"<p>{escape(lead, quote=False)}</p>\n{html}"
        given = {
            "headline": title or Truncator(first_paragraph(body.html)).words(WORDS) or _("Untitled"),
            "lead": lead,
            "body": html + linked.links(enclosed.others),
            "slug": slugify(origin.slug(item), max_length=120),
            "language": language,
            "old_urls": list(origin.addresses(item)),
            "attachments": linked.attachments_of(enclosed.pdfs + pdfs),
        }
        if picture := linked.picture_of(self.picture(item, enclosed.pictures, body.html)):
            given["picture"] = picture
        note = Noting(self.notes, given["headline"])
        given["publish_at"] = self.moment(item, note) if origin.is_out(item) else None
        self.note(item, note, body, unknown, len(enclosed.others), files)
        word, name = origin.category(item) or (self.category, "")
        return given | {"category": word} | ({"category_name": name} if name else {})

    def picture(self, item: Item, enclosed: list[Upload], html: str) -> Upload | None:
        """Return the picture that an item has of its own, where it is not in its text already."""
        for number in item.meta["_thumbnail_id"]:
            if number in (self.uploads or {}):
                return self.uploads[number]
        return next((each for each in enclosed if each.address.rpartition("/")[2].partition("?")[0] not in html), None)

    def moment(self, item: Item, note: Noting) -> str | None:
        """Return when an item was published; None, and a note, where it does not say. Raise Fault for no date."""
        texts = [f"{text} UTC" for text in [item.text("wp:post_date_gmt")] if text]
        texts += filter(None, (item.text(name) for name in DATES))
        fault = None
        for text in texts:
            if dates.is_never(text):
                continue
            try:
                found = dates.parse(text, self.zone)
            except Fault as error:
                fault = fault or error
                continue
            if fault:
                note(_("A date could not be read, and another one that the item names was used."))
            if found.doubt:
                note(found.doubt)
            return found.at.isoformat()
        if fault:
            raise fault
        note(_("Without a date, and so a draft."))
        return None

    def note(self, item: Item, note: Noting, body: bodies.Body, language: str, others: int, files: int) -> None:
        """Note what of an item was repaired, left out, or stays elsewhere."""
        for sentence in body.notes:
            note(sentence)
        for mark in sorted(item.marks):
            note(repair(mark))
        if language:
            words = _("The language %s is not one of this site's. The message is marked as being in its main language.")
            note(words % language[:20])
        if item.comments:
            note(_("Comments of visitors were left out."), item.comments)
        if others:
            note(_("A recording or another enclosed file stays on the old site. A link to it is in the text."), others)
        if files:
            note(_("Files that a text links and that are not PDFs stay on the old site."), files)


def repair(mark: str) -> str:
    """Return the sentence that says what was repaired in an item."""
    return {
        GUESSED: _("A byte that is not in the file's encoding was read as windows-1252. Check the text."),
        CONTROL: _("Control characters, which no text can show, were taken out."),
        UNKNOWN: _("An entity (&name;) that is unknown was kept as it is written."),
        STRAY: _("An & that should have been written as &amp;amp; was read as the character."),
    }[mark]


@dataclass
class Noting:
    """Adds notes on one message."""

    notes: Notes
    title: str

    def __call__(self, sentence: str, count: int = 1) -> None:
        self.notes.add(sentence, self.title, count)


def headline(item: Item) -> str:
    """Return the title without mark-up, on one line."""
    for name in TITLES:
        for node in item.all(name):
            if title := plain_of(node, typed=name.startswith("atom:")):
                return title
    return ""


def lead_of(item: Item, body: bodies.Body, words: str) -> str:
    """Return what is above the text; nothing where the text is all that there is, or begins with it."""
    for node in item.all("excerpt:encoded"):
        if excerpt := plain_of(node, typed=False):
            return excerpt
    for name in bodies.SUMMARIES:
        for node in item.all(name):
            if node is body.node or not (summary := plain_of(node, typed=name == "atom:summary")):
                continue
            return "" if summary.rstrip(" .…[]")[:BEGINNING] in tidy(words) else summary
    return ""
