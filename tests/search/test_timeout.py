"""Search limits: one deadline for all statements, and few concurrent searches."""

import threading

import pytest
from django.db import connection

from search import engines, limits
from search.engines import Engine, open_engine
from search.limits import SearchBusy, SearchTimeout
from tests.factories import a_message

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ENDLESS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT count(*) FROM numbers"
ADDRESSES = ["/search/", "/search/feed/", "/search/feed.json", "/api/messages/"]


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(engines, "TIMEOUT_SECONDS", 0.05)


@pytest.fixture
def endless(monkeypatch):
    """Make each search query of the database run without an end, until `undo()`."""
    a_message(headline="A visa")
    answer = Engine.fetch
    with monkeypatch.context() as patched:
        patched.setattr(engines, "TIMEOUT_SECONDS", 0.05)
        patched.setattr(Engine, "fetch", lambda self, sql, arguments: answer(self, ENDLESS, []))
        yield patched


def test_an_endless_query_is_cancelled(impatient):
    with pytest.raises(SearchTimeout), open_engine() as asked:
        asked.fetch(ENDLESS, [])
    with open_engine() as asked:  # the connection is as good as before
        assert asked.fetch("SELECT 1", []) == [(1,)]


def test_the_deadline_does_not_apply_after_the_search(impatient):
    with open_engine():
        pass
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_sleep(0.2)")
        else:
            cursor.execute(ENDLESS.replace("FROM numbers)", "FROM numbers WHERE n < 1000000)"))
        assert cursor.fetchone()


class Clock:
    """A clock that each statement moves on: as if the database took so long for it."""

    def __init__(self):
        self.now, self.statements = 1000.0, []

    def monotonic(self):
        return self.now

    def note(self, execute, sql, params, many, context):
        self.statements.append(sql)
        self.now += 1
        return execute(sql, params, many, context)


@pytest.fixture
def slow(monkeypatch):
    """Have each statement of a search take a second."""
    clock = Clock()
    monkeypatch.setattr(engines, "TIMEOUT_SECONDS", 3.5)
    monkeypatch.setattr(limits, "time", clock)
    with connection.execute_wrapper(clock.note):
        yield clock


def test_all_statements_of_a_search_have_one_deadline(slow):
    with pytest.raises(SearchTimeout), open_engine() as asked:
        began = len(slow.statements)
        for _statement in range(10):
            asked.fetch("SELECT 1", [])
    assert len(slow.statements) - began < 5


def test_the_deadline_applies_to_the_orm(slow):
    from news.models import Category

    with pytest.raises(SearchTimeout), open_engine():
        for _statement in range(10):
            list(Category.objects.all())


def test_postgresql_statement_timeout_is_lowered_to_the_time_left(slow, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite asks the clock itself.")
    monkeypatch.setattr(engines, "TIMEOUT_SECONDS", 60)
    left = []
    with open_engine() as asked:
        for _statement in range(2):
            left.append(asked.fetch("SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'", [])[0][0])
    assert left[0] > left[1] + 900


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_search_that_times_out_is_503_and_not_cached(client, endless, address):
    refused = client.get(address, {"q": "visa"})
    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert "Add a rarer word or select a year." in refused.content.decode()
    assert "ETag" not in refused and "A visa" not in refused.content.decode()
    endless.undo()
    assert (
        "visa" in client.get(address, {"q": "visa"}).content.decode()
        and client.get(address, {"q": "visa"}).status_code == 200
    )


def test_the_page_keeps_the_query(client, endless):
    assert 'value="visa"' in client.get("/search/?q=visa").content.decode()


# Concurrent searches


@pytest.fixture
def all_slots_taken():
    slots = [limits.search_slot() for _ in range(limits.MAX_CONCURRENT)]
    for slot in slots:
        slot.__enter__()
    yield
    for slot in slots:
        slot.__exit__(None, None, None)


@pytest.mark.parametrize("query", [{"q": "visa"}, {"q": "nothing"}, {"q": '"a visa"'}, {"q": "visa", "sort": "date"}])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_search_without_a_free_slot_is_503(client, all_slots_taken, address, query):
    response = client.get(address, query, follow=True)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Try again in a few seconds." in response.content.decode()


def test_a_list_of_a_source_needs_a_slot(client, all_slots_taken):
    assert client.get("/api/messages/", {"source": "Press Office"}).status_code == 503


@pytest.mark.parametrize("address", ["/search/", "/api/messages/", "/messages/", "/"])
def test_pages_without_a_search_need_no_slot(client, all_slots_taken, address):
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("query", ["visa", "nothing", "-only", "x" * 400])
def test_every_search_releases_its_slot(client, query):
    for _ in range(limits.MAX_CONCURRENT + 1):
        client.get("/search/", {"q": query})
    assert client.get("/search/", {"q": "visa"}).status_code == 200


def test_a_cancelled_search_releases_its_slot(client, endless):
    for _ in range(limits.MAX_CONCURRENT + 1):
        assert "Add a rarer word" in client.get("/search/", {"q": "visa"}).content.decode()


def test_slots_are_shared_by_threads():
    inside, leave, refused = threading.Barrier(limits.MAX_CONCURRENT + 1), threading.Event(), []

    def hold():
        with limits.search_slot():
            inside.wait()
            leave.wait()

    threads = [threading.Thread(target=hold) for _ in range(limits.MAX_CONCURRENT)]
    for thread in threads:
        thread.start()
    inside.wait()
    try:
        with limits.search_slot():
            pass
    except SearchBusy as busy:
        refused.append(busy)
    leave.set()
    for thread in threads:
        thread.join()
    assert refused
    with limits.search_slot():
        pass
