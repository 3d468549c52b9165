"""The lines of a WordPress text as elements, as WordPress makes them when it shows the text (`wpautop`).

Blank lines part paragraphs and single line breaks are kept, part by part: also where some parts are elements already.
In lists, tables, headings and preformatted text, line breaks mean nothing of their own.
"""

from __future__ import annotations

import re

# A tag. Neither its name nor its attributes may hold a `<`, so each character is looked at once.
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})(?=[\s/>])((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>|<!--")
PARTS = {
    "blockquote", "div", "section", "article", "aside", "main", "details", "header", "footer", "center", "fieldset",
    "form",
}  # fmt: skip
CLOSED = {  # blocks within which lines are not paragraphs
    "ul", "ol", "dl", "menu", "table", "pre", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "script", "style", "iframe",
    "object", "video", "audio", "svg", "math", "address", "select", "textarea", "noscript", "template", "map", "nav",
}  # fmt: skip
ALONE = {"hr"}
BLANK = re.compile(r"\n[ \t\u00a0]*\n\s*")
URL_LINE = re.compile(r"https?://[^\s<>\"'\[\]]{1,2000}")
VOID_BREAK = re.compile(r"(<br\s{0,3}/?>)[ \t]*\n", re.IGNORECASE)


def with_paragraphs(html: str) -> str:
    """Return a text of WordPress as HTML with its paragraphs and line breaks. Texts of its block editor have them."""
    html = html.replace("\r\n", "\n").replace("\r", "\n")
    if "<!-- wp:" in html:
        return of_blocks(html)
    return Writer().written(html)


def of_blocks(html: str) -> str:
    """Return a text of the block editor: only what stands outside a block, or in a classic one, has lines."""
    found, depth, classic, place = [], 0, False, 0
    while (start := html.find("<!--", place)) >= 0:
        end = html.find("-->", start)
        if end < 0:
            break
        words = html[start + 4 : end].strip()
        piece = html[place:start]
        if words.startswith(("wp:", "/wp:")) or not depth:
            found.append(Writer().written(piece) if not depth or classic else piece)
            if words.startswith("wp:") and not words.endswith("/"):
                classic = not depth and words.startswith(("wp:freeform", "wp:core/freeform", "wp:classic"))
                depth += 1
            elif words.startswith("/wp:"):
                depth, classic = max(depth - 1, 0), False
        else:
            found.append(piece)
        place = end + 3
    rest = html[place:]
    found.append(rest if depth and not classic else Writer().written(rest))
    return "\n".join(filter(None, map(str.strip, found)))


class Writer:
    """Writes a text with a paragraph for each run of text that is in no element."""

    def __init__(self):
        self.out: list[str] = []
        self.run: list[str] = []  # of the paragraph in hand: texts and tags
        self.opening = ""  # the start tag of the paragraph in hand, where the text has one
        self.closed: list[str] = []  # closed blocks around the place in hand

    def written(self, html: str) -> str:
        """Return the text with its paragraphs."""
        place = 0
        while found := TAG.search(html, place):
            self.text(html[place : found.start()])
            place = found.end()
            if found[2]:
                self.tag(found)
                continue
            end = html.find("-->", place)
            if html[place:end].strip().startswith(("more", "nextpage")) and not self.closed:
                self.end_paragraph()
            place = end + 3 if end >= 0 else len(html)
        self.text(html[place:])
        self.end_paragraph()
        return "".join(self.out).strip()

    def text(self, text: str) -> None:
        """Add text: outside of closed blocks its blank lines end the paragraph."""
        if self.closed:
            self.out.append(text)
            return
        first, *others = BLANK.split(text)
        self.run.append(first)
        for part in others:
            self.end_paragraph()
            self.run.append(part)

    def tag(self, found: re.Match[str]) -> None:
        """Add a tag: in a paragraph, or around some."""
        closing, name = found[1], found[2].lower()
        if self.closed:
            self.out.append(found[0])
            if closing and name in self.closed:
                while self.closed.pop() != name:
                    pass
            elif not closing and name in CLOSED and not found[3].endswith("/"):
                self.closed.append(name)
        elif name == "p":
            self.end_paragraph()
            self.opening = "" if closing else found[0]
        elif name in CLOSED:
            self.end_paragraph()
            self.out.append(found[0])
            if not closing and not found[3].endswith("/"):
                self.closed.append(name)
        elif name in PARTS or name in ALONE:
            self.end_paragraph()
            self.out.append(found[0])
        else:
            self.run.append(found[0])

    def end_paragraph(self) -> None:
        """Write the paragraph in hand, its line breaks as such."""
        words = "".join(self.run).strip()
        self.run.clear()
        if not words:
            return
        words = VOID_BREAK.sub(r"\1", words)
        lines = [line.strip() for line in words.split("\n")]
        lines = [f'<a href="{line}">{line}</a>' if URL_LINE.fullmatch(line) else line for line in lines]
        self.out.append(f"{self.opening or '<p>'}{'<br>'.join(lines)}</p>\n")
