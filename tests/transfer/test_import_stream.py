"""The XML of feeds as it streams: where pieces end makes no difference, and hostile files cost linear steps."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.helpers import feeds
from tests.properties import examples
from transfer.importer import xml_decoding, xml_stream
from transfer.importer.validation import ImportFault
from transfer.importer.xml_stream import BrokenItem

FILES = {row.name: row.file for row in [*feeds.TEXTS, *feeds.XML]}
PIECES = ["<", ">", "&", ";", "&eacute;", "&#0;", "]]>", "<![CDATA[", "<!--", "-->", "<item>", "</item>", "<title>",
          "</title>", "\x00", "x", '"', "<?xml ", "?>", "<!DOCTYPE", "<b>", "</b>", "[", "]", " ", "\n"]  # fmt: skip


def read(content):
    """Return what each item of a file has, or why it is broken."""
    content = content.encode() if isinstance(content, str) else content
    return [
        str(each.fault) if isinstance(each, BrokenItem) else (each.number, dict(each.elements), each.marks)
        for each in xml_stream.read_items(io.BytesIO(content))
    ]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_where_a_piece_of_a_file_ends_makes_no_difference(monkeypatch, name, size):
    whole = read(FILES[name])
    start = xml_decoding.encoding_of(FILES[name] if isinstance(FILES[name], bytes) else FILES[name].encode())
    monkeypatch.setattr(xml_decoding, "encoding_of", lambda _start: start)  # is found in the first piece
    monkeypatch.setattr(xml_decoding, "CHUNK", size)
    assert read(FILES[name]) == whole


@settings(max_examples=examples(60))
@given(some.lists(some.sampled_from(PIECES), max_size=40))
def test_any_file_is_read_or_rejected_with_a_message(pieces):
    try:
        found = read("<rss><channel><item><title>A</title></item>" + "".join(pieces) + "<item><title>B</title></item>")
    except ImportFault as fault:
        assert str(fault)
    else:
        assert found


@settings(max_examples=examples(60))
@given(
    some.lists(some.sampled_from(["<title>T</title>", "<b>", "</i>", "<![CDATA[x", "&", "<"]), min_size=1, max_size=6)
)
def test_an_invalid_item_does_not_affect_the_one_after_next(pieces):
    good = "<item><title>Good</title></item>"
    found = read(f"<rss><channel>{good}<item>{''.join(pieces)}</item>{good}{good}</channel></rss>")
    titles = [each[1]["title"][0].text for each in found if isinstance(each, tuple) and "title" in each[1]]
    assert titles.count("Good") == 3


def test_what_a_broken_item_has_swallowed_is_read_again_within_bounds(monkeypatch):
    monkeypatch.setattr(xml_stream, "MOST_REREAD", 20_000)
    fed = []
    original = xml_stream.XmlStream.feed

    def counted(self, data, **kwargs):
        fed.append(self)
        return original(self, data, **kwargs)

    monkeypatch.setattr(xml_stream.XmlStream, "feed", counted)
    read("<rss><channel>" + "<item><title><![CDATA[x</title></item>" * 2_000 + "</channel></rss>")
    size = len("<item><title><![CDATA[x</title></item>") * 2_000
    assert fed[0].reread <= 20_000 + size


def test_an_item_that_is_too_long_is_named_and_the_next_one_is_read(monkeypatch):
    from transfer.importer import feed_parser

    monkeypatch.setattr(feed_parser, "LONGEST_ITEM", 1_000)
    found = read(feeds.rss(feeds.item(f"<description>{'x' * 2_000}</description>"), feeds.item()))
    assert ("longer than 1000 characters" in found[0], found[1][0]) == (True, 2)


@pytest.mark.parametrize(
    ("start", "codec"),
    [
        (b'<?xml version="1.0" encoding="latin1"?>', "cp1252"),
        (b"<?xml version='1.0' encoding='US-ASCII'?>", "cp1252"),
        (b'<?xml version="1.0" encoding="gb2312"?>', "gb18030"),
        (b'<?xml version="1.0" encoding="koi8-r"?>', "koi8-r"),
        (b'<?xml version="1.0" encoding="utf-16"?>', "utf-8"),
        (b'\xef\xbb\xbf<?xml version="1.0" encoding="latin1"?>', "utf-8"),
        (b"\xff\xfe<\0", "utf-16"),
        (b"<\0?\0", "utf-16-le"),
        (b"\0<\0?", "utf-16-be"),
        (b"<rss/>", "utf-8"),
    ],
)
def test_an_encoding_is_found_as_browsers_find_it(start, codec):
    assert xml_decoding.encoding_of(start) == codec


@pytest.mark.parametrize("label", ["no-such", "utf-7", "base64", "rot13", "unicode_escape", "idna"])
def test_an_encoding_that_is_not_one_of_texts_is_refused(label):
    with pytest.raises(ImportFault, match=r"encoding .* is unknown"):
        xml_decoding.encoding_of(f'<?xml version="1.0" encoding="{label}"?>'.encode())
