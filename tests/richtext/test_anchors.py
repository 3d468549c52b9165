"""Paragraph anchors are permanent, and a message shows its citation."""

import re

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from richtext.anchors import add_anchors, anchor_names, list_passages
from tests.factories import NOON, a_message

FIRST = "<p>We have asked for an answer many times, and none has come.</p>"
SECOND = '<p lang="fr">Le <em>monde</em> attend une réponse depuis longtemps déjà.</p>'


def ids(html):
    return re.findall(r' id="([^"]+)"', add_anchors(html))


def test_anchors_never_change():
    # Other people's footnotes lead to these.
    assert ids(FIRST + SECOND) == ["p-14eef070-8732f309", "p-4a2b076e-52ddb26b"]


@pytest.mark.parametrize(
    "edited",
    [
        FIRST.replace("asked", "<strong>asked</strong>"),
        FIRST.replace("We have", "we  have"),
        FIRST.replace("times,", "times;"),
    ],
)
def test_an_anchor_is_independent_of_formatting(edited):
    assert ids(edited) == ids(FIRST)


WORDS = ["We", "have", "asked", "for", "an", "answer", "да", "réponse", "…"]
a_passage = some.tuples(
    some.sampled_from(["p", "h2", "h3"]), some.lists(some.sampled_from(WORDS), min_size=1, max_size=9)
).map(lambda given: f"<{given[0]}>{' '.join(given[1])}</{given[0]}>")
a_text = some.lists(a_passage, min_size=1, max_size=8)


@given(a_text, a_text, some.data())
@settings(suppress_health_check=list(HealthCheck))
def test_an_edit_elsewhere_does_not_change_an_anchor(text, other, data):
    """One passage remains; the text before and after it changes."""
    place = data.draw(some.integers(0, len(text) - 1))
    new = data.draw(some.integers(0, len(other)))
    edited = [*other[:new], text[place], *other[new:]]
    name = ids_of(text)[place][: len("p-14eef070-8732f309")]  # without the number: the first of equal ones
    if name:
        assert words_of(edited[ids_of(edited).index(name)]) == words_of(text[place])


def ids_of(text):
    return list(anchor_names("".join(text)))


def words_of(passage):
    return re.sub("<[^>]*>", "", passage).casefold().replace("…", "").split()


@given(a_text)
@settings(suppress_health_check=list(HealthCheck))
def test_every_paragraph_has_its_own_anchor(text):
    found = list(filter(None, ids_of(text)))
    assert len(set(found)) == len(found)


def test_a_new_similar_paragraph_does_not_take_over_an_anchor():
    same = "<p>In the name of the Embassy I say: %s.</p>"
    assert ids(same % "two" + same % "one")[1] == ids(same % "one")[0]


def test_an_edit_late_in_a_paragraph_keeps_the_first_half_of_its_anchor():
    (before,), (after,) = ids(FIRST), ids(FIRST.replace("none has come", "one has come at last"))
    assert before != after
    assert before.rpartition("-")[0] == after.rpartition("-")[0]


def test_a_paragraph_without_words_has_no_anchor():
    assert (
        add_anchors('<p><img src="/media/x.jpg" alt=""></p><p>…</p>')
        == '<p><img src="/media/x.jpg" alt=""></p><p>…</p>'
    )


def test_attributes_and_text_are_unchanged():
    html = '<p lang="fr" dir="ltr">a &lt;p&gt; "b"</p>\n<ul>\n<li>x</li>\n</ul>'
    assert re.sub(r' id="[^"]+"', "", add_anchors(html)) == html


def test_a_paragraph_is_named_by_its_first_words():
    assert list_passages(FIRST)[0][1] == "We have asked for an answer many times,…"


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_a_message_shows_its_citation_and_paragraph_links(client):
    message = a_message(headline="On the talks & answers", body=FIRST + SECOND)
    html = client.get(message.get_absolute_url()).content.decode()
    cite = html[html.index('<details class="cite"') : html.index("</details>", html.index('<details class="cite"'))]
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
