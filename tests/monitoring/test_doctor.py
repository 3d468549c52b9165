"""The doctor finds each problem and reports no other: every one is injected here."""

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
from monitoring import proxies
from monitoring.doctor import CHECKS, host, run_checks
from monitoring.doctor.context import get_page
from monitoring.doctor.nodes import clock_ahead
from news.models import Attachment, Message, MonthlyCount
from news.syndication import feeds, sitemaps
from outbox.models import OutboxEmail
from search.models import AnswerWord, ReindexQueue, SearchDocument
from tests.factories import DAY, HOUR, NOON, a_category, a_message, an_enquiry

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
    monkeypatch.setattr(host, "MIN_FREE_BYTES", 1)


def problems(**kwargs):
    return [problem.check for problem in run_checks(**kwargs).problems]


# No problems


def test_a_site_without_problems(monkeypatch):
    report = run_checks()
    assert (report.problems, report.checked) == ([], list(CHECKS))
    assert report.summary == f"No problems found ({len(CHECKS)} checks)."


def test_a_thorough_run_without_problems():
    assert problems(thorough=True) == []


def test_an_empty_site_without_problems():
    OutboxEmail.objects.all().delete()
    Message.objects.all().delete()
    assert problems() == []


def test_the_doctors_requests_are_not_in_the_access_log(client, caplog):
    caplog.set_level("INFO", logger="embassy.access")
    run_checks()
    assert [record for record in caplog.records if record.name == "embassy.access"] == []


# Each problem


def drop(trigger):
    on = " ON news_workflowlogentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {trigger}{on}")


def raises(error, *args, **kwargs):
    raise error


def an_attachment_that_is_gone():
    message = Message.objects.published(NOON).first()
    Attachment.objects.bulk_create([Attachment(message=message, file="attachments/gone.pdf", name="Gone", size=1)])


def a_late_letter(**kwargs):
    OutboxEmail.objects.create(**{"kind": "x", "written_at": NOON - HOUR, "due_at": NOON - HOUR} | kwargs)


def a_request_through_a_proxy(monkeypatch):
    monkeypatch.setattr(proxies, "_noted_at", 0.0)
    proxies.record_uncounted_proxy({"HTTP_X_FORWARDED_FOR": "198.51.100.7", "REMOTE_ADDR": "127.0.0.1"})
    os.utime(settings.UNCOUNTED_PROXY, (NOON.timestamp(), NOON.timestamp()))


def wrong_key(monkeypatch):
    monkeypatch.setattr(settings, "SECRET_KEY", "another")


def less(name, take):
    """Return a function that patches `name` to return only the slice `take` of its rows."""

    def inject(monkeypatch):
        module, _, function = name.rpartition(".")
        target = {"news.syndication.sitemaps": sitemaps, "news.syndication.feeds": feeds}[module]
        original = getattr(target, function)
        monkeypatch.setattr(target, function, lambda *args, **kwargs: list(original(*args, **kwargs))[take])

    return inject


def a_shorter_feed(monkeypatch):
    original = feeds.render_feed
    monkeypatch.setattr(feeds, "render_feed", lambda category, rows, **more: original(category, rows[1:], **more))


def an_item_elsewhere(monkeypatch):
    original = feeds.json_item
    monkeypatch.setattr(feeds, "json_item", lambda message: original(message) | {"url": "http://testserver/else/"})


def an_api(monkeypatch, rows=lambda: Message.objects.published(NOON)[1:11]):
    """An API without the newest message."""

    def page(path):
        told = {"messages": [{"url": f"http://testserver{row.get_absolute_url()}"} for row in rows()]}
        return (
            get_page(path)._replace(status=200, text=json.dumps(told)) if path == "/api/messages/" else get_page(path)
        )

    monkeypatch.setattr("monitoring.doctor.public_pages.get_page", page)
    monkeypatch.setattr(
        "monitoring.doctor.public_pages.resolve", lambda path: type("Match", (), {"route": "api/messages/"})
    )


PROBLEMS = {
    "database": lambda patch: patch.setattr(
        "monitoring.doctor.host.edition_number", partial(raises, OperationalError("away"))
    ),
    "migrations": lambda patch: MigrationRecorder(connection).record_unapplied("outbox", "0001_initial"),
    "triggers": lambda patch: drop("news_workflowlogentry_delete"),
    "home": lambda patch: patch.setattr("embassy.views.LATEST_COUNT", 3),
    "archive": lambda patch: patch.setattr("news.archive.PAGE_SIZE", 5),
    "feed": a_shorter_feed,
    "json-feed": an_item_elsewhere,
    "sitemap": less("news.syndication.sitemaps.messages_in_file", slice(None, -1)),
    "api": an_api,
    "tally": lambda patch: MonthlyCount.objects.filter(pk=MonthlyCount.objects.last().pk).update(count=99),
    "search": lambda patch: ReindexQueue.objects.create(message_id=Message.objects.published(NOON).first().pk),
    "next-change": lambda patch: patch.setattr("editions.edition.next_change", lambda at: at - HOUR),
    "schedule": lambda patch: a_message(publish_at=NOON - HOUR, approved_at=None, submitted_at=NOON - DAY),
    "media": lambda patch: an_attachment_that_is_gone(),
    "keys": wrong_key,
    "emails": lambda patch: a_late_letter(),
    "given-up": lambda patch: a_late_letter(given_up_at=NOON, last_error="refused SMTPDataError 554"),
    "backup": lambda patch: Backup.objects.update(taken_at=NOON - 3 * DAY),
    "disk": lambda patch: patch.setattr(host, "MIN_FREE_BYTES", 10**18),
    "wal": lambda patch: patch.setattr("monitoring.doctor.host.wal_size", lambda: 10**8),
    "proxy": a_request_through_a_proxy,
    "clock": lambda patch: a_late_letter(written_at=NOON + HOUR),
    "nodes": None,  # below, one by one
}


@pytest.mark.parametrize("check", [name for name, inject in PROBLEMS.items() if inject])
def test_each_problem_is_found_and_no_other(check, monkeypatch):
    PROBLEMS[check](monkeypatch)
    report = run_checks()
    assert [problem.check for problem in report.problems] == [check]
    assert report.problems[0].message and report.problems[0].advice and report.summary.startswith("1 problem (")


def test_every_check_has_a_problem_here():
    assert PROBLEMS.keys() == CHECKS.keys()


# Other forms of the same problems


@pytest.mark.parametrize(
    ("check", "inject"),
    [
        ("home", lambda patch: patch.setattr("embassy.views.home", None)),
        (
            "search",
            lambda patch: SearchDocument.objects.filter(pk=SearchDocument.objects.first().pk).update(
                words=" other words "
            ),
        ),
        ("search", lambda patch: SearchDocument.objects.filter(pk=SearchDocument.objects.last().pk).delete()),
        ("search", lambda patch: AnswerWord.objects.filter(pk=AnswerWord.objects.first().pk).delete()),
        ("tally", lambda patch: MonthlyCount.objects.filter(pk=MonthlyCount.objects.last().pk).delete()),
        ("backup", lambda patch: Backup.objects.all().delete()),
        ("clock", lambda patch: patch.setattr("monitoring.doctor.host.database_skew", lambda: timedelta(seconds=9))),
        (
            "database",
            lambda patch: patch.setattr("monitoring.doctor.host._number_call.result", partial(raises, TimeoutError())),
        ),
        ("emails", lambda patch: a_late_letter(written_at=NOON, last_error="away TimeoutError")),
    ],
)
def test_other_forms_are_found(check, inject, monkeypatch):
    if check == "home":
        monkeypatch.setattr(
            "monitoring.doctor.public_pages.get_page", lambda path: get_page("/never-was/" if path == "/" else path)
        )
    else:
        inject(monkeypatch)
    assert problems() == [check]


def test_an_api_that_agrees_is_not_a_problem(monkeypatch):
    an_api(monkeypatch, lambda: Message.objects.published(NOON)[:10])
    assert problems() == []


def test_without_the_app_backups_none_is_required(monkeypatch):
    Backup.objects.all().delete()
    monkeypatch.setattr("monitoring.last_backup.has_backups", lambda: False)
    assert problems() == []


def test_a_check_that_fails_is_a_problem_and_the_others_run(monkeypatch):
    monkeypatch.setitem(CHECKS, "tally", partial(raises, ZeroDivisionError()))
    report = run_checks()
    assert [(problem.check, problem.message) for problem in report.problems] == [
        ("tally", "The check failed (ZeroDivisionError).")
    ]
    assert report.checked == list(CHECKS)


def test_without_a_database_no_other_check_runs(monkeypatch):
    PROBLEMS["database"](monkeypatch)
    a_late_letter()
    report = run_checks()
    assert (report.checked, len(report.left_out)) == (["database"], len(CHECKS) - 1)
    assert "skipped until this is fixed" in report.summary


def test_a_publication_between_two_queries_is_not_a_problem(monkeypatch):
    """The list is read after the expected one, so the first time the two differ."""
    from monitoring.doctor import public_pages

    original, looks = public_pages.newest_urls, []

    def newest():
        found = original()
        if not looks:
            a_message(publish_at=NOON - HOUR / 60, headline="Just now")
        looks.append(found)
        return found

    monkeypatch.setattr(public_pages, "newest_urls", newest)
    assert (problems(only=["archive"]), len(looks)) == ([], 2)


def test_a_wrong_list_is_described(monkeypatch):
    PROBLEMS["archive"](monkeypatch)
    sixth = Message.objects.published(NOON)[5].get_absolute_url()
    (problem,) = run_checks().problems
    assert problem.message == f"The list of all messages has nothing at position 6 instead of {sixth}."


# Nodes


@pytest.fixture
def node(db):
    """A node that responds as this process does, unless the test changes it."""

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

    Node.told = Node.told | {"number": EditionNumber.objects.get().number, "list": get_page(reverse("messages")).text}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Node)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", Node.told
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_node_that_agrees_is_not_a_problem(node):
    assert problems(nodes=[node[0]]) == []


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"number": 7}, "has edition 7, and this node has"),
        ({"release": "0.0.1"}, "runs release 0.0.1, and this node runs tests."),
        ({"ready": 503}, "is not ready: ready:"),
        ({"text": "ready\n"}, "does not recognise this process as a node"),
        ({"ahead": 7.0}, "is wrong by 7 seconds (+7.0)."),
        ({"ahead": -7.0}, "is wrong by 7 seconds (-7.0)."),
        ({"list": '<ol class="entries"></ol>'}, "serves a different list of messages"),
    ],
)
def test_a_node_that_differs_is_described(node, told, says):
    url, answers = node
    answers |= told
    report = run_checks(nodes=[url])
    assert [problem.check for problem in report.problems] == ["nodes"]
    assert url in report.problems[0].message and says in report.problems[0].message


def test_a_node_that_does_not_respond_is_reported():
    (problem,) = run_checks(nodes=["http://127.0.0.1:9"], only=["nodes"]).problems
    assert problem.message == "http://127.0.0.1:9 does not respond (ConnectionRefusedError)."


@pytest.mark.parametrize(
    ("theirs", "seconds"),
    [(100.5, 0.0), (104.0, 3.0), (95.0, -4.999), (99.9995, 0.0)],
)
def test_the_networks_delay_is_not_a_difference_of_clocks(theirs, seconds):
    assert abs(clock_ahead(theirs, sent=100.0, got=101.0).total_seconds() - seconds) < 0.0001


# The command


def test_the_command_exits_with_0_without_problems(capsys):
    call_command("doctor", nodes=[], only=None)
    assert capsys.readouterr().out == f"No problems found ({len(CHECKS)} checks).\n"


def test_the_command_exits_with_1_if_there_is_a_problem(capsys):
    a_late_letter()
    with pytest.raises(SystemExit) as end:
        call_command("doctor", nodes=[], only=None)
    first, do, summary = capsys.readouterr().out.splitlines()
    assert (end.value.code, summary) == (1, f"1 problem ({len(CHECKS)} checks).")
    assert first == "emails: 1 e-mail has not been sent, the oldest for 1 hour." and "send_emails" in do


def test_the_command_can_write_json(capsys):
    a_late_letter()
    with pytest.raises(SystemExit):
        call_command("doctor", "--json", "--only", "emails", "backup")
    report = json.loads(capsys.readouterr().out)
    assert (report["ok"], report["checked"]) == (False, ["emails", "backup"])
    assert [problem["check"] for problem in report["problems"]] == ["emails"]
