"""A worker is killed during its work, and many clients come at the same time: no data is lost."""

import os
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.helpers.nginx import NGINX, nginx, open_connections, without_query_limit
from tests.helpers.requirements import missing
from tests.helpers.waiting import wait_until
from tests.multinode.servers import Visitor, under_load, wait_for_answers
from tests.resilience.database_actions import run_action
from tests.resilience.visitor_actions import (
    PUBLIC,
    open_contact_form,
    open_message_form,
    save_message_form,
    send_enquiry,
    timed_request,
)

YOUNG = 6  # seconds


@pytest.fixture(scope="module")
def node(serve, database):
    return serve(database)


def workers(node):
    """Return the process ids of the workers of a node."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [int(pid) for pid, parent, what in rows if int(parent) == node.process.pid and "tracker" not in what]


def settle(node):
    """Wait until the workers have run for a while: granian gives up on one that ends soon after its start."""

    def have_settled():
        ages = [
            int(subprocess.run(["ps", "-o", "etimes=", "-p", str(pid)], capture_output=True, check=False).stdout or 0)
            for pid in workers(node)
        ]
        return len(ages) >= 2 and min(ages) >= YOUNG

    wait_until(have_settled, f"An age of {YOUNG} seconds of both workers", interval=0.2)


def test_a_killed_worker_costs_at_most_one_request_in_a_hundred(node, tmp_path):
    if not NGINX:
        missing("nginx (Debian: apt-get install nginx-light)")
    with nginx(tmp_path, nodes=[node.port], static=tmp_path, media=tmp_path, change=without_query_limit) as door:
        Visitor(door).ask("/")
        with under_load(door, [path for path in PUBLIC if path != "/search/"]) as told:
            wait_for_answers(told, 100)
            before = set(workers(node))
            killed = min(before)
            os.kill(killed, signal.SIGKILL)
            wait_until(lambda: len(set(workers(node)) - {killed}) == len(before), "A worker in place of the killed one")
            wait_for_answers(told, 600)  # so that one lost connection is not a hundredth
            failed, total = sum(told.failed.values()), told.total()
            wait_for_answers(told, 200)
            failed_later = sum(told.failed.values()) - failed
    assert failed <= total / 100, told
    assert failed_later == 0, told


def test_a_worker_killed_while_it_saves_leaves_the_old_or_the_new_text(node):
    ((session, pk),) = run_action(node, "officers", 1)
    for number in range(2):
        settle(node)
        form = open_message_form(node, session, pk)
        headline = f"Version {number} of a long text"
        saving = threading.Thread(target=lambda form=form, headline=headline: try_to_save(node, form, headline))
        saving.start()
        if number:  # the first time the workers may be killed before they get the request
            wait_until(lambda saving=saving: open_connections(node.port) or not saving.is_alive(), "The request")
        for worker in workers(node):
            os.kill(worker, signal.SIGKILL)
        saving.join()
        wait_until(lambda: timed_request(node, "/readyz")[0] == 200, "Readiness")
        assert run_action(node, "headlines")[str(pk)] in (
            "Draft 0",
            *(f"Version {n} of a long text" for n in range(number + 1)),
        )
        assert run_action(node, "whole") == "ok"
        assert save_message_form(node, open_message_form(node, session, pk), headline="Draft 0")[0] == 302


def try_to_save(node, form, headline):
    try:
        save_message_form(node, form, headline=headline, body="<p>" + "words " * 20_000 + "</p>")
    except OSError:
        pass  # the worker was killed before it responded


def test_fifty_editors_save_at_the_same_time_and_nothing_is_lost(node):
    made = run_action(node, "officers", 50)
    forms = [open_message_form(node, session, pk) for session, pk in made]
    with ThreadPoolExecutor(50) as pool:
        answers = list(
            pool.map(lambda each: save_message_form(node, each[1], headline=f"Saved {each[0]}")[0], enumerate(forms))
        )
    assert answers == [302] * 50
    kept = run_action(node, "headlines")
    assert [kept[str(pk)] for _, pk in made] == [f"Saved {number}" for number in range(50)]


def test_256_simultaneous_clients_all_get_a_page(node, database):
    paths = [f"{path}?client={number}" for number in range(32) for path in PUBLIC]
    with ThreadPoolExecutor(256) as pool:
        answers = list(pool.map(lambda path: timed_request(node, path)[0], paths))
    assert answers == [200] * 256
    if database.url.startswith("postgres"):
        connections = database.ask("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
        assert int(connections) <= 4 + 2 + 1  # workers by threads, each worker's probe, and this query


def test_fifty_simultaneous_enquiries_are_all_stored(node):
    before = run_action(node, "enquiries")
    questions = [open_contact_form(node) for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda question: send_enquiry(node, question)[0], questions))
    assert answers == [303] * 50
    assert run_action(node, "enquiries") == before + 50
