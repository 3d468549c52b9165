"""The micro-cache: a copy lives until the end of its second, and personal pages are never cached."""

import re
import time

import pytest

from tests.factories import a_message
from tests.helpers.routes import per_edition_rules
from tests.nginx.server import request_page, wait_for_next_second

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_cache")]


def test_a_second_request_within_a_second_is_a_cache_hit(door):
    first, second = request_page(door, "/messages/"), request_page(door, "/messages/")
    assert (second.headers["cache-status"].endswith(", nginx; hit"), second.body) == (True, first.body)


def test_a_published_message_is_visible_in_the_next_second(door, an_hour_ago):
    request_page(door, "/messages/")
    message = a_message(headline="It has just come out", publish_at=an_hour_ago)
    wait_for_next_second()
    found = [
        request_page(door, path).text for path in ("/", "/messages/", "/messages/feed/", message.get_absolute_url())
    ]
    assert ["It has just come out" in text for text in found] == [True] * 4


def test_a_withdrawn_message_is_gone_in_the_next_second(door, an_hour_ago):
    message = a_message(publish_at=an_hour_ago)
    path = message.get_absolute_url()
    before = request_page(door, path).status
    message.withdraw("It named the wrong city.")
    wait_for_next_second()
    assert (before, request_page(door, path).status) == (200, 410)


def test_a_404_is_not_cached_beyond_its_second(door, an_hour_ago):
    draft = a_message(slug="soon", publish_at=an_hour_ago, approved_at=None)
    path = draft.get_absolute_url()
    before = request_page(door, path).status
    draft.approved_at = draft.publish_at
    draft.save()
    wait_for_next_second()
    assert (before, request_page(door, path).status) == (404, 200)


def test_staff_never_get_a_cached_page(door, an_hour_ago):
    request_page(door, "/messages/")
    a_message(headline="Only just saved", publish_at=an_hour_ago)
    answer = request_page(door, "/messages/", Cookie="__Host-sessionid=any")
    assert "Only just saved" in answer.text
    assert answer.headers["cache-status"].endswith("nginx; fwd=bypass")


def test_an_unchanged_page_gets_304(door, an_hour_ago):
    a_message(publish_at=an_hour_ago)
    wait_for_next_second()  # nginx may have the page of before the message for the rest of this one
    first = request_page(door, "/messages/", Accept_Encoding="gzip, deflate, br")
    again = {"Accept_Encoding": "gzip, deflate, br", "If_None_Match": first.headers["etag"]}
    answers = [request_page(door, "/messages/", **again)]
    wait_for_next_second()
    answers.append(request_page(door, "/messages/", **again))
    statuses = [answer.headers["cache-status"] for answer in (first, *answers)]
    changed = [(statuses, first.text, answer.text) for answer in answers if answer.status == 200]
    assert changed == []
    assert [(answer.status, answer.body, answer.headers["etag"]) for answer in answers] == [
        (304, b"", first.headers["etag"])
    ] * 2


def test_nginx_revalidates_by_the_etag(door):
    request_page(door, "/messages/")
    wait_for_next_second()
    assert request_page(door, "/messages/").headers["cache-status"].endswith("nginx; hit; fwd=stale; fwd-status=304")


@pytest.mark.parametrize(
    ("accepted", "coding"), [("deflate, br;q=1.0", "br"), ("gzip;q=0.5, br;q=0", "gzip"), ("", None)]
)
def test_pages_have_the_requested_content_encoding(door, accepted, coding, an_hour_ago):
    a_message(body="<p>A text that is worth the while.</p>" * 50, publish_at=an_hour_ago)
    for _copy in range(2):
        answer = request_page(door, "/", Accept_Encoding=accepted)
        assert (answer.headers.get("content-encoding"), answer.headers["vary"]) == (coding, "Accept-Encoding")
        assert "</html>" in answer.text


def test_the_server_timing_header_is_that_of_the_response_and_not_of_the_copy(door):
    times = []
    while len(times) < 2 or times[-1] < times[0] + 100:  # milliseconds; several responses come from one copy
        times.append(int(re.fullmatch(r"now;desc=(\d{13})", request_page(door).headers["server-timing"])[1]))
        assert abs(times[-1] - time.time() * 1000) < 5000
    assert times == sorted(times)


def test_every_path_with_a_max_age_is_in_the_location_for_machines(door):
    machines = re.search(r"location ~ (\(.*\)\$) \{", (door.directory / "embassy" / "embassy.conf").read_text())[1]
    kept = [path for path, rule in per_edition_rules() if rule.max_age]
    assert len(kept) > 8
    assert [path for path in kept if not re.search(machines, path)] == []


def test_requests_with_queries_do_not_displace_pages_in_the_cache(door):
    paths = [f"{path}?{name}={number}" for path, name in (("/", "r"), ("/messages/", "r")) for number in range(5)]
    paths += [f"/search/?q=word{number}" for number in range(5)]
    request_page(door, "/messages/")
    pages = copies(door, "cache")
    found = [
        request_page(door, path, X_Tests_Visitor=f"203.0.113.{number}").status for number, path in enumerate(paths)
    ]
    assert (found, copies(door, "cache")) == ([200] * len(paths), pages)
    assert copies(door, "cache-queries") > 0


def copies(door, directory):
    """Return the number of files in one of the caches."""
    return sum(path.is_file() for path in (door.directory / directory).rglob("*"))
