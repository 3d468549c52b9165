"""XML decoding and repair as a stream: encodings, entities and characters that an XML parser would reject.

The encoding is detected by XML 1.0 (appendix F) and the WHATWG Encoding Standard: ISO-8859-1 is read as windows-1252.
Named HTML entities become their characters. The document type is removed, so that it cannot expand entities, and is
never fetched. Each repair leaves a noncharacter in the text, so that the item with the repair can be reported.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from html.entities import html5
from typing import BinaryIO

from django.utils.translation import gettext as _

from transfer.importer.validation import ImportFault

CHUNK = 65_536  # bytes
LONGEST_DECLARATION = 65_536  # characters
LONGEST_REFERENCE = 40  # characters, from & to ;

# Markers, each before a repair. They are noncharacters, which valid text never contains.
GUESSED_BYTE = "\ufdd0"  # a byte that is invalid in the file's encoding, read as windows-1252
UNDECODABLE = "\ufdd1"  # undecodable bytes
CONTROL_REMOVED = "\ufdd2"  # a control character, removed
UNKNOWN_ENTITY = "\ufdd3"  # an unknown entity, left unchanged
STRAY_AMPERSAND = "\ufdd4"  # an & that starts no entity, read as the character
MARKS = re.compile("[\ufdd0-\ufdef]")

# Encoding labels that browsers read as a larger encoding (WHATWG Encoding Standard).
BROWSER_ENCODINGS = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "euc_kr": "cp949", "tis-620": "cp874", "big5": "big5hkscs",
}  # fmt: skip
UNSUPPORTED_CODECS = {"utf-7", "idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"}
DECLARATION = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._:-]{1,40})["']""")

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# An ampersand that is not one of the references that XML predefines, with its reference.
REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:(#[0-9]{1,9}|#[xX][0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});)?"
)
ENTITY = re.compile(r"<!ENTITY\s{1,20}(%\s{1,20})?([^\s\"'<>]{1,100})")
# Start of a section without references; ENDS has its end. XML declarations and document types are removed.
SECTION = re.compile(r"<!\[CDATA\[|<!--|<\?xml(?=\s)|<\?(?!(?:x(?:ml?)?)?\Z)|<!DOCTYPE")
SECTION_ENDS = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}


def read_text(file: BinaryIO) -> Iterator[str]:
    """Yield the text of an XML file in chunks for a parser; raise Fault if its encoding is unknown."""
    repair = XmlRepairer()
    for text in decode(file):
        if piece := repair(text):
            yield piece
    if piece := repair("", last=True):
        yield piece


def decode(file: BinaryIO) -> Iterator[str]:
    chunk = file.read(CHUNK)
    decoder = codecs.getincrementaldecoder(encoding_of(chunk))(errors="marked")
    while chunk:
        text = decoder.decode(chunk)
        yield text.removeprefix("\ufeff") if file.tell() <= CHUNK else text
        chunk = file.read(CHUNK)
    yield decoder.decode(b"", final=True)


def encoding_of(start: bytes) -> str:
    """Return the name of the codec of a file with these first bytes; raise Fault for an unknown encoding."""
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
        return "cp037"  # EBCDIC; its declaration is readable in any of its code pages
    found = DECLARATION.match(start.lstrip())
    if not found:
        return "utf-8"
    label = found[1].decode()
    try:
        codec = codecs.lookup(label)
    except LookupError:
        codec = None
    if codec is None or not codec._is_text_encoding or codec.name in UNSUPPORTED_CODECS:
        raise ImportFault(
            _("its encoding %s is unknown. Save the file as UTF-8 and declare UTF-8 in its first line.") % label
        )
    if codec.name.startswith(("utf-16", "utf-32")):
        return "utf-8"  # wrong: its first line was readable as ASCII
    return BROWSER_ENCODINGS.get(codec.name, codec.name)


def read_invalid_byte(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: read a single invalid byte as windows-1252, else insert U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    start, end, data = error.start, error.end, error.object
    around = data[max(start - 1, 0) : start] + data[end : end + 1]
    if end - start == 1 and around.isascii() and error.encoding != "cp1252":
        try:
            return GUESSED_BYTE + data[start:end].decode("cp1252"), end
        except UnicodeDecodeError:
            pass
    return UNDECODABLE + "\N{REPLACEMENT CHARACTER}", end


codecs.register_error("marked", read_invalid_byte)


class XmlRepairer:
    """Repairs text that arrives in chunks. An incomplete reference or section is held back for the next chunk."""

    def __init__(self):
        self.pending = ""
        self.until = ""  # the end of the current section; "" outside sections

    def __call__(self, text: str, *, last: bool = False) -> str:
        """Return the repaired text that is complete so far."""
        if MARKS.search(text):
            text = MARKS.sub(lambda found: found[0] if found[0] in (GUESSED_BYTE, UNDECODABLE) else "", text)
        if FORBIDDEN.search(text):
            text = FORBIDDEN.sub(CONTROL_REMOVED, text)
        text, self.pending, position, out = self.pending + text, "", 0, []
        while position < len(text):
            if self.until:
                found = text.find(self.until, position)
                end = found + len(self.until) if found >= 0 else len(text)
                if found < 0 and not last:
                    end = max(position, end - len(self.until) + 1)
                out.append(text[position:end])
                if found >= 0:
                    self.until = ""
                elif not last:
                    self.pending = text[end:]
                    break
                position = end
                continue
            section = SECTION.search(text, position)
            if not section:
                rest = text[position:]
                cut = len(rest) if last else complete_length(rest)
                out.append(REFERENCE.sub(expand_reference, rest[:cut]))
                self.pending = rest[cut:]
                break
            out.append(REFERENCE.sub(expand_reference, text[position : section.start()]))
            if section[0] in SECTION_ENDS:
                out.append(section[0])
                position, self.until = section.end(), SECTION_ENDS[section[0]]
                continue
            position = end_of_declaration(text, section.start())
            if position < 0:
                self.pending = text[section.start() :]
                if last or len(self.pending) > LONGEST_DECLARATION:
                    raise ImportFault(_("its %s has no end. Remove it.") % section[0][2:].upper())
                break
            check_declaration(text[section.start() : position])
            out.append("\n" * text.count("\n", section.start(), position))  # keeps line numbers right
        return "".join(out)


def complete_length(text: str) -> int:
    """Return the length of the text without an incomplete reference or section start at its end."""
    cut = len(text)
    start = text.find("<", max(cut - len("<![CDATA[") + 1, 0))
    if start >= 0 and text[start + 1 : start + 2] in ("", "!", "?"):
        cut = start
    ampersand = text.rfind("&", max(cut - LONGEST_REFERENCE, 0), cut)
    return ampersand if ampersand >= 0 and text.find(";", ampersand, cut) < 0 else cut


def expand_reference(found: re.Match[str]) -> str:
    """Return the replacement for a reference that is not predefined in XML."""
    name = found[1]
    if name is None:
        return STRAY_AMPERSAND + "&amp;"
    if name[0] == "#":
        code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
        invalid = code > 0x10FFFF or FORBIDDEN.match(chr(code)) or 0xFDD0 <= code <= 0xFDEF
        return CONTROL_REMOVED if invalid else f"&#{code};"
    if value := html5.get(f"{name};"):
        return "".join(f"&#{ord(each)};" for each in value)
    return f"{UNKNOWN_ENTITY}&amp;{name};"


def end_of_declaration(text: str, start: int) -> int:
    """Return the end of an XML declaration or document type; -1 if it is incomplete."""
    end, subset = text.find(">", start), text.find("[", start)
    if 0 <= subset < end:
        end = text.find("]", subset)
        end = text.find(">", end) if end >= 0 else -1
    return end + 1 if end >= 0 else -1


def check_declaration(text: str) -> None:
    """Raise Fault for a document type that declares entities other than HTML's."""
    for parameter, name in ENTITY.findall(text):
        if not parameter and f"{name};" not in html5:
            raise ImportFault(
                _("it declares entities, which feeds do not need and which may be an attack. Remove its DOCTYPE.")
            )
