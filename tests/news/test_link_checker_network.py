"""Link checker on real sockets: timeouts, several addresses of a host, daemon threads."""

import socket
import subprocess
import sys
import threading
from ipaddress import ip_address

import pytest
from django.conf import settings

from news import link_checker
from news.link_checker import Target, check_link, check_links, interleave_families, open_socket

pytestmark = pytest.mark.slow


@pytest.fixture
def listener():
    """A port at 127.0.0.1 that accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def at(listener, *addresses):
    return Target("http", "example.org", listener.getsockname()[1], "/", addresses)


@pytest.mark.parametrize("broken", ["::1", "127.0.0.2"])
def test_a_broken_address_is_skipped(listener, broken):
    with open_socket(at(listener, broken, "127.0.0.1")) as connected:
        assert connected.getpeername()[0] == "127.0.0.1"


def test_a_silent_address_leaves_time_for_the_others(listener, monkeypatch):
    given = []

    def create_connection(address, timeout):
        given.append(timeout)
        if len(given) < 3:
            raise TimeoutError
        return original(address, timeout)

    original = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", create_connection)
    open_socket(at(listener, "192.0.2.1", "192.0.2.2", "127.0.0.1")).close()
    assert (
        all(seconds <= link_checker.ADDRESS_TIMEOUT for seconds in given[:2])
        and sum(given[:2]) < link_checker.REQUEST_TIMEOUT
    )


def test_the_last_error_is_raised_without_a_connection(listener):
    listener.close()
    port = socket.create_server(("127.0.0.1", 0))
    number = port.getsockname()[1]
    port.close()
    with pytest.raises(ConnectionRefusedError):
        open_socket(Target("http", "example.org", number, "/", ("127.0.0.1", "127.0.0.2")))


def test_address_families_alternate():
    found = [ip_address(each) for each in ("2606:4700::1", "2606:4700::2", "2606:4700::3", "8.8.8.8")]
    assert interleave_families(found) == ("2606:4700::1", "8.8.8.8", "2606:4700::2", "2606:4700::3")


def test_name_resolution_has_a_timeout(monkeypatch):
    go = threading.Event()
    monkeypatch.setattr(link_checker, "REQUEST_TIMEOUT", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: go.wait(30) and [])
    try:
        assert "did not respond within" in check_link("https://example.org/")
    finally:
        go.set()


def test_a_hanging_check_does_not_delay_process_exit():
    program = (
        "import socket, threading; from news import link_checker; "
        "link_checker.TOTAL_TIMEOUT = link_checker.REQUEST_TIMEOUT = 0.1; link_checker._ = str; "
        "socket.getaddrinfo = lambda *_, **__: threading.Event().wait(); "
        "print(len(link_checker.check_links(['https://example.org/', 'https://example.com/'])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.strip(), done.returncode) == ("2", 0), done.stderr


def test_links_past_the_time_limit_are_not_checked_later(monkeypatch):
    go, asked, done = threading.Event(), [], threading.Semaphore(0)
    monkeypatch.setattr(link_checker, "TOTAL_TIMEOUT", 0.05)

    def slowly(method, where):
        asked.append(where.path)
        go.wait(30)
        done.release()
        return 200, ""

    urls = [f"https://example.org/{number}" for number in range(link_checker.THREADS + 5)]
    faults = check_links(urls, resolve=lambda host, port: ["93.184.215.14"], opener=slowly)
    began = len(asked)
    go.set()
    for _ in range(began):
        assert done.acquire(timeout=30)
    assert (len(faults), len(asked)) == (len(urls), began)
