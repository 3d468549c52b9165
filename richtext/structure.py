"""The structure of a rich text: what stands in what. Takes well-formed, harmless HTML and returns valid HTML.

Text is read as lines (paragraphs, headings, captions) of words that carry marks (bold, a link), in containers (lists,
quotations, tables, figures). What stands where it may not is moved to where it may; no word is lost on the way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape, unescape

from richtext import attributes, tables

MARKS = {"a", "strong", "em", "cite", "s", "sub", "sup"}
HEADINGS = {"h2", "h3", "h4"}
LINES = {"p", "caption", "figcaption"} | HEADINGS
CONTAINERS = {"blockquote", "ul", "ol", "li", "figure", "table", "thead", "tbody", "tr", "th", "td"}
BREAKS = {
    "div", "section", "article", "header", "footer", "main", "aside", "address", "center", "pre", "dl", "dt", "dd",
    "nav", "hgroup", "search", "form", "fieldset", "legend", "details", "summary", "dialog", "menu", "dir", "option",
}  # fmt: skip
RENAMED = {
    "b": "strong", "i": "em", "del": "s", "strike": "s",
    "h1": "h2", "h5": "h4", "h6": "h4", "tfoot": "tbody",
}  # fmt: skip
DEEPEST = 24  # containers in one another; what is deeper is brought up

PARTS = {
    "ul": {"li"}, "ol": {"li"}, "table": {"caption", "thead", "tbody"},
    "thead": {"tr"}, "tbody": {"tr"}, "tr": {"th", "td"},
}  # fmt: skip
IMPLIED = {"ul": "li", "ol": "li", "table": "tbody", "thead": "tr", "tbody": "tr", "tr": "td"}
ONLY_IN_TABLES = {"thead", "tbody", "tr", "th", "td"}

TOKEN = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z]+="[^"]*")*)>|[^<]+')
ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
SPACE = " \t\n"
BLANK = re.compile(r"(?:\s|&nbsp;|<br>|[\u00ad\u061c\u200b-\u200f\u2060\ufeff])*")

# Characters that show nothing, or that turn the words after them about, with no end in sight. Kept: the marks and
# joiners that Arabic, Persian and emoji are written with (U+061C, U+200C to U+200F).
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ud800-\udfff\ufffe\uffff]"
)


@dataclass(eq=False, slots=True)
class Element:
    """A container with what it holds, or a mark."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | Line] = field(default_factory=list)
    implied: bool = False  # not in the text that was read; made to hold what stood loose

    def __str__(self) -> str:
        inside = "\n".join(map(str, self.children))
        if self.children and not (len(self.children) == 1 and isinstance(self.children[0], Line)):
            inside = f"\n{inside}\n" if isinstance(self.children[0], Element) else f"{inside}\n"
        return opening(self.tag, self.attributes) + inside + f"</{self.tag}>"


@dataclass(eq=False, slots=True)
class Line:
    """A run of words: each a piece of HTML (text or one empty element) and the marks that it carries."""

    tag: str = ""  # "" stands loose, as the text of a list item does
    attributes: dict[str, str] = field(default_factory=dict)
    words: list[tuple[tuple[Element, ...], str]] = field(default_factory=list)

    def __str__(self) -> str:
        html, marks = [], ()
        for wanted, piece in [*self.words, ((), "")]:
            same = sum(1 for _ in shared(marks, wanted))
            html += [f"</{mark.tag}>" for mark in reversed(marks[same:])]
            html += [opening(mark.tag, mark.attributes) for mark in wanted[same:]]
            html.append(piece)
            marks = wanted
        inside = "".join(html)
        return opening(self.tag, self.attributes) + inside + f"</{self.tag}>" if self.tag else inside

    def trim(self) -> Line:
        """Drop the space and the breaks around it, and marks that mark nothing."""
        telling = {id(mark) for marks, piece in self.words if not BLANK.fullmatch(piece) for mark in marks}
        words = [(tuple(mark for mark in marks if id(mark) in telling), piece) for marks, piece in self.words]
        for end, strip in ((0, str.lstrip), (-1, str.rstrip)):
            while words:
                marks, piece = words[end]
                piece = "" if piece == "<br>" else strip(piece, SPACE)
                if piece:
                    words[end] = marks, piece
                    break
                del words[end]
        self.words = words
        if self.tag in HEADINGS and all(BLANK.fullmatch(piece) or piece[0] == "<" for _, piece in words):
            self.tag = "p"  # a heading of a picture alone is none
        return self

    def is_blank(self) -> bool:
        """Say whether there is nothing to see in it."""
        return all(BLANK.fullmatch(piece) for _, piece in self.words)


def opening(tag: str, given: dict[str, str]) -> str:
    """Return a start tag."""
    return "<" + " ".join([tag, *(f'{name}="{escape(value)}"' for name, value in given.items())]) + ">"


def shared(one, other):
    """Yield the marks that two words have in common, from the outermost on."""
    for first, second in zip(one, other, strict=False):
        if first is not second:
            return
        yield first


def joined(lines: list[Line]) -> Line:
    """Return several lines as one, with breaks between."""
    first, *others = lines
    for line in others:
        first.words += [((), "<br>"), *line.words]
    return first


class Reader:
    """Reads tokens from first to last; what each start tag opens is undone at its end tag."""

    def __init__(self):
        self.root = Element("")
        self.path = [self.root]  # containers, the innermost last
        self.marks: list[Element] = []
        self.kind = Line()  # what the next line will be
        self.line = Line()
        self.ends = []  # for each open tag, how to end it

    def start(self, tag: str, given: dict[str, str]) -> None:
        kept = attributes.keep(tag, given)
        if tag == "br":
            self.write("<br>")
        elif tag == "img":
            if "src" in kept:
                kept.setdefault("alt", "")
                self.write(opening("img", kept))
        elif tag == "hr":
            self.end_line()
            place(self.path[-1], Line("", {}, [((), "<hr>")]))
        elif tag in MARKS and all(mark.tag != tag for mark in self.marks) and ("href" in kept or tag != "a"):
            self.marks.append(Element(tag, kept))
            self.ends.append(self.marks.pop)
        elif tag in LINES or tag in BREAKS or (tag in CONTAINERS and len(self.path) > DEEPEST):
            self.end_line()
            before = self.kind
            if tag in LINES and not before.tag:
                self.kind = Line(tag, kept)
            self.ends.append(lambda: self.end_kind(before))
        elif tag in CONTAINERS:
            self.end_line()
            before, self.kind = self.kind, Line()
            self.path.append(Element(tag, kept))
            self.ends.append(lambda: self.end_container(before))
        else:
            self.ends.append(lambda: None)

    def end(self) -> None:
        self.ends.pop()()

    def write(self, piece: str) -> None:
        self.line.words.append((tuple(self.marks), piece))

    def end_line(self) -> None:
        line, self.line = self.line, Line()
        line.tag, line.attributes = self.kind.tag, dict(self.kind.attributes)
        if not line.trim().is_blank():
            place(self.path[-1], line)

    def end_kind(self, before: Line) -> None:
        self.end_line()
        self.kind = before

    def end_container(self, before: Line) -> None:
        self.end_kind(before)
        element = self.path.pop()
        for part in finished(element):
            place(self.path[-1], part)


def place(parent: Element, child: Element | Line) -> None:
    """Put `child` into `parent`, or where it may stand near there."""
    last = parent.children[-1] if parent.children else None
    if parent.tag in PARTS and child.tag not in PARTS[parent.tag]:
        nested = parent.tag in ("ul", "ol") and child.tag in ("ul", "ol")
        if not (isinstance(last, Element) and (last.implied or nested)):
            last = Element(IMPLIED[parent.tag], implied=True)
            parent.children.append(last)
        return place(last, child)
    if parent.tag not in PARTS:
        if child.tag == "li":
            if not (isinstance(last, Element) and last.implied and last.tag == "ul"):
                last = Element("ul", implied=True)
                parent.children.append(last)
            last.children.append(child)
            return None
        if child.tag in ONLY_IN_TABLES:
            for part in child.children:
                place(parent, part)
            return None
        if child.tag == "caption" or (child.tag == "figcaption" and parent.tag != "figure"):
            child.tag = ""
        if not child.tag and not is_rule(child):
            if parent.tag in ("", "blockquote"):
                child.tag = "p"
            elif isinstance(last, Line) and not last.tag and not is_rule(last):
                joined([last, child])
                return None
    parent.children.append(child)
    return None


def is_rule(child: Element | Line) -> bool:
    """Say whether it is a thematic break, which is a line of its own."""
    return isinstance(child, Line) and child.words[0][1] == "<hr>"


def finished(element: Element) -> list[Element | Line]:
    """Return what a container comes to when all that it holds is known: itself, its contents, or nothing."""
    if element.tag in ("table", "figure"):
        part = "caption" if element.tag == "table" else "figcaption"
        captions = [child for child in element.children if child.tag == part]
        others = [child for child in element.children if child.tag != part]
        if element.tag == "table":
            others = tables.mended(others)
        if not others:
            return captions
        caption = [joined(captions)] if captions else []
        element.children = caption + others if element.tag == "table" else others + caption
    elif not element.children and element.tag not in ("td", "th"):
        return []
    elif element.tag == "ul":
        for item in element.children:
            item.attributes.pop("value", None)  # it has no numbers
    return [element]


def step_down_singly(element: Element, level: int = 1) -> int:
    """Let headings go down one level at a time, as a reader who hears the page needs; return the last one's level."""
    for child in element.children:
        if child.tag in HEADINGS:
            level = min(int(child.tag[1]), level + 1)
            child.tag = f"h{level}"
        elif isinstance(child, Element):
            level = step_down_singly(child, level)
    return level


def valid(html: str) -> str:
    """Return the text of `html`, which is well-formed and holds known tags only, as valid HTML."""
    reader = Reader()
    for token in TOKEN.finditer(html):
        closing, tag, given = token.groups()
        if tag is None:
            reader.write(UNSEEN.sub("", token[0]))
        elif closing:
            reader.end()
        else:
            pairs = {name: UNSEEN.sub("", unescape(value)) for name, value in ATTRIBUTE.findall(given)}
            reader.start(RENAMED.get(tag, tag), pairs)
    reader.end_line()
    step_down_singly(reader.root)
    return "\n".join(map(str, reader.root.children))
