"""A worker dies in the middle of its work, and crowds come: what is answered, and what is kept."""

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
from tests.resilience.database_actions import do
from tests.resilience.visitor_actions import PUBLIC, enquiry, opened, save, send, timed

YOUNG = 6  # seconds


@pytest.fixture(scope="module")
def node(serve, database):
    return serve(database)


def workers(node):
    """Return the processes of a node that answer requests."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [int(pid) for pid, parent, what in rows if int(parent) == node.process.pid and "tracker" not in what]


def settle(node):
    """Wait until the workers have lived for a while: granian takes one that dies young for one that can't start."""

    def have_settled():
        ages = [
            int(subprocess.run(["ps", "-o", "etimes=", "-p", str(pid)], capture_output=True, check=False).stdout or 0)
            for pid in workers(node)
        ]
        return len(ages) >= 2 and min(ages) >= YOUNG

    wait_until(have_settled, f"An age of {YOUNG} seconds of both workers", interval=0.2)


def test_a_worker_is_killed_and_hardly_anybody_notices(node, tmp_path):
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
            wait_for_answers(told, 100)
            failed, total = sum(told.failed.values()), told.total()
            wait_for_answers(told, 200)
            failed_later = sum(told.failed.values()) - failed
    assert failed <= total / 100, told
    assert failed_later == 0, told


def test_a_worker_killed_while_it_saves_leaves_all_of_it_or_nothing(node):
    ((session, pk),) = do(node, "officers", 1)
    for number in range(2):
        settle(node)
        form = opened(node, session, pk)
        headline = f"Version {number} of a long text"
        saving = threading.Thread(target=lambda form=form, headline=headline: try_to_save(node, form, headline))
        saving.start()
        if number:  # the first time the workers may be killed before they get the request
            wait_until(lambda saving=saving: open_connections(node.port) or not saving.is_alive(), "The request")
        for worker in workers(node):
            os.kill(worker, signal.SIGKILL)
        saving.join()
        wait_until(lambda: timed(node, "/readyz")[0] == 200, "Readiness")
        assert do(node, "headlines")[str(pk)] in (
            "Draft 0",
            *(f"Version {n} of a long text" for n in range(number + 1)),
        )
        assert do(node, "whole") == "ok"
        assert save(node, opened(node, session, pk), headline="Draft 0")[0] == 302


def try_to_save(node, form, headline):
    try:
        save(node, form, headline=headline, body="<p>" + "words " * 20_000 + "</p>")
    except OSError:
        pass  # the worker was killed before it answered


def test_fifty_editors_save_at_once_and_nothing_is_lost(node):
    made = do(node, "officers", 50)
    forms = [opened(node, session, pk) for session, pk in made]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda each: save(node, each[1], headline=f"Saved {each[0]}")[0], enumerate(forms)))
    assert answers == [302] * 50
    kept = do(node, "headlines")
    assert [kept[str(pk)] for _, pk in made] == [f"Saved {number}" for number in range(50)]


def test_256_clients_at_once_are_all_answered(node, database):
    paths = [f"{path}?client={number}" for number in range(32) for path in PUBLIC]
    with ThreadPoolExecutor(256) as pool:
        answers = list(pool.map(lambda path: timed(node, path)[0], paths))
    assert answers == [200] * 256
    if database.url.startswith("postgres"):
        connections = database.ask("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
        assert int(connections) <= 4 + 2 + 1  # workers by threads, each worker's probe, and this question


def test_fifty_questions_at_once_are_all_kept(node):
    before = do(node, "enquiries")
    questions = [enquiry(node) for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda question: send(node, question)[0], questions))
    assert answers == [303] * 50
    assert do(node, "enquiries") == before + 50
