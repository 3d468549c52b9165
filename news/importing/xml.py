"""The items of a feed made from its elements: RSS, Atom, and WordPress's WXR, which is an RSS with more in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple
from urllib.parse import urljoin

from django.utils.translation import gettext as _

from news.importing.decoding import MARKS
from news.importing.rules import Fault
from news.importing.vocabulary import CONSTRUCTS, ITEMS, ROOTS, TAG, Names

LONGEST_ITEM = 4_000_000  # characters: twice what any text may have
DEEPEST = 200
MOST_ADDRESS = 2_000  # characters

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
ADDRESSES = {"href", "src", "cite", "poster", "longdesc"}
# What a WordPress item says about itself by other names.
META = {"_thumbnail_id", "_wp_attachment_image_alt", "_wp_attached_file", "_wp_old_slug"}


class Node(NamedTuple):
    """An element of an item."""

    given: dict[str, str]  # its attributes
    text: str
    is_markup: bool = False  # the text is HTML, as mark-up stood in it as it is
    base: str = ""  # the address against which relative ones in it are meant
    language: str = ""


@dataclass
class Item:
    """What an item of a feed holds: its elements by name."""

    number: int
    found: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))
    head: dict[str, str] = field(default_factory=dict)  # of the whole feed
    meta: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # WordPress's
    comments: int = 0
    given: dict[str, str] = field(default_factory=dict)  # attributes of the item itself
    base: str = ""
    language: str = ""
    marks: frozenset[str] = frozenset()  # what had to be repaired in it

    def text(self, *names: str) -> str:
        """Return the text of the first of these elements that has one."""
        texts = (node.text.strip() for name in names for node in self.found.get(name, ()))
        return next(filter(None, texts), "")

    def all(self, *names: str) -> list[Node]:
        """Return the elements of these names."""
        return [node for name in names for node in self.found.get(name, ())]


class Open(NamedTuple):
    """An element that has begun and not ended."""

    tag: str  # as the file writes it
    name: str
    given: dict[str, str]
    names: Names
    base: str
    language: str


class Reader:
    """Makes items of the elements of a feed. `done` holds those that are complete."""

    def __init__(self):
        self.done: list[Item] = []
        self.item: Item | None = None
        self.head: dict[str, str] = {}
        self.path: list[Open] = []
        self.words: list[str] = []
        self.size = self.count = 0
        self.depth = 0  # of the item
        self.markup = 0  # the depth of the element whose content is mark-up
        self.key = ""  # of a WordPress item's meta

    def start(self, tag: str, given: dict[str, str]) -> None:
        above = self.path[-1] if self.path else Open("", "", {}, Names(), "", "")
        names = above.names.within(given)
        if not self.path:
            names = names.at_home(tag)
        name = names(tag)
        if len(self.path) > DEEPEST:
            raise Fault(_("it is nested more than %d levels deep.") % DEEPEST)
        if not self.path and name not in ROOTS:
            raise Fault(
                _("it is not a feed: it begins with <%s>, and should begin with <rss>, <rdf:RDF> or <feed>.")
                % tag[-40:]
            )
        base = joined(above.base, given["xml:base"]) if "xml:base" in given else above.base
        language = given.get("xml:lang", above.language)
        if self.item is None:
            if name in ITEMS:
                self.count += 1
                self.depth, self.size, self.markup = len(self.path), 0, 0
                self.item = Item(self.count, head=self.head, given=attributes(given, names))
                self.item.base, self.item.language = base, language
            elif not self.path:
                self.head |= {"language": language, "base": base}
            elif name == "atom:link" and given.get("rel", "alternate") == "alternate":
                self.head.setdefault("link", given.get("href", ""))
        elif self.markup:
            kept = {key.rpartition(":")[2]: value for key, value in given.items() if not key.startswith("xmlns")}
            if base != self.path[self.markup].base:
                kept |= {key: joined(base, kept[key]) for key in ADDRESSES & kept.keys()}
            self.write("<" + " ".join([local(tag), *(f'{key}="{escape(kept[key])}"' for key in kept)]) + ">")
        elif len(self.path) == self.depth + 2 and above.name in CONSTRUCTS:
            self.markup = len(self.path) - 1
            self.words = [self.escaped("".join(self.words))]
            return self.start(tag, given)
        if not self.markup:
            self.words = []
            self.size = self.size if self.item else 0
        self.path.append(Open(tag, name, given, names, base, language))
        return None

    def end(self, tag: str) -> None:
        element = self.path.pop()
        if self.markup and len(self.path) > self.markup:
            if local(tag) not in VOID:
                self.write(f"</{local(tag)}>")
            return
        text, self.words, is_markup, self.markup = "".join(self.words), [], bool(self.markup), 0
        name, item = element.name, self.item
        if item is None:
            if name in ("language", "dc:language", "link") and self.path and self.path[-1].name == "channel":
                self.head[name.rpartition(":")[2]] = text.strip()
        elif len(self.path) == self.depth:
            self.done.append(self.complete(item))
            self.item = None
        elif len(self.path) == self.depth + 1 or name == "app:draft" or name.startswith("media:"):
            node = Node(attributes(element.given, element.names), text, is_markup, element.base, element.language)
            item.found[name].append(node)
            item.comments += name == "wp:comment"
        elif name == "wp:meta_key":
            self.key = text.strip()
        elif name == "wp:meta_value" and self.key in META:
            item.meta[self.key].append(text.strip())

    def complete(self, item: Item) -> Item:
        """Return an item whose texts are without the marks of what was repaired, and which knows what that was."""
        marks: set[str] = set()
        for nodes in item.found.values():
            for index, node in enumerate(nodes):
                if found := set(MARKS.findall("\0".join([node.text, *node.given.values()]))):
                    marks |= found
                    given = {name: MARKS.sub("", value) for name, value in node.given.items()}
                    nodes[index] = node._replace(text=MARKS.sub("", node.text), given=given)
        item.marks = frozenset(marks)
        return item

    def characters(self, text: str) -> None:
        self.write(self.escaped(text) if self.markup else text)

    def escaped(self, text: str) -> str:
        """Return text that stands beside mark-up as HTML; it is HTML already where it has tags, and is not XHTML."""
        kind = self.path[self.markup].given.get("type", "")
        return escape(text, quote=False) if "xml" in kind or "xhtml" in kind or not TAG.search(text) else text

    def write(self, text: str) -> None:
        self.size += len(text)
        if self.size > LONGEST_ITEM:
            raise Fault(_("it is longer than %d characters.") % LONGEST_ITEM)
        self.words.append(text)

    def give_up(self) -> int:
        """Forget the item that is not complete; return its number, or the one that the next would have had."""
        number = self.item.number if self.item else self.count + 1
        del self.path[self.depth if self.item else len(self.path) :]
        self.item, self.words, self.markup, self.count = None, [], 0, number
        return number


def attributes(given: dict[str, str], names: Names) -> dict[str, str]:
    """Return the attributes of an element by what they are called here."""
    return {key if ":" not in key else names(key): value for key, value in given.items()}


def local(tag: str) -> str:
    """Return the name of an element without its prefix."""
    return tag.rpartition(":")[2].lower()


def joined(base: str, address: str) -> str:
    """Return an address that is relative to another as a whole one."""
    try:
        return urljoin(base[:MOST_ADDRESS], address.strip()) if len(address) <= MOST_ADDRESS else address
    except ValueError:
        return address
