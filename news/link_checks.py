"""Background link checks: a request polls for the result, so that the request threads stay free."""

from __future__ import annotations

from concurrent.futures import Future
from hashlib import sha256
from threading import BoundedSemaphore, Thread

from django.core.cache import cache
from django.db import connections

from news import links

KEPT = 10 * 60  # seconds that a result is cached
PATIENCE = 0.5  # seconds that a request waits for the check that it has started: many finish by then
checking = BoundedSemaphore(1)  # one check at a time in a process


def faults_of(urls: list[str]) -> list[dict] | None:
    """Return the broken links among these as JSON data; None while these or others are being checked."""
    key = "news.links:" + sha256("\n".join(urls).encode()).hexdigest()
    broken = cache.get(key)
    if broken is not None or not checking.acquire(blocking=False):
        return broken
    result: Future[list[dict]] = Future()
    # A daemon: a name server that does not respond must not delay the exit of the process.
    Thread(target=_check, args=(key, urls, result), name="link-check", daemon=True).start()
    try:
        return result.result(PATIENCE)
    except TimeoutError:
        return None


def _check(key: str, urls: list[str], result: Future[list[dict]]) -> None:
    try:
        broken = [link._asdict() for link in links.check_all(urls)]
        cache.set(key, broken, KEPT)
    except BaseException as error:
        result.set_exception(error)
    else:
        result.set_result(broken)
    finally:
        checking.release()
        connections.close_all()
