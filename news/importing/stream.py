"""An XML feed read item by item as it streams, and read on after what is not well-formed.

By the expat of the standard library. Nothing is fetched, and nothing that a file declares expands. Where an item is
broken it is named, and reading goes on at the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

from django.utils.translation import gettext as _

from news.importing.decoding import texts
from news.importing.rules import Fault
from news.importing.xml import LONGEST_ITEM, Item, Reader

# Bytes that are read a second time, to find the items that a broken one has swallowed.
MOST_REREAD = 10 * LONGEST_ITEM
NEXT_ITEM = re.compile(rb"<(?:[A-Za-z]{1,20}:)?(?:item|entry)(?=[\s/>])")
LONGEST_TAG = 64  # bytes that NEXT_ITEM looks at


@dataclass(frozen=True)
class Broken:
    """An item that is lost, as the file is not well-formed there."""

    number: int
    fault: Fault


def items(file: BinaryIO) -> Iterator[Item | Broken]:
    """Yield the items of a feed and those that are broken; raise Fault where it is not a feed."""
    stream = Stream()
    for text in texts(file):
        yield from stream.feed(text.encode("utf-8", "replace"))
    yield from stream.feed(b"", last=True)


class Stream:
    """A parser, and what it needs to be replaced by another one after a mistake in the file."""

    def __init__(self):
        self.reader = Reader()
        self.buffer = bytearray()  # of the parser's input, from the item on that is being read
        self.dropped = 0  # bytes of its input that came before
        self.began = 0  # where in its input the item begins
        self.line = 1  # of the file, at which the parser's input begins
        self.reread = 0
        self.seeking = self.recovered = self.broken = False
        self.parser = self.new_parser()

    def new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        # A parser that begins in the middle of a file is told first which elements are open there.
        parser.Parse("".join(f"<{each.tag}>" for each in self.reader.path).encode(), False)
        self.dropped = sum(len(each.tag.encode()) + 2 for each in self.reader.path)
        self.buffer.clear()
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.reader.end
        parser.CharacterDataHandler = self.reader.characters
        return parser

    def start(self, tag: str, given: dict[str, str]) -> None:
        had_one = self.reader.item
        self.reader.start(tag, given)
        if self.reader.item is not had_one:
            self.began = self.parser.CurrentByteIndex

    def feed(self, data: bytes, *, last: bool = False) -> Iterator[Item | Broken]:
        """Yield the items that end within a piece of the file, and those that are broken."""
        while True:
            if self.seeking:
                data = self.sought(data)
                if self.seeking:
                    return
            self.buffer += data
            try:
                self.parser.Parse(data, last)
                broken = None
            except (expat.ExpatError, Fault) as error:
                broken = error
            yield from self.reader.done
            self.reader.done.clear()
            if broken is None:
                break
            if found := self.give_up(broken, last=last):
                yield found
            data = self.resume()
        # What comes before the item that is being read is not needed any more.
        keep = self.began - self.dropped if self.reader.item else len(self.buffer)
        del self.buffer[:keep]
        self.dropped += keep

    def give_up(self, error: Exception, *, last: bool) -> Broken | None:
        """Return the item that is lost with a mistake; nothing where none is. Raise Fault where it is not a feed."""
        is_fault = isinstance(error, Fault)
        at = self.parser.CurrentByteIndex if is_fault else self.parser.ErrorByteIndex
        line = self.line + (self.parser.CurrentLineNumber if is_fault else error.lineno) - 1
        why = str(error) if is_fault else expat.ErrorString(error.code)
        if not self.reader.path or (is_fault and self.reader.item is None):
            if is_fault:
                raise error
            if not self.reader.count:
                raise Fault(
                    _("it is not well-formed XML: %(why)s in line %(line)d of the file.") % {"why": why, "line": line}
                )
        item = self.reader.item
        start = self.began + 1 if item and self.reread < MOST_REREAD else at
        start = max(start, self.dropped)
        at = max(at, start)
        self.reread += at - start
        rest = bytes(self.buffer[start - self.dropped :])
        self.line = line - rest.count(b"\n", 0, at - start)
        needless = self.recovered and item is None
        number = self.reader.give_up()
        self.rest, self.seeking, self.recovered = rest, True, True
        if needless:
            return None
        if is_fault:
            words = why
        elif item is None:
            words = _(
                "the file is not well-formed XML in line %(line)d, between items: %(why)s. Correct it there. Reading "
                "goes on at the next item, if there is one."
            ) % {"line": line, "why": why}
        elif last and not NEXT_ITEM.search(rest):
            words = _(
                "the file ends within this item, or it is not well-formed XML: %(why)s in line %(line)d. Get the whole "
                "file, or correct it there."
            ) % {"line": line, "why": why}
        else:
            words = _("it is not well-formed XML: %(why)s in line %(line)d of the file. Correct it there.") % {
                "line": line,
                "why": why,
            }
        return Broken(number, Fault(words))

    def resume(self) -> bytes:
        """Return what is left of the input of a parser that has met a mistake."""
        rest, self.rest = self.rest, b""
        return rest

    def sought(self, data: bytes) -> bytes:
        """Return the input from the next item on, with another parser for it; still seeking where none has come."""
        data = self.kept + data
        found = NEXT_ITEM.search(data)
        if not found:
            self.kept = data[-LONGEST_TAG:]
            self.line += data.count(b"\n") - self.kept.count(b"\n")
            return b""
        self.line += data.count(b"\n", 0, found.start())
        self.seeking, self.kept = False, b""
        self.parser = self.new_parser()
        return data[found.start() :]

    kept = rest = b""
