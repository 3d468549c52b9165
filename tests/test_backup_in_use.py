"""A backup holds one moment, while others go on writing; and nobody waits for it."""

import io
import json
import sqlite3
import tarfile
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection

from backups import restoring, snapshot, taking
from editions.edition import Edition
from news.models import Message
from tests.factories import a_category, a_message
from tests.helpers.backups import a_file, a_media_folder, run  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

# Each message that is written moves the edition by one, and has one version, in its transaction. So in a backup that
# holds one moment the edition is ahead of its beginning by as many as there are messages, and as there are versions.


def in_another_thread(work):
    """Start some work in a thread, whose connection is closed at its end."""

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


def is_of_one_moment(path, begin):
    """Say whether a backup is whole and holds one moment."""
    found = restoring.look_through(io.BytesIO(path.read_bytes()), None)
    manifest = manifest_of(path)
    rows = manifest["rows"]
    assert found.rows == sum(rows.values())
    return rows["news_message"] == rows["news_historicalmessage"] == manifest["edition"] - begin


def test_what_is_written_between_two_tables_is_in_none_of_them(file, monkeypatch):
    a_category()
    begin, write_rows = Edition.current().number, taking.write_rows

    def with_a_writer(writer, table, rows):
        if table.name in ("news_historicalmessage", "news_message"):
            thread = in_another_thread(a_message)
            thread.join(20)
            assert not thread.is_alive()  # nobody has to wait until a backup is done
        return write_rows(writer, table, rows)

    a_message()
    monkeypatch.setattr(taking, "write_rows", with_a_writer)
    run("backup", file)
    assert is_of_one_moment(file, begin)
    assert (manifest_of(file)["rows"]["news_message"], Message.objects.count()) == (1, 3)


@pytest.mark.parametrize("patience", [0, 5, 10**6])
def test_backups_under_a_writer_that_never_rests_hold_one_moment_each(tmp_path, monkeypatch, patience):
    monkeypatch.setattr(snapshot, "PAGES", 20)
    monkeypatch.setattr(snapshot, "PATIENCE", patience)
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
            run("backup", path)
            assert is_of_one_moment(path, begin)
            held.append(manifest_of(path)["rows"]["news_message"])
    finally:
        stop.set()
        thread.join(30)
    assert held == sorted(held) and written
    assert Message.objects.count() == len(written) == Edition.current().number - begin


def test_a_database_that_somebody_holds_is_not_waited_for_without_end(file, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("On PostgreSQL nobody keeps others from reading.")
    monkeypatch.setattr(snapshot, "LOCKED", 0.1)
    holder = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    watch = snapshot._watch

    def then_held(*arguments):
        holder.execute("BEGIN EXCLUSIVE")
        return watch(*arguments)

    monkeypatch.setattr(snapshot, "_watch", then_held)
    try:
        with pytest.raises(CommandError, match="holds the database for themselves"):
            run("backup", file)
    finally:
        holder.close()
    assert list(file.parent.iterdir()) == []


def test_the_copy_of_a_sqlite_file_is_gone_when_the_backup_is_done(tmp_path, file, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL is read where it is.")
    made = []
    mkstemp = snapshot.tempfile.mkstemp

    def noted(**kwargs):
        made.append(mkstemp(**kwargs))
        return made[-1]

    monkeypatch.setattr(snapshot.tempfile, "mkstemp", noted)
    run("backup", file)
    [(_descriptor, name)] = made
    assert Path(name).parent == Path(connection.settings_dict["NAME"]).parent and not Path(name).exists()
