"""Background link checks: no request waits for another site. Results are cached by URL, with the time of the check."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from threading import BoundedSemaphore, Thread
from typing import NamedTuple

from django.core.cache import cache
from django.db import connections

from news import link_checker

CACHE_SECONDS = 24 * 60 * 60  # that a result is shown, with its age
FRESH = timedelta(minutes=10)  # after which a link is checked again
check_lock = BoundedSemaphore(1)  # one check at a time in a process
logger = logging.getLogger(__name__)


class LinkResult(NamedTuple):
    """The latest check of a link: what is wrong with it, "" if it works, and when it was checked."""

    url: str
    sentence: str
    checked_at: datetime


def known_results(urls: Iterable[str]) -> dict[str, LinkResult]:
    """Return the latest results by URL, of those that have been checked within a day."""
    keys = {_cache_key(url): url for url in urls}
    return {url: LinkResult(url, *found) for key, found in cache.get_many(keys).items() if (url := keys[key])}


def start_check(urls: list[str], at: datetime) -> bool:
    """Check the links that were not checked lately, in the background; return whether results are to come."""
    known = known_results(urls)
    due = [url for url in urls if url not in known or known[url].checked_at < at - FRESH][: link_checker.MAX_LINKS]
    if due and check_lock.acquire(blocking=False):
        # A daemon: a name server that does not respond must not delay the exit of the process.
        Thread(target=_check, args=(due, at), name="link-check", daemon=True).start()
    return bool(due)


def known_broken_links(urls: list[str]) -> list[dict]:
    """Return the broken links among these by the latest check, which is not repeated."""
    return [{"url": url, "sentence": found.sentence} for url, found in known_results(urls).items() if found.sentence]


def broken_links_among(urls: list[str], at: datetime) -> list[dict] | None:
    """Return the broken links among these; None while some are being checked."""
    return None if start_check(urls, at) else known_broken_links(urls)


def _cache_key(url: str) -> str:
    return "news.link_checker:" + sha256(url.encode(errors="replace")).hexdigest()


def _check(urls: list[str], at: datetime) -> None:
    """Check links and cache the results; log an error, for which nobody waits."""
    try:
        broken = {link.url: link.sentence for link in link_checker.check_links(urls)}
        cache.set_many({_cache_key(url): (str(broken.get(url, "")), at) for url in urls}, CACHE_SECONDS)
    except Exception:
        logger.exception("The links of a text could not be checked.")
    finally:
        check_lock.release()
        connections.close_all()
