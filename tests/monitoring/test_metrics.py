"""Metrics for Prometheus: counters of all workers, gauges from the database, and no waiting for one that hangs."""

import os
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from prometheus_client import CollectorRegistry, generate_latest, start_http_server

from editions.wsgi_cache import CacheFrontend
from monitoring import gauges, process_metrics, prometheus, worker_files
from monitoring.single_flight import TimeoutCall
from outbox.models import OutboxEmail
from tests.factories import HOUR, a_message, an_enquiry
from tests.helpers.other_process import AnotherProcess
from tests.helpers.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def directory(tmp_path, settings):
    settings.METRICS_DIR = tmp_path / "metrics"
    return settings.METRICS_DIR


@pytest.fixture
def silent(monkeypatch):
    """A database that accepts queries and does not respond until the end of the test."""
    over = threading.Event()
    monkeypatch.setattr(gauges, "database_gauges", over.wait)
    monkeypatch.setattr("monitoring.health.readiness_state", over.wait)
    monkeypatch.setattr(gauges, "TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr("monitoring.health.TIMEOUT_SECONDS", 0.2)
    yield
    over.set()


def values(*collectors):
    """Return the values of all metrics, or of these collectors, by name with labels."""
    registry = CollectorRegistry() if collectors else prometheus.build_registry()
    for collector in collectors:
        registry.register(collector)
    return parsed(generate_latest(registry).decode())


def parsed(text):
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


# Counters of the workers


def test_the_counters_of_several_workers_are_added_up(directory):
    workers = [AnotherProcess(METRICS_PORT=9100, METRICS_DIR=str(directory)) for _ in range(2)]
    try:
        for worker in workers:
            for path in ("/counters/", "/counters/", "/counters/", "/never-was/", "/admin/"):
                worker.ask(path)
        found = values()
    finally:
        for worker in workers:
            worker.close()
    requests = {name: value for name, value in found.items() if name.startswith("embassy_requests_total") and value}
    assert requests == {
        'embassy_requests_total{kind="hit",status="2xx"}': 4.0,
        'embassy_requests_total{kind="render",status="2xx"}': 2.0,
        'embassy_requests_total{kind="page",status="4xx"}': 2.0,
        'embassy_requests_total{kind="admin",status="3xx"}': 2.0,
    }
    duration = "embassy_request_duration_seconds"
    assert found[f'{duration}_count{{kind="render"}}'] == found[f'{duration}_bucket{{kind="render",le="+Inf"}}'] == 2.0
    assert found[f'{duration}_sum{{kind="render"}}'] > 0
    assert (found["embassy_cached_responses"], found["embassy_cache_bytes"] > 4000) == (2.0, True)
    assert found["embassy_workers"] == 2.0 and sum("worker_memory" in name for name in found) == 2
    stopped = values()
    assert {name: value for name, value in stopped.items() if name in requests} == requests
    assert (stopped["embassy_workers"], "embassy_cached_responses" in stopped) == (0.0, False)


def test_the_files_of_a_stopped_site_are_deleted(directory):
    directory.mkdir()
    (directory / "counter_999999999.db").write_bytes(b"")
    (directory / "mine.txt").write_bytes(b"")
    worker_files.remove_stale_files(directory)
    assert [path.name for path in directory.iterdir()] == ["mine.txt"]


def test_a_worker_that_starts_deletes_the_files_of_a_stopped_site(directory):
    directory.mkdir()
    (directory / "counter_999999999.db").write_bytes(b"")
    worker = AnotherProcess(METRICS_PORT=9100, METRICS_DIR=str(directory))
    worker.ask("/counters/")
    worker.close()
    assert worker_files.worker_pids(directory) == {worker.process.pid}


def test_no_file_is_deleted_while_a_worker_runs(directory):
    directory.mkdir()
    for pid in (999999999, os.getpid()):
        (directory / f"counter_{pid}.db").write_bytes(b"")
    worker_files.remove_stale_files(directory)
    assert len(list(directory.iterdir())) == 2


def test_an_unreadable_counter_file_does_not_hide_other_metrics(directory):
    directory.mkdir()
    (directory / "counter_1.db").write_bytes(b"\xff" * 100)
    assert values()["embassy_database_up"] == 1.0


def test_a_site_that_cannot_count_serves_requests(settings, tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    settings.METRICS_PORT, settings.METRICS_DIR = 9100, tmp_path / "file" / "metrics"
    assert process_metrics.start_counting() is None
    assert "Requests are not counted" in caplog.text


def test_without_a_port_nothing_is_counted(directory):
    assert (process_metrics.start_counting(), directory.exists()) == (None, False)


def test_the_wsgi_cache_reports_only_its_own_responses(client):
    from tests.helpers.wsgi import application, request_page

    reported, ours = [], application()
    answered, ours.answered = ours.answered, lambda *response: reported.append(response)
    try:
        tag = request_page("/counters/").headers["ETag"]
        request_page("/counters/")
        request_page("/counters/", HTTP_IF_NONE_MATCH=tag)
        request_page("/contact/")
    finally:
        ours.answered = answered
    assert isinstance(ours, CacheFrontend) and reported == [("hit", 200), ("hit", 304)]


# Gauges from the database


@pytest.mark.both_databases
def test_the_queues_are_measured(monkeypatch):
    now = datetime.now(UTC)
    a_message(publish_at=now + HOUR, approved_at=now)
    an_enquiry(at=now)
    OutboxEmail.objects.update(written_at=now - 2 * HOUR)
    OutboxEmail.objects.create(kind="x", written_at=now - HOUR, due_at=now, sent_at=now - HOUR)
    OutboxEmail.objects.create(kind="x", written_at=now - HOUR, due_at=now, given_up_at=now - HOUR)
    monkeypatch.setattr(gauges, "last_backup", lambda: now - 3 * HOUR)
    found = values()
    assert {
        name: found[name] for name in found if name.startswith(("embassy_emails{", "embassy_enq", "embassy_mess"))
    } == {
        'embassy_emails{state="waiting"}': 2.0,
        'embassy_emails{state="late"}': 2.0,
        'embassy_emails{state="failed"}': 1.0,
        'embassy_enquiries{state="waiting"}': 1.0,
        'embassy_enquiries{state="overdue"}': 0.0,
        'embassy_enquiries{state="suspected"}': 0.0,
        'embassy_messages{state="scheduled"}': 1.0,
        'embassy_messages{state="submitted"}': 0.0,
    }
    assert 2 * 3600 <= found["embassy_email_oldest_waiting_seconds"] < 2 * 3600 + 60
    assert abs(found["embassy_email_last_sent_timestamp_seconds"] - (now - HOUR).timestamp()) < 1
    assert abs(found["embassy_last_backup_timestamp_seconds"] - (now - 3 * HOUR).timestamp()) < 1
    assert now.timestamp() < found["embassy_edition_ends_timestamp_seconds"] <= (now + HOUR).timestamp() + 1


@pytest.mark.both_databases
def test_a_publication_begins_an_edition():
    now = datetime.now(UTC)
    before = values()["embassy_edition_number"]
    age = gauges.EditionAge()
    aged = age.seconds(before, now, now), age.seconds(before, now, now + timedelta(seconds=5))
    a_message()
    assert aged == (0.0, 5.0) and values()["embassy_edition_number"] > before
    assert age.seconds(before + 1, now, now + timedelta(seconds=9)) == 0.0


@pytest.mark.both_databases
def test_there_is_no_time_of_an_event_that_never_happened():
    assert not {"embassy_email_last_sent_timestamp_seconds", "embassy_last_backup_timestamp_seconds"} & values().keys()


# A database that is unavailable or hangs


@pytest.mark.both_databases
def test_a_database_that_hangs_does_not_block_a_scrape(silent):
    found, again = values(), values()
    assert (found["embassy_database_up"], again["embassy_database_up"]) == (0.0, 0.0)
    assert "embassy_workers" in found


@pytest.mark.both_databases
def test_an_unavailable_database_is_reported(monkeypatch):
    def away():
        raise OperationalError("away")

    monkeypatch.setattr(gauges, "database_gauges", away)
    assert values()["embassy_database_up"] == 0.0


@pytest.mark.both_databases
def test_a_database_that_hangs_does_not_block_the_health_checks(silent, client):
    answers = [client.get(path) for path in ("/readyz", "/readyz", "/healthz")]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    held = connection.vendor == "sqlite"
    assert answers[0].content == (
        b"the SQLite file is locked by another program\n" if held else b"the database does not respond\n"
    )


@pytest.mark.both_databases
def test_readyz_succeeds_when_the_database_is_back(silent, client, monkeypatch):
    was = client.get("/readyz").status_code
    monkeypatch.undo()
    from monitoring import health

    monkeypatch.setattr(health, "state_query", TimeoutCall(health.readiness_state))
    assert (was, client.get("/readyz").status_code) == (503, 200)


@pytest.mark.both_databases
def test_readyz_shows_the_edition_to_nodes_only_and_counts_migrations(client, monkeypatch):
    from editions.models import EditionNumber
    from monitoring.db_schema import ReadinessState
    from monitoring.health import NODE_HEADER, node_token

    strangers = [
        client.get("/readyz", headers=headers).content
        for headers in ({}, {NODE_HEADER: "x"}, {NODE_HEADER: "node:1:x"})
    ]
    assert strangers == [b"ready\n"] * 3
    told = client.get("/readyz", headers={NODE_HEADER: node_token()}).content.decode()
    assert told == f"ready: edition {EditionNumber.objects.get().number} of release tests\n"
    monkeypatch.setattr(
        "monitoring.health.readiness_state", lambda: ReadinessState(0, [("news", "0009_x"), ("news", "0010_y")])
    )
    waiting = client.get("/readyz")
    assert (waiting.status_code, waiting.content) == (503, b"2 migrations have not been applied\n")


def test_concurrent_callers_share_one_call():
    calls, go = [], threading.Event()

    def function():
        calls.append(True)
        return go.wait(30)

    bounded = TimeoutCall(function)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            bounded.result(0.05)
    assert len(calls) == 1
    go.set()
    assert bounded.result(30) is True


# The port


@pytest.fixture
def port():
    server, thread = start_http_server(0, "127.0.0.1", prometheus.build_registry())
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_metrics_are_served_in_prometheus_text_format(port):
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as response:
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        assert parsed(response.read().decode())["embassy_database_up"] == 1.0


def test_nothing_can_be_posted(port):
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"http://127.0.0.1:{port}/metrics", data=b"x"), timeout=20)
    refused.value.close()
    assert refused.value.code >= 400


def test_the_problems_that_the_doctor_finds_are_a_metric(monkeypatch):
    from monitoring.doctor import Problem, Report

    report = Report(datetime.now(UTC), ["backup", "disk"], [Problem("backup", "None.", "Make one.")])
    monkeypatch.setattr("monitoring.doctor.run_checks", lambda **_: report)
    doctor = prometheus.DoctorCollector()
    assert values(doctor) == {}
    doctor.examine()
    assert values(doctor) == {
        'embassy_doctor_problems{check="backup"}': 1.0,
        'embassy_doctor_problems{check="disk"}': 0.0,
        "embassy_doctor_last_run_timestamp_seconds": report.at.timestamp(),
    }


def test_the_command_explains_a_missing_port():
    with pytest.raises(CommandError, match="METRICS_PORT=9100"):
        call_command("metrics", port=0)


def test_the_command_reports_a_port_in_use(port):
    with pytest.raises(CommandError, match=f"Port {port} of 127.0.0.1 cannot be used"):
        call_command("metrics", port=port)


def metrics_of(process, port):
    """Return a function that returns the metrics which a process serves at a port, or None until it does."""

    def fetch():
        assert process.poll() is None
        try:
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as response:
                return parsed(response.read().decode())
        except URLError:
            return None

    return fetch


def test_the_command_serves_until_it_is_stopped(directory, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3",
        "PROMETHEUS_MULTIPROC_DIR": str(directory),
    }
    command = [sys.executable, "manage.py", "metrics", "--port", str(number), "--verbosity", "0"]
    process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL)
    try:
        found = wait_until(metrics_of(process, number), "The metrics", seconds=60)
    finally:
        process.terminate()
        process.wait(20)
    assert found["embassy_database_up"] == 0.0  # it has no tables
