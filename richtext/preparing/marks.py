"""What style and mark-up alone mean, as elements or characters that the cleaner keeps."""

from __future__ import annotations

import re

from richtext.preparing.tree import Node

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
SPACED = {"fr"}


def quoted(children: list[Node | str], language: str, depth: int) -> list[Node | str]:
    """Return what a `<q>` holds between the quotation marks of its language; `depth` quotations are around it."""
    words = Node("", {}, children).text()
    if not words or (words[0] in QUOTE_MARKS and words[-1] in QUOTE_MARKS):
        return children
    code = language.lower().replace("_", "-").partition("-")[0] or "en"
    opens, closes = QUOTES.get(code, QUOTES["en"])[depth % 2]
    space = "&nbsp;" if code in SPACED else ""
    return [opens + space, *children, space + closes]


def with_breaks(children: list[Node | str]) -> list[Node | str]:
    """Return preformatted text with its line ends as breaks and its indents as spaces that stay."""
    found: list[Node | str] = []
    for child in children:
        if isinstance(child, Node):
            child.children = with_breaks(child.children)
            found.append(child)
            continue
        for number, line in enumerate(child.replace("\r\n", "\n").split("\n")):
            if number:
                found.append(Node("br"))
            found.append(re.sub(r"^ +| {2,}", lambda spaces: "&nbsp;" * len(spaces[0]), line))
    return found


def with_readings(children: list[Node | str]) -> list[Node | str]:
    """Return a ruby annotation with each reading in brackets."""
    if any(isinstance(child, Node) and child.tag == "rp" for child in children):
        return children
    return [
        Node("span", {}, ["(", child, ")"]) if isinstance(child, Node) and child.tag in ("rt", "rtc") else child
        for child in children
    ]


def from_style(node: Node) -> list[Node | str]:
    """Return an element in the marks that its style means: bold, slanted, struck through, raised, lowered."""
    if "style" not in node.attributes or node.tag not in INLINE:
        return [node]
    style = node.style
    weight = style.get("font-weight", "")
    if (node.tag in ("b", "strong") and weight in ("normal", "400", "300", "lighter")) or (
        node.tag in ("i", "em") and style.get("font-style") == "normal"
    ):
        node.tag = "span"  # Google Docs puts a whole text into such a <b>
    wanted = []
    if weight in ("bold", "bolder", "600", "700", "800", "900") and node.tag not in ("b", "strong"):
        wanted.append("strong")
    if style.get("font-style") in ("italic", "oblique") and node.tag not in ("i", "em"):
        wanted.append("em")
    if "line-through" in style.get("text-decoration", "") + style.get("text-decoration-line", ""):
        wanted.append("s")
    if style.get("vertical-align") in ("super", "sub"):
        wanted.append("sup" if style["vertical-align"] == "super" else "sub")
    for tag in wanted:
        node.children = [Node(tag, {}, node.children)]
    return [node]
