"""The front answers from printings ahead of Django, and the store of printings stays within its bound."""

import pytest
import time_machine
from django.db import OperationalError

from editions import front as front_module
from editions import middleware
from editions.printings import Printing, Printings
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.wsgi import application, ask

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = HOUR / 60


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


# The front


def test_the_second_answer_comes_from_the_front(clock):
    ask("/messages/")
    hits = front_module.counts["hits"]
    assert ask("/messages/").headers["Cache-Status"] == "embassy; hit"
    assert front_module.counts["hits"] == hits + 1


def test_the_front_logs_its_hits_once_a_minute(clock, caplog):
    caplog.set_level("INFO", logger="editions.front")
    for moment in (NOON, NOON + 2 * MINUTE, NOON + 2 * MINUTE):
        clock.move_to(moment)
        application().next_report = min(application().next_report, (NOON + MINUTE).timestamp())
        ask("/messages/")
        ask("/messages/")
    lines = [record.message for record in caplog.records if "Answered from printings" in record.message]
    assert len(lines) >= 1 and "Passed to Django" in lines[0]


def test_an_unknown_host_is_never_served_from_the_front(clock):
    ask("/messages/")
    assert ask("/messages/", host="evil.example").status == 400


def test_plain_http_is_djangos_to_redirect_though_the_page_is_printed(clock, settings):
    ask("/messages/")
    settings.SITE_URL = "https://testserver"
    assert "Cache-Status" not in ask("/messages/").headers
    assert "Cache-Status" in ask("/messages/", scheme="https").headers


def test_behind_trusted_proxies_the_scheme_is_what_they_say(clock, settings):
    settings.SITE_URL, settings.TRUSTED_PROXY_COUNT = "https://testserver", 1
    said = {scheme: ask("/messages/", HTTP_X_FORWARDED_PROTO=scheme).headers for scheme in ("http", "https")}
    assert {scheme: "Cache-Status" in headers for scheme, headers in said.items()} == {"http": False, "https": True}


def test_the_last_printing_is_served_while_the_database_is_away(clock, monkeypatch):
    first = ask("/messages/")
    monkeypatch.setattr(application(), "number", lambda now: None)
    clock.move_to(NOON + 3 * DAY)
    away = ask("/messages/")
    assert (away.status, away.body) == (200, first.body)
    assert "database-away" in away.headers["Cache-Status"]


def test_a_page_that_was_never_printed_says_503_while_the_database_is_away(clock, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("away")

    monkeypatch.setattr("editions.edition._read_number", away)
    answer = ask("/messages/")
    assert (answer.status, "in a minute" in answer.text) == (503, True)


# The store


def a_printing(size=100, number=1):
    return Printing(number, 0.0, 10.0, [], b"x" * size)


def test_the_store_stays_within_its_bound():
    store = Printings(limit=100_000)
    for number in range(1000):
        store.keep((f"/{number}/", ""), a_printing(5000))
    assert store.size <= 100_000
    assert len(store) == store.size // a_printing(5000).size


def test_the_store_lets_go_the_least_lately_used():
    store = Printings(limit=3 * a_printing().size)
    for path in ("/a/", "/b/", "/c/"):
        store.keep((path, ""), a_printing())
    store.get(("/a/", ""))
    store.keep(("/d/", ""), a_printing())
    assert [store.get((path, "")) is not None for path in ("/a/", "/b/", "/c/", "/d/")] == [True, False, True, True]


def test_the_store_counts_the_codings_too(clock):
    for n in range(20):
        a_message(headline=f"Message number {n} with a rather long headline")
    ask("/messages/")
    before = middleware.printings.size
    coded = ask("/messages/", HTTP_ACCEPT_ENCODING="gzip")
    assert middleware.printings.size == before + len(coded.body)


def test_a_printing_larger_than_the_store_is_not_kept():
    store = Printings(limit=1000)
    store.keep(("/", ""), a_printing(5000))
    assert (len(store), store.size) == (0, 0)
