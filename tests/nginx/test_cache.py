"""The micro-cache: never more than the second in which a copy was made, and never anybody's own page."""

import re
import time

import pytest

from tests.factories import a_message
from tests.helpers.routes import per_edition_rules
from tests.nginx.server import ask, the_next_second

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("anew")]


def test_a_second_visitor_within_a_second_is_answered_by_nginx(door):
    first, second = ask(door, "/messages/"), ask(door, "/messages/")
    assert (second.headers["cache-status"].endswith(", nginx; hit"), second.body) == (True, first.body)


def test_what_is_published_is_there_in_the_next_second(door, an_hour_ago):
    ask(door, "/messages/")
    message = a_message(headline="It has just come out", publish_at=an_hour_ago)
    the_next_second()
    found = [ask(door, path).text for path in ("/", "/messages/", "/messages/feed/", message.get_absolute_url())]
    assert ["It has just come out" in text for text in found] == [True] * 4


def test_what_is_withdrawn_is_gone_in_the_next_second(door, an_hour_ago):
    message = a_message(publish_at=an_hour_ago)
    path = message.get_absolute_url()
    before = ask(door, path).status
    message.withdraw("It named the wrong city.")
    the_next_second()
    assert (before, ask(door, path).status) == (200, 410)


def test_an_address_that_was_empty_is_found_in_the_next_second(door, an_hour_ago):
    draft = a_message(slug="soon", publish_at=an_hour_ago, approved_at=None)
    path = draft.get_absolute_url()
    before = ask(door, path).status
    draft.approved_at = draft.publish_at
    draft.save()
    the_next_second()
    assert (before, ask(door, path).status) == (404, 200)


def test_staff_are_never_answered_from_the_cache(door, an_hour_ago):
    ask(door, "/messages/")
    a_message(headline="Only just saved", publish_at=an_hour_ago)
    answer = ask(door, "/messages/", Cookie="__Host-sessionid=whoever")
    assert "Only just saved" in answer.text
    assert answer.headers["cache-status"].endswith("nginx; fwd=bypass")


def test_a_copy_that_is_still_good_is_not_sent_again(door, an_hour_ago):
    a_message(publish_at=an_hour_ago)
    tag = ask(door, "/messages/", Accept_Encoding="gzip, deflate, br").headers["etag"]
    again = {"Accept_Encoding": "gzip, deflate, br", "If_None_Match": tag}
    answers = [ask(door, "/messages/", **again)]
    the_next_second()
    answers.append(ask(door, "/messages/", **again))
    assert [(answer.status, answer.body, answer.headers["etag"]) for answer in answers] == [(304, b"", tag)] * 2


def test_nginx_asks_again_by_the_tag(door):
    ask(door, "/messages/")
    the_next_second()
    assert ask(door, "/messages/").headers["cache-status"].endswith("nginx; hit; fwd=stale; fwd-status=304")


@pytest.mark.parametrize(
    ("accepted", "coding"), [("deflate, br;q=1.0", "br"), ("gzip;q=0.5, br;q=0", "gzip"), ("", None)]
)
def test_pages_come_in_the_coding_that_was_asked_for(door, accepted, coding, an_hour_ago):
    a_message(body="<p>A text that is worth the while.</p>" * 50, publish_at=an_hour_ago)
    for _copy in range(2):
        answer = ask(door, "/", Accept_Encoding=accepted)
        assert (answer.headers.get("content-encoding"), answer.headers["vary"]) == (coding, "Accept-Encoding")
        assert "</html>" in answer.text


def test_the_pages_clocks_are_told_the_time_of_the_answer_not_that_of_the_copy(door):
    times = []
    while len(times) < 2 or times[-1] < times[0] + 100:  # milliseconds; several answers come from one copy
        times.append(int(re.fullmatch(r"now;desc=(\d{13})", ask(door).headers["server-timing"])[1]))
        assert abs(times[-1] - time.time() * 1000) < 5000
    assert times == sorted(times)


def test_addresses_for_machines_are_fetched_whole_so_that_their_time_to_live_counts_down(door):
    machines = re.search(r"location ~ (\(.*\)\$) \{", (door.directory / "embassy" / "embassy.conf").read_text())[1]
    kept = [path for path, rule in per_edition_rules() if rule.keep]
    assert len(kept) > 8
    assert [path for path in kept if not re.search(machines, path)] == []


def test_made_up_queries_do_not_displace_pages(door):
    paths = [f"{path}?{name}={number}" for path, name in (("/", "r"), ("/messages/", "r")) for number in range(5)]
    paths += [f"/search/?q=word{number}" for number in range(5)]
    ask(door, "/messages/")
    pages = copies(door, "cache")
    found = [ask(door, path, X_Tests_Visitor=f"203.0.113.{number}").status for number, path in enumerate(paths)]
    assert (found, copies(door, "cache")) == ([200] * len(paths), pages)
    assert copies(door, "cache-queries") > 0


def copies(door, directory):
    """Return the number of copies in one of the caches."""
    return sum(path.is_file() for path in (door.directory / directory).rglob("*"))
