"""A public page is rendered once between two changes, and answered by the book (RFC 9110, RFC 9111)."""

import threading

import pytest
import time_machine
from django.db import OperationalError, transaction
from django.urls import URLPattern, get_resolver
from django.utils.http import http_date

from consular.models import Topic
from editions import front as front_module
from editions import middleware
from editions.printings import Printing, Printings, best_coding
from tests.factories import DAY, HOUR, NOON, a_message
from tests.front import another_process, application, ask, fresh

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = HOUR / 60


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def renders(monkeypatch):
    """Count the renderings from here on."""
    made = []
    original = middleware.make_printing
    monkeypatch.setattr(middleware, "make_printing", lambda *args: made.append(args[0]) or original(*args))
    return made


# Rendered once, and never stale


def test_a_page_is_rendered_once_in_an_edition(clock, monkeypatch):
    made = renders(monkeypatch)
    bodies = {ask("/messages/").body for _ in range(5)}
    assert (len(made), len(bodies)) == (1, 1)


def test_what_is_published_is_there_at_the_next_request(clock):
    ask("/messages/")
    a_message(headline="It has just come out")
    assert "It has just come out" in ask("/messages/").text


def test_a_scheduled_message_appears_at_its_second(clock):
    a_message(headline="At one sharp", publish_at=NOON + HOUR, approved_at=NOON)
    clock.move_to(NOON + HOUR - MINUTE / 60)
    before = ask("/messages/").text
    clock.move_to(NOON + HOUR)
    assert ("At one sharp" in before, "At one sharp" in ask("/messages/").text) == (False, True)


def test_the_home_page_turns_with_the_minute(clock):
    before = ask("/").text
    clock.move_to(NOON + MINUTE)
    assert (">15:37<" in before, ">15:38<" in ask("/").text) == (True, True)


def test_other_pages_outlast_the_minute(clock):
    before = ask("/messages/").headers["ETag"]
    clock.move_to(NOON + 5 * MINUTE)
    assert ask("/messages/").headers["ETag"] == before


def test_a_publication_during_a_rendering_is_served_at_the_next_request(clock, monkeypatch):
    original = middleware.make_printing

    def publish_meanwhile(*args):
        monkeypatch.setattr(middleware, "make_printing", original)
        a_message(headline="Meanwhile")
        return original(*args)

    monkeypatch.setattr(middleware, "make_printing", publish_meanwhile)
    assert "Meanwhile" not in ask("/messages/").text
    assert "Meanwhile" in ask("/messages/").text


def test_what_is_rolled_back_is_never_seen(clock):
    ask("/messages/")
    with transaction.atomic():
        a_message(headline="Never was")
        transaction.set_rollback(True)
    a_message(headline="Truly is")
    page = ask("/messages/").text
    assert ("Never was" in page, "Truly is" in page) == (False, True)


def test_one_thread_renders_while_the_others_wait(clock, monkeypatch):
    made, began, go = renders(monkeypatch), threading.Event(), threading.Event()
    original = middleware.is_printable

    def slowly(response):
        began.set()
        go.wait(10)
        return original(response)

    monkeypatch.setattr(middleware, "is_printable", slowly)
    answers = []

    def visit():
        from django.db import connection

        answers.append(ask("/messages/").status)
        connection.close()

    visitors = [threading.Thread(target=visit) for _ in range(6)]
    visitors[0].start()
    assert began.wait(10)
    for visitor in visitors[1:]:
        visitor.start()
    go.set()
    for visitor in visitors:
        visitor.join()
    assert (answers, len(made)) == ([200] * 6, 1)


# The key


def test_unknown_parameters_make_no_new_printing(clock, monkeypatch):
    made = renders(monkeypatch)
    for number in range(5):
        ask(f"/messages/?utm={number}")
    assert len(made) == 1


def test_known_parameters_make_their_own(clock):
    messages = [a_message(publish_at=NOON - DAY * n, headline=f"No {n}.") for n in range(1, 30)]
    first = ask("/messages/").text
    from news.cursors import Cursor

    second = ask(f"/messages/?before={Cursor.of(messages[19])}").text
    assert ("No 25." in first, "No 25." in second) == (False, True)


def test_a_very_long_query_is_not_kept(clock):
    ask(f"/messages/?before={'9' * 500}")
    assert len(middleware.printings) == 0


def test_a_query_of_too_many_fields_is_refused(clock):
    assert ask("/messages/?" + "&".join(f"before={n}" for n in range(2000))).status == 400


def test_errors_are_not_kept(clock):
    assert ask("/messages/1999/").status == 404
    assert len(middleware.printings) == 0


def test_a_page_that_sets_a_cookie_is_not_kept(clock):
    Topic.objects.create(name="Passports", sentence="Lost or expired.", mailbox="consular@example.org")
    assert "Set-Cookie" in ask("/contact/").headers
    assert len(middleware.printings) == 0


def test_staff_see_the_public_pages_like_anybody(clock, admin_client):
    a_message()
    cookie = admin_client.cookies.output(header="", sep=";").strip()
    assert ask("/messages/", HTTP_COOKIE=cookie).body == fresh("/messages/").body


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


def test_last_modified_is_left_out_in_the_second_of_the_change(clock):
    at_once = ask("/messages/")
    clock.move_to(NOON + MINUTE)
    later = ask("/messages/")
    assert "Last-Modified" not in at_once.headers
    assert later.headers["Last-Modified"] == http_date(NOON.timestamp())


def test_if_modified_since_answers_304_until_something_changes(clock):
    ask("/messages/")
    clock.move_to(NOON + MINUTE)
    since = ask("/messages/").headers["Last-Modified"]
    unchanged = ask("/messages/", HTTP_IF_MODIFIED_SINCE=since).status
    a_message()
    assert (unchanged, ask("/messages/", HTTP_IF_MODIFIED_SINCE=since).status) == (304, 200)


def test_head_has_the_headers_of_get_and_no_body(clock):
    get, head = ask("/messages/"), ask("/messages/", "HEAD")
    assert head.body == b""
    assert {**head.headers, "Cache-Status": ""} == {**get.headers, "Cache-Status": ""}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused_by_name(clock, method):
    answer = ask("/messages/", method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_pages_are_asked_for_again_each_time(clock):
    assert ask("/messages/").headers["Cache-Control"] == "max-age=0, must-revalidate, s-maxage=1"


def test_machine_formats_may_be_kept_a_minute_but_not_past_the_next_change(clock):
    a_message(publish_at=NOON + MINUTE / 2, approved_at=NOON)
    due_soon = ask("/messages/feed/").headers["Cache-Control"]
    clock.move_to(NOON + MINUTE)
    assert (due_soon.split(",")[0], ask("/messages/feed/").headers["Cache-Control"].split(",")[0]) == (
        "max-age=30",
        "max-age=60",
    )


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
    settings.SITE_URL, settings.TRUSTED_PROXIES = "https://testserver", 1
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


# Every public view

# The views that are live, each with its reason.
LIVE = {
    "contact": "has a form, with its cookie; and says whether an office is open, to the minute",
    "sent": "a receipt is for one person",
    "enquiry": "an enquiry is for one person",
    "media": "hands over a file",
    "upload": "the desk's",
    "preview": "is for one reader, until a moment, and may be revoked at any other",
    "preview_file": "is for the same reader",
}


def views(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from views(pattern.url_patterns, route)


def test_every_public_view_is_per_edition_or_has_a_reason():
    live = {
        pattern.name
        for route, pattern in views(get_resolver().url_patterns)
        if not route.startswith("admin/") and not hasattr(pattern.callback, "per_edition")
    }
    assert live <= set(LIVE)


# Two processes


def test_what_one_process_publishes_another_serves_at_the_next_request(clock):
    ask("/messages/")
    with another_process():
        ask("/messages/")
        a_message(headline="From the other node")
    assert "From the other node" in ask("/messages/").text


def test_what_was_withdrawn_does_not_come_back_while_the_database_is_away(clock, monkeypatch):
    message = a_message(headline="Taken back")
    address = message.get_absolute_url()
    ask(address)
    message.withdraw("Wrong.", at=NOON)
    gone = ask(address).status
    monkeypatch.setattr("editions.edition._read_number", lambda: (_ for _ in ()).throw(OperationalError("away")))
    monkeypatch.setattr(application(), "number", lambda now: None)
    assert (gone, ask(address).status) == (410, 503)


def test_an_endless_path_is_not_remembered(clock):
    from editions.decorators import LONGEST_PATH, _rule_for

    before = _rule_for.cache_info().currsize
    ask("/messages/" + "x" * LONGEST_PATH + "/")
    assert _rule_for.cache_info().currsize == before
