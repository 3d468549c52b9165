"""A question that takes too long is given up, and says so: nobody keeps that answer for the edition's."""

import pytest
from django.db import connection

from news.search import engines
from news.search.engines import Engine, TooLong, engine
from tests.factories import a_message

pytestmark = pytest.mark.django_db

ENDLESS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT count(*) FROM numbers"


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(engines, "PATIENCE", 0.05)


@pytest.fixture
def endless(monkeypatch, impatient):
    """Have the database reckon without an end whenever it is asked what has a word."""
    a_message(headline="A visa")
    answer = Engine.fetch
    with monkeypatch.context() as patched:
        patched.setattr(Engine, "fetch", lambda self, sql, arguments: answer(self, ENDLESS, []))
        yield patched


def test_an_endless_question_is_given_up(impatient):
    with pytest.raises(TooLong), engine() as asked:
        asked.fetch(ENDLESS, [])
    with engine() as asked:  # the connection is as good as before
        assert asked.fetch("SELECT 1", []) == [(1,)]


def test_what_follows_a_question_may_take_its_time(impatient):
    with engine():
        pass
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_sleep(0.2)")
        else:
            cursor.execute(ENDLESS.replace("FROM numbers)", "FROM numbers WHERE n < 1000000)"))
        assert cursor.fetchone()


@pytest.mark.parametrize("address", ["/search/", "/search/feed/", "/search/feed.json", "/api/messages/"])
def test_who_asked_too_much_is_told_what_to_do_and_asks_again(client, endless, address):
    refused = client.get(address, {"q": "visa"})
    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert "Add a rarer word, or choose a year." in refused.content.decode()
    assert "ETag" not in refused and "A visa" not in refused.content.decode()
    endless.undo()
    assert (
        "visa" in client.get(address, {"q": "visa"}).content.decode()
        and client.get(address, {"q": "visa"}).status_code == 200
    )


def test_the_page_keeps_what_was_typed(client, endless):
    assert 'value="visa"' in client.get("/search/?q=visa").content.decode()
