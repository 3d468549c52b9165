"""What is asked at the moment somebody looks: the queues, the edition, the last letter and backup, the workers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from django.db import connections, router
from django.db.models import Max, Min
from django.utils import timezone

from consular.models import Enquiry
from editions.edition import NUMBER_QUERY, next_change
from editions.models import EditionNumber
from letters.models import Letter
from news.models import Message
from news.search.models import Stale
from watching.backup import last_backup
from watching.bounded import Bounded

SECONDS = 2.0  # that the database may take


class Gauge(NamedTuple):
    """A value as Prometheus reads it, by one label if it has one: {} stands for none."""

    name: str
    says: str
    values: dict[str, float] | float
    label: str = "state"


# What the database knows


class Edition:
    """When this process first saw the edition of now: no row says when it began."""

    seen: tuple[int, datetime] | None = None
    since: datetime | None = None

    @classmethod
    def age(cls, number: int, until: datetime, at: datetime) -> float:
        if cls.seen != (number, until):
            cls.seen, cls.since = (number, until), at
        return (at - cls.since).total_seconds()


def facts() -> list[Gauge]:
    """Return what the database says of this moment."""
    at, began = timezone.now(), monotonic()
    number = edition_number()
    took = monotonic() - began
    until = next_change(at)
    waiting, enquiries = Letter.objects.waiting(), Enquiry.objects
    oldest = waiting.aggregate(oldest=Min("written_at"))["oldest"]
    sent = Letter.objects.aggregate(last=Max("sent_at"))["last"]
    found = [
        Gauge("embassy_database_seconds", "How long the database took for the smallest question.", took),
        Gauge("embassy_edition_number", "The edition's number.", number),
        Gauge(
            "embassy_edition_age_seconds", "How long it has lasted, as far as was seen.", Edition.age(number, until, at)
        ),
        Gauge("embassy_edition_until_timestamp_seconds", "When it ends by the clock.", until.timestamp()),
        Gauge(
            "embassy_messages",
            "Messages that are not public: approved and ahead, or waiting for approval.",
            {"scheduled": Message.objects.scheduled(at).count(), "submitted": Message.objects.submitted().count()},
        ),
        Gauge(
            "embassy_letters",
            "Letters in the outbox: all that wait, those that should have left, those given up in the last month.",
            {
                "waiting": waiting.count(),
                "late": Letter.objects.late(at).count(),
                "given up": Letter.objects.exclude(given_up_at=None).count(),
            },
        ),
        Gauge("embassy_letters_oldest_seconds", "Age of the letter that waits longest.", age(oldest, at)),
        Gauge(
            "embassy_enquiries",
            "Enquiries that wait for an answer, those overdue among them, and those kept apart as spam.",
            {
                "waiting": enquiries.waiting().count(),
                "overdue": enquiries.overdue(timezone.localdate(at)).count(),
                "suspected": enquiries.suspected_spam().count(),
            },
        ),
        Gauge("embassy_search_missing", "Messages that the search can't find yet.", Stale.objects.count()),
    ]
    moments = {
        "embassy_letters_last_sent_timestamp_seconds": ("When a letter last left.", sent),
        "embassy_last_backup_timestamp_seconds": ("When the last backup was made.", last_backup()),
    }
    found += [Gauge(name, says, moment.timestamp()) for name, (says, moment) in moments.items() if moment]
    return found


def edition_number() -> int:
    with connections[router.db_for_read(EditionNumber)].cursor() as cursor:
        cursor.execute(NUMBER_QUERY)
        row = cursor.fetchone()
    return row[0] if row else 0


def age(since: datetime | None, at: datetime) -> float:
    return max((at - since).total_seconds(), 0.0) if since else 0.0


asked = Bounded(lambda: facts())


def database() -> list[Gauge]:
    """Return what the database says, and whether it does within SECONDS: a dead one holds nobody up."""
    try:
        found = asked.ask(SECONDS)
    except Exception:  # whatever it was, the rest is told
        found = None
    up = Gauge("embassy_database_up", "Whether the database answers.", float(found is not None))
    return [up, *(found or [])]


# What the system knows of the workers


def workers(directory: Path) -> list[Gauge]:
    """Return the workers that count, with the memory that each takes (as Linux tells it)."""
    memory = {str(pid): used for pid in sorted(pids(directory)) if (used := memory_of(pid)) is not None}
    return [
        Gauge("embassy_workers", "Processes that answer.", len(memory)),
        Gauge("embassy_worker_memory_bytes", "Resident memory of each.", memory, "pid"),
    ]


def pids(directory: Path) -> set[int]:
    """Return the processes that have files of counters, whether they live or not."""
    found = (path.stem.rpartition("_")[2] for path in directory.glob("*.db"))
    return {int(pid) for pid in found if pid.isascii() and pid.isdigit()}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def memory_of(pid: int) -> int | None:
    """Return the bytes of memory of a process; None where it is gone, or its system doesn't say."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def lines(gauges: list[Gauge]) -> Iterator[str]:
    """Yield gauges in Prometheus' text format. No label of ours needs escaping."""
    for name, says, values, label in gauges:
        yield f"# HELP {name} {says}"
        yield f"# TYPE {name} gauge"
        if isinstance(values, dict):
            yield from (f'{name}{{{label}="{key}"}} {float(value)!r}' for key, value in values.items())
        else:
            yield f"{name} {float(values)!r}"
