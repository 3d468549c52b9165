"""The opening of a long text, which narrow screens show of the featured message."""

import pytest

from richtext.html_blocks import split_after_paragraphs
from richtext.templatetags.richtext_tags import split_opening

LONG = "".join(f"<p>{'word ' * 20}</p>" for _number in range(8))
BEGINNING = "<p>1</p>\n<ul><li>x</li></ul><p>2</p>"
NESTED = "<blockquote><p>in</p><p>side</p></blockquote>"
MARKED = '<p>1<br><img src="/a.png" alt="&lt;/p&gt;"></p>'


@pytest.mark.parametrize(
    ("html", "opening", "rest"),
    [
        ("<p>1</p><p>2</p><p>3</p>", "<p>1</p><p>2</p>", "<p>3</p>"),
        (f"<h2>A</h2>{BEGINNING}\n<p>3</p>", f"<h2>A</h2>{BEGINNING}", "<p>3</p>"),
        (f"{NESTED}<p>1</p>", f"{NESTED}<p>1</p>", ""),
        (f"{MARKED}<p>2</p><p>3</p>", f"{MARKED}<p>2</p>", "<p>3</p>"),
        ("<p>1</p>", "<p>1</p>", ""),
        ("", "", ""),
        ("no paragraph", "no paragraph", ""),
    ],
)
def test_split_after_two_paragraphs_at_the_top_level(html, opening, rest):
    assert split_after_paragraphs(html, 2) == (opening, rest)


def test_a_long_rest_is_folded_and_nothing_is_lost():
    found = split_opening(LONG)
    assert found.html + found.rest == LONG
    assert found.html.count("<p>") == 2
    assert (found.words, found.minutes) == (160, 1)


def test_a_short_rest_is_not_folded():
    html = LONG[: LONG.index("</p>") + 4] * 2 + "<p>A few words.</p>"
    assert split_opening(html) == (html, "", 0)
