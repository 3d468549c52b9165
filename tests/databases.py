"""The test database: the migrations run once per test run, every worker copies the result, and tests that commit
get the copy put back.

Django's own way runs the migrations in every worker, and after each test that commits (`transaction=True`) it empties
some seventy tables and runs every `post_migrate` receiver again. A copy costs a few milliseconds.
"""

import fcntl
import sqlite3
import time
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection
from django.test import TransactionTestCase

from tests import environment

_in_use = []  # the databases of this worker


@contextmanager
def migrated_copy(name):
    """Connect Django to a new database, `name`, as the migrations leave one; delete it at the end."""
    databases = Sqlite(name) if connection.vendor == "sqlite" else PostgreSQL(name)
    with one_worker_at_a_time():
        if not databases.template_exists():
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()
        databases.copy()
    connection.settings_dict["NAME"] = databases.name
    with_flush = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda test_case: restore()
    _in_use.append(databases)
    try:
        yield
    finally:
        _in_use.remove(databases)
        TransactionTestCase._fixture_teardown = with_flush
        connection.close()
        databases.delete()


def restore():
    """Reset the database to its state after the migrations, with an edition number that was not used before.

    A server that runs across tests has cached pages of earlier tests, by their edition numbers.
    """
    _in_use[-1].restore()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE editions_editionnumber SET number = %s", [time.time_ns() // 1000])


@contextmanager
def one_worker_at_a_time():
    """Hold a lock that the workers of one test run share."""
    with (environment.directory() / "database.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Sqlite:
    """The template and the copy are files in the directory of this test run."""

    def __init__(self, name):
        self.template = Path(connection.settings_dict["TEST"]["NAME"])
        self.name = str(self.template.with_name(f"{name}.sqlite3"))

    def template_exists(self):
        return self.template.exists()

    def copy(self):
        with closing(sqlite3.connect(self.template)) as template, closing(sqlite3.connect(self.name)) as copy:
            template.backup(copy)

    def restore(self):
        """Write the template over the copy as one transaction, as other connections may be open."""
        with closing(sqlite3.connect(self.template)) as template, closing(sqlite3.connect(self.name)) as copy:
            copy.execute("PRAGMA synchronous = OFF")
            template.backup(copy)

    def delete(self):
        Path(self.name).unlink()


class PostgreSQL:
    """The template is Django's test database. PostgreSQL copies it file by file."""

    def __init__(self, name):
        self.template = connection.creation._get_test_db_name()
        self.name = f"{self.template}_{name}"

    def template_exists(self):
        """Return whether a worker of this run has made the template; a database of an earlier run is made again."""
        made = environment.directory() / "template-is-made"
        if made.exists():
            return True
        made.touch()
        return False

    def copy(self):
        connection.close()
        quoted = connection.ops.quote_name
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted(self.name)} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {quoted(self.name)} TEMPLATE {quoted(self.template)}")

    restore = copy

    def delete(self):
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(self.name)} WITH (FORCE)")
