"""Headers and bodies that nginx passes to the application: none that a visitor could forge."""

import re
import socket
import time

import pytest

from tests.helpers.nginx import HOST, free_port, nginx
from tests.nginx.server import request_page, tls_connection

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Listener:
    """A server in place of the application, which records one request and responds."""

    def __init__(self):
        self.port = free_port()
        self.socket = socket.create_server(("127.0.0.1", self.port))

    def is_asked(self, seconds):
        """Return whether nginx connects within some seconds; then read the request and respond."""
        self.socket.settimeout(seconds)
        try:
            connection, _ = self.socket.accept()
        except TimeoutError:
            return False
        with connection:
            connection.settimeout(5)
            self.head = b""
            while b"\r\n\r\n" not in self.head:
                self.head += connection.recv(65536)
            connection.sendall(ANSWER)
        return True

    def header(self, name):
        return re.findall(rf"(?mi)^{name}: *(.*?)\r$", self.head.decode())


@pytest.fixture
def listener():
    waiting = Listener()
    yield waiting
    waiting.socket.close()


@pytest.fixture
def listening(has_nginx, listener, tmp_path):
    with nginx(tmp_path / "door", nodes=[listener.port], static=tmp_path, media=tmp_path) as door:
        yield door


def begun(door, text):
    """Send the start of a request, and return the connection."""
    connection = tls_connection(door)
    connection.sendall(text.encode())
    return connection


def test_forwarding_headers_of_a_visitor_are_replaced(listening, listener):
    said = "".join(
        f"{line}\r\n"
        for line in (
            "GET /admin/ HTTP/1.1",
            f"Host: {HOST}",
            "X-Forwarded-For: 203.0.113.9, 203.0.113.10",
            "X-Forwarded-Proto: http",
            "X_Forwarded_For: 203.0.113.11",
            "X_Forwarded_Proto: http",
            "X_Request_ID: mine",
            "X-Forwarded-Host: evil.example",
            "X-Request-ID: mine",
            "Forwarded: for=203.0.113.9",
            "Proxy: http://evil.example",
            "Accept-Encoding: zstd, br",
            "Connection: close",
            "",
        )
    )
    with begun(listening, said):
        assert listener.is_asked(5)
    assert (listener.header("X-Forwarded-For"), listener.header("X-Forwarded-Proto")) == (["127.0.0.1"], ["https"])
    assert (listener.header("Host"), listener.header("Accept-Encoding")) == ([HOST], ["br"])
    assert re.fullmatch(r"[0-9a-f]{32}", listener.header("X-Request-ID")[0])
    assert [listener.header(name) for name in ("X-Forwarded-Host", "Forwarded", "Proxy")] == [[], [], []]
    assert "_" not in "".join(line.partition(":")[0] for line in listener.head.decode().splitlines()[1:])


def test_a_slowly_sent_form_occupies_no_thread_of_the_application(listening, listener):
    head = f"POST /contact/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 8\r\nConnection: close\r\n\r\n"
    with begun(listening, head) as slow:
        for _ in range(7):
            slow.sendall(b"a")
            assert not listener.is_asked(0.05)
        waits = not listener.is_asked(0.2)
        slow.sendall(b"a")
        assert (waits, listener.is_asked(5)) == (True, True)


def test_slowly_sent_headers_occupy_no_thread_of_the_application(listening, listener):
    with begun(listening, f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ") as slow:
        waits = not listener.is_asked(0.2)
        slow.sendall(b"done\r\nConnection: close\r\n\r\n")
        assert (waits, listener.is_asked(5)) == (True, True)


def test_a_client_that_sends_nothing_is_disconnected(has_nginx, listener, tmp_path):
    def hurried(text):
        return re.sub(r"(client_(header|body)_timeout) 10s;", r"\1 1s;", text)

    with nginx(tmp_path / "door", nodes=[listener.port], static=tmp_path, media=tmp_path, change=hurried) as door:
        began = time.monotonic()
        with begun(door, f"POST /contact/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 8\r\n\r\na") as slow:
            try:
                answer = slow.recv(4096)
            except ConnectionResetError:
                answer = b""
        assert (answer[9:12] in (b"", b"408"), time.monotonic() - began < 9) == (True, True)


def test_without_a_node_nginx_responds_with_502_and_retry_after(has_nginx, tmp_path):
    with nginx(tmp_path / "door", nodes=[free_port()], static=tmp_path, media=tmp_path) as door:
        answer = request_page(door, "/")
    assert (answer.status, "Service unavailable" in answer.text, answer.headers["retry-after"]) == (502, True, "10")
