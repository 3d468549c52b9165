"""A printed page is answered by the book of HTTP: validators, codings, ages, methods."""

from datetime import timedelta

import pytest
import time_machine
from django.utils.http import http_date

from editions.printings import best_coding
from tests.factories import HOUR, NOON, a_message
from tests.helpers.wsgi import ask, fresh

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = HOUR / 60


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


# By the book


def test_the_etag_answers_304_with_what_a_cache_needs(clock):
    first = ask("/messages/")
    again = ask("/messages/", HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert {"Cache-Control", "Vary", "ETag"} <= set(again.headers)


@pytest.mark.parametrize("tags", ["*", "W/{tag}", '"other", {tag}'])
def test_every_form_of_if_none_match_is_understood(clock, tags):
    tag = ask("/messages/").headers["ETag"]
    assert ask("/messages/", HTTP_IF_NONE_MATCH=tags.format(tag=tag)).status == 304


def test_another_etag_gets_the_page(clock):
    assert ask("/messages/", HTTP_IF_NONE_MATCH='"other"').status == 200


def test_etags_differ_by_coding(clock):
    tags = {ask("/messages/", HTTP_ACCEPT_ENCODING=coding).headers["ETag"] for coding in ("", "gzip", "br")}
    assert len(tags) == 3


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_the_coded_page_is_the_page(clock, coding):
    coded = ask("/messages/", HTTP_ACCEPT_ENCODING=coding)
    assert coded.headers["Content-Encoding"] == coding
    assert coded.text == ask("/messages/").text


@pytest.mark.parametrize("path", ["/", "/messages/", "/messages/feed/", "/counters/", "/robots.txt"])
def test_a_page_of_many_things_has_no_date_of_its_last_change(clock, path):
    a_message()
    ask(path)
    clock.move_to(NOON + MINUTE)
    assert "Last-Modified" not in ask(path).headers


def test_a_message_s_page_has_the_date_of_its_last_change(clock):
    message = a_message()
    message.publish_correction("The date.", at=NOON)
    address = message.get_absolute_url()
    before = [ask(address).headers["Last-Modified"], fresh(address).headers["Last-Modified"]]
    clock.move_to(NOON + 5 * MINUTE)
    a_message()
    after = [ask(address).headers["Last-Modified"], fresh(address).headers["Last-Modified"]]
    assert before + after == [http_date(NOON.timestamp())] * 4


def test_if_modified_since_answers_304_until_a_message_is_corrected(clock):
    message = a_message()
    address = message.get_absolute_url()
    since = ask(address).headers["Last-Modified"]
    unchanged = ask(address, HTTP_IF_MODIFIED_SINCE=since).status
    message.publish_correction("The date.", at=NOON)
    assert (unchanged, ask(address, HTTP_IF_MODIFIED_SINCE=since).status) == (304, 200)


def test_head_has_the_headers_of_get_and_no_body(clock):
    get, head = ask("/messages/"), ask("/messages/", "HEAD")
    assert head.body == b""
    of_the_request = {"Cache-Status": "", "X-Request-ID": ""}
    assert head.headers | of_the_request == get.headers | of_the_request


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused_by_name(clock, method):
    answer = ask("/messages/", method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_pages_are_asked_for_again_each_time(clock):
    assert ask("/messages/").headers["Cache-Control"] == "max-age=0, must-revalidate, s-maxage=1"


@pytest.mark.parametrize("path", ["/messages/feed/", "/messages/feed.json", "/robots.txt", "/api/messages/"])
@pytest.mark.parametrize("ahead", [None, 1, 30, 60, 90, 3600])
@pytest.mark.parametrize("second", [0, 1, 29, 59])
def test_machine_formats_may_be_kept_until_the_minute_ends_whatever_is_scheduled(clock, path, ahead, second):
    if ahead:
        a_message(publish_at=NOON + timedelta(seconds=ahead + second), approved_at=NOON)
    clock.move_to(NOON + timedelta(seconds=second))
    assert ask(path).headers["Cache-Control"].split(",")[0] == f"max-age={60 - second}"


def test_every_answer_tells_the_servers_time(clock):
    told = {ask(path).headers["Server-Timing"] for path in ("/", "/", "/messages/1999/", "/contact/", "/healthz")}
    assert told == {f"now;desc={int(NOON.timestamp() * 1000)}"}


def test_a_heuristic_cache_may_not_keep_a_404(clock):
    assert "max-age=0" in ask("/messages/1999/").headers["Cache-Control"]


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
def test_the_best_coding_is_the_one_that_is_liked_best(accepted, coding):
    assert best_coding(accepted) == coding
