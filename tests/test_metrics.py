"""The private port: what all workers counted, what the database says, and never a wait for one that is silent."""

import json
import os
import threading
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from editions.front import Front
from letters.models import Letter
from tests.another import AnotherProcess
from tests.factories import HOUR, a_message, an_enquiry
from watching import counting, gauges, scrape
from watching.bounded import Bounded
from watching.server import Doctor, Handler, Server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def directory(tmp_path, settings):
    settings.METRICS_DIR = tmp_path / "metrics"
    return settings.METRICS_DIR


@pytest.fixture
def silent(monkeypatch):
    """A database that takes a question and does not answer, until the test is over."""
    over = threading.Event()
    monkeypatch.setattr(gauges, "facts", over.wait)
    monkeypatch.setattr("embassy.probes.state", over.wait)
    monkeypatch.setattr(gauges, "SECONDS", 0.2)
    monkeypatch.setattr("embassy.probes.SECONDS", 0.2)
    yield
    over.set()


def values(text=None):
    """Return what is told, by name with labels."""
    lines = (text or scrape.scrape().decode()).splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


# What the workers count


def test_what_several_workers_counted_is_added_up(directory):
    workers = [AnotherProcess(METRICS_PORT=9100, METRICS_DIR=str(directory)) for _ in range(2)]
    try:
        for worker in workers:
            for path in ("/counters/", "/counters/", "/counters/", "/never-was/", "/admin/"):
                worker.ask(path)
        told, living = values(), values(scrape.counters(directory).decode())
    finally:
        for worker in workers:
            worker.close()
    requests = {name: value for name, value in told.items() if name.startswith("embassy_requests_total") and value}
    assert requests == {
        'embassy_requests_total{kind="hit",status="2xx"}': 4.0,
        'embassy_requests_total{kind="render",status="2xx"}': 2.0,
        'embassy_requests_total{kind="page",status="4xx"}': 2.0,
        'embassy_requests_total{kind="desk",status="3xx"}': 2.0,
    }
    assert (
        told['embassy_seconds_count{kind="render"}'] == told['embassy_seconds_bucket{kind="render",le="+Inf"}'] == 2.0
    )
    assert told['embassy_seconds_sum{kind="render"}'] > 0
    assert (living["embassy_printings"], living["embassy_printings_bytes"] > 4000) == (2.0, True)
    assert told["embassy_workers"] == 2.0 and sum("worker_memory" in name for name in told) == 2
    dead = values()
    assert {name: value for name, value in dead.items() if name in requests} == requests
    assert (dead["embassy_workers"], "embassy_printings" in dead) == (0.0, False)


def test_a_site_that_was_stopped_counts_from_nothing(directory):
    directory.mkdir()
    (directory / "counter_999999999.db").write_bytes(b"")
    scrape.begin_anew(directory)
    assert list(directory.iterdir()) == []


def test_while_a_worker_lives_nothing_is_forgotten(directory):
    directory.mkdir()
    for pid in (999999999, os.getpid()):
        (directory / f"counter_{pid}.db").write_bytes(b"")
    scrape.begin_anew(directory)
    assert len(list(directory.iterdir())) == 2


def test_files_that_can_not_be_read_hide_nothing_else(directory):
    directory.mkdir()
    (directory / "counter_1.db").write_bytes(b"\xff" * 100)
    assert values()["embassy_database_up"] == 1.0


def test_a_site_that_can_not_count_answers(settings, tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    settings.METRICS_PORT, settings.METRICS_DIR = 9100, tmp_path / "file" / "metrics"
    assert counting.begin() is None
    assert "Nothing is counted" in caplog.text


def test_without_a_private_port_nothing_is_counted(directory):
    assert (counting.begin(), directory.exists()) == (None, False)


def test_the_front_tells_of_its_own_answers_alone(client):
    from tests.front import application, ask

    told, ours = [], application()
    answered, ours.answered = ours.answered, lambda *what: told.append(what)
    try:
        tag = ask("/counters/").headers["ETag"]
        ask("/counters/")
        ask("/counters/", HTTP_IF_NONE_MATCH=tag)
        ask("/contact/")
    finally:
        ours.answered = answered
    assert isinstance(ours, Front) and told == [("hit", 200), ("hit", 304)]


# What the database says


def test_the_queues_are_told(monkeypatch):
    now = datetime.now(UTC)
    a_message(publish_at=now + HOUR, approved_at=now)
    an_enquiry(at=now)
    Letter.objects.update(written_at=now - 2 * HOUR)
    Letter.objects.create(kind="x", written_at=now - HOUR, due_at=now, sent_at=now - HOUR)
    Letter.objects.create(kind="x", written_at=now - HOUR, due_at=now, given_up_at=now - HOUR)
    monkeypatch.setattr(gauges, "last_backup", lambda: now - 3 * HOUR)
    told = values()
    assert {
        name: told[name] for name in told if name.startswith(("embassy_letters{", "embassy_enq", "embassy_mess"))
    } == {
        'embassy_letters{state="waiting"}': 2.0,
        'embassy_letters{state="late"}': 2.0,
        'embassy_letters{state="given up"}': 1.0,
        'embassy_enquiries{state="waiting"}': 1.0,
        'embassy_enquiries{state="overdue"}': 0.0,
        'embassy_enquiries{state="suspected"}': 0.0,
        'embassy_messages{state="scheduled"}': 1.0,
        'embassy_messages{state="submitted"}': 0.0,
    }
    assert 2 * 3600 <= told["embassy_letters_oldest_seconds"] < 2 * 3600 + 60
    assert abs(told["embassy_letters_last_sent_timestamp_seconds"] - (now - HOUR).timestamp()) < 1
    assert abs(told["embassy_last_backup_timestamp_seconds"] - (now - 3 * HOUR).timestamp()) < 1
    assert now.timestamp() < told["embassy_edition_until_timestamp_seconds"] <= (now + HOUR).timestamp() + 1


def test_a_publication_begins_an_edition():
    now = datetime.now(UTC)
    before = values()["embassy_edition_number"]
    aged = gauges.Edition.age(before, now, now), gauges.Edition.age(before, now, now + timedelta(seconds=5))
    a_message()
    assert aged == (0.0, 5.0) and values()["embassy_edition_number"] > before
    assert gauges.Edition.age(before + 1, now, now + timedelta(seconds=9)) == 0.0


def test_nothing_is_told_of_what_never_was():
    assert (
        not {"embassy_letters_last_sent_timestamp_seconds", "embassy_last_backup_timestamp_seconds"} & values().keys()
    )


# A database that is away or silent


def test_a_silent_database_holds_nobody_up(silent):
    told, again = values(), values()  # who waited for it would wait for ever
    assert (told["embassy_database_up"], again["embassy_database_up"]) == (0.0, 0.0)
    assert "embassy_workers" in told


def test_a_database_that_is_away_is_told(monkeypatch):
    def away():
        raise OperationalError("away")

    monkeypatch.setattr(gauges, "facts", away)
    assert values()["embassy_database_up"] == 0.0


def test_a_silent_database_does_not_hold_up_the_probes(silent, client):
    answers = [client.get(path) for path in ("/readyz", "/readyz", "/healthz")]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    held = connection.vendor == "sqlite"
    assert answers[0].content == (
        b"the SQLite file is locked by another program\n" if held else b"the database does not respond\n"
    )


def test_ready_again_when_the_database_answers(silent, client, monkeypatch):
    was = client.get("/readyz").status_code
    monkeypatch.undo()
    from embassy import probes

    monkeypatch.setattr(probes, "asked", Bounded(probes.state))
    assert (was, client.get("/readyz").status_code) == (503, 200)


def test_ready_tells_the_edition_to_nodes_alone_and_counts_what_waits(client, monkeypatch):
    from editions.models import EditionNumber
    from embassy.probes import TOKEN, token
    from watching.schema import State

    strangers = [client.get("/readyz", headers=headers).content for headers in ({}, {TOKEN: "x"}, {TOKEN: "node:1:x"})]
    assert strangers == [b"ready\n"] * 3
    told = client.get("/readyz", headers={TOKEN: token()}).content.decode()
    assert told == f"ready: edition {EditionNumber.objects.get().number} of release tests\n"
    monkeypatch.setattr("embassy.probes.state", lambda: State(0, [("news", "0009_x"), ("news", "0010_y")]))
    waiting = client.get("/readyz")
    assert (waiting.status_code, waiting.content) == (503, b"2 migrations have not been applied\n")


def test_while_a_question_is_under_way_nobody_asks_it_again():
    asked, go = [], threading.Event()

    def question():
        asked.append(True)
        return go.wait(30)

    bounded = Bounded(question)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            bounded.ask(0.05)
    assert len(asked) == 1
    go.set()
    assert bounded.ask(30) is True


# The port


@pytest.fixture
def port(monkeypatch):
    monkeypatch.setattr(Handler, "doctor", Doctor())
    server = Server("127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def get(port, path, method="GET"):
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers["Content-Type"], body


def test_metrics_are_served_as_prometheus_reads_them(port):
    status, kind, body = get(port, "/metrics")
    assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert body.endswith(b"\n") and values(body.decode())["embassy_database_up"] == 1.0


def test_the_doctor_answers_by_a_status_and_names_the_fault(port, monkeypatch):
    monkeypatch.setattr("watching.server.GOOD_FOR", -1)
    monkeypatch.setattr("watching.backup.last_backup", lambda: datetime.now(UTC))
    monkeypatch.setattr("watching.backup.are_made", lambda: True)
    well = get(port, "/doctor")
    monkeypatch.setattr("watching.backup.last_backup", lambda: None)
    status, _kind, body = get(port, "/doctor")
    assert (well[0], json.loads(well[2])["faults"]) == (200, [])
    assert (status, [fault["check"] for fault in json.loads(body)["faults"]]) == (503, ["backup"])


def test_a_doctor_who_finds_no_end_says_so(port, monkeypatch):
    over = threading.Event()
    monkeypatch.setattr("watching.server.examine", lambda **_: over.wait())
    monkeypatch.setattr("watching.server.EXAMINED_FOR", 0.1)
    assert get(port, "/doctor")[0] == 503
    over.set()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/../etc/passwd", 404), ("POST", "/metrics", 501), ("GET", "/healthz", 200)],
)
def test_nothing_else_is_there(port, method, path, status):
    assert get(port, path, method)[0] == status


def test_the_command_says_what_is_missing(settings):
    with pytest.raises(CommandError, match="METRICS_PORT=9100"):
        call_command("metrics", port=0)


def test_the_command_says_that_a_port_is_taken(port):
    with pytest.raises(CommandError, match=f"port {port}, can't be used"):
        call_command("metrics", port=port)
