"""Body of a feed item as HTML for the sanitiser, with notes on what was left out."""

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
DETAILED = {"embed", "media", "foreign_picture", "script", "caption"}  # losses whose notes give the detail
SUMMARIES = (
    "description", "atom:summary", "summary", "dc:description", "dcterms:abstract", "media:description",
    "itunes:summary",
)  # fmt: skip
# Elements without content or effect, and self-closing tags, which an HTML parser takes for start tags.
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
    """A body as HTML, the element that it is from, and notes on what was left out."""

    html: str
    node: Node | None = None
    notes: tuple[str, ...] = ()


def body_of(item: Item, base: str, language: str, uploads: Uploads) -> Body:
    """Return the body of an item; raise Fault for one that is too complex."""
    html, node, notes = text_of(item, uploads)
    base_url = node.base if node and node.base.startswith(("http:", "https:")) else base
    if "=" not in html or not INCOMPLETE.search(html):
        base_url = ""  # no relative URLs: an ordinary text then needs no conversion
    html, lost = prepared(html, base=base_url, language=language)
    if RELATIVE.search(html):
        notes.append(_("Relative links could not be completed, because the item does not give its web address."))
    return Body(html, node, (*notes, *lost))


def prepared(html: str, *, base: str = "", language: str = "", keep_pictures: bool = True) -> tuple[str, list[str]]:
    """Return HTML for the sanitiser, and a sentence for each kind of loss."""
    html, lost = losses(html, base=base, language=language, keep_pictures=keep_pictures)
    return html, sentences(lost)


def losses(html: str, *, base: str = "", language: str = "", keep_pictures: bool) -> tuple[str, list[Loss]]:
    """Return HTML for the sanitiser, and the losses; raise Fault for HTML that is too complex."""
    html = CLOSED.sub(r"<\1\2></\1>", HEAD.sub("", html)) if "/>" in html or HEAD.search(html) else html
    try:
        return prepare(html, base_url=base, language=language, keep_pictures=keep_pictures)
    except TooComplex as error:
        raise Fault(_("its text cannot be read: %s") % error) from None


def sentences(lost: list[Loss]) -> list[str]:
    """Return sentences on losses that are the same for all messages with the same kinds of loss."""
    return lost and describe(dict.fromkeys(loss if loss.kind in DETAILED else Loss(loss.kind) for loss in lost))


def text_of(item: Item, uploads: Uploads) -> tuple[str, Node | None, list[str]]:
    """Return the body of an item as HTML, the element that it is from, and notes."""
    for node in item.all("content:encoded"):
        if node.text.strip():
            if not node.is_markup and any(name in item.elements for name in WORDPRESS):
                return of_wordpress(item, node, uploads)
            return constructs.html_of(node._replace(attributes={"type": "html"}), typed=True), node, []
    for node in item.all("xhtml:body", "xhtml:div", "body", "fullitem"):
        if node.text.strip():
            return constructs.html_of(node, typed=False), node, []
    notes: list[str] = []
    for node in item.all("atom:content"):
        if source := node.attributes.get("src", "").strip():
            return *beside(item, joined(node.base, source), node.attributes.get("type", "")), notes
        if not node.text.strip():
            continue
        if (found := constructs.decoded(node)) is None:
            notes.append(constructs.left_out(node))
            continue
        return constructs.html_of(found, typed=True), node, notes
    return *summary_of(item), notes


def summary_of(item: Item) -> tuple[str, Node | None]:
    """Return the text of an item that has only a summary, and its element."""
    for name in SUMMARIES:
        for node in item.all(name):
            if node.text.strip():
                return constructs.html_of(node, typed=name == "atom:summary"), node
    return "", None


def beside(item: Item, url: str, mime_type: str) -> tuple[str, Node | None]:
    """Return the summary of an item whose content is at another URL, with a link to it."""
    html, node = summary_of(item)
    if mime_type.startswith("image/") or mime_type == "application/pdf" or PDF.fullmatch(suffix(url)):
        return html, node
    return f"{html}\n{constructs.link(url)}" if "html" in mime_type or not mime_type else html, node


def of_wordpress(item: Item, node: Node, uploads: Uploads) -> tuple[str, Node, list[str]]:
    """Return a WordPress text with the paragraphs, captions and galleries that WordPress adds when rendering it."""
    post_id = item.text("wp:post_id")

    def image(upload_id: str) -> str:
        return uploads[upload_id].image_html() if upload_id in uploads else ""

    def gallery() -> list[str]:
        return [upload.image_html() for upload in uploads.images_by_post.get(post_id, ())]

    shortcodes = Shortcodes(image, gallery)
    html = shortcodes.to_html(constructs.BRACKETED.sub("&lt;", constructs.shown(node.text)))
    notes = [
        _("The WordPress shortcode [%s] is not supported. It was removed; its content was kept.") % escape(name)
        for name in dict.fromkeys(shortcodes.removed)
    ]
    return with_paragraphs(html), node, notes
