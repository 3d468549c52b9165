"""Response cache (LRU, in memory): whole responses of one edition, with conditional requests and compression.

RFC 9110 and 9111 are the rules for ETag, If-None-Match, Accept-Encoding and Cache-Control.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import contextmanager
from functools import lru_cache
from gzip import compress
from hashlib import blake2b
from http import HTTPStatus

import brotli
from django.utils.http import parse_http_date_safe

Key = tuple[str, str]
Headers = list[tuple[str, str]]

MIN_COMPRESS_BYTES = 500  # bytes; a shorter body fits a network packet anyway
OVERHEAD_BYTES = 2048  # approximate bytes of memory in addition to the bodies
# Headers that a 304 repeats (RFC 9110, 15.4.5), and the one that nginx reads.
NOT_MODIFIED_HEADERS = {"cache-control", "etag", "expires", "vary", "last-modified", "x-accel-expires"}
NOT_MODIFIED_HEADERS |= {"access-control-allow-origin", "access-control-expose-headers"}  # for scripts of other sites


class CachedResponse:
    """One response of one edition: its headers, and its body in each content coding that was requested."""

    __slots__ = ("number", "until", "rendered_at", "headers", "max_age", "tag", "bodies", "modified")

    def __init__(self, number: int, rendered_at: float, until: float, headers: Headers, body: bytes, max_age: int = 0):
        self.number = number
        self.rendered_at = rendered_at  # seconds since the epoch, like `until`
        self.until = until
        self.headers = headers
        self.max_age = max_age
        self.tag = blake2b(body, digest_size=12).hexdigest()
        self.bodies = {"": body}
        # Set by views that know when their content last changed. The time of rendering would differ between processes,
        # and show how often staff save.
        dates = [value for name, value in headers if name == "Last-Modified"]
        self.modified = parse_http_date_safe(dates[0]) if dates else None

    @property
    def size(self) -> int:
        """Return the approximate memory use in bytes."""
        return OVERHEAD_BYTES + sum(
            map(len, list(self.bodies.values()))
        )  # a copy, because another thread may add a coding

    def is_fresh(self, number: int, now: float) -> bool:
        """Return whether rendering it again would give the same response."""
        return number == self.number and self.rendered_at <= now < self.until

    def body(self, coding: str) -> bytes:
        """Return the body in a content coding, compressed when first requested."""
        if coding not in self.bodies:
            plain = self.bodies[""]
            # mtime=0: the same text gives the same bytes on every node.
            self.bodies[coding] = brotli.compress(plain, quality=5) if coding == "br" else compress(plain, 6, mtime=0)
        return self.bodies[coding]

    def respond(self, now: float, request: dict, head: bool = False) -> tuple[int, Headers, bytes]:
        """Return status, headers and body for a request with the headers of a WSGI environ."""
        coding = (
            negotiate_encoding(request.get("HTTP_ACCEPT_ENCODING", ""))
            if len(self.bodies[""]) > MIN_COMPRESS_BYTES
            else ""
        )
        tag = f'"{self.tag}-{coding}"' if coding else f'"{self.tag}"'
        headers = [*self.headers, ("Cache-Control", self.cache_control(now)), accel_expires_header(now), ("ETag", tag)]
        if is_not_modified(request, tag, self.modified):
            return 304, [header for header in headers if header[0].lower() in NOT_MODIFIED_HEADERS], b""
        body = self.body(coding)
        if coding:
            headers.append(("Content-Encoding", coding))
        headers.append(("Content-Length", str(len(body))))
        return 200, headers, b"" if head else body

    def cache_control(self, now: float) -> str:
        """Return Cache-Control: pages are always revalidated, machine formats at the next minute at the latest.

        Scheduled changes happen at the beginning of a minute. The header does not depend on whether there is one,
        because it would show everybody when something will be published.
        """
        if not self.max_age:
            return "max-age=0, must-revalidate, s-maxage=1"
        return f"max-age={min(self.max_age, 60 - int(now) % 60)}, must-revalidate, s-maxage=1"


def accel_expires_header(now: float) -> tuple[str, str]:
    """Return the header that makes nginx revalidate from the next second on; nginx removes it.

    nginx counts in whole seconds, so with s-maxage=1 alone it would cache a response for up to two.
    """
    return "X-Accel-Expires", f"@{int(now)}"


def is_not_modified(request: dict, tag: str, modified: int | None) -> bool:
    """Return whether the client's copy is current: by ETag if it sends any, else by date (RFC 9110, 13.2.2)."""
    tags = request.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        return tags.strip() == "*" or tag in {item.strip().removeprefix("W/") for item in tags.split(",")}
    since = request.get("HTTP_IF_MODIFIED_SINCE")
    if since is None or modified is None:
        return False
    since = parse_http_date_safe(since)
    return since is not None and modified <= since


@lru_cache(maxsize=512)
def negotiate_encoding(accepted: str) -> str:
    """Return "br", "gzip" or "" (none): the preference of an Accept-Encoding header, Brotli among equals."""
    weights = {}
    for item in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        weight = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        try:
            weights[name] = float(weight)
        except ValueError:
            weights[name] = 0.0
    br, gz = (weights.get(name, weights.get("*", 0.0)) for name in ("br", "gzip"))
    plain = weights.get("identity", 0.0)
    if max(br, gz) <= 0 or plain > max(br, gz):
        return ""
    return "br" if br >= gz else "gzip"


def status_line(status: int) -> str:
    """Return the status line for WSGI, for example "200 OK"."""
    return f"{status} {HTTPStatus(status).phrase}"


class ResponseCache:
    """The least-recently-used cache of this process, of at most `limit` bytes."""

    def __init__(self, limit: int):
        self.limit = limit
        self.size = 0
        self._entries: OrderedDict[Key, tuple[CachedResponse, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._flights: dict[Key, list] = {}  # a lock and the number of its users

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> CachedResponse | None:
        """Return the response at `key`, of any edition."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        try:
            self._entries.move_to_end(key)
        except KeyError:  # removed by another thread just now; it is used once more
            pass
        return entry[0]

    def set(self, key: Key, response: CachedResponse) -> None:
        """Store a response, again if its size has grown, and remove the least recently used ones."""
        with self._lock:
            self.size -= self._entries.pop(key, (None, 0))[1]
            if response.size > self.limit:
                return
            self._entries[key] = response, response.size
            self.size += response.size
            while self.size > self.limit:
                self.size -= self._entries.popitem(last=False)[1][1]

    def delete(self, key: Key) -> None:
        """Remove the response of a page that no longer exists, so that it is not served while the database is down."""
        with self._lock:
            self.size -= self._entries.pop(key, (None, 0))[1]

    def clear(self) -> None:
        """Remove everything."""
        with self._lock:
            self._entries.clear()
            self.size = 0

    @contextmanager
    def single_flight(self, key: Key):
        """Let one thread at a time render `key`; those that wait then find it in the cache."""
        with self._lock:
            flight = self._flights.setdefault(key, [threading.Lock(), 0])
            flight[1] += 1
        try:
            with flight[0]:
                yield
        finally:
            with self._lock:
                flight[1] -= 1
                if not flight[1]:
                    del self._flights[key]
