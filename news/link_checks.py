"""Link checks in the background: a request only asks for the result, and a worker's threads stay free for visitors."""

from __future__ import annotations

from concurrent.futures import Future
from hashlib import sha256
from threading import BoundedSemaphore, Thread

from django.core.cache import cache
from django.db import connections

from news import links

KEPT = 10 * 60  # seconds that the faults of a list of links are kept
PATIENCE = 0.5  # seconds that a request waits for a check that it has started: many are over by then
checking = BoundedSemaphore(1)  # one check in a process: its connections are not the site's work


def faults_of(urls: list[str]) -> list[dict] | None:
    """Return the faults of these links, as JSON has them; None while they are still being checked, or others are."""
    key = "news.links:" + sha256("\n".join(urls).encode()).hexdigest()
    faults = cache.get(key)
    if faults is not None or not checking.acquire(blocking=False):
        return faults
    result: Future[list[dict]] = Future()
    # A daemon: a name server that does not answer must not hold up the end of the process.
    Thread(target=_check, args=(key, urls, result), name="link-check", daemon=True).start()
    try:
        return result.result(PATIENCE)
    except TimeoutError:
        return None


def _check(key: str, urls: list[str], result: Future[list[dict]]) -> None:
    try:
        faults = [fault._asdict() for fault in links.check_all(urls)]
        cache.set(key, faults, KEPT)
    except BaseException as error:
        result.set_exception(error)
    else:
        result.set_result(faults)
    finally:
        checking.release()
        connections.close_all()
