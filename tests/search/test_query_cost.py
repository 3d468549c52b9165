"""The cost of a search: statements and comparisons are bounded for any query."""

import tracemalloc

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editions.edition import Edition
from news.models import Category
from search import engines, service, vocabulary
from search.models import SearchDocument, SearchTerm
from search.params import SearchParams
from search.service import run_search
from tests.factories import DAY, NOON, a_category, a_message
from tests.helpers.searches import headlines, search

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.slow, pytest.mark.usefixtures("clock")]


UNKNOWN = " ".join(f"qz{number:02}xy" for number in range(40))


@pytest.fixture
def many_words():
    """Fill the table of words with many that begin as unknown ones do, and that no message has."""
    a_message(headline="A visa", source_name="Press Office")
    SearchTerm.objects.bulk_create(SearchTerm(word=f"qz{number:05}") for number in range(5000))


def work(do):
    """Return the number of statements, and the number of compared words."""
    compared = []
    with pytest.MonkeyPatch.context() as patched, CaptureQueriesContext(connection) as asked:
        close = vocabulary.get_close_matches
        patched.setattr(vocabulary, "get_close_matches", lambda w, p, **k: compared.append(len(p)) or close(w, p, **k))
        do()
    return len(asked), sum(compared)


def test_alternatives_are_searched_for_at_most_five_words(many_words):
    asked = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(vocabulary.Vocabulary, "similar", lambda self, word, limit: asked.append(word) or [])
        search(UNKNOWN)
    assert len(asked) == 5


def test_alternatives_need_few_comparisons(many_words):
    a_message(headline="Many", body=" ".join(f"qzz{number:04}" for number in range(300)))
    assert work(lambda: search("qzz9999x qzz8888x"))[1] <= 2 * vocabulary.BATCH_SIZE


@pytest.mark.parametrize("address", ["/api/messages/", "/search/feed/", "/search/feed.json"])
def test_api_and_feeds_compute_no_suggestions_facets_or_hints(client, many_words, address):
    with pytest.MonkeyPatch.context() as patched:
        for name in ("suggest_searches", "Facets", "archive_hint"):
            patched.setattr(service, name, lambda *given: pytest.fail("made for a program"))
        assert client.get(address, {"q": UNKNOWN}).status_code == 200
        assert client.get(address, {"q": "visa"}).status_code == 200


def test_the_api_needs_few_statements_for_many_unknown_words(many_words):
    edition = Edition.current(NOON)
    few, _ = work(lambda: run_search(SearchParams(q="qz01xy"), NOON, edition, for_page=False))
    many, _ = work(lambda: run_search(SearchParams(q=UNKNOWN), NOON, edition, for_page=False))
    assert many <= few + 1


# Filters


def test_facets_of_a_common_word_need_few_statements(monkeypatch):
    for number in range(12):
        a_message(headline="Common", publish_at=NOON - number * 366 * DAY, category=a_category(f"kind-{number}"))
    monkeypatch.setattr(engines, "COUNT_LIMIT", 3), monkeypatch.setattr("search.facets.COUNT_LIMIT", 3)
    found, asked = [], CaptureQueriesContext(connection)
    with asked:
        found.append(search("common"))
    assert (len(found[0].years), len(found[0].categories)) == (12, Category.objects.count())
    assert len(asked) < 33  # seven of them fetch what answers show, once for an edition


def test_the_pages_of_a_search_share_its_counts(monkeypatch):
    for number in range(30):
        a_message(headline="Common", publish_at=NOON - number * DAY)
    monkeypatch.setattr(engines, "COUNT_LIMIT", 3), monkeypatch.setattr("search.facets.COUNT_LIMIT", 3)
    edition = Edition.current(NOON)
    first, counted = run_search(SearchParams(q="common"), NOON, edition), []
    monkeypatch.setattr(service.SearchQuery, "counts", lambda self, changes: counted.append(1) or [0] * len(changes))
    second = run_search(SearchParams(q="common", before=first.older), NOON, edition)
    by_date = run_search(SearchParams(q="common", sort="date"), NOON, edition)
    assert counted == []
    assert [each.count for each in first.years] == [each.count for each in second.years + by_date.years][:1]


# Phrases


def test_a_phrase_search_needs_little_memory():
    for number in range(60):
        a_message(headline=f"Peace treaty {number}")
    SearchDocument.objects.update(words=f" peace treaty | {'x' * 200_000} | ")  # 12 MB together
    tracemalloc.start()
    try:
        found = search('"peace treaty"')
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.total == 60 and peak < 10_000_000


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ('"peace treaty"', ["Peace treaty signed"]),
        ('peace -"peace treaty"', ["Peace without treaty"]),
        ('"peace treaty" "treaty signed"', ["Peace treaty signed"]),
        ('"treaty peace"', []),
        ('"eace treaty"', []),
        ('"peace treat"', []),
    ],
)
def test_a_phrase_matches_whole_consecutive_words(typed, found):
    a_message(headline="Peace treaty signed", body=""), a_message(headline="Peace without treaty", body="")
    assert headlines(typed) == found


def test_a_phrase_is_not_found_across_headline_and_lead():
    a_message(headline="Of peace", lead="Treaty of")
    assert headlines('"peace treaty"') == [] and SearchDocument.objects.count() == 1


# Days


@pytest.mark.parametrize(
    ("zone", "day", "moment"),
    [  # the last hour of the day comes twice: the second one belongs to the day, too
        ("Asia/Beirut", "2019-10-26", "2019-10-26T21:30:00+00:00"),
        ("America/Sao_Paulo", "2018-02-17", "2018-02-18T02:30:00+00:00"),
        ("Africa/Cairo", "2023-10-26", "2023-10-26T21:30:00+00:00"),
        # the first hour comes twice
        ("America/Havana", "2019-11-03", "2019-11-03T04:30:00+00:00"),
        ("America/Havana", "2019-11-03", "2019-11-03T05:30:00+00:00"),
        # midnight does not exist
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00+00:00"),
        ("America/Havana", "2019-03-10", "2019-03-10T05:00:00+00:00"),
    ],
)
def test_days_are_complete_where_clocks_change(client, clock, settings, zone, day, moment):
    from datetime import datetime

    settings.TIME_ZONE = zone
    at = datetime.fromisoformat(moment)
    clock.move_to(at + 2 * DAY)
    a_message(headline="Visa", publish_at=at)
    own = client.get("/search/", {"q": "visa", "from": day, "to": day}).content.decode()
    listed = client.get("/api/messages/", {"from": day, "to": day}).json()["results"]
    found = client.get("/api/messages/", {"q": "visa", "from": day, "to": day}).json()["results"]
    assert ("Visa</mark>" in own, len(listed), len(found)) == (True, 1, 1)
