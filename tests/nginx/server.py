"""Requests through the shipped nginx, and granian behind it on the database of the tests."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import brotli
from django.db import connection

from tests.environment import VALUES
from tests.helpers.nginx import HOST, ROOT, die_with_us, free_port, stop, tls_context, wait_for_port
from tests.helpers.waiting import wait_until

SITE = f"https://{HOST}"


class Answer(NamedTuple):
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        coded = {"gzip": gzip.decompress, "br": brotli.decompress}.get(self.headers.get("content-encoding"), bytes)
        return coded(self.body).decode()


def request_page(door, path="/", method="GET", *, host=HOST, plain=False, body=None, **headers):
    """Return the response to a request on a connection of its own; `plain` is without TLS."""
    if plain:
        asking = http.client.HTTPConnection("127.0.0.1", door.http, timeout=20)
    else:
        asking = http.client.HTTPSConnection("127.0.0.1", door.https, timeout=20, context=tls_context(door))
        asking.sock = tls_connection(door)
    try:
        return request_on(asking, path, method, host=host, body=body, **headers)
    finally:
        asking.close()


def request_on(asking, path, method="GET", *, host=HOST, body=None, **headers):
    """Return the response to a request on an open connection."""
    given = {"Host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    asking.request(method, path, body=body, headers=given)
    answer = asking.getresponse()
    named = {}
    for name, value in answer.getheaders():
        named[name.lower()] = f"{named[name.lower()]}, {value}" if name.lower() in named else value
    return Answer(answer.status, named, answer.read())


def statuses_on_one_connection(door, paths, **headers):
    """Return the statuses of requests that are sent one after another on a connection that stays open."""
    asking = http.client.HTTPSConnection("127.0.0.1", door.https, timeout=20, context=tls_context(door))
    statuses = []
    try:
        for path in paths:
            asking.sock = asking.sock or tls_connection(door)
            statuses.append(request_on(asking, path, **headers).status)
    finally:
        asking.close()
    return statuses


def tls_connection(door, context=None, name=HOST):
    """Return a TLS connection to nginx."""
    bare = socket.create_connection(("127.0.0.1", door.https), timeout=20)
    try:
        return (context or tls_context(door)).wrap_socket(bare, server_hostname=name)
    except BaseException:
        bare.close()
        raise


def wait_for_next_second():
    """Wait until the clock's second has turned: no copy in nginx outlives it."""
    second = int(time.time())
    wait_until(lambda: int(time.time()) > second, "The next second", interval=0.01)


class Application:
    """The production server with the site, on the database of this test run."""

    def __init__(self, directory: Path, unit="embassy.service", static: Path | None = None):
        """Prepare the server; `static` are the collected static files of another one, which takes long to make."""
        self.directory, self.unit, self.port = directory, unit, free_port()
        self.static, self.media, self.process = static or directory / "var", directory / "media", None
        self.media.mkdir(parents=True)
        values = connection.settings_dict
        named = {key: values[key] for key in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")}
        self.environment = (os.environ | VALUES) | {
            "DJANGO_SETTINGS_MODULE": "tests.nginx.settings",
            "EMBASSY_ANOTHER_DATABASE": json.dumps(named, default=str),
            "EMBASSY_BEHIND_STATIC": str(self.static / "static"),
            "SITE_URL": SITE,
            "MEDIA_ROOT": str(self.media),
            "MEDIA_X_ACCEL_PREFIX": "/protected/",
            "TRUSTED_PROXY_COUNT": "1",
            "ENQUIRY_MIN_SECONDS": "0",
        }
        if not static:
            (self.static / "static").mkdir(parents=True)
            collect = ["manage.py", "collectstatic", "--noinput", "--verbosity", "0", "--ignore", "ckeditor"]
            subprocess.run([sys.executable, *collect], cwd=ROOT, env=self.environment, check=True)

    def start(self):
        """Start it with the command of the shipped systemd unit, on a port of this run."""
        unit = (ROOT / "deploy" / "systemd" / self.unit).read_text()
        line = re.search(r"(?m)^ExecStart=((?:.*\\\n)*.*)$", unit)[1].replace("\\\n", " ")
        line = re.sub(r"--port \d+", f"--port {self.port}", line)
        command = line.replace("/srv/embassy/.venv/bin", str(Path(sys.executable).parent))
        with (self.directory / "granian.log").open("a") as log:
            self.process = subprocess.Popen(
                command.split(), cwd=ROOT, env=self.environment, stdout=log, stderr=log, preexec_fn=die_with_us
            )
        wait_for_port(self.port, self.process, self.directory / "granian.log")

    def stop(self):
        stop(self.process)

    def hang(self):
        """Stop its processes (SIGSTOP): they accept connections and send nothing."""
        stopped = self.signal_all(signal.SIGSTOP)
        wait_until(lambda: all(is_stopped(pid) for pid in stopped), "The stop of the application")

    def go_on(self):
        self.signal_all(signal.SIGCONT)

    def kill_workers(self):
        """Kill the workers (SIGKILL), which the main process starts again, unless they die too often."""
        for pid in self.pids()[1:]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def restart(self):
        """Stop what still runs, workers that a main process in trouble leaves behind too, and start it again."""
        workers = self.pids()[1:]
        self.stop()
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.start()

    def pids(self):
        """Return the ids of the main process and of its workers."""
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
        rows = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
        return [self.process.pid, *(pid for pid, parent in rows if parent == self.process.pid)]

    def signal_all(self, number):
        """Send a signal to all processes, and return their ids."""
        pids = self.pids()
        for pid in pids:
            os.kill(pid, number)
        return pids


def is_stopped(pid):
    """Return whether all threads of a process are stopped (state T in Linux's /proc)."""
    states = [path.read_text().rpartition(")")[2].split()[0] for path in Path(f"/proc/{pid}/task").glob("*/stat")]
    return set(states) == {"T"}
