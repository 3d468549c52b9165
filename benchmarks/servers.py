"""The production server with one worker, and load generators."""

from __future__ import annotations

import http.client
import re
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from benchmarks.places import ROOT

WRK = shutil.which("wrk")
CLIENTS = 8


class Server:
    """A granian server with one worker."""

    def __init__(self, port: int, process):
        self.port = port
        self.process = process

    def get(self, path="/", **headers):
        """Return status, headers and body of a request on a new connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        finally:
            connection.close()

    def memory(self) -> float:
        """Return the resident memory of the worker in MB."""
        listed = subprocess.run(["ps", "-A", "-o", "ppid=,rss="], capture_output=True, text=True, check=True)
        rows = [line.split() for line in listed.stdout.splitlines()]
        return max(int(rss) for parent, rss in rows if int(parent) == self.process.pid) / 1024


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def server(variables, directory: Path, module="embassy.wsgi", threads=2):
    """Run a server, and yield it once it responds."""
    port = free_port()
    variables = variables | {"SITE_URL": f"http://127.0.0.1:{port}"}
    command = [Path(sys.executable).parent / "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", str(threads)]
    command += ["--no-ws", "--log-level", "warning"]
    with (directory / f"server-{port}.log").open("w") as log:
        process = subprocess.Popen([*command, f"{module}:application"], cwd=ROOT, env=variables, stdout=log, stderr=log)
    running = Server(port, process)
    try:
        wait_for(running, log.name)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(running, log):
    """Wait until the server responds with a page."""
    for _ in range(100):
        try:
            status = running.get()[0]
        except OSError:
            status = None
        if status == 200:
            return
        if status or running.process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"The server does not serve: {Path(log).read_text()[-2000:]}")


# Load


def measure_throughput(port: int, path: str, seconds: float, **headers) -> float:
    """Return requests per second over `seconds` from CLIENTS connections."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return (load_with_wrk if WRK else load_with_python)(port, path, seconds, headers)


def load_with_wrk(port, path, seconds, headers) -> float:
    command = [WRK, "-t1", f"-c{CLIENTS}", f"-d{seconds}s"]
    command += [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    said = subprocess.run([*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True)
    if "Non-2xx" in said.stdout:  # wrk counts statuses above 399
        raise RuntimeError(f"{path} fails under load: {said.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said.stdout)[1])


def load_with_python(port, path, seconds, headers) -> float:
    """Load the server from one thread; slower than wrk."""
    began = time.perf_counter()
    answered = sum(1 for _ in count_responses(port, path, lambda: time.perf_counter() - began >= seconds, headers))
    return answered / (time.perf_counter() - began)


def count_responses(port, path, enough, headers, clients=CLIENTS):
    """Request a page on many connections until `enough()`, and yield the head of each response."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{lines}\r\n".encode()
    connections = selectors.DefaultSelector()
    for _ in range(clients):
        client = socket.create_connection(("127.0.0.1", port))
        client.sendall(request)
        connections.register(client, selectors.EVENT_READ, bytearray())
    while not enough():
        for key, _ in connections.select(0.1):
            key.data.extend(key.fileobj.recv(262_144))
            if head := is_complete(key.data):
                key.data.clear()
                key.fileobj.sendall(request)
                yield head
    for key in list(connections.get_map().values()):
        key.fileobj.close()


def is_complete(data: bytearray) -> bytes:
    """Return the head of a complete response, empty if it is incomplete."""
    end = data.find(b"\r\n\r\n")
    head = bytes(data[: max(end, 0)]).lower()
    length = re.search(rb"content-length: *(\d+)", head)
    if length:
        complete = len(data) >= end + 4 + int(length[1])
    else:
        complete = head.startswith(b"http/1.1 304") or data.endswith(b"\r\n0\r\n\r\n")
    return head if complete else b""
