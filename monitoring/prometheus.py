"""Prometheus registry of the whole site: the counters of all workers, and gauges from the database and the system."""

from __future__ import annotations

import logging
import os
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.db import connections

log = logging.getLogger(__name__)

ATTEMPTS = 5  # to read files that are being created or deleted while a worker starts or stops


def build_registry():
    """Return a registry with all metrics of the site, except those of the doctor."""
    from prometheus_client import CollectorRegistry

    from monitoring.gauges import DatabaseCollector, WorkerCollector

    directory = Path(settings.METRICS_DIR)
    collectors = CollectorRegistry()
    for collector in (RequestCollector(directory), DatabaseCollector(), WorkerCollector(directory)):
        collectors.register(collector)
    return collectors


class RequestCollector:
    """The counters of all workers, added up; those of stopped workers too, because a counter must not decrease."""

    def __init__(self, directory: Path):
        self.directory = directory

    def collect(self):
        from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

        if not self.directory.is_dir():
            return
        for pid in worker_pids(self.directory):
            if not is_process_alive(pid):
                mark_process_dead(pid, str(self.directory))  # deletes its gauges
        for _attempt in range(ATTEMPTS):
            try:
                yield from list(MultiProcessCollector(None, str(self.directory)).collect())
                return
            except Exception:  # an incomplete file can raise any
                log.debug("The counters are read again.", exc_info=True)
        log.warning("The counters in %s cannot be read.", self.directory)


class DoctorCollector:
    """The problems that the doctor found at its last run, by check."""

    def __init__(self):
        self.report = None

    def examine(self) -> None:
        """Run the doctor, which can take seconds; `collect` returns the last result."""
        from monitoring.doctor import run_checks

        self.report = run_checks(nodes=settings.NODES)
        connections.close_all()

    def collect(self):
        from prometheus_client.core import GaugeMetricFamily

        report = self.report
        if report is None:
            return
        problems = Counter(problem.check for problem in report.problems)
        gauge = GaugeMetricFamily("embassy_doctor_problems", "Problems that the doctor found.", labels=["check"])
        for check in report.checked:
            gauge.add_metric([check], problems[check])
        yield gauge
        name = "embassy_doctor_last_run_timestamp_seconds"
        yield GaugeMetricFamily(name, "When the doctor last ran.", value=report.at.timestamp())


# The files of the workers


def worker_pids(directory: Path) -> set[int]:
    """Return the processes that have files in the directory, whether they are running or not."""
    return {pid for path in directory.glob("*.db") if (pid := pid_of(path)) is not None}


def pid_of(path: Path) -> int | None:
    pid = path.stem.rpartition("_")[2]
    return int(pid) if pid.isascii() and pid.isdigit() else None


def is_process_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def remove_stale_files(directory: Path) -> None:
    """Delete the counters of a site that was stopped. While one worker runs they stay: a sum must not decrease."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = [path for path in directory.glob("*.db") if pid_of(path) is not None]
    if not any(is_process_alive(pid) for pid in {pid_of(path) for path in paths}):
        for path in paths:
            path.unlink(missing_ok=True)
