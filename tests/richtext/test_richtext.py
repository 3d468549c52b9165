"""Rich text: elements that the sanitiser allows, repairs or removes, and its use for every text."""

import pytest
from html5lib import HTMLParser
from hypothesis import given
from hypothesis import strategies as st

from richtext.complexity import TooComplex, check_complexity
from richtext.plaintext import count_words, first_paragraph, plain_text
from richtext.sanitize import sanitize
from richtext.sanitize.structure import to_valid_html


def cleaned(html):
    """Clean, without the line breaks between blocks."""
    return sanitize(html).replace("\n", "")


# Allowed elements


@pytest.mark.parametrize(
    "html",
    [
        "<p>One <strong>two</strong> <em>three</em> <cite>four</cite></p>",
        "<p>H<sub>2</sub>O, m<sup>2</sup>, <s>struck</s>,<br>next line</p>",
        "<h2>A</h2><h3>B</h3><h4>C</h4>",
        "<blockquote><p>Said</p></blockquote><hr>",
        "<ul><li>a</li><li>b</li></ul>",
        '<ol start="3"><li>a<ul><li>b</li></ul></li></ol>',
        '<ol type="a" reversed=""><li value="5">a</li><li>b</li></ol>',
        '<p><a href="https://example.org/a?b=1&amp;c=2#d" title="More" hreflang="ru">more</a></p>',
        '<p><a href="mailto:press@example.org">write</a> <a href="tel:+442036687474">call</a></p>',
        '<p><a href="/messages/">here</a> <a href="#below">below</a> <a href="?q=a">found</a></p>',
        '<p><img src="/media/pictures/a.jpg" alt="A" width="640" height="480"></p>',
        '<figure class="image image-left"><img src="/media/a.png" alt="A"><figcaption>A</figcaption></figure>',
        '<table class="data"><caption>C</caption><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>'
        '<tbody><tr><td colspan="2">1</td></tr><tr><td rowspan="2">2</td><td>3</td></tr><tr><td>4</td></tr>'
        "</tbody></table>",
        '<p lang="fa" dir="rtl">می\u200cخواهم \u200fمتن</p>',
        "<p>👩\u200d👩\u200d👧 — café, Ångström, 1 &lt; 2 &amp; 3</p>",
        "<p>soft\u00adhyphen, no&nbsp;break</p>",
    ],
)
def test_ordinary_markup_survives_unchanged(html):
    assert cleaned(html) == html


def test_letters_are_not_normalised():
    assert sanitize("<p>e\u0301</p>") == "<p>e\u0301</p>"


# Removed elements


@pytest.mark.parametrize(
    "html",
    [
        "a<script>evil()</script>",
        "a<style>p{}</style>",
        "<p onclick=evil()>a",
        '<p style="position:fixed">a',
        '<p id="top" class="x" data-x="y">a',
        "<!-- x -->a",
        "<svg><p><style><img src=x onerror=evil()></style></p></svg>a",
        "<math><mtext><table><mglyph><style><img src=x onerror=evil()></style></mglyph></table></mtext></math>a",
        "<iframe src=/x></iframe>a<object></object><embed><template>x</template><noscript>x</noscript>",
        "<form action=/x>a<input name=b></form>",
        '<a href="javascript:evil()">a</a>',
        '<a href="java\nscript:evil()">a</a>',
        '<a href="java&#x202e;script:evil()">a</a>',
        '<a href="java\u202escript:evil()">a</a>',
        '<a href="\x01javascript:evil()">a</a>',
        '<a href="data:text/html,x">a</a>',
        '<a href="vbscript:x">a</a>',
        '<a href="//">a</a>',
        '<a href=" \t//\\\\/">a</a>',
        '<a href="https:example.org">a</a>',
        '<a href="https://">a</a>',
        '<a href="https://[::1">a</a>',
        '<a href="https://example.org:99999/">a</a>',
        '<a href="https://a..b/">a</a>',
        '<a href="https://1.2.3.400/">a</a>',
        "<a name=x>a</a>",
        '<p>a<img src="https://example.org/pixel.gif"></p>',
        '<p>a<img src="data:image/png;base64,AAAA"></p>',
        '<p>a<img src="//example.org/media/a.png"></p>',
        '<p>a<img src="/media/../admin/logout/"></p>',
        '<p>a<img src="/media/%2e%2e/x"></p>',
        '<p>a<img src="/media/"><img></p>',
        "<p>\x00a\x08\x7f\x9f</p>",
        "<p>\u202ea\u2066\u2069&#x202d;\ufeff\ufffe</p>",
        "<p>\ud800a</p>",
    ],
)
def test_harm_is_taken_out_and_the_words_stay(html):
    assert sanitize(html) == "<p>a</p>"


def test_a_backslash_leads_to_no_other_host():
    assert sanitize(r'<a href="/\example.org">a</a>') == '<p><a href="/%5Cexample.org">a</a></p>'


def test_an_image_named_with_our_own_origin_stays(settings):
    settings.SITE_URL = "https://press.example.org"
    html = '<p><img src="https://press.example.org/media/a.jpg" alt="A"></p>'
    assert sanitize(html) == '<p><img src="/media/a.jpg" alt="A"></p>'


# Repaired elements


@pytest.mark.parametrize(
    ("html", "mended"),
    [
        ("plain", "<p>plain</p>"),
        ("<div>a<div>b</div>c</div>", "<p>a</p><p>b</p><p>c</p>"),
        ("<p>a<b>b<i>c</b>d</i>", "<p>a<strong>b<em>c</em></strong><em>d</em></p>"),
        ("<h1>A</h1><h5>B</h5><h6>C</h6>", "<h2>A</h2><h3>B</h3><h4>C</h4>"),
        ("<h4>A</h4><h2>B</h2>", "<h2>A</h2><h2>B</h2>"),
        ("<h2> <br></h2><p>&nbsp;</p><p></p><ul></ul><ul><li></li></ul><blockquote></blockquote><table></table>", ""),
        ('<h2><img src="/media/a.png" alt="A"></h2>', '<p><img src="/media/a.png" alt="A"></p>'),
        ('<img src="/media/a.png">', '<p><img src="/media/a.png" alt=""></p>'),
        ("<p> a <br></p>", "<p>a</p>"),
        ('<p>a<a href="/x"> </a><strong></strong>b</p>', "<p>a b</p>"),
        ('<a href="/x"><p>a</p><ul><li>b</ul></a>', '<p><a href="/x">a</a></p><ul><li><a href="/x">b</a></li></ul>'),
        ("<li>a<li>b", "<ul><li>a</li><li>b</li></ul>"),
        ("<ul>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<li><div>a</div><div>b</div></li>", "<ul><li>a<br>b</li></ul>"),
        ("<td>a</td>", "<p>a</p>"),
        ("<p>a<figure>b</figure>c", "<p>a</p><figure>b</figure><p>c</p>"),
        ("<figcaption>a</figcaption>", "<p>a</p>"),
        ('<figure><img src="https://example.org/a.png"><figcaption>a</figcaption></figure>', "<p>a</p>"),
        ("<h2>a<ul><li>b</ul>c</h2>", "<h2>a</h2><ul><li>b</li></ul><h2>c</h2>"),
        ("<details><summary>a</summary>b</details><fieldset>c</fieldset>", "<p>a</p><p>b</p><p>c</p>"),
        ('<ul><li value="3">a</li></ul><ol type="1"><li>b</li></ol>', "<ul><li>a</li></ul><ol><li>b</li></ol>"),
        ("<sub><sub>a</sub></sub>", "<p><sub>a</sub></p>"),
        ('<p lang="x-none" dir="up">a', "<p>a</p>"),
        ("<center><font color=red>a</font></center>", "<p>a</p>"),
        ('<a href="https://example.org/a b|c">a</a>', '<p><a href="https://example.org/a%20b%7Cc">a</a></p>'),
        ('<a href="/100%">a</a>', '<p><a href="/100%25">a</a></p>'),
        ('<a href="tel:+44 20 3668">a</a>', '<p><a href="tel:+44203668">a</a></p>'),
        ('<img src="/media/a.png" alt="A" width="100%" height=-1>', '<p><img src="/media/a.png" alt="A"></p>'),
    ],
)
def test_misplaced_elements_are_repaired(html, mended):
    assert cleaned(html) == mended


@pytest.mark.parametrize(
    ("rows", "mended"),
    [
        ("<tr><td>1<td>2<tr><td>3", "<tr><td>1</td><td>2</td></tr><tr><td>3</td><td></td></tr>"),
        ("<tr><td colspan=9>1<tr><td>2<td>3", '<tr><td colspan="2">1</td></tr><tr><td>2</td><td>3</td></tr>'),
        ("<tr><td>1<td rowspan=9>2<tr><td>3", '<tr><td>1</td><td rowspan="2">2</td></tr><tr><td>3</td></tr>'),
        ("<tr><td colspan=2>1<td>2<tr><td colspan=2>3", "<tr><td>1</td><td>2</td></tr><tr><td>3</td><td></td></tr>"),
        ("<tr><td colspan=0 rowspan=x>1", "<tr><td>1</td></tr>"),
    ],
)
def test_the_cells_of_a_table_make_a_whole_grid(rows, mended):
    assert cleaned(f"<table>{rows}</table>") == f"<table><tbody>{mended}</tbody></table>"


def test_a_table_has_one_caption_and_one_head():
    html = "<table><thead><tr><th>1</thead><caption>a</caption><caption>b</caption><thead><tr><th>2</thead></table>"
    assert cleaned(html) == (
        "<table><caption>a<br>b</caption><thead><tr><th>1</th></tr></thead><tbody><tr><th>2</th></tr></tbody></table>"
    )


# For any input

TAGS = sorted(
    "p div b strong i em a h1 h2 h3 h4 ul ol li table caption thead tfoot tr td th figure figcaption blockquote pre hr "
    "br img sub sup s cite script style svg math template title select option form noscript font x".split()
)
ATTRIBUTES = [
    "", ' href="/a"', ' href="javascript:a"', ' href="https://example.org/ä b"', ' src="/media/a.png"', ' src="x"',
    ' alt="&quot;\'<a>&amp;lt;"', ' colspan="3"', ' rowspan="2"', ' class="image image-left x"', ' start="2"',
    ' lang="fr"', " onclick='x'", ' title="&#x202e;"',
]  # fmt: skip
TAG = st.builds("<{}{}{}>".format, st.sampled_from(["", "", "/"]), st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES))
BITS = st.sampled_from([" ", "\n", "&nbsp;", "&amp;lt;", "&#x202e;", "<!--", "-->", "<", "a"])
PIECE = TAG | st.text(max_size=6) | BITS
HTML = st.lists(PIECE, max_size=40).map("".join)


@given(HTML)
def test_cleaning_twice_is_cleaning_once(html):
    once = sanitize(html)
    assert sanitize(once) == once


@given(HTML)
def test_what_is_put_together_is_what_the_parser_then_reads(html):
    once = sanitize(html)
    assert to_valid_html(once).replace("\xa0", "&nbsp;") == once


@given(HTML)
def test_output_is_parsed_without_an_error(html):
    HTMLParser(strict=True).parse(f"<!doctype html><title>.</title><body>{sanitize(html)}</body>")


NESTED = ("blockquote", "ul><li", "table><tr><td", "div", "b", "x")


@pytest.mark.parametrize("tag", NESTED)
def test_deep_nesting_is_brought_up(tag):
    assert sanitize(f"<{tag}>" * 60 + "a").count("<") < 500


@pytest.mark.parametrize("tag", NESTED)
def test_nesting_beyond_reading_is_refused(tag):
    with pytest.raises(TooComplex, match="nested too deeply"):
        sanitize(f"<{tag}>" * 6_000 + "a")


@pytest.mark.parametrize("mark", ["<b>", "<i>x", '<font color="#00000{}">', "<a href=/{}>"])
def test_marks_left_open_are_refused_before_each_block_repeats_them(mark):
    with pytest.raises(TooComplex):
        sanitize("".join(mark.format(number) for number in range(150)) + "<p>x" * 15_000)


def test_more_tags_than_a_long_text_has_are_refused():
    with pytest.raises(TooComplex, match="too much formatting: 20001 tags"):
        sanitize("<br>" * 20_001)
    assert sanitize("a<br>" * 20_000)


@pytest.mark.parametrize(
    "piece", ["<p>a", "<li>a", "<tr><td>a<td>b", "<dt>a<dd>b", "<p>a</b></i>", "<div>a</div></div>"]
)
def test_end_tags_may_be_left_out_or_doubled_as_often_as_they_are(piece):
    check_complexity(piece * 3_000)


# Plain text


def test_the_first_paragraph_is_the_first_with_words_and_whole():
    html = '<h2>Head</h2><p>&nbsp;</p><p class="x">A &amp; <em>b</em>,<br>\nc &lt; d</p><p>e</p>'
    assert first_paragraph(html) == "A & b, c < d"


def test_without_a_paragraph_the_first_block_is_used():
    assert first_paragraph("<ul><li>a</li><li>b</li></ul>") == "a"
    assert first_paragraph("") == ""


def test_plain_text_has_a_line_for_a_block():
    assert plain_text("<h2>A</h2><ul><li>b <strong>c</strong></li><li>d</li></ul>") == "A\nb c\nd"


def test_words_are_counted_without_the_markup():
    assert count_words('<p>one <a href="/two">two</a></p><p>three</p>') == 3
