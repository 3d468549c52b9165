"""PostgreSQL is killed around the moment of a release: no response shows half of it, and soon all of it is public."""

import subprocess
import threading
import time
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from editions.due_changes import RETRY
from tests.helpers.waiting import wait_until
from tests.multinode.node_process import Node as Desk
from tests.resilience.visitor_actions import timed_request

NODES = (0, 1)
LISTS = ["/", "/messages/", "/messages/feed/"]
AHEAD = 7  # seconds from a change of the moment to the moment: the database is stopped in between
BUSY = 60  # seconds that a step may take on a busy machine
SLACK = 10  # seconds beyond the documented retry
OLD, NEW, HALF, AWAY = "old", "new", "half", "away"  # what a response shows of a release; AWAY is a 503
WAITING_FOR_LOCK = "SELECT count(*) FROM pg_stat_activity WHERE {} = ANY(pg_blocking_pids(pid))"
WAITING_FOR_STANDBY = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


class Response(NamedTuple):
    """What one response showed of the release."""

    node: int
    path: str
    state: str
    began: float  # by time.time()


class ThreeItems:
    """A release of a new message, a correction and a withdrawal. Its moment is far ahead until it is moved."""

    def __init__(self, desk, word):
        self.desk, self.word, self.moment = desk, word, None
        self.pk, self.messages, (self.corrected, self.withdrawn) = desk.do("compose_release", word)

    @property
    def paths(self):
        return [*LISTS, self.corrected, self.withdrawn]

    def move(self, seconds):
        """Give it a moment so many seconds ahead."""
        self.moment = self.desk.do("move_release", [self.pk, seconds])

    def state(self, path, status, page):
        """Return what a response shows of the release."""
        if status == 503:
            return AWAY
        if path == self.withdrawn:
            assert status in (200, 410), status
            return NEW if status == 410 else OLD
        assert status == 200, (path, status, page)
        found = {f"{self.word} {what}" in page for what in ("is new", "on Tuesday")}
        # A corrected message shows its earlier headline as well, as such: its name in the metadata is the current one.
        former = "on Monday" if path in LISTS else 'on Monday">'
        found |= {f"{self.word} {what}" not in page for what in (former, "is wrong")}
        return HALF if len(found) > 1 else NEW if found == {True} else OLD

    def log(self):
        """Return the log entries of its moment and later: of the release, and of the messages."""
        return self.desk.do("log_since", [self.pk, self.messages, self.moment])


class Visitors:
    """One visitor of each node, who requests all pages in turn without a pause, and the responses to them."""

    def __init__(self, nodes, release):
        self.nodes, self.release = nodes, release
        self.responses, self.failures, self.over = [], [], threading.Event()

    def visit(self, number):
        """Request pages of one node until the end, and keep what they show."""
        try:
            while not self.over.is_set():
                for path in self.release.paths:
                    began = time.time()
                    status, page, _ = timed_request(self.nodes[number], path)
                    self.responses.append(Response(number, path, self.release.state(path, status, page), began))
                self.over.wait(0.02)
        except AssertionError as error:
            self.failures.append(error)

    @contextmanager
    def visiting(self):
        """Let them visit while the block runs."""
        visitors = [threading.Thread(target=self.visit, args=[number]) for number in NODES]
        for visitor in visitors:
            visitor.start()
        try:
            yield
        finally:
            self.over.set()
            for visitor in visitors:
                visitor.join()

    def last(self, since):
        """Return the state that each page of each node showed last in a request after `since`; raise a failure."""
        assert not self.failures, self.failures
        return {seen[:2]: seen.state for seen in list(self.responses) if seen.began >= since}

    def wait_for(self, state, since, seconds=BUSY):
        """Wait until the last response of each page of each node shows this state, in a request after `since`."""
        expected = {(node, path): state for node in NODES for path in self.release.paths}
        wait_until(lambda: self.last(since) == expected, f"“{state}” on all pages", seconds)

    def wait_for_round(self):
        """Wait until each node has responded, with whatever, to a request of each page from now on."""
        since, pages = time.time(), len(NODES) * len(self.release.paths)
        wait_until(lambda: len(self.last(since)) == pages, "A response of each page", BUSY)

    def states(self, since=0.0, until=float("inf")):
        """Return the states that were shown in requests within an interval."""
        return {seen.state for seen in self.responses if since <= seen.began < until}


# The site


@pytest.fixture(scope="module")
def desk(server):
    desk = Desk(server)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def nodes(serve, server, desk):
    """Two nodes of one worker each, so that each has one cache."""
    return [serve(server, sample=False, workers=1) for _ in NODES]


@pytest.fixture
def visited(request, desk, nodes):
    """Visitors of a site with a release whose moment is an hour ahead, and with its pages in both caches."""
    release = ThreeItems(desk, request.node.name.split("_")[-1].title())
    visitors = Visitors(nodes, release)
    with visitors.visiting():
        visitors.wait_for(OLD, time.time())
    visitors.over.clear()
    return visitors


# Holding the transaction


@contextmanager
def locked_message(server, pk):
    """Lock the row of a message in a session of its own; yield the id of that session's process."""
    hold = (
        f"BEGIN; SELECT 'holder', pg_backend_pid() FROM news_message WHERE id = {pk} FOR UPDATE; SELECT pg_sleep(600)"
    )
    session = subprocess.Popen(
        [server.binaries / "psql", *server.reached, "-d", "embassy", "-AtXq"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        session.stdin.write(hold + ";\n")
        session.stdin.flush()
        yield int(session.stdout.readline().partition("|")[2])
    finally:
        session.kill()
        session.communicate()


def wait_for_count(server, query):
    wait_until(lambda: int(server.ask(query)), "A transaction that waits", BUSY)


def wait_for_moment(release):
    wait_until(lambda: time.time() >= release.moment, "The moment of the release", BUSY)


# What must hold


def restart(server):
    """Start the database again; return when it accepts connections, as time.time()."""
    server.start()
    return time.time()


def assert_all_of_it_follows(visitors, back):
    """Assert that the release is on every page soon after the database is back, that it stays, and was never halved."""
    visitors.wait_for(NEW, back, RETRY.total_seconds() + SLACK)
    visitors.wait_for_round()
    release = visitors.release
    assert visitors.states() <= {OLD, NEW, AWAY}
    for node in NODES:
        for path in release.paths:
            shown = [seen.state for seen in visitors.responses if seen[:2] == (node, path) and seen.state != AWAY]
            assert OLD not in shown[shown.index(NEW) :], (node, path, shown)
    of_release, of_messages = release.log()
    assert of_release == [["published", release.moment]]
    assert of_messages == [[kind, release.moment] for kind in ("released", "correction", "withdrawn")]


# The tests


def test_a_release_whose_moment_passes_while_the_database_is_away_comes_late(server, visited):
    release = visited.release
    with visited.visiting():
        release.move(AHEAD)
        server.kill()
        stopped = time.time()
        assert stopped < release.moment, f"Stopping the database took more than {AHEAD} seconds."
        wait_for_moment(release)
        visited.wait_for_round()
        away = visited.states(since=stopped)
        back = restart(server)
        assert_all_of_it_follows(visited, back)
    assert OLD in away and away <= {OLD, AWAY}


def test_a_release_whose_transaction_dies_with_the_database_is_published_anew_and_whole(server, visited):
    release = visited.release
    with locked_message(server, release.messages[-1]) as holder:
        release.move(1)
        with visited.visiting():
            wait_for_count(server, WAITING_FOR_LOCK.format(holder))
            assert visited.states() <= {OLD}
            server.kill()
            visited.wait_for_round()
            away = visited.states()
            back = restart(server)
            assert_all_of_it_follows(visited, back)
    assert OLD in away and away <= {OLD, AWAY}


def test_a_release_whose_commit_nobody_was_told_of_is_public_once(server, visited):
    release = visited.release
    release.move(1)
    # A commit is in the log of the database, and waits there for a standby that does not exist.
    server.ask("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    server.ask("SELECT pg_reload_conf()")
    with visited.visiting():
        wait_for_count(server, WAITING_FOR_STANDBY)
        server.kill()
        visited.wait_for_round()
        away = visited.states()
        back = restart(server)
        server.ask("ALTER SYSTEM RESET synchronous_standby_names")
        server.ask("SELECT pg_reload_conf()")
        assert_all_of_it_follows(visited, back)
    assert OLD in away and away <= {OLD, AWAY}


def test_a_release_that_was_seen_before_the_database_died_is_public_after_it(server, visited):
    release = visited.release
    release.move(1)
    with visited.visiting():
        wait_until(lambda: NEW in visited.states(), "The release on a page", BUSY, interval=0.002)
        server.kill()
        visited.wait_for_round()
        back = restart(server)
        assert_all_of_it_follows(visited, back)
