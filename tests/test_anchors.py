"""Citing: a paragraph's anchor lasts, and a message tells how to cite it."""

import re

import pytest
import time_machine

from richtext.anchors import anchored, passages
from tests.factories import NOON, a_message

FIRST = "<p>We have asked for an answer many times, and none has come.</p>"
SECOND = '<p lang="fr">Le <em>monde</em> attend une réponse depuis longtemps déjà.</p>'


def ids(html):
    return re.findall(r' id="([^"]+)"', anchored(html))


def test_anchors_never_change():
    # Other people's footnotes lead to these.
    assert ids(FIRST + SECOND) == ["p-14eef070", "p-4a2b076e"]


@pytest.mark.parametrize(
    "edited",
    [
        "<p>New.</p>" + FIRST + SECOND,
        SECOND + "<h2>A heading</h2>" + FIRST,
        FIRST.replace("none has come", "one has come at last") + SECOND,
        FIRST.replace("asked", "<strong>asked</strong>") + SECOND,
        FIRST.replace("We have", "we  have") + SECOND,
        FIRST.replace("times,", "times;") + SECOND,
    ],
)
def test_an_anchor_survives_edits_elsewhere(edited):
    assert set(ids(FIRST + SECOND)) <= set(ids(edited))


def test_every_passage_has_an_anchor_of_its_own():
    same = "<p>In the name of the Embassy I say: %s.</p>"
    found = ids(same % "one" + same % "two" + same % "two" + same % "two")
    assert len(set(found)) == 4
    assert ids(same % "one" + "<p>x</p>" + same % "two")[::2] == found[:2]


def test_what_has_no_words_has_no_anchor():
    assert (
        anchored('<p><img src="/media/x.jpg" alt=""></p><p>…</p>') == '<p><img src="/media/x.jpg" alt=""></p><p>…</p>'
    )


def test_attributes_and_text_stay_as_they_are():
    html = '<p lang="fr" dir="ltr">a &lt;p&gt; "b"</p>\n<ul>\n<li>x</li>\n</ul>'
    assert re.sub(r' id="[^"]+"', "", anchored(html)) == html


def test_a_passage_is_called_by_its_first_words():
    assert passages(FIRST)[0][1] == "We have asked for an answer many times,…"


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_a_message_tells_how_to_cite_it_and_its_passages(client):
    message = a_message(headline="On the talks & answers", body=FIRST + SECOND)
    html = client.get(message.get_absolute_url()).content.decode()
    cite = html[html.index('<details class="cite">') : html.index("</details>", html.index('<details class="cite">'))]
    assert f"http://testserver{message.get_absolute_url()}" in cite
    assert "On the talks &amp; answers" in cite
    assert "23 November 2020" in cite
    for name in ids(FIRST + SECOND):
        assert html.count(f'id="{name}"') == 1
        assert f'href="#{name}"' in cite


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_the_home_page_has_no_anchors(client):
    a_message(body=FIRST)
    assert 'id="p-' not in client.get("/").content.decode()
