"""What Prometheus gets when it asks: the workers' counters added up, and what the database and the system say."""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings

from watching import gauges

log = logging.getLogger(__name__)

ATTEMPTS = 5  # to read files that workers are just making, or a restart just takes away
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def scrape() -> bytes:
    """Return all there is to see, in Prometheus' text format."""
    directory = Path(settings.METRICS_DIR)
    told = "\n".join(gauges.lines([*gauges.database(), *gauges.workers(directory)]))
    return counters(directory) + told.encode() + b"\n"


def counters(directory: Path) -> bytes:
    """Return the counters of all workers, those that are gone too: what they counted has happened."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    if not directory.is_dir():  # it is the site's, and goes with it
        return b""
    forget_the_dead(directory)
    for _attempt in range(ATTEMPTS):
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(directory))
        try:
            return generate_latest(registry)
        except Exception:  # of whatever kind: half a file is read as anything
            log.debug("The counters are read again.", exc_info=True)
    log.warning("The counters in %s can't be read.", directory)
    return b""


def forget_the_dead(directory: Path) -> None:
    """Take away what only the living have: how much a worker keeps."""
    for path in directory.glob("gauge_live*.db"):
        pid = path.stem.rpartition("_")[2]
        if pid.isdigit() and not gauges.is_alive(int(pid)):
            path.unlink(missing_ok=True)


def begin_anew(directory: Path) -> None:
    """Take away the counters of a site that was stopped. While one worker lives they stay: a sum must not fall."""
    directory.mkdir(parents=True, exist_ok=True)
    if not any(map(gauges.is_alive, gauges.pids(directory))):
        for path in directory.glob("*.db"):
            path.unlink(missing_ok=True)
