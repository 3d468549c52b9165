"""The doctor names each fault, and no other: every one is injected here."""

import json
import os
import threading
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

from backups.models import Backup
from editions.models import EditionNumber
from letters.models import Letter
from news import feeds, sitemaps
from news.models import Attachment, Message, Tally
from news.search.models import Entry, Stale
from tests.factories import DAY, HOUR, NOON, a_category, a_message, an_enquiry
from watching import proxies
from watching.doctor import CHECKS, examine, place
from watching.doctor.look import ask
from watching.doctor.nodes import ahead

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def rows(module_db):
    """A year of messages, an enquiry, and a backup of an hour ago: written once for all tests."""
    with time_machine.travel(NOON, tick=False):
        for days in range(0, 300, 20):
            category = a_category("speeches" if days % 40 else "statements")
            a_message(publish_at=NOON - days * DAY - HOUR, category=category)
        a_message(publish_at=NOON - 50 * DAY, featured=True)
        a_message(publish_at=NOON + DAY, approved_at=NOON)
        a_message(publish_at=None)
        an_enquiry()
        Backup.objects.create(taken_at=NOON - HOUR, rows=1, files=0, size=1, encrypted=True)


@pytest.fixture(autouse=True)
def site(rows, clock, monkeypatch):
    """A site at NOON on which all is well, however full the disk of this machine."""
    monkeypatch.setattr(place, "LEAST_FREE", 1)


def faults(**kwargs):
    return [fault.check for fault in examine(**kwargs).faults]


# All is well


def test_all_is_well(monkeypatch):
    report = examine()
    assert (report.faults, report.checked) == ([], list(CHECKS))
    assert report.summary == f"All is well ({len(CHECKS)} checks)."


def test_all_is_well_in_every_corner():
    assert faults(thorough=True) == []


def test_all_is_well_on_an_empty_site():
    Letter.objects.all().delete()
    Message.objects.all().delete()
    assert faults() == []


def test_it_leaves_no_trace_among_the_answers(client, caplog):
    caplog.set_level("INFO", logger="embassy.access")
    examine()
    assert [record for record in caplog.records if record.name == "embassy.access"] == []


# Each fault


def drop(trigger):
    on = " ON news_act" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {trigger}{on}")


def raises(error, *args, **kwargs):
    raise error


def an_attachment_that_is_gone():
    message = Message.objects.published(NOON).first()
    Attachment.objects.bulk_create([Attachment(message=message, file="attachments/gone.pdf", name="Gone", size=1)])


def a_late_letter(**kwargs):
    Letter.objects.create(**{"kind": "x", "written_at": NOON - HOUR, "due_at": NOON - HOUR} | kwargs)


def a_request_through_a_proxy(monkeypatch):
    monkeypatch.setattr(proxies, "_noted_at", 0.0)
    proxies.note_uncounted_proxy({"HTTP_X_FORWARDED_FOR": "198.51.100.7", "REMOTE_ADDR": "127.0.0.1"})
    os.utime(settings.UNCOUNTED_PROXY, (NOON.timestamp(), NOON.timestamp()))


def wrong_key(monkeypatch):
    monkeypatch.setattr(settings, "SECRET_KEY", "another")


def less(name, take):
    """Return what replaces a function by one whose rows are fewer: `take` is a slice."""

    def inject(monkeypatch):
        module, _, function = name.rpartition(".")
        target = {"news.sitemaps": sitemaps, "news.feeds": feeds}[module]
        original = getattr(target, function)
        monkeypatch.setattr(target, function, lambda *args, **kwargs: list(original(*args, **kwargs))[take])

    return inject


def a_shorter_feed(monkeypatch):
    original = feeds.feed_of
    monkeypatch.setattr(feeds, "feed_of", lambda category, rows, **more: original(category, rows[1:], **more))


def an_item_elsewhere(monkeypatch):
    original = feeds.json_item
    monkeypatch.setattr(feeds, "json_item", lambda message: original(message) | {"url": "http://testserver/else/"})


def an_api(monkeypatch, rows=lambda: Message.objects.published(NOON)[1:11]):
    """An interface for programs that leaves the newest message out."""

    def page(path):
        told = {"messages": [{"url": f"http://testserver{row.get_absolute_url()}"} for row in rows()]}
        return ask(path)._replace(status=200, text=json.dumps(told)) if path == "/api/messages/" else ask(path)

    monkeypatch.setattr("watching.doctor.public.ask", page)
    monkeypatch.setattr("watching.doctor.public.resolve", lambda path: type("Match", (), {"route": "api/messages/"}))


FAULTS = {
    "database": lambda patch: patch.setattr(
        "watching.doctor.place.edition_number", partial(raises, OperationalError("away"))
    ),
    "migrations": lambda patch: MigrationRecorder(connection).record_unapplied("letters", "0001_initial"),
    "triggers": lambda patch: drop("news_act_delete"),
    "home": lambda patch: patch.setattr("embassy.views.LATEST", 3),
    "archive": lambda patch: patch.setattr("news.archive.PAGE", 5),
    "feed": a_shorter_feed,
    "json-feed": an_item_elsewhere,
    "sitemap": less("news.sitemaps.addresses", slice(None, -1)),
    "api": an_api,
    "tally": lambda patch: Tally.objects.filter(pk=Tally.objects.last().pk).update(count=99),
    "search": lambda patch: Stale.objects.create(message_id=Message.objects.published(NOON).first().pk),
    "next-change": lambda patch: patch.setattr("editions.edition.next_change", lambda at: at - HOUR),
    "schedule": lambda patch: a_message(publish_at=NOON - HOUR, approved_at=None, submitted_at=NOON - DAY),
    "media": lambda patch: an_attachment_that_is_gone(),
    "keys": wrong_key,
    "letters": lambda patch: a_late_letter(),
    "given-up": lambda patch: a_late_letter(given_up_at=NOON, last_error="refused SMTPDataError 554"),
    "backup": lambda patch: Backup.objects.update(taken_at=NOON - 3 * DAY),
    "disk": lambda patch: patch.setattr(place, "LEAST_FREE", 10**18),
    "wal": lambda patch: patch.setattr("watching.doctor.place.wal_size", lambda: 10**8),
    "proxy": a_request_through_a_proxy,
    "clock": lambda patch: a_late_letter(written_at=NOON + HOUR),
    "nodes": None,  # below, one by one
}


@pytest.mark.parametrize("check", [name for name, inject in FAULTS.items() if inject])
def test_each_fault_is_named_and_no_other(check, monkeypatch):
    FAULTS[check](monkeypatch)
    report = examine()
    assert [fault.check for fault in report.faults] == [check]
    assert report.faults[0].says and report.faults[0].do and report.summary.startswith("1 fault (")


def test_every_check_has_its_fault_here():
    assert FAULTS.keys() == CHECKS.keys()


# The same faults in other shapes


@pytest.mark.parametrize(
    ("check", "inject"),
    [
        ("home", lambda patch: patch.setattr("embassy.views.home", None)),
        ("search", lambda patch: Entry.objects.filter(pk=Entry.objects.first().pk).update(words=" other words ")),
        ("search", lambda patch: Entry.objects.filter(pk=Entry.objects.last().pk).delete()),
        ("tally", lambda patch: Tally.objects.filter(pk=Tally.objects.last().pk).delete()),
        ("backup", lambda patch: Backup.objects.all().delete()),
        ("clock", lambda patch: patch.setattr("watching.doctor.place.database_skew", lambda: timedelta(seconds=9))),
        (
            "database",
            lambda patch: patch.setattr("watching.doctor.place._number.result", partial(raises, TimeoutError())),
        ),
        ("letters", lambda patch: a_late_letter(written_at=NOON, last_error="away TimeoutError")),
    ],
)
def test_it_is_found_in_other_shapes_too(check, inject, monkeypatch):
    if check == "home":
        monkeypatch.setattr("watching.doctor.public.ask", lambda path: ask("/never-was/" if path == "/" else path))
    else:
        inject(monkeypatch)
    assert faults() == [check]


def test_an_interface_that_agrees_is_no_fault(monkeypatch):
    an_api(monkeypatch, lambda: Message.objects.published(NOON)[:10])
    assert faults() == []


def test_without_a_room_of_backups_nobody_asks_for_one(monkeypatch):
    Backup.objects.all().delete()
    monkeypatch.setattr("watching.backup.are_made", lambda: False)
    assert faults() == []


def test_a_check_that_breaks_is_a_fault_and_the_others_go_on(monkeypatch):
    monkeypatch.setitem(CHECKS, "tally", partial(raises, ZeroDivisionError()))
    report = examine()
    assert [(fault.check, fault.says) for fault in report.faults] == [
        ("tally", "It could not be checked (ZeroDivisionError).")
    ]
    assert report.checked == list(CHECKS)


def test_without_a_database_nothing_else_is_blamed(monkeypatch):
    FAULTS["database"](monkeypatch)
    a_late_letter()
    report = examine()
    assert (report.checked, len(report.left_out)) == (["database"], len(CHECKS) - 1)
    assert "left out until that is mended" in report.summary


def test_what_is_published_between_two_looks_is_no_fault(monkeypatch):
    """The list is read after what it should have: the first time the two differ."""
    from watching.doctor import public

    original, looks = public.newest, []

    def newest():
        found = original()
        if not looks:
            a_message(publish_at=NOON - HOUR / 60, headline="Just now")
        looks.append(found)
        return found

    monkeypatch.setattr(public, "newest", newest)
    assert (faults(only=["archive"]), len(looks)) == ([], 2)


def test_a_fault_is_said_in_words(monkeypatch):
    FAULTS["archive"](monkeypatch)
    sixth = Message.objects.published(NOON)[5].get_absolute_url()
    (fault,) = examine().faults
    assert fault.says == f"The list of all messages has nothing in place 6, where {sixth} should stand."


# Nodes


@pytest.fixture
def node(db):
    """A node that answers as this process does, unless told otherwise."""

    class Node(BaseHTTPRequestHandler):
        told = {"number": 0, "release": settings.RELEASE, "ready": 200, "ahead": 0.0, "list": None}
        timeout = 5

        def do_GET(self):
            ready = f"ready: edition {self.told['number']} of release {self.told['release']}\n"
            texts = {"/readyz": self.told.get("text", ready), reverse("messages"): self.told["list"]}
            body = texts[self.path].encode()
            self.send_response(self.told["ready"])
            self.send_header("Server-Timing", f"now;desc={int((NOON.timestamp() + self.told['ahead']) * 1000)}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    Node.told = Node.told | {"number": EditionNumber.objects.get().number, "list": ask(reverse("messages")).text}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Node)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", Node.told
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_node_that_agrees_is_no_fault(node):
    assert faults(nodes=[node[0]]) == []


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"number": 7}, "is in edition 7, and this one in"),
        ({"release": "0.0.1"}, "runs release 0.0.1, and this one tests."),
        ({"ready": 503}, "is not ready: ready:"),
        ({"text": "ready\n"}, "does not take this process for a node"),
        ({"ahead": 7.0}, "is 7 seconds off (+7.0)."),
        ({"ahead": -7.0}, "is 7 seconds off (-7.0)."),
        ({"list": '<ol class="entries"></ol>'}, "serves another list of messages"),
    ],
)
def test_a_node_that_differs_is_named_with_how(node, told, says):
    url, answers = node
    answers |= told
    report = examine(nodes=[url])
    assert [fault.check for fault in report.faults] == ["nodes"]
    assert url in report.faults[0].says and says in report.faults[0].says


def test_a_node_that_does_not_answer_is_named():
    (fault,) = examine(nodes=["http://127.0.0.1:9"], only=["nodes"]).faults
    assert fault.says == "http://127.0.0.1:9 does not answer (ConnectionRefusedError)."


@pytest.mark.parametrize(
    ("theirs", "seconds"),
    [(100.5, 0.0), (104.0, 3.0), (95.0, -4.999), (99.9995, 0.0)],
)
def test_the_way_there_and_back_is_nobodys_fault(theirs, seconds):
    assert abs(ahead(theirs, sent=100.0, got=101.0).total_seconds() - seconds) < 0.0001


# The command


def test_the_command_ends_with_nothing_where_all_is_well(capsys):
    call_command("doctor", nodes=[], only=None)
    assert capsys.readouterr().out == f"All is well ({len(CHECKS)} checks).\n"


def test_the_command_ends_with_one_where_something_is_wrong(capsys):
    a_late_letter()
    with pytest.raises(SystemExit) as end:
        call_command("doctor", nodes=[], only=None)
    first, do, summary = capsys.readouterr().out.splitlines()
    assert (end.value.code, summary) == (1, f"1 fault ({len(CHECKS)} checks).")
    assert first == "letters: 1 letter has not left, the oldest for 1 hour." and "send_letters" in do


def test_the_command_tells_machines_too(capsys):
    a_late_letter()
    with pytest.raises(SystemExit):
        call_command("doctor", "--json", "--only", "letters", "backup")
    told = json.loads(capsys.readouterr().out)
    assert (told["well"], told["checked"]) == (False, ["letters", "backup"])
    assert [fault["check"] for fault in told["faults"]] == ["letters"]
