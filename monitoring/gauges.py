"""Prometheus collectors for values measured at each scrape: queues, edition, last e-mail and backup, workers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from time import monotonic

from django.db import connections, router
from django.db.models import Max, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from consular.models import Enquiry
from editions.edition import EDITION_NUMBER_QUERY, next_change
from editions.models import EditionNumber
from monitoring import worker_files
from monitoring.last_backup import last_backup
from monitoring.single_flight import TimeoutCall
from news.models import Message
from outbox.models import OutboxEmail
from search.models import ReindexQueue

TIMEOUT_SECONDS = 2.0  # that the database may take


def edition_number() -> int:
    with connections[router.db_for_read(EditionNumber)].cursor() as cursor:
        cursor.execute(EDITION_NUMBER_QUERY)
        row = cursor.fetchone()
    return row[0] if row else 0


def gauge_by_state(name: str, description: str, values: dict[str, float]) -> GaugeMetricFamily:
    """Return a gauge with the label `state`."""
    gauge = GaugeMetricFamily(name, description, labels=["state"])
    for state, value in values.items():
        gauge.add_metric([state], value)
    return gauge


class EditionAge:
    """When this process first saw the current edition, because the database does not record its beginning."""

    def __init__(self):
        self.edition: tuple[int, datetime] | None = None
        self.since: datetime | None = None

    def seconds(self, number: int, until: datetime, at: datetime) -> float:
        if self.edition != (number, until):
            self.edition, self.since = (number, until), at
        return (at - self.since).total_seconds()


edition_age = EditionAge()


def database_gauges() -> list[GaugeMetricFamily]:
    """Return the gauges that are read from the database."""
    at, began = timezone.now(), monotonic()
    number = edition_number()
    took = monotonic() - began
    until = next_change(at)
    waiting, enquiries = OutboxEmail.objects.waiting(), Enquiry.objects
    oldest = waiting.aggregate(oldest=Min("written_at"))["oldest"]
    sent = OutboxEmail.objects.aggregate(last=Max("sent_at"))["last"]
    values = {
        "embassy_database_query_seconds": ("Duration of the smallest query.", took),
        "embassy_edition_number": ("Number of the current edition.", number),
        "embassy_edition_age_seconds": (
            "Age of the current edition, as seen by this process.",
            edition_age.seconds(number, until, at),
        ),
        "embassy_edition_ends_timestamp_seconds": ("When the edition ends by the clock.", until.timestamp()),
        "embassy_email_oldest_waiting_seconds": ("Age of the oldest e-mail in the outbox.", age_in_seconds(oldest, at)),
        "embassy_search_unindexed_messages": ("Messages that search cannot find yet.", ReindexQueue.objects.count()),
    }
    times = {
        "embassy_email_last_sent_timestamp_seconds": ("When an e-mail was last sent.", sent),
        "embassy_last_backup_timestamp_seconds": ("When the last backup was made.", last_backup()),
    }
    values |= {name: (description, time.timestamp()) for name, (description, time) in times.items() if time}
    return [
        *(GaugeMetricFamily(name, description, value=value) for name, (description, value) in values.items()),
        gauge_by_state(
            "embassy_messages",
            "Messages that are not public yet.",
            {
                "scheduled": Message.objects.awaiting_moment(at).count(),
                "submitted": Message.objects.submitted().count(),
            },
        ),
        gauge_by_state(
            "embassy_emails",
            "E-mails in the outbox: waiting, late, and failed in the last month.",
            {
                "waiting": waiting.count(),
                "late": OutboxEmail.objects.late(at).count(),
                "failed": OutboxEmail.objects.exclude(given_up_at=None).count(),
            },
        ),
        gauge_by_state(
            "embassy_enquiries",
            "Enquiries that wait for an answer, that are overdue, and that may be spam.",
            {
                "waiting": enquiries.waiting().count(),
                "overdue": enquiries.overdue(timezone.localdate(at)).count(),
                "suspected": enquiries.suspected_spam().count(),
            },
        ),
    ]


def age_in_seconds(since: datetime | None, at: datetime) -> float:
    return max((at - since).total_seconds(), 0.0) if since else 0.0


_database_call = TimeoutCall(lambda: database_gauges())


class DatabaseCollector:
    """The gauges from the database, and whether it responds within SECONDS."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            found = _database_call.result(TIMEOUT_SECONDS)
        except Exception:  # of any kind; the other metrics are collected
            found = None
        yield GaugeMetricFamily("embassy_database_up", "Whether the database responds.", value=found is not None)
        yield from found or []


class WorkerCollector:
    """The running workers that count, and the memory of each (on Linux)."""

    def __init__(self, directory: Path):
        self.directory = directory

    def collect(self) -> Iterator[GaugeMetricFamily]:
        memory = {
            pid: used
            for pid in sorted(worker_files.worker_pids(self.directory))
            if (used := memory_of(pid)) is not None
        }
        yield GaugeMetricFamily("embassy_workers", "Processes that serve requests.", value=len(memory))
        gauge = GaugeMetricFamily("embassy_worker_memory_bytes", "Resident memory.", labels=["pid"])
        for pid, used in memory.items():
            gauge.add_metric([str(pid)], used)
        yield gauge


def memory_of(pid: int) -> int | None:
    """Return the resident memory of a process in bytes; None if it has ended, or the system does not say."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
