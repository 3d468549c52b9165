"""How long SQLite waits for a locked file: hardly ahead of Django, as the settings say in it."""

import sqlite3

import pytest
from django.db import OperationalError
from django.db.backends.sqlite3.base import DatabaseWrapper

from editions import patience

pytestmark = pytest.mark.django_db  # which lets a test connect

OURS = {"timeout": 3600, "init_command": "PRAGMA journal_mode=DELETE"}  # who waits as they say hangs this test


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
    """Return the milliseconds for which a connection waits."""
    return connection.connection.execute("PRAGMA busy_timeout").fetchone()[0]


def test_a_connection_opened_ahead_of_django_waits_hardly_from_its_first_statement_on(connection, locked):
    with pytest.raises(OperationalError, match="locked"):
        patience.open_soon(connection)
    assert (connection.connection, connection.settings_dict["OPTIONS"]) == (None, OURS)


def test_one_that_is_open_waits_hardly_until_django_has_it_again(connection):
    patience.open_soon(connection)
    ahead = waits(connection)
    patience.open_soon(connection)
    again = waits(connection)
    patience.restore(connection)
    assert (ahead, again, waits(connection)) == (300, 300, 3_600_000)


def test_one_that_django_has_opened_waits_hardly_too(connection):
    connection.ensure_connection()
    inside = waits(connection)
    patience.open_soon(connection)
    assert (inside, waits(connection)) == (3_600_000, 300)


def test_one_that_django_opens_anew_is_not_short_of_patience(connection):
    patience.open_soon(connection)
    connection.close()
    connection.ensure_connection()
    patience.restore(connection)
    assert waits(connection) == 3_600_000
