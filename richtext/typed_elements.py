"""Elements of a text as it is in the editor, so that a remark about one of them can lead to its place.

Places count start tags of one kind: the third `p`, the first `table`. The browser finds the same element in the editor,
whose text is well-formed; nothing here depends on the end tags being there.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape

from richtext.complexity import TAG, truncated

ATTRIBUTE = re.compile(
    r"(?<![\w-])([a-zA-Z][\w-]*+)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"'][^\s>]*+))"
)  # linear: a name is read from its start only, and at most one quotation mark of each kind has no end
PASSAGES = frozenset("p h1 h2 h3 h4 h5 h6 li figcaption caption td th".split())
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
LINES = frozenset("p h1 h2 h3 h4 h5 h6".split())  # end where the next one begins


@dataclass
class Element:
    """An element: which one of its tag it is, its attributes, its own text, and the tags inside it."""

    tag: str
    index: int
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list)
    inside: Counter[str] = field(default_factory=Counter)
    language: str = ""  # of itself or of an element around it

    @property
    def text(self) -> str:
        """Return its text on one line, without that of passages inside it."""
        return " ".join(unescape("".join(self.pieces)).split())


def elements_in(html: str) -> list[Element]:
    """Return the elements of a text in the order of their start tags. What exceeds the limits of a text is left out.

    Text and tags belong to the innermost passage, link and table or figure around them: each piece of the text is kept
    at most three times, however deep the elements are nested.
    """
    html = truncated(html)
    found: list[Element] = []
    numbers: Counter[str] = Counter()
    path: list[Element] = []
    end = 0
    for match in TAG.finditer(html):
        add_text(path, html[end : match.start()])
        end = match.end()
        name = (match[1] or "").lower()
        if name.startswith("/"):
            close(path, name[1:])
        elif name:
            if name in LINES and path and path[-1].tag in LINES:
                path.pop()
            element = Element(name, numbers[name], attributes_of(match[0]))
            element.language = element.attributes.get("lang", "") or (path[-1].language if path else "")
            numbers[name] += 1
            count_inside(path, name)
            found.append(element)
            if name not in VOID:
                path.append(element)
    add_text(path, html[end:])
    return found


VOID = frozenset("area br col embed hr img input link meta source track wbr".split())
OWNERS = (PASSAGES, {"a"}, {"table", "figure"})
SEARCHED = 40  # open elements in which an owner or a start tag is looked for


def owners_of(path: list[Element]) -> list[Element]:
    """Return the innermost passage, link, and table or figure that are open."""
    near = path[-SEARCHED:]
    return [
        found
        for tags in OWNERS
        if (found := next((each for each in reversed(near) if each.tag in tags), None)) is not None
    ]


def add_text(path: list[Element], text: str) -> None:
    """Add a piece of text to the elements that it belongs to."""
    if text and path:
        for element in owners_of(path):
            element.pieces.append(text)


def count_inside(path: list[Element], tag: str) -> None:
    """Count a tag in the elements that it belongs to. A line break parts words."""
    for element in owners_of(path):
        element.inside[tag] += 1
        if tag == "br":
            element.pieces.append(" ")


def close(path: list[Element], tag: str) -> None:
    """Close an element and those that are open inside it; ignore an end tag without a start tag."""
    for index in range(len(path) - 1, max(len(path) - SEARCHED, 0) - 1, -1):
        if path[index].tag == tag:
            del path[index:]
            return


def attributes_of(tag: str) -> dict[str, str]:
    """Return the attributes of a start tag, their names in lower case."""
    return {name.lower(): unescape(double or single or bare) for name, double, single, bare in ATTRIBUTE.findall(tag)}
