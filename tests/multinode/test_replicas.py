"""Public pages are read from a replica, and never show an older edition than their node has served before."""

import random

import pytest

from tests.helpers.waiting import wait_until
from tests.multinode import postgres_servers
from tests.multinode.node_process import Node

OF_MESSAGES = 'FROM "news_message"'


@pytest.fixture(scope="module")
def replica(primary):
    """A streaming replica that logs each query."""
    with postgres_servers.replica(primary, log_statement="all") as server:
        yield server


@pytest.fixture
def a_node(primary, tmp_path):
    """A function that starts a process of a node; those with the same `node` share its highest edition number."""
    started = []

    def start(*replicas, node="a"):
        started.append(Node(primary, replicas, tmp_path / node))
        return started[-1]

    yield start
    for node in started:
        node.close()


@pytest.fixture(autouse=True)
def both_run(primary, replica):
    """Restart the servers that a test has stopped, and resume a paused replica."""
    yield
    for server in (primary, replica):
        if server.process.poll() is not None:
            server.start()
    resume(replica)


def pause(replica):
    replica.ask("SELECT pg_wal_replay_pause()")
    wait_until(lambda: replica.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")


def resume(replica):
    replica.ask("SELECT pg_wal_replay_resume()")


def caught_up(primary, replica):
    """Wait until the replica is connected and has replayed everything the primary has written."""
    follows = "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'"
    wait_until(lambda: replica.ask(follows) == "1", seconds=20)
    written = primary.ask("SELECT pg_current_wal_lsn()")
    wait_until(lambda: replica.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'") == "t", seconds=20)


def queries(replica):
    return replica.log.read_text().count(OF_MESSAGES)


# While all is well


def test_a_public_page_is_read_from_the_replica(a_node, primary, replica):
    node = a_node(replica)
    node.publish("Read there")
    caught_up(primary, replica)
    before = queries(replica)
    assert "Read there" in node.ask("/messages/")["body"]
    assert (node.counts()["replica"], queries(replica) > before) == (1, True)


def test_a_cache_hit_queries_the_primary_only(a_node, primary, replica):
    node = a_node(replica)
    caught_up(primary, replica)
    node.ask("/messages/")
    before = replica.log.stat().st_size
    assert node.ask("/messages/")["cache"] == "embassy; hit"
    assert "editions_editionnumber" not in replica.log.read_text()[before:]


def test_the_contact_form_and_the_desk_query_the_primary_only(a_node, primary, replica):
    node = a_node(replica)
    caught_up(primary, replica)
    before = replica.log.stat().st_size
    assert [node.ask(path)["status"] for path in ("/contact/write/", "/admin/login/")] == [200, 200]
    assert "statement:" not in replica.log.read_text()[before:].replace("pg_", "")
    assert node.counts()["replica"] == 0


# Behind


def test_a_replica_that_is_behind_is_not_read(a_node, primary, replica):
    desk, node = a_node(), a_node(replica)
    caught_up(primary, replica)
    pause(replica)
    desk.publish("Not there yet")
    assert "Not there yet" in node.ask("/messages/")["body"]
    assert node.counts() == {"replica": 0, "behind": 1, "failed": 0}


def test_a_replica_that_has_caught_up_is_read_again(a_node, primary, replica):
    desk, node = a_node(), a_node(replica)
    pause(replica)
    desk.publish("There in a moment")
    node.ask("/messages/")
    resume(replica)
    caught_up(primary, replica)
    assert "There in a moment" in node.ask("/messages/feed/")["body"]
    assert node.counts() == {"replica": 1, "behind": 1, "failed": 0}


@pytest.mark.parametrize("seed", [1, 2])
def test_no_visitor_of_any_node_sees_an_older_edition_again(a_node, primary, replica, seed):
    chance, desk = random.Random(seed), a_node()
    nodes = [a_node(replica), a_node(replica), a_node(replica, node="b")]
    newest = ""
    for step in range(60):
        deed = chance.choice(["publish", "pause", "resume", "catch up", *["visit"] * 5])
        if deed == "publish":
            newest = f"Number {seed}-{step} of them all"
            desk.publish(newest)
        elif deed == "visit":
            path = chance.choice(["/", "/messages/", "/messages/feed/", "/messages/feed.json"])
            assert newest in chance.choice(nodes).ask(path)["body"]
        elif deed == "pause":
            pause(replica)
        else:
            resume(replica)
            if deed == "catch up":
                caught_up(primary, replica)
    read = sum(node.counts()["replica"] for node in nodes)
    assert read > 0


# When servers fail


def test_a_failed_replica_is_not_tried_for_a_while(a_node, primary, replica):
    node = a_node(replica)
    caught_up(primary, replica)
    node.ask("/")
    replica.kill()
    answers = [node.ask(path)["status"] for path in ("/messages/", "/messages/feed/", "/counters/", "/search/?q=them")]
    assert (answers, node.counts()) == ([200] * 4, {"replica": 1, "behind": 0, "failed": 1})


def test_a_replica_that_is_back_is_read_again(a_node, primary, replica):
    node = a_node(replica)
    replica.stop()
    node.ask("/messages/")
    replica.start()
    caught_up(primary, replica)
    node.do("again")
    node.ask("/messages/feed/")
    assert node.counts() == {"replica": 1, "behind": 0, "failed": 1}


def test_a_page_that_fails_halfway_on_a_replica_comes_from_the_primary(a_node, primary, replica):
    node = a_node(replica)
    primary.ask("CREATE ROLE half; GRANT SELECT ON editions_editionnumber TO half")
    node.publish("Half way")
    caught_up(primary, replica)
    node.do("sql", "SET ROLE half")
    answer = node.ask("/messages/")
    assert (answer["status"], "Half way" in answer["body"]) == (200, True)
    assert node.counts() == {"replica": 0, "behind": 0, "failed": 1}


def test_a_replica_that_was_promoted_is_not_read(a_node, primary):
    with postgres_servers.replica(primary) as promoted:
        node = a_node(promoted)
        promoted.ask("SELECT pg_promote()")
        assert node.ask("/messages/")["status"] == 200
        assert node.counts()["replica"] == 0


def test_a_replica_that_does_not_follow_the_primary_is_not_read(a_node, primary, replica):
    node = a_node(replica)
    caught_up(primary, replica)
    followed = replica.ask("SHOW primary_conninfo").replace("'", "''")
    follow(replica, "")
    try:
        wait_until(lambda: replica.ask("SELECT count(*) FROM pg_stat_wal_receiver") == "0")
        status = node.ask("/messages/")["status"]
    finally:
        follow(replica, followed)
    assert (status, node.counts()) == (200, {"replica": 0, "behind": 1, "failed": 0})


def follow(replica, where):
    replica.ask(f"ALTER SYSTEM SET primary_conninfo = '{where}'")
    replica.ask("SELECT pg_reload_conf()")


# While the primary is down


def test_uncached_pages_come_from_the_replica_while_the_primary_is_down(a_node, primary, replica):
    node = a_node(replica)
    node.publish("Still to be read")
    caught_up(primary, replica)
    node.ask("/")
    primary.stop()
    answers = [node.ask(path) for path in ("/", "/messages/", "/messages/feed/", "/messages/feed/")]
    assert [answer["status"] for answer in answers] == [200] * 4
    assert ["Still to be read" in answer["body"] for answer in answers] == [True] * 4
    assert answers[-1]["cache"] == "embassy; hit"


def test_a_replica_that_is_behind_is_not_read_while_the_primary_is_down_either(a_node, primary, replica):
    node = a_node(replica)
    caught_up(primary, replica)
    pause(replica)
    node.publish("The last before the fall")
    node.ask("/messages/")
    primary.stop()
    printed, unprinted = node.ask("/messages/"), node.ask("/messages/feed/")
    assert ("The last before the fall" in printed["body"], printed["cache"]) == (
        True,
        "embassy; hit; detail=database-away",
    )
    assert unprinted["status"] == 503


def test_the_highest_edition_served_by_one_process_binds_the_others_of_its_node(a_node, primary, replica):
    first, second, elsewhere = a_node(replica), a_node(replica), a_node(replica, node="b")
    caught_up(primary, replica)
    pause(replica)
    first.publish("Seen at the first")
    first.ask("/messages/")
    primary.stop()
    assert [node.ask("/messages/feed/")["status"] for node in (second, elsewhere)] == [503, 200]


def test_the_primary_is_read_again_once_it_is_back(a_node, primary, replica):
    node = a_node(replica)
    caught_up(primary, replica)
    primary.stop()
    node.ask("/messages/")
    primary.start()
    node.do("again")
    desk = a_node()
    desk.publish("After the fall")
    assert "After the fall" in node.ask("/messages/")["body"]
