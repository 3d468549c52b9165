"""Fixtures for tests in which databases, disks, workers, mail or the clock fail. Run by `make test-resilience`."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.helpers.requirements import missing
from tests.multinode import postgres_servers
from tests.multinode.servers import Node
from tests.postgres import NoPostgres
from tests.resilience.database_actions import Database, run_action
from tests.resilience.machine_stalls import machine


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.resilience)


@pytest.fixture(scope="session", autouse=True)
def heart():
    machine.start()


def load_sample(node, database, kept):
    """Migrate a database and load the sample content. On SQLite the files are copied, once `kept` has them.

    Not those of a node with a time of its own (libfaketime), which would be the time of its sample content.
    """
    if not database.url.startswith("sqlite") or "LD_PRELOAD" in node.environment:
        run_action(node, "sample")
        return
    file, media = database.url.removeprefix("sqlite:///"), node.environment["MEDIA_ROOT"]
    if not kept.exists():
        run_action(node, "sample")
        copy_database(file, kept)
        shutil.copytree(media, kept.with_name("media"))
    else:
        copy_database(kept, file)
        shutil.copytree(kept.with_name("media"), media, dirs_exist_ok=True)


def copy_database(source, target):
    """Copy an SQLite database."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """Where the sample content of this run is kept."""
    return tmp_path_factory.mktemp("sample") / "site.sqlite3"


@pytest.fixture(scope="module")
def serve(tmp_path_factory, kept):
    """A function that starts a node on a database with the sample content; all nodes end with the module."""
    started = []

    def serve(database, media=None, sample=True, workers=2, **environment):
        node = Node(database, media or tmp_path_factory.mktemp("media"), workers=workers)
        node.environment |= {"ENQUIRY_MIN_SECONDS": "0", "ENQUIRIES_PER_HOUR": "1000"} | environment
        if sample:
            load_sample(node, database, kept)
        started.append(node)
        return node.start()

    yield serve
    for node in started:
        node.kill()


@pytest.fixture(scope="module")
def a_file(tmp_path_factory):
    """An SQLite database whose file does not exist yet."""
    return Database(f"sqlite:///{tmp_path_factory.mktemp('database')}/site.sqlite3")


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server for the tests of one module."""
    try:
        with postgres_servers.primary() as server:
            yield server
    except NoPostgres as error:
        missing(f"PostgreSQL (Debian: apt-get install postgresql): {error}")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request):
    """SQLite and PostgreSQL in turn."""
    return request.getfixturevalue("a_file" if request.param == "sqlite" else "server")


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory):
    """A disk of 12 megabytes (tmpfs), which only root can mount; without it the test is skipped with a message."""
    place = tmp_path_factory.mktemp("disk")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", place], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"*** NOT TESTED: a full disk. No small disk can be made here: {made.stderr.strip()} ***")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)
