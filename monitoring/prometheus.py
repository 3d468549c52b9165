"""Prometheus registry of the whole site: the counters of all workers, and gauges from the database and the system."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.db import connections
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from monitoring import doctor, worker_files
from monitoring.gauges import DatabaseCollector, WorkerCollector

log = logging.getLogger(__name__)

ATTEMPTS = 5  # to read files that are being created or deleted while a worker starts or stops


def build_registry():
    """Return a registry with all metrics of the site, except those of the doctor."""
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
        if not self.directory.is_dir():
            return
        for pid in worker_files.worker_pids(self.directory):
            if not worker_files.is_process_alive(pid):
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
        self.report = doctor.run_checks(nodes=settings.NODES)
        connections.close_all()

    def collect(self):
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
