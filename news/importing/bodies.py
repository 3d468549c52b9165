"""The text of an item of a feed as HTML that is ready for the cleaner, and sentences on what is not in it."""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from django.utils.translation import gettext as _

from news.importing import constructs
from news.importing.linked import PDF, Uploads, suffix
from news.importing.paragraphs import with_paragraphs
from news.importing.rules import Fault
from news.importing.shortcodes import Shortcodes
from news.importing.xml import Item, Node, joined
from richtext.bounds import TooComplex
from richtext.losses import Loss, describe, prepare

WORDPRESS = ("wp:post_id", "wp:post_type", "wp:status")
RELATIVE = re.compile(r'<a href="(?![a-zA-Z][a-zA-Z0-9+.-]{0,20}:|#|//)')
NAMED = {"embed", "media", "foreign_picture", "script", "caption"}  # losses whose notes say what was lost


SUMMARIES = (
    "description", "atom:summary", "summary", "dc:description", "dcterms:abstract", "media:description",
    "itunes:summary",
)  # fmt: skip
# Elements that have nothing in them and show nothing, and those that only look closed to a parser of HTML.
HEAD = re.compile(r"</?(?:link|meta|base|basefont)(?=[\s/>])[^<>]*+>", re.IGNORECASE)
CLOSED = re.compile(
    r"<(iframe|script|style|textarea|title|noscript|object|video|audio|canvas|a|span|div|em|strong|b|i)"
    r"(\s[^<>]*+|)(?<=/)>",
    re.IGNORECASE,
)


INCOMPLETE = re.compile(
    r"(?:href|src|data|poster|cite)\s{0,9}=\s{0,9}+[\"']?+\s{0,9}+(?!https?:|mailto:|tel:|#)", re.IGNORECASE
)


class Body(NamedTuple):
    """A text, where it comes from, and what is not in it."""

    html: str
    node: Node | None = None
    notes: tuple[str, ...] = ()


def body_of(item: Item, base: str, language: str, uploads: Uploads) -> Body:
    """Return the whole text of an item; raise Fault for one that is too complex."""
    html, node, notes = text_of(item, uploads)
    address = node.base if node and node.base.startswith(("http:", "https:")) else base
    if "=" not in html or not INCOMPLETE.search(html):
        address = ""  # nothing is relative to it, and an ordinary text is then ready as it is
    html, lost = prepared(html, base=address, language=language)
    if RELATIVE.search(html):
        notes.append(_("Relative links could not be completed, as the item does not say at which address it was."))
    return Body(html, node, (*notes, *lost))


def prepared(html: str, *, base: str = "", language: str = "", keep_pictures: bool = True) -> tuple[str, list[str]]:
    """Return HTML ready for the cleaner, and a sentence for each kind of thing that was left out of it."""
    html, lost = losses(html, base=base, language=language, keep_pictures=keep_pictures)
    return html, sentences(lost)


def losses(html: str, *, base: str = "", language: str = "", keep_pictures: bool) -> tuple[str, list[Loss]]:
    """Return HTML ready for the cleaner, and what was left out of it; raise Fault for what is too complex."""
    html = CLOSED.sub(r"<\1\2></\1>", HEAD.sub("", html)) if "/>" in html or HEAD.search(html) else html
    try:
        return prepare(html, base_url=base, language=language, keep_pictures=keep_pictures)
    except TooComplex as error:
        raise Fault(_("its text cannot be read: %s") % error) from None


def sentences(lost: list[Loss]) -> list[str]:
    """Return what is said about losses, alike for all messages that lose alike."""
    return lost and describe(dict.fromkeys(loss if loss.kind in NAMED else Loss(loss.kind) for loss in lost))


def text_of(item: Item, uploads: Uploads) -> tuple[str, Node | None, list[str]]:
    """Return the text as HTML as far as the file has it, the element that it is from, and notes."""
    for node in item.all("content:encoded"):
        if node.text.strip():
            if not node.is_markup and any(name in item.found for name in WORDPRESS):
                return of_wordpress(item, node, uploads)
            return constructs.html_of(node._replace(given={"type": "html"}), typed=True), node, []
    for node in item.all("xhtml:body", "xhtml:div", "body", "fullitem"):
        if node.text.strip():
            return constructs.html_of(node, typed=False), node, []
    left_out: list[str] = []
    for node in item.all("atom:content"):
        if source := node.given.get("src", "").strip():
            return *beside(item, joined(node.base, source), node.given.get("type", "")), left_out
        if not node.text.strip():
            continue
        if (found := constructs.decoded(node)) is None:
            left_out.append(constructs.left_out(node))
            continue
        return constructs.html_of(found, typed=True), node, left_out
    return *summary_of(item), left_out


def summary_of(item: Item) -> tuple[str, Node | None]:
    """Return the text of an item that has a summary alone."""
    for name in SUMMARIES:
        for node in item.all(name):
            if node.text.strip():
                return constructs.html_of(node, typed=name == "atom:summary"), node
    return "", None


def beside(item: Item, address: str, kind: str) -> tuple[str, Node | None]:
    """Return the text of an item whose content is elsewhere: its summary, and a link to the rest."""
    html, node = summary_of(item)
    if kind.startswith("image/") or kind == "application/pdf" or PDF.fullmatch(suffix(address)):
        return html, node
    return f"{html}\n{constructs.link(address)}" if "html" in kind or not kind else html, node


def of_wordpress(item: Item, node: Node, uploads: Uploads) -> tuple[str, Node, list[str]]:
    """Return a text with the paragraphs, captions and galleries that WordPress adds when it shows it."""
    number = item.text("wp:post_id")

    def picture(asked: str) -> str:
        return uploads[asked].picture() if asked in uploads else ""

    def gallery() -> list[str]:
        return [each.picture() for each in uploads.pictures_of.get(number, ())]

    shortcodes = Shortcodes(picture, gallery)
    html = shortcodes.resolved(constructs.BRACKETED.sub("&lt;", constructs.shown(node.text)))
    notes = [
        _("The WordPress shortcode [%s] means nothing here. It was left out; what it enclosed was kept.") % escape(name)
        for name in dict.fromkeys(shortcodes.removed)
    ]
    return with_paragraphs(html), node, notes
