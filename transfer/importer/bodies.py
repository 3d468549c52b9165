"""Body of a feed item as HTML for the sanitiser, with notes on the parts left out."""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from django.utils.translation import gettext as _

from richtext.complexity import TooComplex
from richtext.convert import Loss, convert_html, describe
from transfer.importer import text_constructs
from transfer.importer.feed_files import PDF_SUFFIX, Uploads, suffix
from transfer.importer.feed_parser import Item, Node, absolute_url
from transfer.importer.shortcodes import ShortcodeConverter
from transfer.importer.validation import ImportFault
from transfer.importer.wpautop import with_paragraphs

WORDPRESS_ELEMENTS = ("wp:post_id", "wp:post_type", "wp:status")
RELATIVE_LINK = re.compile(r'<a href="(?![a-zA-Z][a-zA-Z0-9+.-]{0,20}:|#|//)')
DETAILED = {"embed", "media", "foreign_picture", "script", "caption"}  # losses whose notes give the detail
SUMMARIES = (
    "description", "atom:summary", "summary", "dc:description", "dcterms:abstract", "media:description",
    "itunes:summary",
)  # fmt: skip
# Elements without content or effect, and self-closing tags, which an HTML parser takes for start tags.
EMPTY_HEAD_ELEMENT = re.compile(r"</?(?:link|meta|base|basefont)(?=[\s/>])[^<>]*+>", re.IGNORECASE)
SELF_CLOSING = re.compile(
    r"<(iframe|script|style|textarea|title|noscript|object|video|audio|canvas|a|span|div|em|strong|b|i)"
    r"(\s[^<>]*+|)(?<=/)>",
    re.IGNORECASE,
)
RELATIVE_URL = re.compile(
    r"(?:href|src|data|poster|cite)\s{0,9}=\s{0,9}+[\"']?+\s{0,9}+(?!https?:|mailto:|tel:|#)", re.IGNORECASE
)


class Body(NamedTuple):
    """A body as HTML, the element that it is from, and notes on the parts left out."""

    html: str
    node: Node | None = None
    notes: tuple[str, ...] = ()


def body_of(item: Item, base: str, language: str, uploads: Uploads) -> Body:
    """Return the body of an item; raise Fault for one that is too complex."""
    html, node, notes = find_body(item, uploads)
    base_url = node.base if node and node.base.startswith(("http:", "https:")) else base
    if "=" not in html or not RELATIVE_URL.search(html):
        base_url = ""  # no relative URLs: an ordinary text then needs no conversion
    html, lost = converted_with_notes(html, base=base_url, language=language)
    if RELATIVE_LINK.search(html):
        notes.append(_("Relative links could not be completed, because the item does not give its web address."))
    return Body(html, node, (*notes, *lost))


def converted_with_notes(
    html: str, *, base: str = "", language: str = "", keep_pictures: bool = True
) -> tuple[str, list[str]]:
    """Return HTML for the sanitiser, and a sentence for each kind of loss."""
    html, lost = converted(html, base=base, language=language, keep_pictures=keep_pictures)
    return html, loss_sentences(lost)


def converted(html: str, *, base: str = "", language: str = "", keep_pictures: bool) -> tuple[str, list[Loss]]:
    """Return HTML for the sanitiser, and the losses; raise Fault for HTML that is too complex."""
    html = (
        SELF_CLOSING.sub(r"<\1\2></\1>", EMPTY_HEAD_ELEMENT.sub("", html))
        if "/>" in html or EMPTY_HEAD_ELEMENT.search(html)
        else html
    )
    try:
        return convert_html(html, base_url=base, language=language, keep_pictures=keep_pictures)
    except TooComplex as error:
        raise ImportFault(_("its text cannot be read: %s") % error) from None


def loss_sentences(lost: list[Loss]) -> list[str]:
    """Return sentences on losses that are the same for all messages with the same kinds of loss."""
    return lost and describe(dict.fromkeys(loss if loss.kind in DETAILED else Loss(loss.kind) for loss in lost))


def find_body(item: Item, uploads: Uploads) -> tuple[str, Node | None, list[str]]:
    """Return the body of an item as HTML, the element that it is from, and notes."""
    for node in item.all("content:encoded"):
        if node.text.strip():
            if not node.is_markup and any(name in item.elements for name in WORDPRESS_ELEMENTS):
                return wordpress_body(item, node, uploads)
            return text_constructs.to_html(node._replace(attributes={"type": "html"}), typed=True), node, []
    for node in item.all("xhtml:body", "xhtml:div", "body", "fullitem"):
        if node.text.strip():
            return text_constructs.to_html(node, typed=False), node, []
    notes: list[str] = []
    for node in item.all("atom:content"):
        if source := node.attributes.get("src", "").strip():
            return *linked_content_of(item, absolute_url(node.base, source), node.attributes.get("type", "")), notes
        if not node.text.strip():
            continue
        if (found := text_constructs.decode_base64(node)) is None:
            notes.append(text_constructs.omission_note(node))
            continue
        return text_constructs.to_html(found, typed=True), node, notes
    return *summary_of(item), notes


def summary_of(item: Item) -> tuple[str, Node | None]:
    """Return the text of an item that has only a summary, and its element."""
    for name in SUMMARIES:
        for node in item.all(name):
            if node.text.strip():
                return text_constructs.to_html(node, typed=name == "atom:summary"), node
    return "", None


def linked_content_of(item: Item, url: str, mime_type: str) -> tuple[str, Node | None]:
    """Return the summary of an item whose content is at another URL, with a link to it."""
    html, node = summary_of(item)
    if mime_type.startswith("image/") or mime_type == "application/pdf" or PDF_SUFFIX.fullmatch(suffix(url)):
        return html, node
    return f"{html}\n{text_constructs.link_paragraph(url)}" if "html" in mime_type or not mime_type else html, node


def wordpress_body(item: Item, node: Node, uploads: Uploads) -> tuple[str, Node, list[str]]:
    """Return a WordPress text with the paragraphs, captions and galleries that WordPress adds when rendering it."""
    post_id = item.text("wp:post_id")

    def image(upload_id: str) -> str:
        return uploads[upload_id].image_html() if upload_id in uploads else ""

    def gallery() -> list[str]:
        return [upload.image_html() for upload in uploads.images_by_post.get(post_id, ())]

    shortcodes = ShortcodeConverter(image, gallery)
    html = shortcodes.to_html(text_constructs.BRACKETED.sub("&lt;", text_constructs.fix_c1_characters(node.text)))
    notes = [
        _("The WordPress shortcode [%s] is not supported. It was removed; its content was kept.") % escape(name)
        for name in dict.fromkeys(shortcodes.removed)
    ]
    return with_paragraphs(html), node, notes
