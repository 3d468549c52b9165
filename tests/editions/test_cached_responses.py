"""HTTP semantics of cached responses: validators, content codings, freshness, methods."""

from datetime import timedelta

import pytest
import time_machine
from django.utils.http import http_date

from editions.response_cache import negotiate_encoding
from tests.factories import HOUR, NOON, a_message
from tests.helpers.wsgi import render_fresh, request_page

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = HOUR / 60


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


# RFC 9110 and 9111


def test_a_304_has_the_headers_that_a_cache_needs(clock):
    first = request_page("/messages/")
    again = request_page("/messages/", HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert {"Cache-Control", "Vary", "ETag"} <= set(again.headers)


@pytest.mark.parametrize("tags", ["*", "W/{tag}", '"other", {tag}'])
def test_every_form_of_if_none_match_is_understood(clock, tags):
    tag = request_page("/messages/").headers["ETag"]
    assert request_page("/messages/", HTTP_IF_NONE_MATCH=tags.format(tag=tag)).status == 304


def test_another_etag_returns_the_page(clock):
    assert request_page("/messages/", HTTP_IF_NONE_MATCH='"other"').status == 200


def test_etags_differ_by_coding(clock):
    tags = {request_page("/messages/", HTTP_ACCEPT_ENCODING=coding).headers["ETag"] for coding in ("", "gzip", "br")}
    assert len(tags) == 3


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_compressed_page_is_the_same_page(clock, coding):
    coded = request_page("/messages/", HTTP_ACCEPT_ENCODING=coding)
    assert coded.headers["Content-Encoding"] == coding
    assert coded.text == request_page("/messages/").text


@pytest.mark.parametrize("path", ["/", "/messages/", "/messages/feed/", "/counters/", "/robots.txt"])
def test_a_list_has_no_last_modified(clock, path):
    a_message()
    request_page(path)
    clock.move_to(NOON + MINUTE)
    assert "Last-Modified" not in request_page(path).headers


def test_a_message_page_has_last_modified(clock):
    message = a_message()
    message.publish_correction("The date.", at=NOON)
    address = message.get_absolute_url()
    before = [request_page(address).headers["Last-Modified"], render_fresh(address).headers["Last-Modified"]]
    clock.move_to(NOON + 5 * MINUTE)
    a_message()
    after = [request_page(address).headers["Last-Modified"], render_fresh(address).headers["Last-Modified"]]
    assert before + after == [http_date(NOON.timestamp())] * 4


def test_if_modified_since_returns_304_until_a_message_is_corrected(clock):
    message = a_message()
    address = message.get_absolute_url()
    since = request_page(address).headers["Last-Modified"]
    unchanged = request_page(address, HTTP_IF_MODIFIED_SINCE=since).status
    message.publish_correction("The date.", at=NOON)
    assert (unchanged, request_page(address, HTTP_IF_MODIFIED_SINCE=since).status) == (304, 200)


def test_head_has_the_headers_of_get_and_no_body(clock):
    get, head = request_page("/messages/"), request_page("/messages/", "HEAD")
    assert head.body == b""
    of_the_request = {"Cache-Status": "", "X-Request-ID": ""}
    assert head.headers | of_the_request == get.headers | of_the_request


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(clock, method):
    answer = request_page("/messages/", method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_pages_are_always_revalidated(clock):
    assert request_page("/messages/").headers["Cache-Control"] == "max-age=0, must-revalidate, s-maxage=1"


@pytest.mark.parametrize("path", ["/messages/feed/", "/messages/feed.json", "/robots.txt", "/api/messages/"])
@pytest.mark.parametrize("ahead", [None, 1, 30, 60, 90, 3600])
@pytest.mark.parametrize("second", [0, 1, 29, 59])
def test_machine_formats_are_fresh_until_the_next_minute_despite_scheduled_messages(clock, path, ahead, second):
    if ahead:
        a_message(publish_at=NOON + timedelta(seconds=ahead + second), approved_at=NOON)
    clock.move_to(NOON + timedelta(seconds=second))
    assert request_page(path).headers["Cache-Control"].split(",")[0] == f"max-age={60 - second}"


def test_every_response_has_the_server_time(clock):
    told = {
        request_page(path).headers["Server-Timing"] for path in ("/", "/", "/messages/1999/", "/contact/", "/healthz")
    }
    assert told == {f"now;desc={int(NOON.timestamp() * 1000)}"}


def test_a_404_is_not_cached_heuristically(clock):
    assert "max-age=0" in request_page("/messages/1999/").headers["Cache-Control"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("*", "br"),
        ("identity;q=1, gzip;q=0.5", ""),
        ("gzip;q=nonsense", ""),
        (";;;,,,=", ""),
    ],
)
def test_the_preferred_content_coding_is_chosen(accepted, coding):
    assert negotiate_encoding(accepted) == coding
