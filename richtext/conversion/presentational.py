"""Presentational mark-up as elements and characters: styles, quotation marks, preformatted text, ruby."""

from __future__ import annotations

import re

from richtext.conversion.tree import Node

INLINE = {"span", "font", "a", "b", "strong", "i", "em", "u", "ins", "small", "big", "label", "time", "mark", "code"}
# The quotation marks of CLDR (supplemental delimiters): outer, inner.
QUOTES = {
    "en": ("“”", "‘’"), "ru": ("«»", "„“"), "uk": ("«»", "„“"), "be": ("«»", "„“"), "fr": ("«»", "«»"),
    "de": ("„“", "‚‘"), "es": ("«»", "“”"), "it": ("«»", "“”"), "pt": ("“”", "‘’"), "pl": ("„”", "«»"),
    "cs": ("„“", "‚‘"), "sk": ("„“", "‚‘"), "sr": ("„“", "‘’"), "bg": ("„“", "‘’"), "nl": ("“”", "‘’"),
    "sv": ("””", "’’"), "fi": ("””", "’’"), "da": ("””", "’’"), "nb": ("«»", "‘’"), "no": ("«»", "‘’"),
    "hu": ("„”", "»«"), "ro": ("„”", "«»"), "tr": ("“”", "‘’"), "el": ("«»", "“”"), "ja": ("「」", "『』"),
    "zh": ("“”", "‘’"), "ar": ("”“", "’‘"), "fa": ("«»", "‹›"), "he": ("””", "’’"), "hy": ("«»", "«»"),
}  # fmt: skip
QUOTE_MARKS = "“”„«»‘’‚‹›\"'「」『』"
SPACED_QUOTES = {"fr"}


def add_quotation_marks(children: list[Node | str], language: str, depth: int) -> list[Node | str]:
    """Return the contents of a `<q>` in the quotation marks of its language, `depth` levels deep."""
    text = Node("", {}, children).text()
    if not text or (text[0] in QUOTE_MARKS and text[-1] in QUOTE_MARKS):
        return children
    code = language.lower().replace("_", "-").partition("-")[0] or "en"
    opens, closes = QUOTES.get(code, QUOTES["en"])[depth % 2]
    space = "&nbsp;" if code in SPACED_QUOTES else ""
    return [opens + space, *children, space + closes]


def preformatted(children: list[Node | str]) -> list[Node | str]:
    """Return preformatted text with `<br>` for line ends and no-break spaces for indents."""
    result: list[Node | str] = []
    for child in children:
        if isinstance(child, Node):
            child.children = preformatted(child.children)
            result.append(child)
            continue
        for number, line in enumerate(child.replace("\r\n", "\n").split("\n")):
            if number:
                result.append(Node("br"))
            result.append(re.sub(r"^ +| {2,}", lambda spaces: "&nbsp;" * len(spaces[0]), line))
    return result


def ruby_in_brackets(children: list[Node | str]) -> list[Node | str]:
    """Return a ruby annotation with each reading in brackets."""
    if any(isinstance(child, Node) and child.tag == "rp" for child in children):
        return children
    return [
        Node("span", {}, ["(", child, ")"]) if isinstance(child, Node) and child.tag in ("rt", "rtc") else child
        for child in children
    ]


def apply_style(node: Node) -> list[Node | str]:
    """Return an element with marks for its style: bold, italic, struck through, superscript, subscript."""
    if "style" not in node.attributes or node.tag not in INLINE:
        return [node]
    style = node.style
    weight = style.get("font-weight", "")
    if (node.tag in ("b", "strong") and weight in ("normal", "400", "300", "lighter")) or (
        node.tag in ("i", "em") and style.get("font-style") == "normal"
    ):
        node.tag = "span"  # Google Docs puts the whole text into such a <b>
    tags = []
    if weight in ("bold", "bolder", "600", "700", "800", "900") and node.tag not in ("b", "strong"):
        tags.append("strong")
    if style.get("font-style") in ("italic", "oblique") and node.tag not in ("i", "em"):
        tags.append("em")
    if "line-through" in style.get("text-decoration", "") + style.get("text-decoration-line", ""):
        tags.append("s")
    if style.get("vertical-align") in ("super", "sub"):
        tags.append("sup" if style["vertical-align"] == "super" else "sub")
    for tag in tags:
        node.children = [Node(tag, {}, node.children)]
    return [node]
