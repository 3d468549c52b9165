"""More constructs of feeds: addresses, files and languages of items, the notation of WordPress, and dates."""

from __future__ import annotations

from tests.helpers.feeds import DATE, Row, atom, item, of_rss, post, rss

ADDRESSES = [
    Row(
        "relative-links-lead-to-the-old-site",
        of_rss('See &lt;a href="more.html"&gt;more&lt;/a&gt; and &lt;a href="/docs/x.html"&gt;this&lt;/a&gt;.'),
        {
            "body": '<p>See <a href="https://old.example.org/press/more.html">more</a> and '
            '<a href="https://old.example.org/docs/x.html">this</a>.</p>'
        },
    ),
    Row(
        "xml-base-is-what-links-are-relative-to",
        atom(
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml" xml:base="c/"><a href="d">e</a></div>'
            "</content>",
            root='xml:base="https://base.example.org/x/"',
        ),
        {"body": '<p><a href="https://base.example.org/x/c/d">e</a></p>'},
    ),
    Row(
        "relative-links-without-an-address-are-noted",
        f"<rss><channel><item><title>T</title>{DATE}<description>&lt;a href='x.html'&gt;a&lt;/a&gt;</description>"
        "</item>"
        "</channel></rss>",
        {"body": '<p><a href="x.html">a</a></p>'},
        ("Relative links could not be completed",),
    ),
    Row(
        "trackers-are-not-part-of-a-former-address",
        rss(
            f"<item><title>T</title>{DATE}<link>https://old.example.org/p.php?id=7&amp;utm_source=rss&amp;fbclid=1</link>"
            "</item>"
        ),
        {"old_urls": ("/p.php?id=7",)},
    ),
    Row(
        "a-former-slug-of-wordpress-is-a-former-address",
        rss(
            post(
                "x",
                "<wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value>was</wp:meta_value></wp:postmeta>",
            )
        ),
        {"old_urls": ("/2019/05/t/", "/2019/05/was/")},
    ),
    Row(
        "a-language-beyond-those-of-the-site-is-noted",
        rss(item(), head="<language>ja</language>"),
        {"language": ""},
        ("This site does not have the language ja",),
    ),
    Row(
        "an-entry-may-have-another-language-than-its-feed",
        atom('<content xml:lang="de">Text.</content>', root='xml:lang="en"'),
        {"language": "de"},
    ),
    Row(
        "an-enclosed-picture-and-pdf-belong-to-the-message",
        rss(
            item(
                '<enclosure url="https://old.example.org/f/a.pdf" type="application/pdf"/>'
                '<media:content url="https://old.example.org/f/p.jpg" medium="image"/>'
            )
        ),
        {
            "attachments": (("https://old.example.org/f/a.pdf", ""),),
            "picture": ("https://old.example.org/f/p.jpg", "", "", "", (50, 50), ""),
        },
    ),
    Row(
        "a-linked-pdf-of-the-old-site-belongs-to-the-message",
        of_rss(
            '&lt;a href="/f/a.pdf"&gt;The &lt;b&gt;text&lt;/b&gt;&lt;/a&gt; &lt;a href="https://x.example.org/b.pdf"&gt;b&lt;/a&gt;'
        ),
        {"attachments": (("https://old.example.org/f/a.pdf", "The text"),)},
    ),
    Row(
        "a-recording-is-linked-and-noted",
        rss(item('<description>One.</description><enclosure url="https://old.example.org/a.mp3" type="audio/mpeg"/>')),
        {"body": '<p>One.</p>\n<p><a href="https://old.example.org/a.mp3">https://old.example.org/a.mp3</a></p>'},
        ("stays on the old site. The text has a link to it. (1): “T”",),
    ),
    Row(
        "a-featured-picture-of-wordpress-comes-with-its-words",
        rss(
            post(
                "x",
                "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>",
            ),
            "<item><title>IMG_1</title><wp:post_type>attachment</wp:post_type><wp:post_id>9</wp:post_id>"
            "<wp:attachment_url>https://old.example.org/u/v.jpg</wp:attachment_url><wp:postmeta><wp:meta_key>"
            "_wp_attachment_image_alt</wp:meta_key><wp:meta_value>A handshake</wp:meta_value></wp:postmeta></item>",
        ),
        {"picture": ("https://old.example.org/u/v.jpg", "A handshake", "", "", (50, 50), "")},
    ),
    Row(
        "comments-of-visitors-are-counted",
        rss(post("x", "<wp:comment><wp:comment_content>No</wp:comment_content></wp:comment>" * 2)),
        {},
        ("Visitors' comments were left out. (2): “T”",),
    ),
]
WORDPRESS = {
    "paragraphs-by-blank-lines-beside-one-that-is-marked": (
        'First.\n\nSecond.\n\n<p style="text-align:center">* * *</p>\n\nThird,\nwith a break.\n\nFourth.',
        "<p>First.</p>\n<p>Second.</p>\n<p>* * *</p>\n<p>Third,<br>with a break.</p>\n<p>Fourth.</p>",
    ),
    "no-breaks-within-lists-tables-and-headings": (
        "One\n<ul>\n<li>a\nb</li>\n\n<li>c</li>\n</ul>\n<h2>H\nh</h2>\ntwo\n<table><tr>\n<td>x</td>\n</tr></table>",
        "<p>One</p>\n<ul>\n<li>a\nb</li>\n<li>c</li>\n</ul>\n<h2>H\nh</h2>\n<p>two</p>\n<table>\n<tbody>\n<tr>\n"
        "<td>x</td>\n</tr>\n</tbody>\n</table>",
    ),
    "lines-of-preformatted-text-are-kept-once": ("a\n\n<pre>x\ny</pre>\n\nb", "<p>a</p>\n<p>x<br>y</p>\n<p>b</p>"),
    "paragraphs-within-a-quotation": (
        "<blockquote>One\n\nTwo</blockquote>",
        "<blockquote><p>One</p>\n<p>Two</p>\n</blockquote>",
    ),
    "blocks-of-the-block-editor-stay": (
        "<!-- wp:paragraph -->\n<p>One\ntwo</p>\n<!-- /wp:paragraph -->\n\nFree\n\ntext",
        "<p>One\ntwo</p>\n<p>Free</p>\n<p>text</p>",
    ),
    "a-mark-across-paragraphs": ("<em>One\n\nTwo</em>", "<p><em>One</em></p>\n<p><em>Two</em></p>"),
    "an-address-alone-on-its-line-is-a-link": (
        "a\n\nhttps://v.example.org/1\n\nb",
        '<p>a</p>\n<p><a href="https://v.example.org/1">https://v.example.org/1</a></p>\n<p>b</p>',
    ),
    "more-parts-paragraphs": ("One<!--more-->Two", "<p>One</p>\n<p>Two</p>"),
    "embed": (
        "[embed]https://v.example.org/1[/embed]",
        '<p><a href="https://v.example.org/1">https://v.example.org/1</a></p>',
    ),
    "audio-and-video": (
        '[audio https://v.example.org/a.mp3] [video mp4="https://v.example.org/b.mp4"][/video]',
        '<p><a href="https://v.example.org/a.mp3">https://v.example.org/a.mp3</a></p>\n'
        '<p><a href="https://v.example.org/b.mp4">https://v.example.org/b.mp4</a></p>',
    ),
    "page-builders": ("[vc_row][vc_column width='1/2']Inside.[/vc_column][/vc_row]", "<p>Inside.</p>"),
    "another-page-builder": (
        "[et_pb_section][et_pb_text]One\n\nTwo[/et_pb_text][/et_pb_section]",
        "<p>One</p>\n<p>Two</p>",
    ),
    "words-of-a-page-builder": ('[vc_custom_heading text="A &amp; b"]c', "<h2>A &amp; b</h2>\n<p>c</p>"),
    "brackets-of-a-sentence-stay": (
        "He said [sic] [1], […] [emphasis added] [the Minister's] [Applause] [video] [a gallery].",
        "<p>He said [sic] [1], […] [emphasis added] [the Minister's] [Applause] [video] [a gallery].</p>",
    ),
    "a-shortcode-that-is-to-be-read": ("Write [[gallery]].", "<p>Write [gallery].</p>"),
}
REMOVED = {  # shortcode: the remaining text
    '[contact-form-7 id="5" title="x"]': "",
    '[gallery ids="1,2,3"]': "",
    "[some_plugin]": "",
    "[foo]kept[/foo]": "<p>kept</p>",
    '[map src="https://m.example.org/1"]': '<p><a href="https://m.example.org/1">https://m.example.org/1</a></p>',
}
DATES = {  # as pubDate: in UTC, and whether it is doubtful
    "Wed, 14 Aug 2019 10:00:00 CEST": ("2019-08-14T08:00", False),
    "Wed, 14 Aug 2019 10:00:00 EDT": ("2019-08-14T14:00", False),
    "Wed, 14 Aug 2019 10:00:00 BST": ("2019-08-14T09:00", False),
    "Wed, 14 Aug 2019 10:00:00 MSK": ("2019-08-14T07:00", False),
    "Wed, 14 Aug 2013 10:00:00 MSK": ("2013-08-14T06:00", False),
    "Wed, 14 Aug 2019 10:00:00 Z": ("2019-08-14T10:00", False),
    "Wed, 14 Aug 2019 10:00:00 +0200 (CEST)": ("2019-08-14T08:00", False),
    "Wed, 14 Aug 2019 10:00:00 GMT+02:00": ("2019-08-14T08:00", False),
    "14 Aug 19 10:00 PST": ("2019-08-14T18:00", False),
    "Wed Aug 14 10:00:00 CEST 2019": ("2019-08-14T08:00", False),
    "2019-08-14T10:00:00+02:00": ("2019-08-14T08:00", False),
    "August 14, 2019 10:00 PM GMT": ("2019-08-14T22:00", False),
    "Mi, 14 Dez 2019 10:00:00 +0100": ("2019-12-14T09:00", False),
    "Wed, 14 Aug 2019 24:00:00 GMT": ("2019-08-15T00:00", False),
    "2020-07-06 12:00:00": ("2020-07-06T11:00", True),
    "Mon, 06 Jul 2020 12:00:00": ("2020-07-06T11:00", True),
    "2020-07-06": ("2020-07-05T23:00", True),
    "20.10.2020 12:00": ("2020-10-20T11:00", True),
    "Wed, 14 Aug 2019 10:00:00 A": ("2019-08-14T10:00", True),
    "Wed, 14 Aug 2019 10:00:00 XYZ": ("2019-08-14T09:00", True),
    "Wed, 14 Aug 2019 10:00:00 IST": ("2019-08-14T09:00", True),
}
NO_DATES = [
    "31 Feb 2020 10:00:00 GMT", "Wed, 14 Aug 2019 25:00:00 GMT", "06/07/2020", "yesterday", "1565776800",
    "Wed, 14 Aug 2019 10:00:00 +9900", "2020-13-01T00:00:00Z", "Wed, 14 Aug 0019 10:00:00 GMT", "x" * 300,
]  # fmt: skip
