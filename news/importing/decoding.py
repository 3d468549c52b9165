"""The bytes of an XML file decoded and repaired, as a stream: what an XML parser would refuse a whole file for.

The encoding is found as XML 1.0 (appendix F) and the WHATWG Encoding Standard say: a file that says ISO-8859-1 is read
as windows-1252. Named HTML entities become their characters, without any document type being fetched; a document type
itself is taken out, so that nothing in it can expand. What had to be repaired is marked by a noncharacter in the text,
so that the item that holds it can be named.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from html.entities import html5
from typing import BinaryIO

from django.utils.translation import gettext as _

from news.importing.rules import Fault

CHUNK = 65_536  # bytes
LONGEST_DECLARATION = 65_536  # characters
LONGEST_REFERENCE = 40  # characters, from & to ;

# Marks in the text, each before what was repaired. They are noncharacters, which no text has a use for.
GUESSED = "\ufdd0"  # a byte that is not in the file's encoding, read as windows-1252
BROKEN = "\ufdd1"  # bytes that are in no encoding
CONTROL = "\ufdd2"  # a control character that was taken out
UNKNOWN = "\ufdd3"  # an entity that nobody knows, left as it is written
STRAY = "\ufdd4"  # an & that begins no entity, read as the character
MARKS = re.compile("[\ufdd0-\ufdef]")

# What a label means to browsers, where that is more than its standard says.
BROWSERS = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "euc_kr": "cp949", "tis-620": "cp874", "big5": "big5hkscs",
}  # fmt: skip
NOT_FOR_TEXTS = {"utf-7", "idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"}
DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._:-]{1,40})["']""")

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# An ampersand that XML itself would not understand, with the reference that it begins.
REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:(#[0-9]{1,9}|#[xX][0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});)?"
)
ENTITY = re.compile(r"<!ENTITY\s{1,20}(%\s{1,20})?([^\s\"'<>]{1,100})")
# A section that has no references, and what ends it. What an XML declaration or a document type says is not passed on.
SECTION = re.compile(r"<!\[CDATA\[|<!--|<\?xml(?=\s)|<\?(?!(?:x(?:ml?)?)?\Z)|<!DOCTYPE")
ENDS = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}


def texts(file: BinaryIO) -> Iterator[str]:
    """Yield the text of an XML file piece by piece, ready for a parser; raise Fault where its encoding is unknown."""
    repair = Repair()
    for text in decoded(file):
        if piece := repair(text):
            yield piece
    if piece := repair("", last=True):
        yield piece


def decoded(file: BinaryIO) -> Iterator[str]:
    """Yield the characters of a file, piece by piece."""
    chunk = file.read(CHUNK)
    decoder = codecs.getincrementaldecoder(encoding_of(chunk))(errors="marked")
    while chunk:
        text = decoder.decode(chunk)
        yield text.removeprefix("\ufeff") if file.tell() <= CHUNK else text
        chunk = file.read(CHUNK)
    yield decoder.decode(b"", final=True)


def encoding_of(start: bytes) -> str:
    """Return the name of the codec for a file that begins so; raise Fault where it names one that nobody knows."""
    for bom, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(bom):
            return name
    for pattern, name in ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le")):
        if start.startswith(pattern):
            return name
    if start.startswith(b"\0<"):
        return "utf-16-be"
    if start[:4] == b"\x4c\x6f\xa7\x94":
        return "cp037"  # EBCDIC, whose declaration can be read in any of its code pages
    found = DECLARED.match(start.lstrip())
    if not found:
        return "utf-8"
    label = found[1].decode()
    try:
        codec = codecs.lookup(label)
    except LookupError:
        codec = None
    if codec is None or not codec._is_text_encoding or codec.name in NOT_FOR_TEXTS:
        raise Fault(
            _("its encoding is unknown: it says %s. Save the file as UTF-8, and name UTF-8 in its first line.") % label
        )
    if codec.name.startswith(("utf-16", "utf-32")):
        return "utf-8"  # its first line could be read, so it is none of these
    return BROWSERS.get(codec.name, codec.name)


def marked(error: UnicodeError) -> tuple[str, int]:
    """Return what is read in place of bytes that are not in the encoding: as windows-1252 where one stands alone."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    start, end, data = error.start, error.end, error.object
    around = data[max(start - 1, 0) : start] + data[end : end + 1]
    if end - start == 1 and around.isascii() and error.encoding != "cp1252":
        try:
            return GUESSED + data[start:end].decode("cp1252"), end
        except UnicodeDecodeError:
            pass
    return BROKEN + "\N{REPLACEMENT CHARACTER}", end


codecs.register_error("marked", marked)


class Repair:
    """Repairs a text that comes in pieces. What a piece breaks off in the middle of waits for the next one."""

    def __init__(self):
        self.kept = ""
        self.until = ""  # what ends the section that the text is in; nothing where it is in none

    def __call__(self, text: str, *, last: bool = False) -> str:
        """Return the text so far that can be given to a parser."""
        if MARKS.search(text):
            text = MARKS.sub(lambda found: found[0] if found[0] in (GUESSED, BROKEN) else "", text)
        if FORBIDDEN.search(text):
            text = FORBIDDEN.sub(CONTROL, text)
        text, self.kept, place, out = self.kept + text, "", 0, []
        while place < len(text):
            if self.until:
                found = text.find(self.until, place)
                end = found + len(self.until) if found >= 0 else len(text)
                if found < 0 and not last:
                    end = max(place, end - len(self.until) + 1)
                out.append(text[place:end])
                if found >= 0:
                    self.until = ""
                elif not last:
                    self.kept = text[end:]
                    break
                place = end
                continue
            section = SECTION.search(text, place)
            if not section:
                rest = text[place:]
                cut = len(rest) if last else whole(rest)
                out.append(REFERENCE.sub(character, rest[:cut]))
                self.kept = rest[cut:]
                break
            out.append(REFERENCE.sub(character, text[place : section.start()]))
            if section[0] in ENDS:
                out.append(section[0])
                place, self.until = section.end(), ENDS[section[0]]
                continue
            place = end_of_declaration(text, section.start())
            if place < 0:
                self.kept = text[section.start() :]
                if last or len(self.kept) > LONGEST_DECLARATION:
                    raise Fault(_("its %s does not end. Take it out.") % section[0][2:].upper())
                break
            check_declaration(text[section.start() : place])
            out.append("\n" * text.count("\n", section.start(), place))  # so that lines keep their numbers
        return "".join(out)


def whole(text: str) -> int:
    """Return how far a text goes that ends neither within a reference nor within the beginning of a section."""
    cut = len(text)
    start = text.find("<", max(cut - len("<![CDATA[") + 1, 0))
    if start >= 0 and text[start + 1 : start + 2] in ("", "!", "?"):
        cut = start
    ampersand = text.rfind("&", max(cut - LONGEST_REFERENCE, 0), cut)
    return ampersand if ampersand >= 0 and text.find(";", ampersand, cut) < 0 else cut


def character(found: re.Match[str]) -> str:
    """Return what a reference becomes that XML alone would not understand."""
    name = found[1]
    if name is None:
        return STRAY + "&amp;"
    if name[0] == "#":
        code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
        bad = code > 0x10FFFF or FORBIDDEN.match(chr(code)) or 0xFDD0 <= code <= 0xFDEF
        return CONTROL if bad else f"&#{code};"
    if value := html5.get(f"{name};"):
        return "".join(f"&#{ord(each)};" for each in value)
    return f"{UNKNOWN}&amp;{name};"


def end_of_declaration(text: str, start: int) -> int:
    """Return where an XML declaration or a document type ends; -1 where it does not yet."""
    end, subset = text.find(">", start), text.find("[", start)
    if 0 <= subset < end:
        end = text.find("]", subset)
        end = text.find(">", end) if end >= 0 else -1
    return end + 1 if end >= 0 else -1


def check_declaration(text: str) -> None:
    """Raise Fault for a document type that declares entities of its own; HTML's are known without it."""
    for parameter, name in ENTITY.findall(text):
        if not parameter and f"{name};" not in html5:
            raise Fault(
                _("it declares entities, which no feed needs and which can be an attack. Take its DOCTYPE out.")
            )
