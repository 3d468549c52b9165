"""Edition cache: a public page is rendered once per edition and never stale; every public view uses it or says why."""

import threading

import pytest
import time_machine
from django.db import OperationalError, transaction
from django.urls import get_resolver

from consular.models import Topic
from editions import middleware
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.routes import route_patterns
from tests.helpers.wsgi import application, empty_caches, render_fresh, request_page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

MINUTE = HOUR / 60


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def renders(monkeypatch):
    """Count the renderings from now on."""
    made = []
    original = middleware.make_cached_response
    monkeypatch.setattr(middleware, "make_cached_response", lambda *args: made.append(args[0]) or original(*args))
    return made


# Rendered once, and never stale


def test_a_page_is_rendered_once_in_an_edition(clock, monkeypatch):
    made = renders(monkeypatch)
    bodies = {request_page("/messages/").body for _ in range(5)}
    assert (len(made), len(bodies)) == (1, 1)


def test_a_publication_is_served_at_the_next_request(clock):
    request_page("/messages/")
    a_message(headline="It has just come out")
    assert "It has just come out" in request_page("/messages/").text


def test_a_scheduled_message_appears_at_its_second(clock):
    a_message(headline="At one sharp", publish_at=NOON + HOUR, approved_at=NOON)
    clock.move_to(NOON + HOUR - MINUTE / 60)
    before = request_page("/messages/").text
    clock.move_to(NOON + HOUR)
    assert ("At one sharp" in before, "At one sharp" in request_page("/messages/").text) == (False, True)


def test_the_home_page_changes_with_the_minute(clock):
    before = request_page("/").text
    clock.move_to(NOON + MINUTE)
    assert (">15:37<" in before, ">15:38<" in request_page("/").text) == (True, True)


def test_other_pages_are_cached_longer_than_a_minute(clock):
    before = request_page("/messages/").headers["ETag"]
    clock.move_to(NOON + 5 * MINUTE)
    assert request_page("/messages/").headers["ETag"] == before


def test_a_publication_during_a_rendering_is_served_at_the_next_request(clock, monkeypatch):
    original = middleware.make_cached_response

    def publish_meanwhile(*args):
        monkeypatch.setattr(middleware, "make_cached_response", original)
        a_message(headline="Meanwhile")
        return original(*args)

    monkeypatch.setattr(middleware, "make_cached_response", publish_meanwhile)
    assert "Meanwhile" not in request_page("/messages/").text
    assert "Meanwhile" in request_page("/messages/").text


def test_a_rolled_back_change_is_never_served(clock):
    request_page("/messages/")
    with transaction.atomic():
        a_message(headline="Never was")
        transaction.set_rollback(True)
    a_message(headline="Truly is")
    page = request_page("/messages/").text
    assert ("Never was" in page, "Truly is" in page) == (False, True)


def test_one_thread_renders_while_the_others_wait(clock, monkeypatch):
    made, began, go = renders(monkeypatch), threading.Event(), threading.Event()
    original = middleware.is_cacheable

    def slowly(response):
        began.set()
        go.wait(10)
        return original(response)

    monkeypatch.setattr(middleware, "is_cacheable", slowly)
    answers = []

    def visit():
        from django.db import connection

        answers.append(request_page("/messages/").status)
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


def test_unknown_parameters_are_not_part_of_the_cache_key(clock, monkeypatch):
    made = renders(monkeypatch)
    for number in range(5):
        request_page(f"/messages/?utm={number}")
    assert len(made) == 1


def test_known_parameters_are_part_of_the_cache_key(clock):
    messages = [a_message(publish_at=NOON - DAY * n, headline=f"No {n}.") for n in range(1, 30)]
    first = request_page("/messages/").text
    from core.cursors import Cursor

    second = request_page(f"/messages/?before={Cursor.of(messages[19])}").text
    assert ("No 25." in first, "No 25." in second) == (False, True)


def test_a_very_long_query_is_not_cached(clock):
    request_page(f"/messages/?before={'9' * 500}")
    assert len(middleware.edition_cache.store) == 0


def test_a_query_with_too_many_fields_is_refused(clock):
    assert request_page("/messages/?" + "&".join(f"before={n}" for n in range(2000))).status == 400


def test_errors_are_not_cached(clock):
    assert request_page("/messages/1999/").status == 404
    assert len(middleware.edition_cache.store) == 0


def test_a_page_that_sets_a_cookie_is_not_cached(clock):
    Topic.objects.create(name="Passports", sentence="Lost or expired.", mailbox="consular@example.org")
    assert "Set-Cookie" in request_page("/contact/write/").headers
    assert len(middleware.edition_cache.store) == 0


def test_staff_see_the_same_public_pages(clock, admin_client):
    a_message()
    cookie = admin_client.cookies.output(header="", sep=";").strip()
    assert request_page("/messages/", HTTP_COOKIE=cookie).body == render_fresh("/messages/").body


# Every public view

# The views that are not cached, each with its reason.
LIVE = {
    "write": "has a form, with its cookie",
    "sent": "a receipt is for one person",
    "enquiry": "an enquiry is for one person",
    "erase": "an enquiry is for one person",
    "media": "hands over a file",
    "upload": "the desk's",
    "preview": "is for one reader, until a moment, and may be revoked at any other",
    "preview_file": "is for the same reader",
    "slash_missing": "leads on, and says nothing of its own",
}


def test_every_public_view_is_per_edition_or_has_a_reason():
    live = {
        pattern.name
        for route, pattern in route_patterns(get_resolver().url_patterns)
        if not route.startswith("admin/") and not hasattr(pattern.callback, "per_edition")
    }
    assert live <= set(LIVE)


# Two processes


def test_a_publication_is_served_by_another_process_at_the_next_request(clock):
    request_page("/messages/")
    with empty_caches():
        request_page("/messages/")
        a_message(headline="From the other node")
    assert "From the other node" in request_page("/messages/").text


def test_a_withdrawn_message_is_not_served_while_the_database_is_unavailable(clock, monkeypatch):
    message = a_message(headline="Taken back")
    address = message.get_absolute_url()
    request_page(address)
    message.withdraw("Wrong.", at=NOON)
    gone = request_page(address).status
    monkeypatch.setattr(
        "editions.edition._read_edition_number", lambda: (_ for _ in ()).throw(OperationalError("away"))
    )
    monkeypatch.setattr(application(), "number", lambda now: None)
    assert (gone, request_page(address).status) == (410, 503)


def test_the_policy_of_a_very_long_path_is_not_cached(clock):
    from editions.decorators import MAX_PATH_LENGTH, _cache_policy_for

    before = _cache_policy_for.cache_info().currsize
    request_page("/messages/" + "x" * MAX_PATH_LENGTH + "/")
    assert _cache_policy_for.cache_info().currsize == before
