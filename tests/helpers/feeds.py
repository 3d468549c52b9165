"""The table of constructs of feeds: markup of other programs' archives, and the required result of an import.

Each row has a name (the rule), the file, the requirements on the first message, and words that must be among the notes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:wp="http://wordpress.org/export/1.2/" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"'
)
DATE = "<pubDate>Tue, 20 Oct 2020 12:00:00 +0100</pubDate>"


class Row(NamedTuple):
    """A row of the table."""

    name: str
    file: str | bytes
    demanded: dict[str, Any]
    noted: tuple[str, ...] = ()


def rss(*items: str, head: str = "", root: str = "") -> str:
    """Return an RSS file of these items."""
    return f"<rss {root or SPACES}><channel><title>Press</title>{head}{''.join(items)}</channel></rss>"


def item(inside: str = "", *, title: str = "<title>T</title>", date: str = DATE) -> str:
    """Return an item of RSS."""
    return f"<item>{title}{date}<link>https://old.example.org/press/7.html</link>{inside}</item>"


def post(content: str = "", more: str = "", *, date: str = "<wp:post_date_gmt>2019-05-01 09:30:00</wp:post_date_gmt>"):
    """Return an item of a WordPress export."""
    return (
        "<item><title>T</title><link>https://old.example.org/2019/05/t/</link>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded><wp:post_id>7</wp:post_id>{date}"
        f"<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>{more}</item>"
    )


def atom(inside: str = "", *, title: str = "<title>T</title>", root: str = "", space: str = "2005/Atom") -> str:
    """Return an Atom file with one entry."""
    return (
        f'<feed xmlns="http://www.w3.org/{space}" {root}><title>Press</title><entry>{title}'
        f'<link href="https://old.example.org/a/b.html"/><published>2020-10-20T12:00:00+01:00</published>{inside}'
        "</entry></feed>"
    )


def of_rss(description: str, **kwargs: str) -> str:
    """Return an RSS file with one item of this description."""
    return rss(item(f"<description>{description}</description>"), **kwargs)


TEXTS = [
    Row(
        "mark-up-in-a-description-keeps-the-words-around-it",
        of_rss('Before <b>bold</b> and <a href="http://x.example.org/">link</a> after.'),
        {"body": '<p>Before <strong>bold</strong> and <a href="http://x.example.org/">link</a> after.</p>'},
    ),
    Row(
        "mark-up-in-a-title-keeps-the-words-around-it",
        rss(item(title="<title>Before <i>slanted</i> after</title>")),
        {"headline": "Before slanted after"},
    ),
    Row(
        "elements-in-a-content-of-type-html-are-kept",
        atom('<content type="html"><div>One <b>two</b><br/>three</div></content>'),
        {"body": "<p>One <strong>two</strong><br>three</p>"},
    ),
    Row(
        "elements-in-a-summary-that-says-text-are-kept",
        atom('<summary type="text">One <b>two</b> three</summary>'),
        {"body": "<p>One <strong>two</strong> three</p>"},
    ),
    Row(
        "a-line-break-of-xhtml-is-one",
        atom('<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">One <br/> two<hr/></div></content>'),
        {"body": "<p>One <br> two</p>\n<hr>"},
    ),
    Row(
        "application-xhtml-is-mark-up",
        atom(
            '<content type="application/xhtml+xml"><h:div xmlns:h="http://www.w3.org/1999/xhtml">5 &lt; 7'
            "<h:p>two</h:p></h:div></content>"
        ),
        {"body": "<p>5 &lt; 7</p>\n<p>two</p>"},
    ),
    Row(
        "plain-text-of-atom-is-kept-to-the-letter",
        atom(
            "<summary>Text 5 &lt; 7 and 8 &gt; 3 &lt;press@example.org&gt; &lt;b&gt;</summary><content>Other.</content>"
        ),
        {"lead": "Text 5 < 7 and 8 > 3 <press@example.org> <b>"},
    ),
    Row(
        "an-excerpt-keeps-angle-brackets-that-are-no-mark-up",
        rss(
            post(
                "Text.",
                "<excerpt:encoded><![CDATA[Write to <press@example.org> by <em>Friday</em>: 5 < 7 and 8 > 3.]]>"
                "</excerpt:encoded>",
            )
        ),
        {"lead": "Write to <press@example.org> by Friday: 5 < 7 and 8 > 3."},
    ),
    Row(
        "an-address-in-angle-brackets-stays-in-html",
        rss(post("Write to <press@example.org> or see <https://example.org/a?b=1>.")),
        {"body": "<p>Write to &lt;press@example.org&gt; or see &lt;https://example.org/a?b=1&gt;.</p>"},
    ),
    Row(
        "base64-is-undone",
        atom('<content type="application/octet-stream">PHA+T25lPC9wPg==</content>'),
        {"body": "<p>One</p>"},
    ),
    Row(
        "base64-of-atom-0.3-is-undone",
        atom('<content type="text/html" mode="base64">PHA+T25lPC9wPg==</content>'),
        {"body": "<p>One</p>"},
    ),
    Row(
        "a-picture-in-a-content-is-noted",
        atom('<content type="image/png">iVBORw0KGgo=</content><summary>In short.</summary>'),
        {"body": "<p>In short.</p>"},
        ("A file of the type image/png embedded in the feed",),
    ),
    Row(
        "a-content-elsewhere-is-linked-by-its-address",
        atom('<summary>In short.</summary><content type="text/html" src="https://old.example.org/m.html"/>'),
        {
            "body": '<p>In short.</p>\n<p><a href="https://old.example.org/m.html">https://old.example.org/m.html</a></p>'
        },
    ),
    Row(
        "xhtml-body-is-the-text",
        rss(item('<body xmlns="http://www.w3.org/1999/xhtml"><p>One</p></body><description>Short.</description>')),
        {"body": "<p>One</p>", "lead": "Short."},
    ),
    Row(
        "an-embedded-part-is-linked-and-noted",
        of_rss('&lt;p&gt;Watch:&lt;/p&gt;&lt;iframe src="https://v.example.org/1"&gt;&lt;/iframe&gt;'),
        {"body": '<p>Watch:</p>\n<p><a href="https://v.example.org/1">v.example.org/1</a></p>'},
        ("from v.example.org was replaced by a link. (1): “T”",),
    ),
    Row(
        "an-element-that-has-no-end-swallows-nothing",
        of_rss('One &lt;link rel="x" href="y"&gt;&lt;meta name="z"&gt; two.'),
        {"body": "<p>One  two.</p>"},
    ),
    Row(
        "characters-that-nobody-sees-go-from-a-headline",
        rss(item(title="<title>A\u200b\ufeff \u202eword\u2069</title>")),
        {"headline": "A word"},
    ),
    Row(
        "blank-lines-part-paragraphs-in-plain-text",
        of_rss("One\nline.\n\nTwo &amp;amp; three."),
        {"body": "<p>One<br>line.</p>\n<p>Two &amp; three.</p>"},
    ),
]
XML = [
    Row(
        "entities-of-html-are-known-where-a-document-type-is-named",
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss-0.91.dtd">'
        + rss(
            item(
                '<category domain="x&eacute;">C</category>', title="<title>Caf&eacute; &ndash; &laquo;t&raquo;</title>"
            )
        ),
        {"headline": "Café – «t»"},
    ),
    Row(
        "entities-of-html-are-known-where-none-is",
        rss(item(title="<title>tsch&uuml;ss &nbsp; &hellip;</title>")),
        {"headline": "tschüss …"},
    ),
    Row(
        "entities-within-cdata-are-left-to-html",
        of_rss("<![CDATA[<p>Caf&eacute; &amp; <b>T</b> &#8212; &#151;</p>]]>"),
        {"body": "<p>Café &amp; <strong>T</strong> — —</p>"},
    ),
    Row(
        "a-document-type-that-declares-entities-of-html-is-read",
        '<!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY % H PUBLIC "x" "http://127.0.0.1:9/x.ent"> %H;]>'
        + rss(item(title="<title>a&nbsp;b</title>")),
        {"headline": "a b"},
    ),
    Row(
        "a-stray-ampersand-is-a-character",
        rss(item(title="<title>Questions & answers at AT&T</title>")),
        {"headline": "Questions & answers at AT&T"},
        ("was read as the character. (1): “Questions & answers at AT&T”",),
    ),
    Row(
        "an-unknown-entity-is-kept-and-noted",
        rss(item(title="<title>a &nosuchthing; b</title>")),
        {"headline": "a &nosuchthing; b"},
        ("An unknown entity",),
    ),
    Row(
        "control-characters-go-and-are-noted",
        rss(item(title="<title>a\x00b\x08c &#x1F;d&#0;</title>")),
        {"headline": "abc d"},
        ("Control characters",),
    ),
    Row(
        "windows-characters-are-read-as-browsers-read-them",
        b'<?xml version="1.0" encoding="ISO-8859-1"?>'
        + rss(item(title="<title>~ &#147;b&#148;</title>")).encode().replace(b"~", b"\x93a\x94"),
        {"headline": "“a” “b”"},
    ),
    Row(
        "a-single-byte-of-windows-in-utf-8-is-read-and-noted",
        rss(item(title="<title>The Minister~s caf#</title>")).encode().replace(b"~", b"\x92").replace(b"#", b"\xe9"),
        {"headline": "The Minister’s café"},
        ("was read as windows-1252",),
    ),
    Row(
        "rss-in-a-namespace-is-rss",
        rss(item(), root='xmlns="http://backend.userland.com/rss2"'),
        {"headline": "T"},
    ),
    Row(
        "rss-1.0-is-read",
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://x"><title>P</title>'
        "<dc:language>fr</dc:language></channel>"
        '<item rdf:about="https://old.example.org/9"><title>Onze</title><dc:date>2020-10-20T12:00:00+01:00</dc:date>'
        "<description>Texte.</description><dc:subject>Press</dc:subject></item></rdf:RDF>",
        {
            "headline": "Onze",
            "language": "fr",
            "category": "press",
            "old_urls": ("/9",),
            "publish_at": "2020-10-20T11:00",
        },
    ),
    Row(
        "atom-0.3-is-read",
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="escaped" type="text/html">A &lt;i&gt;'
        "b"
        '&lt;/i&gt;</title><issued>2003-12-31T10:14:55Z</issued><content type="text/html" mode="escaped">&lt;p&gt;One'
        "&lt;/p&gt;</content></entry></feed>",
        {"headline": "A b", "body": "<p>One</p>", "publish_at": "2003-12-31T10:14"},
    ),
    Row(
        "prefixes-that-are-not-declared-are-known",
        rss(item("<content:encoded>&lt;p&gt;One&lt;/p&gt;</content:encoded>"), root='version="2.0"'),
        {"body": "<p>One</p>"},
    ),
    Row(
        "lines-before-the-declaration-do-no-harm",
        '\n\n<?xml version="1.0"?>' + rss(item()),
        {"headline": "T"},
    ),
]
