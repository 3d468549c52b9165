"""The database is stopped or locked: cached pages are served, others fail soon, and the site recovers."""

import sqlite3
import threading
import time
from collections import Counter

import pytest

from tests.helpers.waiting import wait_until
from tests.resilience.database_actions import run_action
from tests.resilience.visitor_actions import (
    PUBLIC,
    open_contact_form,
    open_message_form,
    save_message_form,
    send_enquiry,
    timed_request,
)

SOON = 2.5  # seconds
BACK = 5.0  # seconds after the database's return
UNPRINTED = ["/messages/2019/", "/counters/nothing/", "/search/?q=embassy", "/messages/2020/11/", "/contact/write/"]


def wait_until_ready(node, seconds):
    """Wait until a node is ready to serve."""
    wait_until(lambda: timed_request(node, "/readyz")[0] == 200, "Readiness", seconds)


def test_cached_pages_are_served_and_others_fail_soon_while_postgresql_is_stopped(serve, server):
    node = serve(server)
    ((session, pk),) = run_action(node, "officers", 1)
    form, question = open_message_form(node, session, pk), open_contact_form(node)
    for _ in range(4):  # two workers, each with its own cache
        assert [node.ask(path)[0] for path in PUBLIC] == [200] * len(PUBLIC)
    printed = Counter()
    server.kill()
    gone = time.monotonic()
    while time.monotonic() < gone + 5:
        for path in PUBLIC:
            status, page, seconds = timed_request(node, path)
            printed[path] += status == 200
            assert (status in (200, 503), seconds < SOON) == (True, True), (path, status, seconds)
            assert "Traceback" not in page
        for path in UNPRINTED:
            status, page, seconds = timed_request(node, path)
            assert (status, seconds < SOON) == (503, True), (path, status, seconds)
            assert "Traceback" not in page and "tel:+442036687474" in page
        assert timed_request(node, "/readyz")[0] == 503
        assert timed_request(node, "/healthz")[0] == 200
        assert save_message_form(node, form, headline="Lost")[0] == 503
        status, page, _ = send_enquiry(node, question)
        assert (status, "I have lost my passport." in page) == (503, True)
    server.start()
    wait_until_ready(node, BACK)
    assert set(printed) == set(PUBLIC) and all(printed.values()), printed  # by both workers, as each has its own cache
    assert send_enquiry(node, question)[0] == 303
    assert save_message_form(node, form, headline="Found")[0] == 302
    assert (run_action(node, "enquiries"), run_action(node, "headlines")[str(pk)]) == (1, "Found")


def test_cached_pages_are_served_and_an_enquiry_waits_while_sqlite_is_locked(serve, a_file):
    node = serve(a_file, workers=1)  # of several, one might not have cached a page yet
    question = open_contact_form(node)
    assert [node.ask(path)[0] for path in PUBLIC] == [200] * len(PUBLIC)
    found = {}

    def ask():
        found["question"] = send_enquiry(node, question)

    lock = sqlite3.connect(a_file.url.removeprefix("sqlite:///"), isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    asking = threading.Thread(target=ask)
    try:
        locked = time.monotonic()
        asking.start()
        while time.monotonic() < locked + 3:
            for path in PUBLIC:
                status, _, seconds = timed_request(node, path)
                assert (status, seconds < SOON) == (200, True), (path, status, seconds)
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    asking.join()
    assert found["question"][0] == 303, found["question"]
    wait_until_ready(node, BACK)
    assert (run_action(node, "enquiries"), run_action(node, "whole")) == (1, "ok")


@pytest.mark.parametrize("path", ["/", "/contact/"])
def test_a_site_started_without_its_database_shows_a_message_and_recovers(serve, server, path):
    node = serve(server)
    node.kill()
    server.kill()
    node.start_without_waiting()
    status, page, seconds = timed_request(node, path)
    assert (status, seconds < SOON, "<h1" in page) == (503, True, True)
    server.start()
    wait_until_ready(node, BACK)
    assert timed_request(node, path)[0] == 200
