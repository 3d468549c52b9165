"""A SQLite file that another program uses: in WAL mode the site works, and a locked file is reported."""

import os
import sqlite3
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from monitoring.doctor.context import CheckContext
from monitoring.doctor.host import MAX_WAL_BYTES, check_database, check_wal
from monitoring.sqlite_file import is_locked_by_another_program
from tests.environment import VALUES

AT_WORK = """
import sys
import django
from django.conf import settings
django.setup()
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pages.models import Page
call_command("migrate", verbosity=0)
Page.objects.create(path="visas", title="Visas", body="<p>How to apply.</p>", shown=True)
client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
statuses = [client.get(path).status_code for path in ("/", "/messages/", "/contact/", "/visas/", "/search/?q=visa")]
ready = client.get("/readyz")
call_command("backup", sys.argv[1], unencrypted=True, verbosity=0)
call_command("restore", sys.argv[1], check=True, unencrypted=True, verbosity=0)
with connection.cursor() as cursor:
    cursor.execute("PRAGMA journal_mode")
    mode = cursor.fetchone()[0]
print(*statuses, ready.status_code, mode)
"""


def at_work(tmp_path, url):
    """Return the output of a process that migrates, writes, serves requests and makes a backup."""
    environment = os.environ | VALUES | {"DATABASE_URL": url, "MEDIA_ROOT": str(tmp_path / "media")}
    environment["DJANGO_SETTINGS_MODULE"] = "tests.multinode.settings"
    done = subprocess.run(
        [sys.executable, "-c", AT_WORK, tmp_path / "site.backup"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.stdout.strip() or done.stderr[-2000:]


@pytest.mark.slow
def test_the_site_works_while_another_program_reads_in_wal_mode(tmp_path):
    file = tmp_path / "site.sqlite3"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("CREATE TABLE held (id INTEGER)")
    other.execute("BEGIN")
    other.execute("SELECT * FROM held").fetchall()
    try:
        assert at_work(tmp_path, f"sqlite:///{file}") == "200 200 200 200 200 200 wal"
    finally:
        other.close()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite has a file.")
@pytest.mark.parametrize("error", [TimeoutError(), OperationalError("database is locked")])
def test_a_locked_file_is_reported_as_the_cause(client, monkeypatch, error):
    def ask(seconds):
        raise error

    monkeypatch.setattr("monitoring.health.state_query.result", ask)
    monkeypatch.setattr("monitoring.doctor.host._number_call.result", ask)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"the SQLite file is locked by another program\n")
    ((says, do),) = check_database(CheckContext(None, (), False))
    assert "another program keeps the SQLite file locked" in says and "fuser" in do
    assert not is_locked_by_another_program(OperationalError("disk I/O error"))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite has this log.")
@pytest.mark.parametrize(("size", "faults"), [(MAX_WAL_BYTES, 0), (MAX_WAL_BYTES + 1, 1), (None, 0)])
def test_a_large_write_ahead_log_is_a_problem(tmp_path, monkeypatch, size, faults):
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "site.sqlite3"))
    if size is not None:
        with (tmp_path / "site.sqlite3-wal").open("wb") as log:
            log.truncate(size)
    assert len(list(check_wal(CheckContext(None, (), False)))) == faults
