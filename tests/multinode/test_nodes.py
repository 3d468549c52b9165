"""Two application nodes and one PostgreSQL behind the shipped nginx: no visitor notices the failure of one part."""

import time

import pytest

from tests.helpers.nginx import NGINX, nginx, without_query_limit
from tests.helpers.requirements import missing
from tests.helpers.waiting import wait_until
from tests.multinode.node_process import Node as Process
from tests.multinode.servers import Node, Visitor, under_load, wait_for_answers
from tests.nginx.server import wait_for_next_second

PATHS = ["/", "/messages/", "/messages/feed/", "/messages/feed.json", "/counters/", "/about/"]


@pytest.fixture(scope="module")
def desk(primary):
    """A process that publishes messages."""
    process = Process(primary)
    process.do("sample")
    yield process
    process.close()


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def nodes(primary, media, desk):
    """Nodes A and B."""
    if not NGINX:
        missing("nginx (Debian: apt-get install nginx-light)")
    started = [Node(primary, media), Node(primary, media)]
    try:
        for node in started:
            node.start()
        yield started  # a test that rolls out a release replaces them
    finally:
        for node in started:
            node.kill()


def changed(text):
    return without_query_limit(text).replace(" buffer=64k flush=5s", "")


@pytest.fixture(scope="module")
def door(nodes, media, tmp_path_factory):
    """nginx with the shipped files in front of both nodes. Its log is unbuffered, because a test reads it."""
    directory = tmp_path_factory.mktemp("nginx")
    with nginx(directory, nodes=[node.port for node in nodes], static=directory, media=media, change=changed) as door:
        yield door


@pytest.fixture(autouse=True)
def both_serve(nodes, primary, door):
    """Start the servers that an earlier test has stopped, and have every page cached."""
    for node in nodes:
        for _ in range(4):  # two workers, each with its own printings
            assert [node.ask(path)[0] for path in PATHS] == [200] * len(PATHS)
    yield
    if primary.process.poll() is not None:
        primary.start()
    for node in nodes:
        if node.process.poll() is not None:
            node.start()


def is_seen(ask, path, headline, seconds=20):
    """Wait until a page shows a headline."""
    return wait_until(lambda: headline in ask(path)[1], f"{headline} at {path}", seconds)


def access_log(door):
    return door.directory / "log" / "access.log"


def wait_for_answer(door, begin, port):
    """Wait until nginx's log has a page from the node at a port, after the log's first `begin` bytes."""

    def has_answered():
        lines = access_log(door).read_bytes()[begin:].decode().splitlines()
        return any(f'127.0.0.1:{port}",' in line and '"status":200' in line for line in lines)

    wait_until(has_answered, "An answer of the new node to nginx")


def test_a_message_published_on_one_node_is_on_the_other_at_the_next_request(nodes, desk):
    for number, (here, there) in enumerate([nodes, nodes[::-1]]):
        headline = f"Published on node {number}"
        here.publish(desk, headline)
        assert [
            headline in node.ask(path)[1] for node in (there, here) for path in ("/messages/", "/messages/feed/")
        ] == [True] * 4


@pytest.mark.parametrize("action", ["schedule_changes", "schedule_release"])
def test_changes_and_releases_are_in_force_on_both_nodes_at_their_second(nodes, desk, action):
    moment, corrected, withdrawn = desk.do(action, 4)
    shown = []
    while not shown or shown[-1][0] < moment + 2:
        for node in nodes:
            began = time.time()
            found = {"Tuesday." in node.ask(corrected)[1], node.status(withdrawn) == 410}
            if action == "schedule_release":
                listed = node.ask("/messages/")[1]
                found |= {"Released 0" in listed, "Released 1" in listed}
            shown.append((began, time.time(), found))
    for began, ended, found in shown:
        if ended < moment:
            assert found == {False}
        elif began >= moment:
            assert found == {True}
    assert {False} in [found for *_, found in shown]


def test_the_nginx_cache_shows_a_new_message_in_the_next_second(desk, door):
    visitor = Visitor(door)
    visitor.ask("/messages/")
    desk.publish("Through the door")
    wait_for_next_second()
    assert "Through the door" in visitor.ask("/messages/")[1]


def test_no_request_fails_when_a_node_is_killed(nodes, door):
    with under_load(door, PATHS) as told:
        wait_for_answers(told, 100)
        nodes[0].kill()
        wait_for_answers(told, 200)
        nodes[0].start()
        wait_for_answers(told, 100)
    assert told.failed == {}


def test_a_form_goes_to_the_remaining_node(nodes, door):
    visitor = Visitor(door)
    assert [visitor.ask("/contact/")[0] for _ in range(8)] == [200] * 8  # over connections that nginx keeps open
    nodes[1].kill()
    assert [visitor.ask("/contact/", "POST", "nothing=in+it")[0] for _ in range(6)] == [403] * 6


def test_no_request_fails_while_postgresql_restarts_and_publishing_works_after_it(primary, nodes, desk, door):
    with under_load(door, PATHS) as told:
        wait_for_answers(told, 300)  # until each process has each page in its cache
        primary.stop()
        wait_for_answers(told, 100)
        for node in nodes:
            node.wait_for_status("/readyz", 503)
        primary.start()
        desk.publish("After the restart")
        for node in nodes:
            assert is_seen(node.ask, "/messages/", "After the restart")
    assert told.failed == {}


def test_no_request_fails_while_a_release_with_migrations_is_rolled_out(primary, media, nodes, desk, door):
    with under_load(door, PATHS) as told:
        Node(primary, media, release="2").manage("migrate", "--verbosity", "0")
        desk.publish("Written by release 1, on the tables of release 2")
        for number, old in enumerate(nodes):
            old.stop()
            begin = access_log(door).stat().st_size
            nodes[number] = Node(primary, media, release="2", port=old.port).start()
            # nginx skips a node that did not respond until one has answered it again: before, the other must not stop.
            wait_for_answer(door, begin, old.port)
    assert told.failed == {}
    assert "addition" in primary.ask(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'news_message'"
    )
    for node in nodes:
        assert "on the tables of release 2" in node.ask("/messages/")[1]
