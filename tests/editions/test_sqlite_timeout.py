"""SQLite busy timeout: short in the WSGI cache, the configured one in Django."""

import sqlite3

import pytest
from django.db import OperationalError
from django.db.backends.sqlite3.base import DatabaseWrapper

from editions import sqlite_timeout

pytestmark = pytest.mark.django_db  # which lets a test connect

OURS = {"timeout": 3600, "init_command": "PRAGMA journal_mode=DELETE"}  # a test that waits this long hangs


@pytest.fixture
def connection(tmp_path):
    """A closed connection to an SQLite file, in a thread that has not used it yet."""
    path = tmp_path / "site.sqlite3"
    sqlite3.connect(path).execute("CREATE TABLE site (number INTEGER)").connection.close()
    connection = DatabaseWrapper(
        {"NAME": path, "OPTIONS": OURS, "TIME_ZONE": None, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True,
         "AUTOCOMMIT": True}
    )  # fmt: skip
    yield connection
    connection.close()


@pytest.fixture
def locked(connection):
    holder = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    yield
    holder.close()


def waits(connection):
    """Return the busy timeout of a connection in milliseconds."""
    return connection.connection.execute("PRAGMA busy_timeout").fetchone()[0]


def test_a_new_connection_has_the_short_timeout_from_its_first_statement(connection, locked):
    with pytest.raises(OperationalError, match="locked"):
        sqlite_timeout.use_short_timeout(connection)
    assert (connection.connection, connection.settings_dict["OPTIONS"]) == (None, OURS)


def test_an_open_connection_has_the_short_timeout_until_django_uses_it(connection):
    sqlite_timeout.use_short_timeout(connection)
    ahead = waits(connection)
    sqlite_timeout.use_short_timeout(connection)
    again = waits(connection)
    sqlite_timeout.restore_timeout(connection)
    assert (ahead, again, waits(connection)) == (300, 300, 3_600_000)


def test_a_connection_that_django_opened_gets_the_short_timeout(connection):
    connection.ensure_connection()
    inside = waits(connection)
    sqlite_timeout.use_short_timeout(connection)
    assert (inside, waits(connection)) == (3_600_000, 300)


def test_a_reopened_connection_has_the_configured_timeout(connection):
    sqlite_timeout.use_short_timeout(connection)
    connection.close()
    connection.ensure_connection()
    sqlite_timeout.restore_timeout(connection)
    assert waits(connection) == 3_600_000
