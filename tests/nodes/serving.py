"""Application nodes as in production, each a granian at a port; and visitors who ask for pages without a pause."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlencode

from tests.environment import VALUES
from tests.filling import fields_of
from tests.nginx import HOST, ROOT, die_with_us, free_port, trusting

MANY = 4  # visitors at once


class Node:
    """One application node: a granian with two workers."""

    def __init__(self, database, media, release="1", port=None):
        self.port = port or free_port()
        self.environment = os.environ | VALUES | {
            "DJANGO_SETTINGS_MODULE": "tests.nodes.site",
            "DATABASE_URL": database.url,
            "SITE_URL": f"https://{HOST}",
            "TRUSTED_PROXY_COUNT": "1",
            "RELEASE": release,
            "MEDIA_ROOT": str(media),
            "MEDIA_X_ACCEL_PREFIX": "/protected/",
        }  # fmt: skip
        self.process, self.cookies = None, []

    def manage(self, *arguments):
        """Run a command of manage.py with this node's settings and release."""
        subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, check=True, timeout=120, capture_output=True,
        )  # fmt: skip

    def start(self):
        """Start it, and return when it says that it can serve."""
        self.start_without_waiting()
        end = time.monotonic() + 40
        while self.status("/readyz") != 200:
            assert time.monotonic() < end and self.process.poll() is None, "The node did not start."
            time.sleep(0.1)
        return self

    def start_without_waiting(self):
        """Start it, and return when it answers at all, whatever it says."""
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
                "--workers", "2", "--blocking-threads", "2", "--backlog", "128", "--no-ws", "--respawn-failed-workers",
                "--workers-kill-timeout", "10", "--log-level", "warning", "embassy.wsgi:application",
            ],
            cwd=ROOT, env=self.environment, start_new_session=True, preexec_fn=die_with_us,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + 40
        while self.status("/healthz") != 200:
            assert time.monotonic() < end and self.process.poll() is None, "The node did not start."
            time.sleep(0.1)

    def ask(self, path, method="GET", body=None, **headers):
        """Return status and text of a page, asked for at this node itself."""
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
        """Publish a message on the desk of this node: an editor opens what a writer has submitted, and approves it."""
        message, session = desk.do("submit", headline)
        path, cookies = f"/admin/news/message/{message}/change/", f"__Host-sessionid={session}"
        page = self.ask(path, Cookie=cookies)[1]
        token = next(cookie.partition(";")[0] for cookie in self.cookies if "csrftoken" in cookie)
        form = urlencode(fields_of(page, "message_form") | {"_approve": "Approve"})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _ = self.ask(path, "POST", form, Cookie=f"{cookies}; {token}", **kind)
        assert status == 302, "The desk did not take it."

    def status(self, path):
        """Return the status of a page; None where nobody answers."""
        try:
            return self.ask(path)[0]
        except (OSError, http.client.HTTPException):
            return None

    def stop(self):
        """Stop it as an operator does: what it has begun it ends."""
        self.process.terminate()
        self.process.wait(20)

    def kill(self):
        """Take it away, workers and all, with no word."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


# Visitors


class Visitor:
    """Somebody behind the front door, with one connection that is kept open."""

    def __init__(self, door):
        self.door, self.context = door, trusting(door)
        self.connection = None

    def ask(self, path, method="GET", body=None):
        """Return status and body of an answer."""
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


class Told(Counter):
    """How many answers of each kind the visitors got: a status, or the name of an error."""

    @property
    def failed(self):
        return {kind: number for kind, number in self.items() if kind != 200}


@contextmanager
def under_load(door, paths):
    """Let visitors ask for pages while the block runs, by addresses that no cache has, and give what they got."""
    told, over, numbers = Told(), threading.Event(), count()

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
            time.sleep(0.002)
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
