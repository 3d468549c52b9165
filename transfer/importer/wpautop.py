"""WordPress paragraphs: `wpautop` in Python, which WordPress applies when it renders a text.

Blank lines separate paragraphs and single line breaks become `<br>`, also between existing elements. In lists, tables,
headings and preformatted text, line breaks have no meaning.
"""

from __future__ import annotations

import re

# A tag, in linear time: neither its name nor its attributes may contain a `<`.
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})(?=[\s/>])((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>|<!--")
BLOCKS = {
    "blockquote", "div", "section", "article", "aside", "main", "details", "header", "footer", "center", "fieldset",
    "form",
}  # fmt: skip
OPAQUE_BLOCKS = {  # blocks in which lines are not paragraphs
    "ul", "ol", "dl", "menu", "table", "pre", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "script", "style", "iframe",
    "object", "video", "audio", "svg", "math", "address", "select", "textarea", "noscript", "template", "map", "nav",
}  # fmt: skip
VOID_BLOCKS = {"hr"}
BLANK = re.compile(r"\n[ \t\u00a0]*\n\s*")
URL_LINE = re.compile(r"https?://[^\s<>\"'\[\]]{1,2000}")
VOID_BREAK = re.compile(r"(<br\s{0,3}/?>)[ \t]*\n", re.IGNORECASE)


def with_paragraphs(html: str) -> str:
    """Return a WordPress text as HTML with paragraphs and line breaks; texts of the block editor have them already."""
    html = html.replace("\r\n", "\n").replace("\r", "\n")
    if "<!-- wp:" in html:
        return block_editor_html(html)
    return ParagraphWriter().to_html(html)


def block_editor_html(html: str) -> str:
    """Return a text of the block editor: only outside blocks, and in classic ones, do lines make paragraphs."""
    parts, depth, classic, position = [], 0, False, 0
    while (start := html.find("<!--", position)) >= 0:
        end = html.find("-->", start)
        if end < 0:
            break
        comment = html[start + 4 : end].strip()
        piece = html[position:start]
        if comment.startswith(("wp:", "/wp:")) or not depth:
            parts.append(ParagraphWriter().to_html(piece) if not depth or classic else piece)
            if comment.startswith("wp:") and not comment.endswith("/"):
                classic = not depth and comment.startswith(("wp:freeform", "wp:core/freeform", "wp:classic"))
                depth += 1
            elif comment.startswith("/wp:"):
                depth, classic = max(depth - 1, 0), False
        else:
            parts.append(piece)
        position = end + 3
    rest = html[position:]
    parts.append(rest if depth and not classic else ParagraphWriter().to_html(rest))
    return "\n".join(filter(None, map(str.strip, parts)))


class ParagraphWriter:
    """Writes a text with a paragraph for each run of text outside block elements."""

    def __init__(self):
        self.out: list[str] = []
        self.run: list[str] = []  # texts and tags of the current paragraph
        self.opening = ""  # start tag of the current paragraph, if the text has one
        self.closed: list[str] = []  # enclosing CLOSED blocks

    def to_html(self, html: str) -> str:
        """Return the text with paragraphs."""
        position = 0
        while found := TAG.search(html, position):
            self.text(html[position : found.start()])
            position = found.end()
            if found[2]:
                self.tag(found)
                continue
            end = html.find("-->", position)
            if html[position:end].strip().startswith(("more", "nextpage")) and not self.closed:
                self.end_paragraph()
            position = end + 3 if end >= 0 else len(html)
        self.text(html[position:])
        self.end_paragraph()
        return "".join(self.out).strip()

    def text(self, text: str) -> None:
        """Add text; outside CLOSED blocks, blank lines end the paragraph."""
        if self.closed:
            self.out.append(text)
            return
        first, *others = BLANK.split(text)
        self.run.append(first)
        for part in others:
            self.end_paragraph()
            self.run.append(part)

    def tag(self, found: re.Match[str]) -> None:
        """Add a tag, to the current paragraph or between paragraphs."""
        closing, name = found[1], found[2].lower()
        if self.closed:
            self.out.append(found[0])
            if closing and name in self.closed:
                while self.closed.pop() != name:
                    pass
            elif not closing and name in OPAQUE_BLOCKS and not found[3].endswith("/"):
                self.closed.append(name)
        elif name == "p":
            self.end_paragraph()
            self.opening = "" if closing else found[0]
        elif name in OPAQUE_BLOCKS:
            self.end_paragraph()
            self.out.append(found[0])
            if not closing and not found[3].endswith("/"):
                self.closed.append(name)
        elif name in BLOCKS or name in VOID_BLOCKS:
            self.end_paragraph()
            self.out.append(found[0])
        else:
            self.run.append(found[0])

    def end_paragraph(self) -> None:
        """Write the current paragraph with its line breaks."""
        text = "".join(self.run).strip()
        self.run.clear()
        if not text:
            return
        lines = [line.strip() for line in VOID_BREAK.sub(r"\1", text).split("\n")]
        lines = [f'<a href="{line}">{line}</a>' if URL_LINE.fullmatch(line) else line for line in lines]
        self.out.append(f"{self.opening or '<p>'}{'<br>'.join(lines)}</p>\n")
