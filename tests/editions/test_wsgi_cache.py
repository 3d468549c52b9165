"""WSGI cache: serves cached responses before Django; the store has a size limit."""

import pytest
import time_machine
from django.db import OperationalError

from editions import middleware
from editions import wsgi_cache as front_module
from editions.response_cache import CachedResponse, ResponseCache
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.wsgi import application, request_page

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = HOUR / 60


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


# The WSGI cache


def test_the_second_response_is_a_hit(clock):
    request_page("/messages/")
    hits = front_module.stats["hits"]
    assert request_page("/messages/").headers["Cache-Status"] == "embassy; hit"
    assert front_module.stats["hits"] == hits + 1


def test_hits_are_logged_once_a_minute(clock, caplog):
    caplog.set_level("INFO", logger="editions.wsgi_cache")
    for moment in (NOON, NOON + 2 * MINUTE, NOON + 2 * MINUTE):
        clock.move_to(moment)
        application().next_report = min(application().next_report, (NOON + MINUTE).timestamp())
        request_page("/messages/")
        request_page("/messages/")
    lines = [record.message for record in caplog.records if "Served from cache" in record.message]
    assert len(lines) >= 1 and "passed to Django" in lines[0]


def test_an_unknown_host_is_never_served_from_the_cache(clock):
    request_page("/messages/")
    assert request_page("/messages/", host="evil.example").status == 400


def test_plain_http_is_redirected_although_the_page_is_cached(clock, settings):
    request_page("/messages/")
    settings.SITE_URL = "https://testserver"
    assert "Cache-Status" not in request_page("/messages/").headers
    assert "Cache-Status" in request_page("/messages/", scheme="https").headers


def test_behind_trusted_proxies_the_scheme_is_in_their_header(clock, settings):
    settings.SITE_URL, settings.TRUSTED_PROXY_COUNT = "https://testserver", 1
    said = {scheme: request_page("/messages/", HTTP_X_FORWARDED_PROTO=scheme).headers for scheme in ("http", "https")}
    assert {scheme: "Cache-Status" in headers for scheme, headers in said.items()} == {"http": False, "https": True}


def test_the_last_response_is_served_while_the_database_is_unavailable(clock, monkeypatch):
    first = request_page("/messages/")
    monkeypatch.setattr(application(), "number", lambda now: None)
    clock.move_to(NOON + 3 * DAY)
    away = request_page("/messages/")
    assert (away.status, away.body) == (200, first.body)
    assert "database-away" in away.headers["Cache-Status"]


def test_a_page_that_is_not_cached_returns_503_while_the_database_is_unavailable(clock, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("away")

    monkeypatch.setattr("editions.edition._read_edition_number", away)
    answer = request_page("/messages/")
    assert (answer.status, "in a minute" in answer.text) == (503, True)


# The store


def a_printing(size=100, number=1):
    return CachedResponse(number, 0.0, 10.0, [], b"x" * size)


def test_the_store_has_a_size_limit():
    store = ResponseCache(limit=100_000)
    for number in range(1000):
        store.set((f"/{number}/", ""), a_printing(5000))
    assert store.size <= 100_000
    assert len(store) == store.size // a_printing(5000).size


def test_the_least_recently_used_response_is_removed():
    store = ResponseCache(limit=3 * a_printing().size)
    for path in ("/a/", "/b/", "/c/"):
        store.set((path, ""), a_printing())
    store.get(("/a/", ""))
    store.set(("/d/", ""), a_printing())
    assert [store.get((path, "")) is not None for path in ("/a/", "/b/", "/c/", "/d/")] == [True, False, True, True]


def test_compressed_bodies_count_towards_the_limit(clock):
    for n in range(20):
        a_message(headline=f"Message number {n} with a rather long headline")
    request_page("/messages/")
    before = middleware.edition_cache.store.size
    coded = request_page("/messages/", HTTP_ACCEPT_ENCODING="gzip")
    assert middleware.edition_cache.store.size == before + len(coded.body)


def test_a_response_larger_than_the_limit_is_not_stored():
    store = ResponseCache(limit=1000)
    store.set(("/", ""), a_printing(5000))
    assert (len(store), store.size) == (0, 0)
