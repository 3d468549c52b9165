"""The tree that `structure` builds: elements, and lines of words with marks. `str()` of a node is its HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from richtext.sanitize.tokens import start_tag_html

HEADINGS = {"h2", "h3", "h4"}
SPACE = " \t\n"
BLANK = re.compile(r"(?:\s|&nbsp;|<br>|[\u00ad\u061c\u200b-\u200f\u2060\ufeff])*")


@dataclass(eq=False, slots=True)
class Element:
    """A container with its contents, or a mark."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | Line] = field(default_factory=list)
    implied: bool = False  # created for contents that its parent does not allow

    def __str__(self) -> str:
        inside = "\n".join(map(str, self.children))
        if self.children and not (len(self.children) == 1 and isinstance(self.children[0], Line)):
            inside = f"\n{inside}\n" if isinstance(self.children[0], Element) else f"{inside}\n"
        return start_tag_html(self.tag, self.attributes) + inside + f"</{self.tag}>"


@dataclass(eq=False, slots=True)
class Line:
    """A run of words: each a piece of HTML (text or one empty element) with its marks, from the outermost."""

    tag: str = ""  # "" for bare text, as in a list item
    attributes: dict[str, str] = field(default_factory=dict)
    words: list[tuple[tuple[Element, ...], str]] = field(default_factory=list)

    def __str__(self) -> str:
        html, open_marks = [], ()
        for marks, piece in [*self.words, ((), "")]:
            same = sum(1 for _ in shared_marks(open_marks, marks))
            html += [f"</{mark.tag}>" for mark in reversed(open_marks[same:])]
            html += [start_tag_html(mark.tag, mark.attributes) for mark in marks[same:]]
            html.append(piece)
            open_marks = marks
        inside = "".join(html)
        return start_tag_html(self.tag, self.attributes) + inside + f"</{self.tag}>" if self.tag else inside

    def trim(self) -> Line:
        """Remove white space and breaks at both ends, and marks without text; return the line."""
        used = {id(mark) for marks, piece in self.words if not BLANK.fullmatch(piece) for mark in marks}
        words = [(tuple(mark for mark in marks if id(mark) in used), piece) for marks, piece in self.words]
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
            self.tag = "p"  # an image alone is not a heading
        return self

    def is_blank(self) -> bool:
        return all(BLANK.fullmatch(piece) for _, piece in self.words)


def shared_marks(one, other):
    """Yield the marks that two words have in common, from the outermost."""
    for first, second in zip(one, other, strict=False):
        if first is not second:
            return
        yield first


def join_lines(lines: list[Line]) -> Line:
    """Return several lines as one, separated by breaks."""
    first, *others = lines
    for line in others:
        first.words += [((), "<br>"), *line.words]
    return first
