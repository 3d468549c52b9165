"""HTML tree: parsed by nh3 (html5ever), the parser of the sanitiser, so that both read the same.

The tree is not sanitised: its attributes come from the source. `richtext.sanitize.sanitize` runs afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape

import nh3

from richtext.complexity import VOID

RAW = frozenset({"script", "style", "iframe"})  # contain no mark-up
DEEPEST = 100  # levels of nesting; deeper elements are dissolved

_parser = nh3.Cleaner(
    tags=set(
        "a abbr acronym address applet area article aside audio b base bdi bdo big blink blockquote br button canvas "
        "caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset "
        "figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hgroup hr i iframe img input ins kbd label legend "
        "li link main map mark marquee math menu meta meter nav nobr noscript object ol optgroup option "
        "output p param picture pre progress q rb rp rt rtc ruby s samp script search section select small source "
        "span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr "
        "track tt u ul var video wbr".split()
    ),
    attributes={
        "*": {
            "align", "alt", "alttext", "aria-label", "checked", "cite", "class", "code", "colspan", "content", "data",
            "data-src", "data-lazy-src", "data-original", "datetime", "dir", "height", "hidden", "href", "hreflang",
            "id", "lang", "label", "name", "open", "originalsrc", "reversed", "rowspan", "scope", "shape", "src",
            "start", "style", "title", "type", "value", "width",
        }
    },
    clean_content_tags=set(),
    url_schemes={
        "http", "https", "mailto", "tel", "file", "data", "blob", "cid", "callto", "sip", "skype", "webkit-fake-url",
        "content", "about", "javascript", "vbscript", "ftp", "sftp", "sms", "whatsapp", "tg", "viber", "geo", "maps",
        "facetime", "webcal", "feed", "news", "magnet", "xmpp", "im", "msteams", "ms-word", "onenote", "evernote",
    },
    link_rel=None,
)  # fmt: skip

TOKEN = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z-]+="[^"]*")*)>|[^<]+')
ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')


@dataclass(eq=False, slots=True)
class Node:
    """An element with its attributes and children: elements and texts (as escaped HTML)."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return an attribute, "" without one."""
        return self.attributes.get(name, "")

    @property
    def classes(self) -> list[str]:
        """Return its classes, without the x_ that Outlook on the web adds."""
        return [name.removeprefix("x_") for name in self.get("class").split()]

    @property
    def style(self) -> dict[str, str]:
        """Return its inline style in lower case."""
        pairs = (part.partition(":") for part in self.get("style").lower().split(";"))
        return {name.strip(): value.replace("!important", "").strip() for name, mark, value in pairs if mark}

    def text(self) -> str:
        """Return its text on one line."""
        return " ".join(unescape("".join(text_pieces(self))).split())


def text_pieces(node: Node) -> Iterator[str]:
    """Yield the texts of an element as HTML, with a space for each `<br>`."""
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif child.tag == "br":
            yield " "
        elif child.tag not in RAW:
            yield from text_pieces(child)


def descendants(node: Node) -> Iterator[Node]:
    """Yield every element within `node`, in document order."""
    for child in node.children:
        if isinstance(child, Node):
            yield child
            yield from descendants(child)


def parse_html(html: str) -> Node:
    """Return the tree of `html`: an element without a tag that holds everything."""
    root = Node("")
    path = [root]
    dissolved = 0  # open elements beyond DEEPEST
    raw = None
    for found in TOKEN.finditer(_parser.clean(html)):
        closing, tag, given = found.groups()
        if raw and not (closing and tag == raw):
            if raw == "style":
                path[-1].children.append(found[0])
            continue
        raw = None
        if tag is None:
            path[-1].children.append(found[0])
        elif closing:
            if dissolved:
                dissolved -= 1
            elif path[-1].tag == tag:  # a script may contain text like its end tag
                path.pop()
        else:
            pairs = {name: unescape(value) for name, value in ATTRIBUTE.findall(given)} if given else {}
            if len(path) > DEEPEST and tag not in VOID:
                dissolved += 1
                continue
            node = Node(tag, pairs)
            path[-1].children.append(node)
            if tag not in VOID:
                path.append(node)
            if tag in RAW:
                raw = tag
    return root


def serialise(children: Iterable[Node | str]) -> str:
    """Return elements and texts as HTML."""
    html: list[str] = []
    write_html(children, html)
    return "".join(html)


def write_html(children: Iterable[Node | str], html: list[str]) -> None:
    """Append the HTML of elements and texts to `html`."""
    for child in children:
        if isinstance(child, str):
            html.append(child)
            continue
        html.append(
            "<"
            + "".join([child.tag, *(f' {name}="{escape(value)}"' for name, value in child.attributes.items())])
            + ">"
        )
        if child.tag not in VOID:
            write_html(child.children, html)
            html.append(f"</{child.tag}>")
