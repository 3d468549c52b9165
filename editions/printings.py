"""Printings: whole responses kept for one edition, in bounded memory, and how one answers a request (RFC 9110)."""

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

WORTH_CODING = 500  # bytes; a shorter body fits a packet as it is
OVERHEAD = 2048  # bytes that a printing takes beside its bodies, about
# What a 304 repeats (RFC 9110, 15.4.5), and what nginx reads from it.
UNMODIFIED = {"cache-control", "etag", "expires", "vary", "last-modified", "x-accel-expires"}
UNMODIFIED |= {"access-control-allow-origin", "access-control-expose-headers"}  # for scripts of other sites


class Printing:
    """One page of one edition: its headers, and its body in each coding that was asked for."""

    __slots__ = ("number", "until", "printed", "headers", "keep", "tag", "bodies", "modified")

    def __init__(self, number: int, printed: float, until: float, headers: Headers, body: bytes, keep: int = 0):
        self.number = number
        self.printed = printed  # seconds since the epoch, as `until`
        self.until = until
        self.headers = headers
        self.keep = keep
        self.tag = blake2b(body, digest_size=12).hexdigest()
        self.bodies = {"": body}
        # A view that knows when its page last changed says so. The time of the rendering is none: it differs from
        # process to process, and tells how often the desk saves.
        dates = [value for name, value in headers if name == "Last-Modified"]
        self.modified = parse_http_date_safe(dates[0]) if dates else None

    @property
    def size(self) -> int:
        """Return the bytes of memory that it takes, about."""
        return OVERHEAD + sum(map(len, list(self.bodies.values())))  # a copy: another thread may add a coding

    def lasts(self, number: int, now: float) -> bool:
        """Say whether it is still what a fresh rendering would be."""
        return number == self.number and self.printed <= now < self.until

    def body(self, coding: str) -> bytes:
        """Return the body in `coding`, coded when first asked for."""
        if coding not in self.bodies:
            plain = self.bodies[""]
            # mtime=0: the same text gives the same bytes, on every node.
            self.bodies[coding] = brotli.compress(plain, quality=5) if coding == "br" else compress(plain, 6, mtime=0)
        return self.bodies[coding]

    def answer(self, now: float, request: dict, head: bool = False) -> tuple[int, Headers, bytes]:
        """Return status, headers and body for a request, whose headers come as in a WSGI environ."""
        coding = best_coding(request.get("HTTP_ACCEPT_ENCODING", "")) if len(self.bodies[""]) > WORTH_CODING else ""
        tag = f'"{self.tag}-{coding}"' if coding else f'"{self.tag}"'
        headers = [*self.headers, ("Cache-Control", self.cache_control(now)), shared_until(now), ("ETag", tag)]
        if is_unmodified(request, tag, self.modified):
            return 304, [header for header in headers if header[0].lower() in UNMODIFIED], b""
        body = self.body(coding)
        if coding:
            headers.append(("Content-Encoding", coding))
        headers.append(("Content-Length", str(len(body))))
        return 200, headers, b"" if head else body

    def cache_control(self, now: float) -> str:
        """Return how long it may be kept: pages are always asked for again, machine formats after the minute.

        What changes by the clock changes as a minute begins. That is said whether something is scheduled or not: a
        header that ended at the next change would tell everybody that there is one.
        """
        if not self.keep:
            return "max-age=0, must-revalidate, s-maxage=1"
        return f"max-age={min(self.keep, 60 - int(now) % 60)}, must-revalidate, s-maxage=1"


def shared_until(now: float) -> tuple[str, str]:
    """Return the header that tells an nginx in front, which takes it off, to ask again from the next second on.

    It counts in whole seconds: by s-maxage=1 alone it would keep a page for up to two.
    """
    return "X-Accel-Expires", f"@{int(now)}"


def is_unmodified(request: dict, tag: str, modified: int | None) -> bool:
    """Say whether the requester's copy is still good: by tag if it names any, else by date (RFC 9110, 13.2.2)."""
    tags = request.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        return tags.strip() == "*" or tag in {item.strip().removeprefix("W/") for item in tags.split(",")}
    since = request.get("HTTP_IF_MODIFIED_SINCE")
    if since is None or modified is None:
        return False
    since = parse_http_date_safe(since)
    return since is not None and modified <= since


@lru_cache(maxsize=512)
def best_coding(accepted: str) -> str:
    """Return "br", "gzip" or "" (as it is): what the header Accept-Encoding likes best, Brotli among equals."""
    likes = {}
    for item in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        weight = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        try:
            likes[name] = float(weight)
        except ValueError:
            likes[name] = 0.0
    br, gz = (likes.get(name, likes.get("*", 0.0)) for name in ("br", "gzip"))
    plain = likes.get("identity", 0.0)
    if max(br, gz) <= 0 or plain > max(br, gz):
        return ""
    return "br" if br >= gz else "gzip"


def status_line(status: int) -> str:
    """Return the status as WSGI wants it: "200 OK"."""
    return f"{status} {HTTPStatus(status).phrase}"


class Printings:
    """The printings of this process, the most lately used ones, within `limit` bytes."""

    def __init__(self, limit: int):
        self.limit = limit
        self.size = 0
        self._kept: OrderedDict[Key, tuple[Printing, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._turns: dict[Key, list] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Printing | None:
        """Return the printing at `key`, of whatever edition."""
        entry = self._kept.get(key)
        if entry is None:
            return None
        try:
            self._kept.move_to_end(key)
        except KeyError:  # let go by another thread just now; it still serves this once
            pass
        return entry[0]

    def keep(self, key: Key, printing: Printing) -> None:
        """Keep a printing, again when its size has grown by a coding, and let go the least lately used."""
        with self._lock:
            self.size -= self._kept.pop(key, (None, 0))[1]
            if printing.size > self.limit:
                return
            self._kept[key] = printing, printing.size
            self.size += printing.size
            while self.size > self.limit:
                self.size -= self._kept.popitem(last=False)[1][1]

    def drop(self, key: Key) -> None:
        """Let go the printing of a page that is no more: it must not come back while the database is away."""
        with self._lock:
            self.size -= self._kept.pop(key, (None, 0))[1]

    def clear(self) -> None:
        """Let go everything."""
        with self._lock:
            self._kept.clear()
            self.size = 0

    @contextmanager
    def turn(self, key: Key):
        """Wait for one's turn to render `key`: one thread renders, the others then find it printed."""
        with self._lock:
            turn = self._turns.setdefault(key, [threading.Lock(), 0])
            turn[1] += 1
        try:
            with turn[0]:
                yield
        finally:
            with self._lock:
                turn[1] -= 1
                if not turn[1]:
                    del self._turns[key]
