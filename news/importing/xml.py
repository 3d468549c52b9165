"""Feeds and exports in XML read item by item: RSS 2.0, Atom, and WordPress's WXR, which is an RSS with more in it.

By the expat of the standard library, as it streams; nothing is fetched, and a declared entity is refused at once, as no
feed needs one and a few lines of them can fill a memory.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import BinaryIO
from xml.parsers import expat

from django.utils.translation import gettext as _

from news.importing.rules import Fault

CHUNK = 65_536  # bytes
LONGEST_ITEM = 4_000_000  # characters: twice what any text may have
DEEPEST = 200

# The vocabularies, by what they are called here. WordPress counts its own up: export/1.0/ to export/1.2/.
VOCABULARIES = [
    (re.compile(r"http://www\.w3\.org/2005/Atom"), "atom:"),
    (re.compile(r"http://purl\.org/rss/1\.0/modules/content/"), "content:"),
    (re.compile(r"http://purl\.org/dc/elements/1\.1/"), "dc:"),
    (re.compile(r"http://www\.w3\.org/2007/app"), "app:"),
    (re.compile(r"https?://wordpress\.org/export/[0-9.]+/excerpt/"), "excerpt:"),
    (re.compile(r"https?://wordpress\.org/export/[0-9.]+/"), "wp:"),
    (re.compile(r"http://www\.w3\.org/1999/xhtml"), "xhtml:"),
]
ITEMS = {"item", "atom:entry"}
HEADS = {"language", "atom:feed", "rss"}


@dataclass
class Item:
    """What an item of a feed holds: the texts of its elements by name, each with its attributes."""

    number: int
    found: dict[str, list[tuple[dict[str, str], str]]] = field(default_factory=lambda: defaultdict(list))
    head: dict[str, str] = field(default_factory=dict)  # of the whole feed

    def text(self, *names: str) -> str:
        """Return the text of the first of these elements that has one."""
        texts = (text.strip() for name in names for _given, text in self.found.get(name, ()))
        return next(filter(None, texts), "")

    def all(self, name: str) -> list[tuple[dict[str, str], str]]:
        """Return the elements of a name: their attributes and their texts."""
        return self.found.get(name, [])


class Reader:
    """Reads a feed as it comes in. `done` holds the items that are complete."""

    def __init__(self):
        self.done: list[Item] = []
        self.item: Item | None = None
        self.head: dict[str, str] = {}
        self.path: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.size = self.count = 0
        self.markup = 0  # how deep in XHTML
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.EntityDeclHandler = self.entity
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def entity(self, *args):
        raise Fault(_("it declares entities, which no feed needs and which can be an attack. Take its DOCTYPE out."))

    def start(self, tag, given):
        name = known(tag)
        if len(self.path) > DEEPEST:
            raise Fault(_("it is nested too deeply."))
        given = {known(key): value for key, value in given.items()}
        if not self.path and name not in ("rss", "atom:feed"):
            raise Fault(_("it is no feed: it begins with <%s>, and should begin with <rss> or <feed>.") % tag[-40:])
        if self.item is None and name in ITEMS:
            self.count += 1
            self.item, self.size = Item(self.count, head=self.head), 0
        elif name == "atom:feed":
            self.head["language"] = given.get("http://www.w3.org/XML/1998/namespace lang", "")
        if self.markup:
            self.markup += 1
            kept = "".join(f' {key}="{escape(value)}"' for key, value in given.items() if " " not in key)
            self.write(f"<{name.removeprefix('xhtml:')}{kept}>")
        else:
            self.words = []
            if self.item is not None and given.get("type") == "xhtml":
                self.markup = 1
        self.path.append((name, given))

    def end(self, tag):
        name, given = self.path.pop()
        if self.markup > 1:
            self.markup -= 1
            self.write(f"</{name.removeprefix('xhtml:')}>")
            return
        self.markup = 0
        text, self.words = "".join(self.words), []
        if self.item is None:
            if name == "language":
                self.head["language"] = text.strip()
        elif name in ITEMS and (not self.path or self.path[-1][0] in ("channel", "atom:feed")):
            self.done.append(self.item)
            self.item = None
        elif self.path[-1][0] in ITEMS or name == "app:draft":
            self.item.found[name].append((given, text))

    def characters(self, text):
        self.write(escape(text, quote=False) if self.markup else text)

    def write(self, text):
        self.size += len(text)
        if self.size > LONGEST_ITEM:
            raise Fault(
                _("item %(number)d is longer than %(most)d characters.") % {"number": self.count, "most": LONGEST_ITEM}
            )
        self.words.append(text)


def known(tag: str) -> str:
    """Return a name as it is called here; one of a vocabulary that is not known keeps its address."""
    space, _blank, name = tag.rpartition(" ")
    if not space:
        return name
    return next((short + name for form, short in VOCABULARIES if form.fullmatch(space)), tag)


def items(file: BinaryIO) -> Iterator[Item]:
    """Yield the items of a feed; raise Fault where it is none, or broken."""
    reader = Reader()
    try:
        while chunk := file.read(CHUNK):
            reader.parser.Parse(chunk, False)
            yield from reader.done
            reader.done.clear()
        reader.parser.Parse(b"", True)
        yield from reader.done
    except expat.ExpatError as error:
        words = {"why": expat.ErrorString(error.code), "line": error.lineno}
        raise Fault(_("it is no XML: %(why)s in line %(line)d of the file.") % words) from None
    except (LookupError, UnicodeError, ValueError) as error:  # an encoding that nobody knows
        raise error if isinstance(error, Fault) else Fault(_("its encoding is unknown.")) from None
