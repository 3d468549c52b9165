"""Streaming XML reader for feeds that recovers from errors, built on the standard library's expat.

Nothing is fetched and no declared entity expands. A malformed item is reported, and reading resumes at the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

from django.utils.translation import gettext as _

from transfer.importer.feed_parser import LONGEST_ITEM, Item, ItemReader
from transfer.importer.validation import ImportFault
from transfer.importer.xml_decoding import read_text

# Bytes that may be read a second time, to find items inside a malformed one.
MOST_REREAD = 10 * LONGEST_ITEM
NEXT_ITEM = re.compile(rb"<(?:[A-Za-z]{1,20}:)?(?:item|entry)(?=[\s/>])")
LONGEST_TAG = 64  # bytes that NEXT_ITEM needs


@dataclass(frozen=True)
class BrokenItem:
    """An item that is lost because the XML is malformed."""

    number: int
    fault: ImportFault


def read_items(file: BinaryIO) -> Iterator[Item | BrokenItem]:
    """Yield the valid and the broken items of a feed; raise Fault if the file is not a feed."""
    stream = XmlStream()
    for text in read_text(file):
        yield from stream.feed(text.encode("utf-8", "replace"))
    yield from stream.feed(b"", last=True)


class XmlStream:
    """An expat parser, and the state that a new parser needs after an error in the file."""

    def __init__(self):
        self.reader = ItemReader()
        self.buffer = bytearray()  # the parser's input from the current item on
        self.dropped = 0  # bytes of its input before the buffer
        self.item_start = 0  # byte in its input
        self.line = 1  # line of the file where its input starts
        self.reread = 0
        self.seeking = self.recovered = False
        self.pending = self.rest = b""
        self.parser = self.new_parser()

    def new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        # A parser that starts in the middle of a file needs the start tags of the open elements.
        parser.Parse("".join(f"<{each.tag}>" for each in self.reader.path).encode(), False)
        self.dropped = sum(len(each.tag.encode()) + 2 for each in self.reader.path)
        self.buffer.clear()
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.reader.end
        parser.CharacterDataHandler = self.reader.characters
        return parser

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        before = self.reader.item
        self.reader.start(tag, attributes)
        if self.reader.item is not before:
            self.item_start = self.parser.CurrentByteIndex

    def feed(self, data: bytes, *, last: bool = False) -> Iterator[Item | BrokenItem]:
        """Yield the items that end in a chunk of the file, and those that are broken."""
        while True:
            if self.seeking:
                data = self.seek_next_item(data)
                if self.seeking:
                    return
            self.buffer += data
            try:
                self.parser.Parse(data, last)
                error = None
            except (expat.ExpatError, ImportFault) as raised:
                error = raised
            yield from self.reader.done
            self.reader.done.clear()
            if error is None:
                break
            if broken := self.give_up(error, last=last):
                yield broken
            data, self.rest = self.rest, b""
        # The input before the current item is no longer needed.
        unneeded = self.item_start - self.dropped if self.reader.item else len(self.buffer)
        del self.buffer[:unneeded]
        self.dropped += unneeded

    def give_up(self, error: Exception, *, last: bool) -> BrokenItem | None:
        """Return the item that is lost by an error, None if none is; raise Fault if the file is not a feed."""
        is_fault = isinstance(error, ImportFault)
        at = self.parser.CurrentByteIndex if is_fault else self.parser.ErrorByteIndex
        line = self.line + (self.parser.CurrentLineNumber if is_fault else error.lineno) - 1
        why = str(error) if is_fault else expat.ErrorString(error.code)
        if not self.reader.path or (is_fault and self.reader.item is None):
            if is_fault:
                raise error
            if not self.reader.count:
                raise ImportFault(
                    _("it is not well-formed XML: %(why)s in line %(line)d of the file.") % {"why": why, "line": line}
                )
        item = self.reader.item
        start = self.item_start + 1 if item and self.reread < MOST_REREAD else at
        start = max(start, self.dropped)
        at = max(at, start)
        self.reread += at - start
        rest = bytes(self.buffer[start - self.dropped :])
        self.line = line - rest.count(b"\n", 0, at - start)
        is_repeated = self.recovered and item is None
        number = self.reader.give_up()
        self.rest, self.seeking, self.recovered = rest, True, True
        if is_repeated:
            return None
        if is_fault:
            message = why
        elif item is None:
            message = _(
                "the file is not well-formed XML in line %(line)d, between items: %(why)s. Correct it there. Reading "
                "continues at the next item, if there is one."
            ) % {"line": line, "why": why}
        elif last and not NEXT_ITEM.search(rest):
            message = _(
                "the file ends within this item, or it is not well-formed XML: %(why)s in line %(line)d. Get the whole "
                "file, or correct it there."
            ) % {"line": line, "why": why}
        else:
            message = _("it is not well-formed XML: %(why)s in line %(line)d of the file. Correct it there.") % {
                "line": line,
                "why": why,
            }
        return BrokenItem(number, ImportFault(message))

    def seek_next_item(self, data: bytes) -> bytes:
        """Return the input from the next item on and create a parser for it; b"" if no item has come yet."""
        data = self.pending + data
        found = NEXT_ITEM.search(data)
        if not found:
            self.pending = data[-LONGEST_TAG:]
            self.line += data.count(b"\n") - self.pending.count(b"\n")
            return b""
        self.line += data.count(b"\n", 0, found.start())
        self.seeking, self.pending = False, b""
        self.parser = self.new_parser()
        return data[found.start() :]
