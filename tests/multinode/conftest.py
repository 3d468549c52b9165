"""Fixtures for tests with several nodes, replicas or PgBouncer; skipped with a message without PostgreSQL or nginx."""

import pytest

from tests.helpers.requirements import missing
from tests.multinode import postgres_servers
from tests.postgres import NoPostgres


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(__file__.rpartition("/")[0]):
            item.add_marker(pytest.mark.resilience)


@pytest.fixture(scope="module")
def primary():
    """A migrated PostgreSQL server that tests may copy and stop."""
    try:
        with postgres_servers.primary() as server:
            yield server
    except NoPostgres as error:
        missing(f"PostgreSQL (Debian: apt-get install postgresql): {error}")
