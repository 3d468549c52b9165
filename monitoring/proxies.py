"""Detection of a reverse proxy that TRUSTED_PROXY_COUNT does not count.

Every visitor then has the proxy's address, and they share one limit of enquiries and of wrong passwords. The worker
that sees such a request touches a file, because the doctor is another process.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings

log = logging.getLogger(__name__)

NOTE_INTERVAL_SECONDS = 3600.0  # seconds
SEEN_PERIOD = timedelta(days=1)
_noted_at = 0.0  # in this process


def record_uncounted_proxy(meta: dict) -> None:
    """Record that a request came through an uncounted proxy, judging by its headers and its peer."""
    global _noted_at
    if (
        settings.TRUSTED_PROXY_COUNT
        or "HTTP_X_FORWARDED_FOR" not in meta
        or not is_local_peer(meta.get("REMOTE_ADDR", ""))
    ):
        return
    now = time.time()
    if now - _noted_at < NOTE_INTERVAL_SECONDS:
        return
    _noted_at = now
    log.warning("Requests come through a proxy, but TRUSTED_PROXY_COUNT is 0: all visitors share one address.")
    with suppress(OSError):
        Path(settings.UNCOUNTED_PROXY).touch()


def is_local_peer(address: str) -> bool:
    """Return whether a peer can be a proxy of the site, on this machine or in a private network.

    A visitor from the internet can write any header, and must not count as a proxy.
    """
    try:
        return not ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return address == ""  # a Unix socket


def uncounted_proxy_was_seen(at: datetime) -> bool:
    """Return whether such a request was seen within the day before `at`."""
    if settings.TRUSTED_PROXY_COUNT:
        return False
    try:
        noted = Path(settings.UNCOUNTED_PROXY).stat().st_mtime
    except OSError:
        return False
    return at.timestamp() - noted < SEEN_PERIOD.total_seconds()
