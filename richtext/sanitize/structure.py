"""HTML structure: rebuilds sanitised, well-formed HTML as valid HTML. No text is lost.

The content model has three levels: containers (list, quotation, table, figure) hold containers or lines (paragraph,
heading, caption), and a line holds words with marks (bold, link). `StructureBuilder` reads start tags, text and end
tags. Its state is the open containers (`path`), the open marks (`marks`), the current line (`line`) and the tag of the
next line (`kind`).

    tag          at the start tag                               at the end tag
    -----------  ---------------------------------------------  ------------------------------------------
    MARKS        open the mark: the next words carry it         close the mark
    br, img      add it to the line                             –
    hr           end the line, place the rule                   –
    LINES        end the line; the next ones have this tag      end the line, restore the tag
                 (the outermost one, where they are nested)
    BLOCKS       end the line                                   end the line, restore the tag
    CONTAINERS   end the line, open the container               end the line, place the container in its parent

A line or container that its parent does not allow is wrapped in an implied container, or moved, by `place_child`.
Example:

    <ul>one<h1>Two</h1></ul><p>three <b>four<p>five

    ul     open a list                       h2     end the line "Two"
    one    add to the line                   /ul    place the list in the root
    h2     end the line: a ul allows only    p      the next line is a paragraph
           li, so it goes into an implied    ...    five is bold, as nh3 has repeated the open <b>
           li; the next line is a heading

    <ul><li>one<h2>Two</h2></li></ul> <p>three <strong>four</strong></p> <p><strong>five</strong></p>
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from richtext.sanitize import attributes, tables
from richtext.sanitize.tokens import INVISIBLE, TOKEN, attributes_of, start_tag_html
from richtext.sanitize.tree import HEADINGS, Element, Line, join_lines

MARKS = {"a", "strong", "em", "cite", "s", "sub", "sup"}
LINES = {"p", "caption", "figcaption"} | HEADINGS
CONTAINERS = {"blockquote", "ul", "ol", "li", "figure", "table", "thead", "tbody", "tr", "th", "td"}
BLOCKS = {
    "div", "section", "article", "header", "footer", "main", "aside", "address", "center", "pre", "dl", "dt", "dd",
    "nav", "hgroup", "search", "form", "fieldset", "legend", "details", "summary", "dialog", "menu", "dir", "option",
}  # fmt: skip
RENAMED = {
    "b": "strong", "i": "em", "del": "s", "strike": "s",
    "h1": "h2", "h5": "h4", "h6": "h4", "tfoot": "tbody",
}  # fmt: skip
MAX_DEPTH = 24  # levels of containers; deeper ones are dissolved

ALLOWED_PARTS = {
    "ul": {"li"}, "ol": {"li"}, "table": {"caption", "thead", "tbody"},
    "thead": {"tr"}, "tbody": {"tr"}, "tr": {"th", "td"},
}  # fmt: skip
IMPLIED_PARTS = {"ul": "li", "ol": "li", "table": "tbody", "thead": "tr", "tbody": "tr", "tr": "td"}
ONLY_IN_TABLES = {"thead", "tbody", "tr", "th", "td"}


class StructureBuilder:
    """Reads tokens in order into a tree; the table at the top of this module says what each tag does."""

    def __init__(self):
        self.root = Element("")
        self.path = [self.root]  # open containers, the innermost last
        self.marks: list[Element] = []
        self.kind = Line()  # tag and attributes of the next line
        self.line = Line()
        self.end_actions: list[Callable[[], object]] = []  # one for each open tag

    def start(self, tag: str, given: dict[str, str]) -> None:
        """Read a start tag."""
        allowed = attributes.clean_attributes(tag, given)
        if tag == "br":
            self.write("<br>")
        elif tag == "img":
            if "src" in allowed:
                self.write(start_tag_html("img", allowed | {"alt": allowed.get("alt", "")}))
        elif tag == "hr":
            self.end_line()
            place_child(self.path[-1], Line("", {}, [((), "<hr>")]))
        elif tag in MARKS and all(mark.tag != tag for mark in self.marks) and ("href" in allowed or tag != "a"):
            self.marks.append(Element(tag, allowed))
            self.end_actions.append(self.marks.pop)
        elif tag in LINES or tag in BLOCKS or (tag in CONTAINERS and len(self.path) > MAX_DEPTH):
            self.end_line()
            self.end_actions.append(partial(self.end_kind, self.kind))
            if tag in LINES and not self.kind.tag:
                self.kind = Line(tag, allowed)
        elif tag in CONTAINERS:
            self.end_line()
            self.end_actions.append(partial(self.end_container, self.kind))
            self.kind = Line()
            self.path.append(Element(tag, allowed))
        else:  # a mark within the same mark, or a link without a URL
            self.end_actions.append(lambda: None)

    def end(self) -> None:
        """Read an end tag."""
        self.end_actions.pop()()

    def write(self, piece: str) -> None:
        """Add a piece of HTML to the line."""
        self.line.words.append((tuple(self.marks), piece))

    def end_line(self) -> None:
        """Place the current line in the innermost container, unless it is blank."""
        line, self.line = self.line, Line()
        line.tag, line.attributes = self.kind.tag, dict(self.kind.attributes)
        if not line.trim().is_blank():
            place_child(self.path[-1], line)

    def end_kind(self, previous: Line) -> None:
        self.end_line()
        self.kind = previous

    def end_container(self, previous: Line) -> None:
        self.end_kind(previous)
        element = self.path.pop()
        for part in finish_container(element):
            place_child(self.path[-1], part)


def place_child(parent: Element, child: Element | Line) -> None:
    """Append `child` to `parent`, or to the implied container that the content model requires."""
    if parent.tag in ALLOWED_PARTS:
        if child.tag in ALLOWED_PARTS[parent.tag]:
            parent.children.append(child)
        else:
            place_child(implied_part(parent, child), child)
    elif child.tag == "li":
        place_list_item(parent, child)
    elif child.tag in ONLY_IN_TABLES:
        for part in child.children:
            place_child(parent, part)
    else:
        if child.tag == "caption" or (child.tag == "figcaption" and parent.tag != "figure"):
            child.tag = ""
        if child.tag or is_rule(child):
            parent.children.append(child)
        else:
            place_bare_text(parent, child)


def implied_part(parent: Element, child: Element | Line) -> Element:
    """Return the part of `parent` (an li of a list, a td of a row) for a child that is not allowed in it directly.

    A nested list goes into the item before it, other children into an implied part.
    """
    last = last_child(parent)
    is_nested_list = parent.tag in ("ul", "ol") and child.tag in ("ul", "ol")
    if isinstance(last, Element) and (last.implied or is_nested_list):
        return last
    part = Element(IMPLIED_PARTS[parent.tag], implied=True)
    parent.children.append(part)
    return part


def place_list_item(parent: Element, item: Element | Line) -> None:
    """Append an item outside a list to an implied list."""
    last = last_child(parent)
    if not (isinstance(last, Element) and last.implied and last.tag == "ul"):
        last = Element("ul", implied=True)
        parent.children.append(last)
    last.children.append(item)


def place_bare_text(parent: Element, line: Line) -> None:
    """Append a line without a tag: as a paragraph, or in list items, cells and figures joined to the text before it."""
    last = last_child(parent)
    if parent.tag in ("", "blockquote"):
        line.tag = "p"
    elif isinstance(last, Line) and not last.tag and not is_rule(last):
        join_lines([last, line])
        return
    parent.children.append(line)


def last_child(parent: Element) -> Element | Line | None:
    return parent.children[-1] if parent.children else None


def is_rule(child: Element | Line) -> bool:
    """Return whether it is a thematic break."""
    return isinstance(child, Line) and child.words[0][1] == "<hr>"


def finish_container(element: Element) -> list[Element | Line]:
    """Return the replacement for a container that has ended: itself, its captions alone, or nothing."""
    if element.tag in ("table", "figure"):
        return finish_captioned(element)
    if not element.children and element.tag not in ("td", "th"):
        return []
    if element.tag == "ul":
        for item in element.children:
            item.attributes.pop("value", None)  # only valid in numbered lists
    return [element]


def finish_captioned(element: Element) -> list[Element | Line]:
    """Return a table or figure with its captions joined; only the captions if it has no other contents."""
    is_table = element.tag == "table"
    caption_tag = "caption" if is_table else "figcaption"
    captions = [child for child in element.children if child.tag == caption_tag]
    rest = [child for child in element.children if child.tag != caption_tag]
    if is_table:
        rest = tables.repair_table(rest)
    if not rest:
        return captions
    caption = [join_lines(captions)] if captions else []
    element.children = caption + rest if is_table else rest + caption
    return [element]


def close_heading_gaps(element: Element, level: int = 1) -> int:
    """Lower headings so that no level is skipped (WCAG 2.2, 1.3.1); return the level of the last one."""
    for child in element.children:
        if child.tag in HEADINGS:
            level = min(int(child.tag[1]), level + 1)
            child.tag = f"h{level}"
        elif isinstance(child, Element):
            level = close_heading_gaps(child, level)
    return level


def to_valid_html(html: str) -> str:
    """Return HTML of known tags, which is well-formed, as valid HTML."""
    reader = StructureBuilder()
    for token in TOKEN.finditer(html):
        closing, tag, given = token.groups()
        if tag is None:
            reader.write(INVISIBLE.sub("", token[0]))
        elif closing:
            reader.end()
        else:
            visible = {name: INVISIBLE.sub("", value) for name, value in attributes_of(given).items()}
            reader.start(RENAMED.get(tag, tag), visible)
    reader.end_line()
    close_heading_gaps(reader.root)
    return "\n".join(map(str, reader.root.children))
