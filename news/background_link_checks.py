"""Background link checks: a request polls for the result, so that the request threads remain free."""

from __future__ import annotations

from concurrent.futures import Future
from hashlib import sha256
from threading import BoundedSemaphore, Thread

from django.core.cache import cache
from django.db import connections

from news import link_checker

CACHE_SECONDS = 10 * 60  # seconds that a result is cached
WAIT_SECONDS = 0.5  # seconds that a request waits for the check that it has started: many finish by then
check_lock = BoundedSemaphore(1)  # one check at a time in a process


def broken_links_among(urls: list[str]) -> list[dict] | None:
    """Return the broken links among these as JSON data; None while these or others are being checked."""
    key = _cache_key(urls)
    broken = cache.get(key)
    if broken is not None or not check_lock.acquire(blocking=False):
        return broken
    result: Future[list[dict]] = Future()
    # A daemon: a name server that does not respond must not delay the exit of the process.
    Thread(target=_check, args=(key, urls, result), name="link-check", daemon=True).start()
    try:
        return result.result(WAIT_SECONDS)
    except TimeoutError:
        return None


def known_broken_links(urls: list[str]) -> list[dict]:
    """Return the broken links among these by the latest check, which is not repeated; none without one."""
    return cache.get(_cache_key(urls)) or []


def _cache_key(urls: list[str]) -> str:
    return "news.link_checker:" + sha256("\n".join(urls).encode()).hexdigest()


def _check(key: str, urls: list[str], result: Future[list[dict]]) -> None:
    try:
        broken = [link._asdict() for link in link_checker.check_links(urls)]
        cache.set(key, broken, CACHE_SECONDS)
    except BaseException as error:
        result.set_exception(error)
    else:
        result.set_result(broken)
    finally:
        check_lock.release()
        connections.close_all()
