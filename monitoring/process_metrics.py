"""Request counters of this process, for Prometheus: `prometheus_client` in its multiprocess mode.

Each worker has files of its own in PROMETHEUS_MULTIPROC_DIR, mapped into memory, so that counting a cache hit takes a
microsecond or two. `manage.py metrics` adds up the files of all workers (`scrape`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from editions.middleware import edition_cache
from monitoring import worker_files

log = logging.getLogger(__name__)

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
METRIC_FILES = ("counter", "histogram", "gauge_livesum")  # the kinds of file that the library maps for a process
RESERVED_BYTES = 1 << 16  # bytes, the initial size of each

_process_metrics: ProcessMetrics | None = None


def start_counting() -> Callable[[str, int], None] | None:
    """Start counting if METRICS_PORT is set, and return the function that counts responses from the WSGI cache."""
    global _process_metrics
    if not settings.METRICS_PORT:
        return None
    try:
        _process_metrics = ProcessMetrics(Path(settings.METRICS_DIR))
    except OSError as error:
        reason = error.strerror or error
        log.error("Requests are not counted: %s cannot be written (%s).", settings.METRICS_DIR, reason)
        return None
    return _process_metrics.count_cached


def count_response(kind: str, status: int, seconds: float) -> None:
    """Count a response of Django."""
    if _process_metrics:
        _process_metrics.count(kind, status, seconds)


class ProcessMetrics:
    """The metrics of this process."""

    def __init__(self, directory: Path):
        worker_files.remove_stale_files(directory)
        reserve_files(directory)
        # The library reads this variable when it is first imported.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)
        from prometheus_client import Counter, Gauge, Histogram

        self.requests = Counter("embassy_requests", "Responses.", ["kind", "status"], registry=None)
        self.durations = Histogram(
            "embassy_request_duration_seconds", "Time that Django took.", ["kind"], buckets=BUCKETS, registry=None
        )
        live = {"registry": None, "multiprocess_mode": "livesum"}
        self.cached = Gauge("embassy_cached_responses", "Responses in the edition cache.", **live)
        self.cached_bytes = Gauge("embassy_cache_bytes", "Memory of the edition cache.", **live)
        # Looked up once, because a cache hit takes only microseconds.
        self.cache_hits = {
            (kind, status): self.requests.labels(kind, status_class(status)).inc
            for kind in ("hit", "stale")
            for status in (200, 304)
        }

    def count_cached(self, kind: str, status: int) -> None:
        """Count a response from the WSGI cache: a hit, or a stale one while the database is unavailable."""
        self.cache_hits[kind, status]()

    def count(self, kind: str, status: int, seconds: float) -> None:
        self.requests.labels(kind, status_class(status)).inc()
        self.durations.labels(kind).observe(seconds)
        self.cached.set(len(edition_cache.store))
        self.cached_bytes.set(edition_cache.store.size)


def status_class(status: int) -> str:
    """Return "2xx" for 204."""
    return f"{status // 100}xx"


def reserve_files(directory: Path) -> None:
    """Allocate this process's files: writing to a mapped file on a full disk would kill the process (SIGBUS)."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in METRIC_FILES:
        with (directory / f"{name}_{os.getpid()}.db").open("a+b") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, RESERVED_BYTES)
