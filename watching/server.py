"""The private port: what is counted at /metrics, what is wrong at /doctor. For the operator's own machines alone."""

from __future__ import annotations

import json
import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic

from django.conf import settings

from watching import scrape
from watching.bounded import Bounded
from watching.doctor import Report, examine

log = logging.getLogger(__name__)

EXAMINED_FOR = 20.0  # seconds that an examination may take
GOOD_FOR = 15.0  # seconds that its result is told again, however many ask


class Doctor:
    """The examination of now, or of a moment ago."""

    def __init__(self):
        self._asked = Bounded(lambda: examine(nodes=settings.NODES))
        self._lock = threading.Lock()
        self._last: tuple[float, Report] | None = None

    def report(self) -> Report:
        with self._lock:
            if self._last is None or monotonic() - self._last[0] > GOOD_FOR:
                self._last = None
                self._last = monotonic(), self._asked.ask(EXAMINED_FOR)
            return self._last[1]


class Handler(BaseHTTPRequestHandler):
    """Answers a GET, and nothing else."""

    server_version, sys_version = "embassy", ""
    timeout = 5  # seconds for a slow asker
    doctor = Doctor()

    def do_GET(self):
        """Answer one of the three addresses."""
        pages = {"/metrics": self.metrics, "/doctor": self.examined, "/healthz": self.alive}
        try:
            status, kind, body = pages.get(self.path.partition("?")[0], self.unknown)()
        except Exception:
            log.exception("The private port could not answer.")
            status, kind, body = 500, "text/plain", b"see the log\n"
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", len(body)), ("Cache-Control", "no-store")):
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def metrics(self):
        return 200, scrape.CONTENT_TYPE, scrape.scrape()

    def examined(self):
        try:
            report = self.doctor.report()
        except TimeoutError:
            return 503, "text/plain", b"the examination takes too long: is the database away?\n"
        told = json.dumps(report.told(), indent=2, ensure_ascii=False)
        return (503 if report.faults else 200), "application/json", told.encode() + b"\n"

    def alive(self):
        return 200, "text/plain", b"alive\n"

    def unknown(self):
        return 404, "text/plain", b"/metrics, /doctor\n"

    def log_message(self, *arguments):
        """Write nothing: it is asked every few seconds."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: str, port: int):
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, port), Handler)

    def handle_error(self, request, client_address):
        """Write nothing of whoever hung up."""
