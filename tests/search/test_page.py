"""The search page: contents, canonical URL, and a response to any input."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.params import SearchParams
from search.ranking import ResultCursor
from tests.factories import NOON, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]


def page(client, query):
    return client.get("/search/" + query).content.decode()


def test_the_words_are_marked_in_headline_and_excerpt(client):
    a_message(headline="The <b> Élysée", lead="", body="<p>Start.</p><p>In the élysée &amp; elsewhere</p>")
    text = page(client, "?q=elysee")
    assert "The &lt;b&gt; <mark>Élysée</mark>" in text
    assert "Start. In the <mark>élysée</mark> &amp; elsewhere" in text


def test_the_excerpt_of_a_long_text_shows_the_words(client):
    a_message(headline="Long", lead="", body=f"<p>{'word ' * 500} the needle here {'word ' * 500}</p>")
    text = page(client, "?q=needle")
    assert "… word" in text and "the <mark>needle</mark> here word" in text and text.count("word") < 100


def test_excerpts_read_a_limited_amount_of_text(client, monkeypatch):
    monkeypatch.setattr("search.highlight.MAX_READ", 5000)
    for number in range(4):
        a_message(headline=f"No. {number}", lead="The lead", body=f"<p>{'word ' * 400}needle</p>")
    text = page(client, "?q=needle")
    assert (text.count("<mark>needle</mark>"), text.count("The lead")) == (2, 2)


LONG = "x" * 10_000
LONGEST_ADDRESS = 1_500  # characters, however much was given


@pytest.mark.parametrize("name", ["q", "sort", "category", "year", "from", "to", "source", "before", "after"])
def test_every_parameter_has_a_maximum_length(client, name):
    response = client.get("/search/", {"q": "visa"} | {name: LONG})
    if response.status_code == 302:
        assert len(response["Location"]) < LONGEST_ADDRESS
        response = client.get(response["Location"])
    assert response.status_code == 200 and "x" * 301 not in response.content.decode()
    assert len(SearchParams.from_query({"q": "visa"} | {name: LONG}).query_string) < LONGEST_ADDRESS


def test_links_to_other_searches_are_nofollow(client):
    for number in range(25):
        a_message(headline="A visa", source_name=f"Source {number % 2}")
    links = [tag for tag in re.findall("<a [^>]*>", page(client, "?q=visa")) if 'href="/search/?' in tag]
    assert len(links) >= 6
    assert [tag for tag in links if not re.search(r'rel="[^"]*nofollow', tag)] == []


def test_each_search_has_one_canonical_url(client):
    response = client.get("/search/?source=&q=++visa+++treaty+&year=&sort=relevance")
    assert (response.status_code, response["Location"]) == (302, "/search/?q=visa+treaty")


@given(st.dictionaries(st.sampled_from(["q", "sort", "category", "year", "from", "to", "source", "before"]), st.text()))
def test_parameters_survive_a_round_trip(given):
    from django.http import QueryDict

    params = SearchParams.from_query({name: value for name, value in given.items() if value.isprintable()})
    again = SearchParams.from_query(QueryDict(params.query_string).dict())
    assert again.query_string == params.query_string


ODD = r"""
" "" ' * a* ^a NEAR(a OR -- {headline}:a a:b ( a| &!b <-> 😀 % _ \ ';DROP 𝒱isa ｖｉｓａ
""".split()
ODD += [
    "'",
    "!?.,;",
    "—",
    "« »",
    "„“",
    "「」",
    "\u3000",
    "\ud800",
    "-",
    "- -",
    '"',
    "٢٠٢٠",
    "co\u200foperation",
    "־",
    "ـ",
]
ODD += ["a AND", "NOT a", "a & !b", "مرحبا \u202e abc", "\u0301", "x" * 10_000, "ﷺ" * 200, "\ufeff", "a\x00b", "\x01"]


@pytest.mark.parametrize("typed", ODD)
def test_any_input_gets_a_page(client, typed):
    a_message(headline="A visa", body="<p>a b or near</p>")
    typed = typed.encode(errors="surrogatepass")
    response = client.get("/search/", {"q": typed, "from": typed[:40], "year": typed[:40], "before": typed[:40]})
    if response.status_code == 302:
        response = client.get(response["Location"])
    assert response.status_code == (400 if b"\x00" in typed else 200)


def test_a_search_without_results_has_suggestions(client):
    a_message(headline="Treaty on fisheries")
    assert 'q=fisheries">With “fisheries”' in page(client, "?q=fishreies")
    assert 'href="/search/?q=treaty">In all categories</a>' in page(client, "?q=treaty&category=speeches")
    assert 'q=treaty">Only “treaty”' in page(client, "?q=treaty+nowhere")


def test_suggestions_have_no_words_of_withdrawn_messages(client):
    a_message(headline="Confidential").withdraw("It was wrong.", at=NOON)
    assert "onfidential" not in page(client, "?q=confidentiel").replace("confidentiel", "")


@pytest.mark.django_db(transaction=True)
def test_result_pages_are_not_cached_but_the_empty_page_is():
    from tests.helpers.wsgi import request_page

    assert "noindex" in request_page("/search/?q=visa").text
    asked = [request_page(path).headers.get("Cache-Status", "") for path in ["/search/?q=visa"] * 2 + ["/search/"] * 2]
    assert [status.endswith("hit") for status in asked] == [False, False, False, True]


def test_cursors_are_parsed():
    assert SearchParams.from_query({"q": "a", "sort": "date", "before": "0.17"}).before == ResultCursor(0, 17)
    assert SearchParams.from_query({"q": "a", "before": "0.17"}).before is None


@pytest.mark.parametrize("typed", ["statement of March 2018", "Statements, 2018 march", "the statements of mar 2018"])
def test_a_category_and_a_month_link_to_their_list(client, typed):
    a_message(headline="Of visas", publish_at=NOON.replace(year=2018, month=3))
    text = client.get("/search/", {"q": " ".join(typed.split())}).content.decode()
    assert '<a href="/messages/statements/2018/03/">Statements, March 2018</a> <span class="count">1</span>' in text


def test_other_words_are_searched_within_the_list(client):
    a_message(headline="Of visas", publish_at=NOON.replace(year=2018, month=3, day=4))
    text = page(client, "?q=visas+4+March+2018")
    assert 'href="/search/?q=visas&amp;from=2018-03-04&amp;to=2018-03-04"' in text
    assert 'href="/search/?q=visas&amp;year=2018"' in page(client, "?q=visas+2018")
    assert "By category and date" not in page(client, "?q=nowhere+2018")


@pytest.mark.parametrize(
    "query", ["?q=march", "?q=statements", "?q=31+February+2018", "?q=statement+1999", "?q=2018&year=2018"]
)
def test_words_without_a_year_of_the_archive_give_no_hint(client, query):
    a_message(headline="Of visas", publish_at=NOON.replace(year=2018, month=3))
    assert "By category and date" not in page(client, query)
