"""Application nodes as in production, each a granian at its own port, and load on them through nginx."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlencode

from tests.environment import VALUES
from tests.helpers.form_fields import fields_of
from tests.helpers.nginx import HOST, ROOT, die_with_us, free_port, tls_context
from tests.helpers.waiting import wait_until

MANY = 4  # concurrent visitors


class Node:
    """One application node: a granian with two workers, each with a cache of its own."""

    def __init__(self, database, media, release="1", port=None, workers=2):
        self.port = port or free_port()
        self.environment = os.environ | VALUES | {
            "DJANGO_SETTINGS_MODULE": "tests.multinode.settings",
            "DATABASE_URL": database.url,
            "SITE_URL": f"https://{HOST}",
            "TRUSTED_PROXY_COUNT": "1",
            "RELEASE": release,
            "MEDIA_ROOT": str(media),
            "MEDIA_X_ACCEL_PREFIX": "/protected/",
        }  # fmt: skip
        self.workers = workers
        self.process, self.cookies = None, []

    def manage(self, *arguments):
        """Run a command of manage.py with this node's settings and release."""
        subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, check=True, timeout=120, capture_output=True,
        )  # fmt: skip

    def start(self):
        """Start it, and return when it is ready."""
        self.start_without_waiting()
        self.wait_for_status("/readyz")
        return self

    def start_without_waiting(self):
        """Start it, and return when it responds, ready or not."""
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
                "--workers", str(self.workers), "--blocking-threads", "2", "--backlog", "128", "--no-ws",
                "--respawn-failed-workers", "--workers-kill-timeout", "10", "--log-level", "warning",
                "embassy.wsgi:application",
            ],
            cwd=ROOT, env=self.environment, start_new_session=True, preexec_fn=die_with_us,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.wait_for_status("/healthz")

    def wait_for_status(self, path, status=200):
        """Wait until a page has this status."""

        def has_status():
            assert self.process.poll() is None, "The node has ended."
            return self.status(path) == status

        wait_until(has_status, f"{status} at {path}", seconds=40)

    def ask(self, path, method="GET", body=None, **headers):
        """Return status and text of a page, requested from this node directly."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers |= {"Host": HOST, "X-Forwarded-Proto": "https", "Origin": f"https://{HOST}"}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            self.cookies = answer.headers.get_all("Set-Cookie") or []
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def publish(self, desk, headline):
        """Publish a message on the press desk of this node: an editor opens the submitted text and approves it."""
        message, session = desk.do("submit", headline)
        path, cookies = f"/admin/news/message/{message}/change/", f"__Host-sessionid={session}"
        page = self.ask(path, Cookie=cookies)[1]
        token = next(cookie.partition(";")[0] for cookie in self.cookies if "csrftoken" in cookie)
        form = urlencode(fields_of(page, "message_form") | {"_approve": "Approve"})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _ = self.ask(path, "POST", form, Cookie=f"{cookies}; {token}", **kind)
        assert status == 302, "The press desk refused it."

    def status(self, path):
        """Return the status of a page; None without a response."""
        try:
            return self.ask(path)[0]
        except (OSError, http.client.HTTPException):
            return None

    def stop(self):
        """Stop it with SIGTERM: requests that have begun are completed."""
        self.process.terminate()
        self.process.wait(20)

    def kill(self):
        """Kill it and its workers (SIGKILL)."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


# Visitors


class Visitor:
    """A client of nginx with one connection that stays open."""

    def __init__(self, door):
        self.door, self.context = door, tls_context(door)
        self.connection = None

    def ask(self, path, method="GET", body=None):
        """Return status and body of a response."""
        if self.connection is None:
            raw = socket.create_connection(("127.0.0.1", self.door.https), timeout=15)
            self.connection = http.client.HTTPSConnection(HOST, timeout=15, context=self.context)
            self.connection.sock = self.context.wrap_socket(raw, server_hostname=HOST)
        self.connection.request(method, path, body, headers={"Host": HOST})
        answer = self.connection.getresponse()
        body = answer.read().decode(errors="replace")
        if answer.getheader("Connection") == "close":
            self.close()
        return answer.status, body

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class ResponseCounts(Counter):
    """The number of responses of each kind: by status, or by the name of an exception."""

    @property
    def failed(self):
        return {kind: number for kind, number in self.items() if kind != 200}


@contextmanager
def under_load(door, paths):
    """Let visitors request uncached pages while the block runs, and yield the counts of the responses."""
    told, over, numbers = ResponseCounts(), threading.Event(), count()

    def visit():
        visitor = Visitor(door)
        while not over.is_set():
            number = next(numbers)
            try:
                status, _ = visitor.ask(f"{paths[number % len(paths)]}?visit={number}")
            except (OSError, http.client.HTTPException, ssl.SSLError) as error:
                status = type(error).__name__
                visitor.close()
            told[status] += 1
            over.wait(0.002)
        visitor.close()

    visitors = [threading.Thread(target=visit) for _ in range(MANY)]
    for visitor in visitors:
        visitor.start()
    try:
        yield told
    finally:
        over.set()
        for visitor in visitors:
            visitor.join()


def wait_for_answers(told, number):
    """Wait until visitors have got this many more responses."""
    enough = told.total() + number
    wait_until(lambda: told.total() >= enough, f"{number} more answers", seconds=60)
