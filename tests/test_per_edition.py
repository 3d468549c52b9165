"""A public page is rendered once between two changes, and never stale; every public view is so, or has a reason."""

import threading

import pytest
import time_machine
from django.db import OperationalError, transaction
from django.urls import get_resolver

from consular.models import Topic
from editions import middleware
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.routes import views
from tests.helpers.wsgi import another_process, application, ask, fresh

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

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


# Every public view

# The views that are live, each with its reason.
LIVE = {
    "contact": "has a form, with its cookie; and says whether an office is open, to the minute",
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
