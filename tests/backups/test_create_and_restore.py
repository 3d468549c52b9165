"""A restore into an empty site restores every row and every file, or nothing."""

import subprocess
import tarfile
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError

from backups import restore
from backups.rows import EXCLUDED_TABLES, TABLES_FILLED_BY_MIGRATE, included_tables
from consular.models import Enquiry
from editions.edition import Edition
from editions.models import EditionNumber
from news.models import Message
from search.models import ReindexQueue, SearchDocument
from tests.factories import a_message, an_enquiry
from tests.helpers import backup_sites
from tests.helpers.backups import (  # noqa: F401 (fixtures among them)
    RECIPIENT,
    a_file,
    a_media_folder,
    an_identity_file,
    empty_site,
    run_command,
    run_plain,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.slow]


# The drill


@pytest.mark.parametrize("encrypted", [False, True])
def test_every_row_and_every_file_is_restored(settings, tmp_path, file, media, identity_file, encrypted):
    settings.BACKUP_RECIPIENT, settings.BACKUP_IDENTITY_FILE = RECIPIENT, str(identity_file)
    execute = run_command if encrypted else run_plain
    backup_sites.fill_site_for_backup()
    rows, stored = backup_sites.all_rows(), backup_sites.files_in(media)
    output = execute("backup", file)
    other = empty_site(settings, tmp_path)
    assert backup_sites.all_rows() != rows
    assert "Every row is the same as in the backup" in execute("restore", file)
    assert backup_sites.all_rows() == rows
    assert backup_sites.files_in(other) == stored and len(stored) > 10
    assert ("NOT ENCRYPTED" in output) != encrypted


def test_a_backup_of_a_restored_site_has_the_same_bytes(settings, tmp_path, file):
    backup_sites.fill_site_for_backup()
    run_plain("backup", file)
    empty_site(settings, tmp_path)
    run_plain("restore", file)
    run_plain("backup", tmp_path / "again")
    of_tables = [
        {info.name: tar.extractfile(info).read() for info in tar if info.name.startswith(("tables/", "media/"))}
        for tar in map(tarfile.open, (file, tmp_path / "again"))
    ]
    assert of_tables[0] == of_tables[1]


@pytest.mark.one_database
def test_every_table_is_included_or_excluded_for_a_reason():
    backup_sites.fill_site_for_backup()
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert set(EXCLUDED_TABLES) | set(TABLES_FILLED_BY_MIGRATE) <= labels
    assert [table.name for table in included_tables() if not table.model._base_manager.exists()] == []


@pytest.mark.one_database
def test_no_included_row_refers_to_an_excluded_one():
    referred = {
        field.related_model._meta.label for table in included_tables() for field in table.fields if field.related_model
    }
    assert referred.isdisjoint(EXCLUDED_TABLES)


@pytest.mark.one_database
def test_standard_tools_read_it(tmp_path, file):
    backup_sites.fill_site_for_backup()
    default_storage.save("pictures/" + "ж" * 80 + ".txt", ContentFile(b"A name that needs an extended header."))
    run_plain("backup", file)
    subprocess.run(["tar", "-xf", file], cwd=tmp_path, check=True)
    done = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# After a restore


def test_search_archive_and_new_messages_work_after_a_restore(settings, tmp_path, file, client):
    backup_sites.fill_site_for_backup()
    before = SearchDocument.objects.count()
    run_plain("backup", file)
    empty_site(settings, tmp_path)
    run_plain("restore", file)
    assert (SearchDocument.objects.count(), ReindexQueue.objects.count()) == (before, 0)
    highest = Message.objects.order_by("-pk").first().pk
    message = a_message(headline="Written on the restored site", publish_at=datetime.now(UTC) - timedelta(hours=1))
    assert message.pk > highest
    assert message.slug in client.get("/search/?q=restored").content.decode()
    assert message.slug in client.get(f"/messages/{message.day:%Y/%m}/").content.decode()


def test_a_primary_key_of_a_deleted_row_is_not_assigned_again(settings, tmp_path, file):
    a_message(publish_at=None)
    gone = a_message(publish_at=None)
    number = gone.pk
    gone.delete()
    run_plain("backup", file)
    empty_site(settings, tmp_path)
    run_plain("restore", file)
    assert a_message().pk == number + 1


def test_the_edition_number_is_higher_than_any_before(settings, tmp_path, file):
    a_message()
    run_plain("backup", file)
    for _ in range(5):
        a_message()  # after the backup; pages of these editions were served
    served = Edition.current().number
    empty_site(settings, tmp_path)
    run_plain("restore", file)
    assert Edition.current().number > served


def test_the_edition_number_is_higher_even_if_the_clock_was_ahead(settings, tmp_path, file):
    ahead = 10**17
    EditionNumber.objects.update(number=ahead)
    run_plain("backup", file)
    empty_site(settings, tmp_path)
    run_plain("restore", file)
    assert Edition.current().number > ahead


def test_log_entries_still_cannot_be_changed(settings, tmp_path, file):
    from django.db import DatabaseError

    from news.models import WorkflowLogEntry

    backup_sites.fill_site_for_backup()
    run_plain("backup", file)
    empty_site(settings, tmp_path)
    run_plain("restore", file)
    with pytest.raises(DatabaseError):
        WorkflowLogEntry.objects.update(reason="Another")


@pytest.mark.one_database
def test_encrypted_fields_stay_encrypted_and_their_keys_are_not_in_the_backup(settings, tmp_path, file):
    settings.ENQUIRY_KEYS = ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
    an_enquiry(question="My passport is lost")
    output = run_plain("backup", file)
    subprocess.run(["tar", "-xf", file], cwd=tmp_path, check=True)
    subprocess.run("gzip -d tables/*.gz", shell=True, cwd=tmp_path, check=True)
    all_of_it = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != file)
    assert b"Topic" in all_of_it
    assert b"passport is lost" not in all_of_it
    assert settings.ENQUIRY_KEYS[0].encode() not in all_of_it
    assert "NOT INCLUDED: ENQUIRY_KEYS and SECRET_KEY" in output


@pytest.mark.one_database
def test_a_restore_warns_of_missing_enquiry_keys(settings, tmp_path, file):
    an_enquiry()
    run_plain("backup", file)
    empty_site(settings, tmp_path)
    settings.SECRET_KEY = "another one"
    assert "THE ENQUIRIES CANNOT BE READ HERE" in run_plain("restore", file)
    settings.SECRET_KEY = "for-the-tests-only"
    assert Enquiry.objects.get().question == "I have lost my passport."


@pytest.mark.one_database
def test_a_restore_reports_waiting_emails(settings, tmp_path, file):
    an_enquiry()
    run_plain("backup", file)
    empty_site(settings, tmp_path)
    assert "e-mails were waiting in the outbox" in run_plain("restore", file)


# Refusals


def test_a_site_that_is_not_empty_is_refused(file):
    a_message()
    run_plain("backup", file)
    rows = backup_sites.all_rows()
    with pytest.raises(CommandError, match=r"not empty \(rows in .*news_category: 1,"):
        run_plain("restore", file)
    assert backup_sites.all_rows() == rows


@pytest.mark.one_database
def test_a_media_folder_that_is_not_empty_is_refused(settings, tmp_path, file):
    a_message()
    run_plain("backup", file)
    other = empty_site(settings, tmp_path)
    default_storage.save("somebody's.txt", ContentFile(b"Mine"))
    with pytest.raises(CommandError, match="media folder is not empty"):
        run_plain("restore", file)
    assert not Message.objects.exists() and list(backup_sites.files_in(other).values()) == [b"Mine"]


def test_check_changes_nothing_and_works_on_a_site_in_use(file):
    a_message()
    run_plain("backup", file)
    number = Edition.current().number
    assert "The file is complete" in run_plain("restore", file, "--check")
    assert Edition.current().number == number


def test_a_restore_that_fails_at_the_end_leaves_nothing(settings, tmp_path, file, monkeypatch):
    backup_sites.fill_site_for_backup()
    run_plain("backup", file)
    other = empty_site(settings, tmp_path)
    rows = backup_sites.all_rows()
    monkeypatch.setattr(
        restore, "verify_database", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(CommandError, match=r"No space left on device. Nothing was restored"):
        run_plain("restore", file)
    assert (backup_sites.all_rows(), backup_sites.files_in(other)) == (rows, {})


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda known: known[1:], "with migrations that this release does not have .* Check that release out"),
        (
            lambda known: [*known, ("news", "9999_later")],
            "without migrations that this release has .news.9999_later.* then check",
        ),
    ],
)
def test_a_backup_of_another_release_is_refused_with_advice(settings, tmp_path, file, monkeypatch, change, message):
    from backups import database

    run_plain("backup", file)
    known = change(database.release_migrations())
    monkeypatch.setattr(database, "release_migrations", lambda: known)
    with pytest.raises(CommandError, match=message):
        run_plain("restore", file)


@pytest.mark.one_database
def test_a_database_with_unapplied_migrations_is_refused(file, monkeypatch):
    from backups import database

    known = [*database.release_migrations(), ("news", "9999_later")]
    monkeypatch.setattr(database, "release_migrations", lambda: known)
    with pytest.raises(CommandError, match=r"Run: python manage\.py migrate"):
        run_plain("backup", file)
    assert not file.exists()
