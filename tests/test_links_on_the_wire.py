"""How a link is asked for: a name with a deadline, each address of a host in turn, and no thread that is waited for."""

import socket
import subprocess
import sys
import threading
from ipaddress import ip_address

import pytest
from django.conf import settings

from news import links
from news.links import Place, check, check_all, connect, in_turn


@pytest.fixture
def listener():
    """A port at 127.0.0.1 that takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def at(listener, *addresses):
    return Place("http", "example.org", listener.getsockname()[1], "/", addresses)


@pytest.mark.parametrize("broken", ["::1", "127.0.0.2"])
def test_a_host_with_a_broken_address_is_reached_at_another(listener, broken):
    with connect(at(listener, broken, "127.0.0.1")) as connected:
        assert connected.getpeername()[0] == "127.0.0.1"


def test_an_address_that_swallows_everything_leaves_time_for_the_others(listener, monkeypatch):
    given = []

    def create_connection(address, timeout):
        given.append(timeout)
        if len(given) < 3:
            raise TimeoutError
        return original(address, timeout)

    original = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", create_connection)
    connect(at(listener, "192.0.2.1", "192.0.2.2", "127.0.0.1")).close()
    assert all(seconds <= links.ONE_ADDRESS for seconds in given[:2]) and sum(given[:2]) < links.SECONDS


def test_where_no_address_answers_the_last_reason_is_given(listener):
    listener.close()
    port = socket.create_server(("127.0.0.1", 0))
    number = port.getsockname()[1]
    port.close()
    with pytest.raises(ConnectionRefusedError):
        connect(Place("http", "example.org", number, "/", ("127.0.0.1", "127.0.0.2")))


def test_addresses_of_both_kinds_are_tried_by_turns():
    found = [ip_address(each) for each in ("2606:4700::1", "2606:4700::2", "2606:4700::3", "8.8.8.8")]
    assert in_turn(found) == ("2606:4700::1", "8.8.8.8", "2606:4700::2", "2606:4700::3")


def test_a_name_server_that_does_not_answer_is_given_up(monkeypatch):
    go = threading.Event()
    monkeypatch.setattr(links, "SECONDS", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: go.wait(30) and [])
    try:
        assert "did not respond within" in check("https://example.org/")
    finally:
        go.set()


def test_a_check_that_hangs_does_not_hold_up_the_end_of_the_process():
    program = (
        "import socket, threading; from news import links; links.ALL_SECONDS = links.SECONDS = 0.1; "
        "links._ = str; socket.getaddrinfo = lambda *_, **__: threading.Event().wait(); "
        "print(len(links.check_all(['https://example.org/', 'https://example.com/'])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.strip(), done.returncode) == ("2", 0), done.stderr


def test_links_that_were_not_reached_in_time_are_not_asked_later(monkeypatch):
    go, asked, done = threading.Event(), [], threading.Semaphore(0)
    monkeypatch.setattr(links, "ALL_SECONDS", 0.05)

    def slowly(method, where):
        asked.append(where.path)
        go.wait(30)
        done.release()
        return 200, ""

    urls = [f"https://example.org/{number}" for number in range(links.AT_ONCE + 5)]
    faults = check_all(urls, resolve=lambda host, port: ["93.184.215.14"], opener=slowly)
    began = len(asked)
    go.set()
    for _ in range(began):
        assert done.acquire(timeout=30)
    assert (len(faults), len(asked)) == (len(urls), began)
