"""Nodes and databases that fail on purpose. Where there is no Debian PostgreSQL or nginx, these are skipped loudly."""

import pytest

from tests.environment import everything_is_required
from tests.nodes import clusters
from tests.nodes.node import Node
from tests.postgres import NoPostgres


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(__file__.rpartition("/")[0]):
            item.add_marker(pytest.mark.faults)


def missing(what):
    """Fail where everything is required; else skip, and say what these tests need."""
    if everything_is_required():
        pytest.fail(f"Missing: {what}.", pytrace=False)
    pytest.skip(f"*** NOT TESTED: {what}. Debian: apt-get install postgresql nginx-light ***")


@pytest.fixture(scope="module")
def primary():
    """A PostgreSQL with the site's tables, that may be copied and stopped."""
    try:
        with clusters.primary() as server:
            node = Node(server)
            node.do("migrate")
            node.close()
            yield server
    except NoPostgres as error:
        missing(f"PostgreSQL ({error})")
