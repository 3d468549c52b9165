"""Feed parser: builds items from the XML events of RSS, Atom and WordPress WXR files."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple
from urllib.parse import urljoin

from django.utils.translation import gettext as _

from richtext.complexity import VOID
from transfer.importer.validation import ImportFault
from transfer.importer.xml_decoding import MARKS
from transfer.importer.xml_namespaces import ITEMS, ROOTS, TAG, TEXT_ELEMENTS, NamespaceContext

LONGEST_ITEM = 4_000_000  # characters
DEEPEST = 200
MAX_URL = 2_000  # characters

URL_ATTRIBUTES = {"href", "src", "cite", "poster", "longdesc"}
# Metadata keys of WordPress items that the import uses.
WORDPRESS_META = {"_thumbnail_id", "_wp_attachment_image_alt", "_wp_attached_file", "_wp_old_slug"}


class Node(NamedTuple):
    """An element of an item."""

    attributes: dict[str, str]
    text: str
    is_markup: bool = False  # the text is HTML from literal mark-up
    base: str = ""  # base URL
    language: str = ""


@dataclass
class Item:
    """An item of a feed: its elements by name."""

    number: int
    elements: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))
    head: dict[str, str] = field(default_factory=dict)  # of the whole feed
    meta: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # WordPress metadata
    comments: int = 0
    attributes: dict[str, str] = field(default_factory=dict)
    base: str = ""
    language: str = ""
    marks: frozenset[str] = frozenset()  # of repairs

    def text(self, *names: str) -> str:
        """Return the text of the first element with one of these names that is not empty."""
        return next(filter(None, (node.text.strip() for node in self.all(*names))), "")

    def all(self, *names: str) -> list[Node]:
        return [node for name in names for node in self.elements.get(name, ())]


class OpenElement(NamedTuple):
    """An open element."""

    tag: str  # as in the file
    name: str
    attributes: dict[str, str]
    names: NamespaceContext
    base: str
    language: str


class ItemReader:
    """Builds items from start tags, end tags and text; `done` has the complete ones."""

    def __init__(self):
        self.done: list[Item] = []
        self.item: Item | None = None
        self.head: dict[str, str] = {}
        self.path: list[OpenElement] = []
        self.texts: list[str] = []
        self.size = self.count = 0
        self.depth = 0  # of the item
        self.markup = 0  # depth of the element with literal mark-up, 0 outside
        self.key = ""  # of the current WordPress metadata

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        above = self.path[-1] if self.path else OpenElement("", "", {}, NamespaceContext(), "", "")
        names = above.names.within(attributes)
        if not self.path:
            names = names.at_home(tag)
        name = names(tag)
        if len(self.path) > DEEPEST:
            raise ImportFault(_("it is nested more than %d levels deep.") % DEEPEST)
        if not self.path and name not in ROOTS:
            raise ImportFault(
                _("it is not a feed: it starts with <%s> instead of <rss>, <rdf:RDF> or <feed>.") % tag[-40:]
            )
        base = absolute_url(above.base, attributes["xml:base"]) if "xml:base" in attributes else above.base
        language = attributes.get("xml:lang", above.language)
        if self.item is None:
            if name in ITEMS:
                self.count += 1
                self.depth, self.size, self.markup = len(self.path), 0, 0
                self.item = Item(self.count, head=self.head, attributes=with_known_names(attributes, names))
                self.item.base, self.item.language = base, language
            elif not self.path:
                self.head |= {"language": language, "base": base}
            elif name == "atom:link" and attributes.get("rel", "alternate") == "alternate":
                self.head.setdefault("link", attributes.get("href", ""))
        elif self.markup:
            html = {key.rpartition(":")[2]: value for key, value in attributes.items() if not key.startswith("xmlns")}
            if base != self.path[self.markup].base:
                html |= {key: absolute_url(base, html[key]) for key in URL_ATTRIBUTES & html.keys()}
            self.write("<" + " ".join([local_name(tag), *(f'{key}="{escape(html[key])}"' for key in html)]) + ">")
        elif len(self.path) == self.depth + 2 and above.name in TEXT_ELEMENTS:
            self.markup = len(self.path) - 1
            self.texts = [self.escaped("".join(self.texts))]
            return self.start(tag, attributes)
        if not self.markup:
            self.texts = []
            self.size = self.size if self.item else 0
        self.path.append(OpenElement(tag, name, attributes, names, base, language))
        return None

    def end(self, tag: str) -> None:
        element = self.path.pop()
        if self.markup and len(self.path) > self.markup:
            if local_name(tag) not in VOID:
                self.write(f"</{local_name(tag)}>")
            return
        text, self.texts, is_markup, self.markup = "".join(self.texts), [], bool(self.markup), 0
        name, item = element.name, self.item
        if item is None:
            if name in ("language", "dc:language", "link") and self.path and self.path[-1].name == "channel":
                self.head[name.rpartition(":")[2]] = text.strip()
        elif len(self.path) == self.depth:
            self.done.append(self.complete(item))
            self.item = None
        elif len(self.path) == self.depth + 1 or name == "app:draft" or name.startswith("media:"):
            node = Node(
                with_known_names(element.attributes, element.names), text, is_markup, element.base, element.language
            )
            item.elements[name].append(node)
            item.comments += name == "wp:comment"
        elif name == "wp:meta_key":
            self.key = text.strip()
        elif name == "wp:meta_value" and self.key in WORDPRESS_META:
            item.meta[self.key].append(text.strip())

    def complete(self, item: Item) -> Item:
        """Move the markers of repairs from the texts of an item to `item.marks`, and return it."""
        marks: set[str] = set()
        for nodes in item.elements.values():
            for index, node in enumerate(nodes):
                if found := set(MARKS.findall("\0".join([node.text, *node.attributes.values()]))):
                    marks |= found
                    attributes = {name: MARKS.sub("", value) for name, value in node.attributes.items()}
                    nodes[index] = node._replace(text=MARKS.sub("", node.text), attributes=attributes)
        item.marks = frozenset(marks)
        return item

    def characters(self, text: str) -> None:
        self.write(self.escaped(text) if self.markup else text)

    def escaped(self, text: str) -> str:
        """Return text between literal mark-up as HTML; outside XML types, text with tags is HTML already."""
        mime_type = self.path[self.markup].attributes.get("type", "")
        is_xml = "xml" in mime_type or "xhtml" in mime_type
        return escape(text, quote=False) if is_xml or not TAG.search(text) else text

    def write(self, text: str) -> None:
        self.size += len(text)
        if self.size > LONGEST_ITEM:
            raise ImportFault(_("it is longer than %d characters.") % LONGEST_ITEM)
        self.texts.append(text)

    def give_up(self) -> int:
        """Drop the incomplete item; return its number, or the next number if there is none."""
        number = self.item.number if self.item else self.count + 1
        del self.path[self.depth if self.item else len(self.path) :]
        self.item, self.texts, self.markup, self.count = None, [], 0, number
        return number


def with_known_names(attributes: dict[str, str], names: NamespaceContext) -> dict[str, str]:
    """Return the attributes of an element with the prefixes used here."""
    return {key if ":" not in key else names(key): value for key, value in attributes.items()}


def local_name(tag: str) -> str:
    return tag.rpartition(":")[2].lower()


def absolute_url(base: str, url: str) -> str:
    """Return a URL made absolute; unchanged if it is too long or invalid."""
    try:
        return urljoin(base[:MAX_URL], url.strip()) if len(url) <= MAX_URL else url
    except ValueError:
        return url
