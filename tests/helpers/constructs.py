"""The table of constructs: what other programs put into a text, and what must become of it here.

Each row is tried in three ways: in the field of a form and as the body of an imported message
(tests/richtext/test_constructs.py), and in the editor in a browser (tests/browser/test_constructs.py). A row says:

* `name`: the rule, unique, in small letters with hyphens: it is the id of the tests.
* `source`: the program that writes such HTML (WORD, OUTLOOK, DOCS, LIBREOFFICE, WEB, WORDPRESS, ATOM, RSS).
* `html`: its output, shortened.
* `demanded`: the clean HTML that is kept, without line breaks between its blocks.
* `losses`: the kinds of `richtext.convert.Loss` that must be named, and no other, in any order.
* `ways`: those of FIELD, EDITOR, BODY in which the row holds; all, unless the row says so. A row about the file of a
  feed (types of Atom texts, CDATA) belongs in a table of its own beside the tests of the import.

To add a row, append it to the part of its source. Samples are ours, with `example.org` in all addresses but those of
programs that are meant (a filter's wrapper).
"""

from __future__ import annotations

from typing import NamedTuple

WORD, OUTLOOK, DOCS, LIBREOFFICE = "Word", "Outlook", "Google Docs", "LibreOffice"
WEB, WORDPRESS, ATOM, RSS = "web page", "WordPress", "Atom", "RSS"
FIELD, EDITOR, BODY = "field", "editor", "body"


class Construct(NamedTuple):
    """A row of the table."""

    name: str
    source: str
    html: str
    demanded: str
    losses: tuple[str, ...] = ()
    ways: tuple[str, ...] = (FIELD, EDITOR, BODY)


OF_WORD = [
    Construct(
        "tracked-changes-of-word",
        WORD,
        "<p class=MsoNormal>The Embassy <span class=msoDel><del cite='mailto:A' datetime='2026-11-02T10:00'>condemns"
        "</del></span><span class=msoIns><ins cite='mailto:A' datetime='2026-11-02T10:00'>regrets</ins></span> it.</p>",
        "<p>The Embassy regrets it.</p>",
        ("deleted_text",),
    ),
    Construct(
        "comment-of-word",
        WORD,
        "<p>Text<span class=MsoCommentReference><a class=msocomanchor href='#_msocom_1'>[A1]</a></span>.</p>"
        "<div style='mso-element:comment-list'><div style='mso-element:comment'><p class=MsoCommentText>Really?</p>"
        "</div></div>",
        "<p>Text.</p>",
        ("comment", "comment"),
    ),
    Construct(
        "hidden-text-of-word",
        WORD,
        "<p>Seen<span style='display:none;mso-hide:all'> and not seen</span>.</p>",
        "<p>Seen.</p>",
        ("hidden_text",),
    ),
    Construct(
        "field-code-of-word",
        WORD,
        "<p>Page <span style='mso-element:field-begin'></span> PAGE \\* MERGEFORMAT "
        "<span style='mso-element:field-separator'></span>3<span style='mso-element:field-end'></span> of 9.</p>",
        "<p>Page 3 of 9.</p>",
        ("field_code",),
    ),
    Construct(
        "field-code-shown-in-braces", WORD, "<p>Page { PAGE \\* MERGEFORMAT }3.</p>", "<p>Page 3.</p>", ("field_code",)
    ),
    Construct(
        "footnote-of-word",
        WORD,
        "<p>Text<a style='mso-footnote-id:ftn1' href='#_ftn1' name='_ftnref1'><span class=MsoFootnoteReference>[1]"
        "</span></a>.</p><div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a href='#_ftnref1' "
        "name='_ftn1'>[1]</a> The note.</p></div>",
        "<p>Text[1].</p><p>[1] The note.</p>",
        ("footnote",),
    ),
    Construct(
        "lettered-list-of-word",
        WORD,
        "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>"
        "(a)<span>&nbsp; </span></span><![endif]>one</p><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>"
        "<![if !supportLists]><span style='mso-list:Ignore'>(b)<span>&nbsp; </span></span><![endif]>two</p>",
        '<ol type="a"><li>one</li><li>two</li></ol>',
    ),
    Construct(
        "bullets-of-word-with-a-level-below",
        WORD,
        "<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>·<span>&nbsp;</span>"
        "</span>one</p><p class=MsoListParagraph style='mso-list:l1 level2 lfo2'><span style='mso-list:Ignore'>1."
        "<span>&nbsp;</span></span>below</p><p class=MsoListParagraph style='mso-list:l1 level1 lfo2'>"
        "<span style='mso-list:Ignore'>·<span>&nbsp;</span></span>two</p><p class=MsoNormal>After</p>",
        "<ul><li>one<ol><li>below</li></ol></li><li>two</li></ul><p>After</p>",
    ),
    Construct(
        "picture-of-word-is-a-file-on-a-computer",
        WORD,
        '<p>See:<img src="file:///C:/Users/A/clip_image002.jpg" alt="A chart"></p>',
        "<p>See:A chart</p>",
        ("local_picture",),
    ),
    Construct(
        "heading-with-a-bookmark-of-word",
        WORD,
        "<p class=MsoToc1><a href='#_Toc1'>Visas</a></p><h2><a name='_Toc1'></a>Visas and passports</h2>",
        '<p><a href="#p-162b6d7d-162b6d7d">Visas</a></p><h2>Visas and passports</h2>',
    ),
]

OF_OUTLOOK = [
    Construct(
        "safe-link-of-outlook",
        OUTLOOK,
        '<p><a href="https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1&amp;'
        'data=05%7C01&amp;reserved=0">The rules</a></p>',
        '<p><a href="https://example.org/a?b=1">The rules</a></p>',
    ),
    Construct(
        "picture-within-a-mail",
        OUTLOOK,
        '<p class="x_MsoNormal">Logo: <img src="cid:image001.png@01D5" alt="The emblem"></p>',
        "<p>Logo: The emblem</p>",
        ("foreign_picture",),
    ),
    Construct(
        "preheader-of-a-newsletter",
        OUTLOOK,
        '<div style="display:none;max-height:0;font-size:0">Read on</div><p>Dear reader</p>',
        "<p>Dear reader</p>",
        ("hidden_text",),
    ),
    Construct(
        "telephone-of-a-signature", OUTLOOK, '<p><a href="tel:+44 (0)20 7229 6412">+44 (0)20 7229 6412</a></p>',
        '<p><a href="tel:+442072296412">+44 (0)20 7229 6412</a></p>',
    ),
]  # fmt: skip

OF_DOCS = [
    Construct(
        "styles-of-google-docs-mean-marks",
        DOCS,
        '<b style="font-weight:normal" id="docs-internal-guid-1"><p dir="ltr"><span style="font-weight:700">Bold'
        '</span><span style="font-weight:400">, 10 m</span><span style="vertical-align:super">2</span>'
        '<span style="text-decoration:line-through"> gone</span></p></b>',
        '<p dir="ltr"><strong>Bold</strong>, 10 m<sup>2</sup><s> gone</s></p>',
    ),
    Construct(
        "span-of-google-docs-without-style",
        DOCS,
        '<b id="docs-internal-guid-2" style="font-weight:normal"><p><span>Plain</span> words</p></b>',
        "<p>Plain words</p>",
    ),
    Construct(
        "comments-of-google-docs",
        DOCS,
        '<p>Text<sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup></p><div><p><a href="#cmnt_ref1" id="cmnt1">[a]</a>'
        "<span>Is this so?</span></p></div>",
        "<p>Text</p>",
        ("comment", "comment"),
    ),
    Construct(
        "picture-of-google-docs",
        DOCS,
        '<p>Before</p><p><span><img src="https://lh3.googleusercontent.example/x" alt="A chart"></span></p>',
        "<p>Before</p><p>A chart</p>",
        ("foreign_picture",),
    ),
    Construct(
        "link-of-google",
        DOCS,
        '<p><a href="https://www.google.com/url?q=https://example.org/a&amp;sa=D&amp;source=editors">Here is the rule'
        "</a></p>",
        '<p><a href="https://example.org/a">Here is the rule</a></p>',
    ),
    Construct(
        "lettered-list-of-google-docs",
        DOCS,
        '<ol><li dir="ltr" style="list-style-type:lower-alpha">one</li>'
        '<li dir="ltr" style="list-style-type:lower-alpha">two</li></ol>',
        '<ol type="a"><li dir="ltr">one</li><li dir="ltr">two</li></ol>',
    ),
]

OF_LIBREOFFICE = [
    Construct(
        "tracked-changes-of-libreoffice",
        LIBREOFFICE,
        '<p class="western">We <del cite="A" datetime="2026-11-02T10:00:00">will</del><ins cite="A" '
        'datetime="2026-11-02T10:00:00">shall</ins> answer.</p>',
        "<p>We shall answer.</p>",
        ("deleted_text",),
    ),
    Construct(
        "footnote-of-libreoffice",
        LIBREOFFICE,
        '<p>Text<a class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a></p>'
        '<div id="sdfootnote1"><p><a class="sdfootnotesym" name="sdfootnote1sym" href="#sdfootnote1anc">1</a>'
        "Note</p></div>",
        "<p>Text<sup>1</sup></p><p>1 Note</p>",
        ("footnote",),
    ),
]

OF_WEB_PAGES = [
    Construct(
        "embedded-video",
        WEB,
        '<p>Watch:</p><iframe src="https://www.youtube.com/embed/abc" title="The briefing"></iframe><p>after</p>',
        '<p>Watch:</p><p><a href="https://www.youtube.com/watch?v=abc">The briefing</a></p><p>after</p>',
        ("embed",),
    ),
    Construct(
        "video-with-fallback",
        WEB,
        '<p>a</p><video controls><source src="https://example.org/v.mp4"><p>A video of the visit.</p></video><p>b</p>',
        '<p>a</p><p><a href="https://example.org/v.mp4">example.org/v.mp4</a></p><p>A video of the visit.</p><p>b</p>',
        ("media",),
    ),
    Construct(
        "object-with-fallback",
        WEB,
        '<p>a</p><object data="https://example.org/a.pdf"><p>The <a href="https://example.org/a.pdf">document</a></p>'
        "</object>",
        '<p>a</p><p>The <a href="https://example.org/a.pdf">document</a></p>',
        ("embed",),
    ),
    Construct(
        "figure-with-a-foreign-picture",
        WEB,
        '<p>a</p><figure><img src="https://example.org/a.jpg" alt=""><figcaption>Photo: agency</figcaption></figure>'
        "<p>b</p>",
        "<p>a</p><p>b</p>",
        ("foreign_picture", "caption"),
    ),
    Construct("button-of-a-page", WEB, "<p>a</p><button>Share</button><p>b</p>", "<p>a</p><p>b</p>", ("form",)),
    Construct("details-keep-both-parts", WEB, "<details><summary>More</summary>Text</details>",
        "<p>More</p><p>Text</p>"),
    Construct("blocks-are-not-glued", WEB, "<fieldset>a</fieldset><fieldset>b</fieldset>", "<p>a</p><p>b</p>"),
    Construct(
        "quotation-gets-marks", WEB, "<p>He said <q>yes, <q>no</q></q>.</p>", "<p>He said “yes, ‘no’”.</p>"
    ),
    Construct(
        "quotation-gets-marks-of-its-language", WEB, '<p lang="ru">Он: <q>да</q>.</p>', '<p lang="ru">Он: «да».</p>'
    ),
    Construct(
        "list-counts-down-with-letters",
        WEB,
        '<ol type="A" reversed start="3"><li>c</li><li value="2">b</li></ol>',
        '<ol start="3" type="A" reversed=""><li>c</li><li value="2">b</li></ol>',
    ),
    Construct(
        "list-numbered-by-style",
        WEB,
        '<ol style="list-style-type: lower-roman"><li>a</li><li>b</li></ol>',
        '<ol type="i"><li>a</li><li>b</li></ol>',
    ),
    Construct(
        "list-with-marks-of-an-alphabet",
        WEB,
        '<ol style="list-style-type:lower-greek"><li>a</li><li>b</li></ol>',
        "<ul><li>α) a</li><li>β) b</li></ul>",
        ("list_marker",),
    ),
    Construct("link-without-a-scheme", WEB, '<p><a href="www.example.org">The site</a></p>',
        '<p><a href="https://www.example.org">The site</a></p>'),
    Construct("host-and-path-without-a-scheme", WEB, '<p><a href="example.org/rules">Rules</a></p>',
        '<p><a href="https://example.org/rules">Rules</a></p>'),
    Construct("mailbox-without-a-scheme", WEB, '<p><a href="press@example.org">Write</a></p>',
        '<p><a href="mailto:press@example.org">Write</a></p>'),
    Construct(
        "link-to-a-heading-of-the-text",
        WEB,
        '<p><a href="#sec">Go on</a></p><h2 id="sec">Section one</h2>',
        '<p><a href="#p-e32fbc1d-e32fbc1d">Go on</a></p><h2>Section one</h2>',
    ),
    Construct(
        "link-to-no-place-of-the-text", WEB, '<p><a href="#gone">Go on</a></p>', "<p>Go on</p>", ("anchor",)
    ),
    Construct("script-link", WEB, '<p><a href="javascript:open()">Open</a></p>', "<p>Open</p>", ("link",)),
    Construct(
        "script-of-a-network",
        WEB,
        '<p>a</p><script src="https://platform.example.org/widget.js"></script>',
        "<p>a</p>",
        ("script",),
    ),
    Construct("readings-of-ruby", WEB, "<p><ruby>字<rt>ji</rt></ruby></p>", "<p>字(ji)</p>"),
    Construct("lines-of-preformatted-text", WEB, "<pre>a\nb</pre>", "<p>a<br>b</p>"),
    Construct("tick-boxes", WEB, "<ul><li><input type=checkbox checked>a</li><li><input type=checkbox>b</li></ul>",
        "<ul><li>☑ a</li><li>☐ b</li></ul>"),
    Construct("struck-through-words", WEB, "<p>Costs <s>5</s> 6.</p>", "<p>Costs <s>5</s> 6.</p>"),
    Construct("formula", WEB, "<p>So <math><mi>x</mi><mo>=</mo><mn>2</mn></math>.</p>", "<p>So x=2.</p>", ("formula",)),
    Construct("drawing", WEB, '<p>a <svg aria-label="Map"><path d=""/></svg></p>', "<p>a Map</p>", ("drawing",)),
    Construct("counting-pixel", WEB, '<p>a<img src="https://example.org/p.gif" width="1" height="1"></p>', "<p>a</p>"),
]  # fmt: skip

OF_WORDPRESS = [
    Construct(
        "caption-of-wordpress",
        WORDPRESS,
        '<div class="wp-caption"><img src="https://example.org/a.jpg" alt="The hall"><p class="wp-caption-text">Photo'
        "</p></div><p>b</p>",
        "<p>The hall</p><p>b</p>",
        ("foreign_picture", "caption"),
    ),
    Construct(
        "emoji-of-wordpress",
        WORDPRESS,
        '<p>Welcome <img class="emoji" src="https://s.w.example.org/1f600.svg" alt="😀"></p>',
        "<p>Welcome 😀</p>",
    ),
    Construct(
        "words-for-screen-readers",
        WORDPRESS,
        '<p>a <span class="screen-reader-text">Continue reading</span></p>',
        "<p>a</p>",
        ("hidden_text",),
    ),
    Construct("strikes-of-markdown", WORDPRESS, "<p>Costs <del>5</del> 6.</p>", "<p>Costs <s>5</s> 6.</p>"),
]

CONSTRUCTS = [*OF_WORD, *OF_OUTLOOK, *OF_DOCS, *OF_LIBREOFFICE, *OF_WEB_PAGES, *OF_WORDPRESS]


def without_lines(html: str) -> str:
    """Return HTML without the line breaks between its blocks, as `demanded` is written."""
    return html.replace("\n", "").replace("\t", "")
