"""Text constructs of Atom and RSS (RFC 4287, section 3.1; RSS 2.0; Atom 0.3) converted to HTML and plain text.

RSS does not say whether a text is HTML: tags of HTML elements are read as HTML, any other `<` as a character.
"""

from __future__ import annotations

import base64
import binascii
import re
from html import escape

from django.utils.translation import gettext as _

from richtext.plaintext import inline_text, plain_text
from richtext.sanitize import sanitize
from transfer.importer.feed_parser import Node
from transfer.importer.xml_decoding import FORBIDDEN
from transfer.importer.xml_namespaces import TAG

# A URL or e-mail address in angle brackets, which an HTML parser would drop as an unknown element.
BRACKETED = re.compile(
    r"<(?=(?:mailto:)?[^\s<>@\"']{1,64}@[^\s<>@\"']{1,255}>|(?:https?|ftp)://[^\s<>\"']{1,2000}>|www\.[^\s<>\"']{1,255}>)"
)
STRAY_BRACKET = re.compile(rf"<(?!{TAG.pattern[1:]})", re.IGNORECASE)
BLOCK = re.compile(
    r"<(?:html|body|address|article|aside|blockquote|br|center|dd|details|dir|div|dl|dt|fieldset|figure|footer|form|h[1-6]|header|"
    r"hr|li|main|menu|nav|ol|p|pre|section|table|ul)(?=[\s/>])",
    re.IGNORECASE,
)
BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
INDENTED = re.compile(r"\n[ \t]+")
# Invisible characters of no use on one line; joiners and marks that some scripts need are not in it.
INVISIBLE = re.compile("[\u00ad\u200b\u2060-\u2064\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb]")
NOT_TEXT = re.compile(
    r"<(?:script|style|iframe|template|noscript|object|svg|!--)", re.IGNORECASE
)  # content is not text
C1 = re.compile("[\x80-\x9f]")


def is_html(node: Node) -> bool:
    """Return whether an Atom text is declared as HTML."""
    return node.is_markup or "html" in type_of(node)


def type_of(node: Node) -> str:
    """Return the type of an Atom text; Atom 0.3 declares it in two attributes."""
    kind = node.attributes.get("type", "text").strip().lower().partition(";")[0]
    return "html" if node.attributes.get("mode", "").lower() == "escaped" and kind != "text/plain" else kind


def is_base64(node: Node) -> bool:
    """Return whether Atom content is in base64, as all content is that is neither text nor XML."""
    kind = type_of(node)
    is_text = "/" not in kind or kind.startswith("text/") or kind.endswith(("+xml", "/xml"))
    return node.attributes.get("mode", "").lower() == "base64" or not (is_text or node.is_markup)


def decode_base64(node: Node) -> Node | None:
    """Return an Atom text decoded from base64; None for a file that is not text."""
    if not is_base64(node):
        return node
    try:
        data = base64.b64decode("".join(node.text.split()), validate=True)
        text = data.decode("utf-8")
    except (binascii.Error, ValueError):
        # Some feeds give plain text a type that requires base64.
        return (
            node._replace(attributes={"type": "html"})
            if " " in node.text.strip() and "image" not in type_of(node)
            else None
        )
    if FORBIDDEN.search(text):
        return None
    kind = type_of(node)
    kind = "html" if "html" in kind or TAG.search(text) else "text"
    return node._replace(text=text, attributes={"type": kind})


def to_html(node: Node, *, typed: bool) -> str:
    """Return a text as HTML. An Atom text is `typed`: unless declared as HTML, it is plain text."""
    node = (decode_base64(node) or node._replace(text="")) if typed else node
    text = fix_c1_characters(node.text)
    if node.is_markup or (typed and is_html(node)):
        return with_paragraphs(BRACKETED.sub("&lt;", text))
    if typed:
        return text_to_paragraphs(escape(text, quote=False))
    return with_paragraphs(escape_stray_brackets(text))


def to_plain_text(node: Node, *, typed: bool) -> str:
    """Return a text as plain text on one line."""
    node = (decode_base64(node) or node._replace(text="")) if typed else node
    text = fix_c1_characters(node.text)
    if typed and not is_html(node):
        return clean_line(text)
    return clean_line(html_to_text(escape_stray_brackets(text)))


def escape_stray_brackets(text: str) -> str:
    """Return a text that may be HTML as HTML: a `<` that starts no HTML element is escaped."""
    return STRAY_BRACKET.sub("&lt;", text)


def html_to_text(html: str) -> str:
    """Return the plain text of HTML on one line."""
    if NOT_TEXT.search(html):
        html = sanitize(html)
    return " ".join(plain_text(html).split()) if BLOCK.search(html) else inline_text(html)


def clean_line(text: str) -> str:
    """Return a text on one line, without invisible characters."""
    return " ".join(INVISIBLE.sub("", fix_c1_characters(text)).split())


def fix_c1_characters(text: str) -> str:
    """Return a text with C1 control characters read as windows-1252, as browsers do."""
    if not C1.search(text):
        return text
    return C1.sub(lambda found: found[0].encode("latin-1").decode("cp1252", "ignore"), text)


def with_paragraphs(html: str) -> str:
    """Return HTML with paragraphs made from blank lines, unless it has block elements already."""
    html = html.replace("\r\n", "\n").replace("\r", "\n").strip()
    if BLOCK.search(html) or "\n" not in html:
        return html
    if "<" in html:  # in HTML, a single line break is a space
        return "\n".join(f"<p>{part}</p>" for part in BLANK_LINES.split(html))
    return text_to_paragraphs(html)


def text_to_paragraphs(text: str) -> str:
    """Return escaped plain text as HTML: blank lines separate paragraphs, other line breaks become `<br>`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    parts = (INDENTED.sub(" ", part).replace("\n", "<br>") for part in BLANK_LINES.split(text) if part)
    return "\n".join(f"<p>{part}</p>" for part in parts)


def link_paragraph(url: str, text: str = "") -> str:
    """Return a paragraph that holds a link."""
    return f'<p><a href="{escape(url)}">{escape(text or url, quote=False)}</a></p>'


def omission_note(node: Node) -> str:
    """Return the note on content that is a file embedded in the feed."""
    return _("A file of the type %s embedded in the feed was left out.") % type_of(node)[:60]
