"""A backup is a consistent snapshot although others write during it, and it does not block them."""

import io
import json
import sqlite3
import tarfile
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection

from backups import create, restore, snapshot
from editions.edition import Edition
from news.models import Message
from tests.factories import a_category, a_message
from tests.helpers.backups import (  # noqa: F401 (fixtures among them)
    a_file,
    a_media_folder,
    run_command,
    run_plain,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.slow]

# The transaction of each new message adds one to the edition number and writes one version. So in a consistent snapshot
# the increase of the edition number is the number of messages, and that of versions.


def in_another_thread(work):
    """Start a function in a thread, and close its connection at the end."""

    def run_it():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run_it)
    thread.start()
    return thread


def manifest_of(path):
    return json.load(tarfile.open(path).extractfile("manifest.json"))


def is_consistent(path, begin):
    """Return whether a backup is complete and a consistent snapshot."""
    found = restore.verify(io.BytesIO(path.read_bytes()), [], unencrypted=True)
    manifest = manifest_of(path)
    rows = manifest["rows"]
    assert found.rows == sum(rows.values())
    return rows["news_message"] == rows["news_historicalmessage"] == manifest["edition"] - begin


def test_rows_written_between_two_tables_are_in_neither(file, monkeypatch):
    a_category()
    begin, write_rows = Edition.current().number, create.write_table

    def with_a_writer(writer, table, rows):
        if table.name in ("news_historicalmessage", "news_message"):
            thread = in_another_thread(a_message)
            thread.join(20)
            assert not thread.is_alive()  # a backup does not block writers
        return write_rows(writer, table, rows)

    a_message()
    monkeypatch.setattr(create, "write_table", with_a_writer)
    run_plain("backup", file)
    assert is_consistent(file, begin)
    assert (manifest_of(file)["rows"]["news_message"], Message.objects.count()) == (1, 3)


@pytest.mark.parametrize("patience", [0, 5, 10**6])
def test_backups_during_constant_writes_are_consistent(tmp_path, monkeypatch, patience):
    monkeypatch.setattr(snapshot, "PAGES_PER_STEP", 20)
    monkeypatch.setattr(snapshot, "MAX_RESTARTS", patience)
    a_category()
    begin, stop, written = Edition.current().number, threading.Event(), []

    def write():
        while not stop.is_set() and len(written) < 200:
            written.append(a_message().pk)

    thread = in_another_thread(write)
    try:
        held = []
        for number in range(3):
            path = tmp_path / f"backup {number}"
            run_plain("backup", path)
            assert is_consistent(path, begin)
            held.append(manifest_of(path)["rows"]["news_message"])
    finally:
        stop.set()
        thread.join(30)
    assert held == sorted(held) and written
    assert Message.objects.count() == len(written) == Edition.current().number - begin


def test_waiting_for_a_locked_database_has_a_limit(file, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("On PostgreSQL, writers do not block readers.")
    monkeypatch.setattr(snapshot, "TIMEOUT_SECONDS", 0.1)
    holder = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    watch = snapshot._make_progress_callback

    def lock_then_watch(*arguments):
        holder.execute("BEGIN EXCLUSIVE")
        return watch(*arguments)

    monkeypatch.setattr(snapshot, "_make_progress_callback", lock_then_watch)
    try:
        with pytest.raises(CommandError, match="Another program keeps the database locked"):
            run_plain("backup", file)
    finally:
        holder.close()
    assert list(file.parent.iterdir()) == []


def test_the_copy_of_a_sqlite_file_is_deleted_after_the_backup(tmp_path, file, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL is not copied.")
    made = []
    mkstemp = snapshot.tempfile.mkstemp

    def recording(**kwargs):
        made.append(mkstemp(**kwargs))
        return made[-1]

    monkeypatch.setattr(snapshot.tempfile, "mkstemp", recording)
    run_plain("backup", file)
    [(_descriptor, name)] = made
    assert Path(name).parent == Path(connection.settings_dict["NAME"]).parent and not Path(name).exists()
