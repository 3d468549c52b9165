"""A backup of one database is restored to the other: from PostgreSQL to SQLite, and back."""

import pytest
from django.core.management import call_command
from django.db import connection

from tests.helpers import backup_sites
from tests.helpers.backups import a_media_folder  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.slow]


@pytest.fixture
def another_postgresql():
    """The URL of another, empty PostgreSQL database, which is dropped afterwards."""
    if connection.vendor != "postgresql":
        pytest.skip("Both directions are tested if the tests run on PostgreSQL.")
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield backup_sites.database_url(name)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def a_line(folder):
    """Return a file with one message, for import_messages."""
    path = folder / "one.jsonl"
    path.write_text('{"headline": "A new one", "category": "speeches", "publish_at": "2020-11-01T12:00:00+00:00"}\n')
    return path


@pytest.mark.one_database
def test_a_site_is_restored_by_another_process_with_its_own_database(tmp_path, media):
    backup_sites.fill_site_for_backup()
    rows, stored = backup_sites.all_rows(), backup_sites.files_in(media)
    call_command("backup", str(tmp_path / "first"), "--unencrypted", verbosity=0)
    other = backup_sites.AnotherSite(f"sqlite:///{tmp_path}/other.sqlite3", tmp_path / "other")
    restored = other.manage("restore", tmp_path / "first", "--unencrypted")
    assert "Every row is the same as in the backup" in restored.stdout, restored.said
    assert other.everything() == rows
    assert backup_sites.files_in(other.media) == stored


@pytest.mark.thorough
def test_every_row_and_file_survives_postgresql_to_sqlite_and_back(tmp_path, media, another_postgresql):
    backup_sites.fill_site_for_backup()
    rows, stored = backup_sites.all_rows(), backup_sites.files_in(media)
    call_command("backup", str(tmp_path / "first"), "--unencrypted", verbosity=0)
    sqlite = backup_sites.AnotherSite(f"sqlite:///{tmp_path}/other.sqlite3", tmp_path / "sqlite")
    postgresql = backup_sites.AnotherSite(another_postgresql, tmp_path / "postgresql")
    for site, command, name in (
        (sqlite, "restore", "first"),
        (sqlite, "backup", "second"),
        (postgresql, "restore", "second"),
        (postgresql, "backup", "third"),
    ):
        done = site.manage(command, tmp_path / name, "--unencrypted")
        assert done.returncode == 0, done.said
    assert postgresql.everything() == rows
    assert backup_sites.files_in(postgresql.media) == stored
    written = postgresql.manage("import_messages", a_line(tmp_path))
    assert "1 " in written.stdout and written.returncode == 0, written.said  # so primary keys continue
