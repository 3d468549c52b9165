"""What a worker counts while it answers. Each writes files of its own, which `manage.py metrics` adds up.

To count costs a hit a microsecond or two: a float in a file that is mapped into memory.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from editions.middleware import printings

log = logging.getLogger(__name__)

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
FILES = ("counter", "histogram", "gauge_livesum")  # that the library keeps for a process
RESERVED = 1 << 16  # bytes of each, as the library makes them

_counters: Counters | None = None


def begin() -> Callable[[str, int], None] | None:
    """Begin to count in this process, if there is a private port to tell it; return what the front calls for a hit."""
    global _counters
    if not settings.METRICS_PORT:
        return None
    try:
        _counters = Counters(Path(settings.METRICS_DIR))
    except OSError as error:
        log.error("Nothing is counted: %s can't be written (%s).", settings.METRICS_DIR, error.strerror or error)
        return None
    return _counters.front


def note(kind: str, status: int, seconds: float) -> None:
    """Count an answer of Django's."""
    if _counters:
        _counters.django(kind, status, seconds)


class Counters:
    """The counters of this process."""

    def __init__(self, directory: Path):
        reserve(directory)
        # The library decides by this, when it is first imported, that several processes count.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)
        from prometheus_client import Counter, Gauge, Histogram

        self.requests = Counter("embassy_requests", "Answers, by kind and status.", ["kind", "status"], registry=None)
        self.seconds = Histogram(
            "embassy_seconds", "How long Django took for an answer.", ["kind"], buckets=BUCKETS, registry=None
        )
        self.kept = {
            "printings": Gauge("embassy_printings", "Pages kept.", registry=None, multiprocess_mode="livesum"),
            "bytes": Gauge(
                "embassy_printings_bytes", "Memory of the pages kept.", registry=None, multiprocess_mode="livesum"
            ),
        }
        # Found at once, since a hit has no time to look for them.
        self.hits = {
            (kind, status): self.requests.labels(kind, class_of(status)).inc
            for kind in ("hit", "away")
            for status in (200, 304)
        }

    def front(self, kind: str, status: int) -> None:
        """Count an answer of the front's: a hit, or the last printing while the database is away."""
        self.hits[kind, status]()

    def django(self, kind: str, status: int, seconds: float) -> None:
        self.requests.labels(kind, class_of(status)).inc()
        self.seconds.labels(kind).observe(seconds)
        self.kept["printings"].set(len(printings))
        self.kept["bytes"].set(printings.size)


def class_of(status: int) -> str:
    """Return 2xx for 204."""
    return f"{status // 100}xx"


def reserve(directory: Path) -> None:
    """Take the room for this process's files. A file that is mapped and finds no room kills the process that writes."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        with (directory / f"{name}_{os.getpid()}.db").open("a+b") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, RESERVED)
