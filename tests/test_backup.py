"""Backups that are tried: every row and every file comes back as it was, into an empty site, or nothing does."""

import subprocess
import tarfile
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError

from backups import restoring
from backups.tables import LAID_BY_MIGRATE, LEFT_OUT, carried
from consular.models import Enquiry
from editions.edition import Edition
from editions.models import EditionNumber
from news.models import Message
from news.search.models import Entry, Stale
from tests.factories import a_message, an_enquiry
from tests.helpers import backup_sites
from tests.helpers.backups import a_file, a_media_folder, empty, run  # noqa: F401 (two are fixtures)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


# The drill


@pytest.mark.parametrize("key", ["", "a passphrase of some length"])
def test_every_row_and_every_file_comes_back_as_it_was(settings, tmp_path, file, media, key):
    settings.BACKUP_KEY = key
    backup_sites.fill()
    rows, stored = backup_sites.everything(), backup_sites.files_in(media)
    said = run("backup", file)
    other = empty(settings, tmp_path)
    assert backup_sites.everything() != rows
    assert "every row is as it was" in run("restore", file)
    assert backup_sites.everything() == rows
    assert backup_sites.files_in(other) == stored and len(stored) > 10
    assert ("NOT SEALED" in said) == (not key)


def test_a_backup_of_a_restored_site_holds_the_same_to_the_byte(settings, tmp_path, file):
    backup_sites.fill()
    run("backup", file)
    empty(settings, tmp_path)
    run("restore", file)
    run("backup", tmp_path / "again")
    of_tables = [
        {info.name: tar.extractfile(info).read() for info in tar if info.name.startswith(("tables/", "media/"))}
        for tar in map(tarfile.open, (file, tmp_path / "again"))
    ]
    assert of_tables[0] == of_tables[1]


def test_every_table_is_carried_or_left_out_for_a_reason():
    backup_sites.fill()
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert set(LEFT_OUT) | set(LAID_BY_MIGRATE) <= labels
    assert [table.name for table in carried() if not table.model._base_manager.exists()] == []


def test_no_row_that_is_carried_points_to_one_that_is_not():
    pointed = {field.related_model._meta.label for table in carried() for field in table.fields if field.related_model}
    assert pointed.isdisjoint(LEFT_OUT)


def test_standard_tools_read_it(tmp_path, file):
    backup_sites.fill()
    default_storage.save("pictures/" + "ж" * 80 + ".txt", ContentFile(b"A name that no head of a tar has room for."))
    run("backup", file)
    subprocess.run(["tar", "-xf", file], cwd=tmp_path, check=True)
    done = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# What is right afterwards


def test_search_tally_and_new_messages_go_on(settings, tmp_path, file, client):
    backup_sites.fill()
    before = Entry.objects.count()
    run("backup", file)
    empty(settings, tmp_path)
    run("restore", file)
    assert (Entry.objects.count(), Stale.objects.count()) == (before, 0)
    highest = Message.objects.order_by("-pk").first().pk
    message = a_message(headline="Written on the restored site", publish_at=datetime.now(UTC) - timedelta(hours=1))
    assert message.pk > highest
    assert message.slug in client.get("/search/?q=restored").content.decode()
    assert message.slug in client.get(f"/messages/{message.day:%Y/%m}/").content.decode()


def test_a_number_that_was_given_to_a_row_is_never_given_again(settings, tmp_path, file):
    a_message(publish_at=None)
    gone = a_message(publish_at=None)
    number = gone.pk
    gone.delete()
    run("backup", file)
    empty(settings, tmp_path)
    run("restore", file)
    assert a_message().pk == number + 1


def test_the_edition_is_higher_than_any_before(settings, tmp_path, file):
    a_message()
    run("backup", file)
    for _ in range(5):
        a_message()  # after the backup: pages of these editions have been served, too
    served = Edition.current().number
    empty(settings, tmp_path)
    run("restore", file)
    assert Edition.current().number > served


def test_the_edition_is_higher_also_where_the_clock_was_ahead(settings, tmp_path, file):
    ahead = 10**17
    EditionNumber.objects.update(number=ahead)
    run("backup", file)
    empty(settings, tmp_path)
    run("restore", file)
    assert Edition.current().number > ahead


def test_acts_still_can_not_be_changed(settings, tmp_path, file):
    from django.db import DatabaseError

    from news.models import Act

    backup_sites.fill()
    run("backup", file)
    empty(settings, tmp_path)
    run("restore", file)
    with pytest.raises(DatabaseError):
        Act.objects.update(reason="Another")


def test_sealed_texts_stay_sealed_in_the_backup_and_their_keys_are_not_in_it(settings, tmp_path, file):
    settings.ENQUIRY_KEYS = ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
    an_enquiry(question="My passport is lost")
    said = run("backup", file)
    subprocess.run(["tar", "-xf", file], cwd=tmp_path, check=True)
    subprocess.run("gzip -d tables/*.gz", shell=True, cwd=tmp_path, check=True)
    all_of_it = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != file)
    assert b"Topic" in all_of_it
    assert b"passport is lost" not in all_of_it
    assert settings.ENQUIRY_KEYS[0].encode() not in all_of_it
    assert "NOT IN IT: ENQUIRY_KEYS and SECRET_KEY" in said


def test_restoring_says_loudly_that_the_keys_are_others(settings, tmp_path, file):
    an_enquiry()
    run("backup", file)
    empty(settings, tmp_path)
    settings.SECRET_KEY = "another one"
    assert "THE ENQUIRIES CAN'T BE READ HERE" in run("restore", file)
    settings.SECRET_KEY = "for-the-tests-only"
    assert Enquiry.objects.get().question == "I have lost my passport."


def test_restoring_says_how_many_letters_wait(settings, tmp_path, file):
    an_enquiry()
    run("backup", file)
    empty(settings, tmp_path)
    assert "letters waited in the outbox" in run("restore", file)


# What is refused


def test_a_site_that_is_not_empty_is_refused(file):
    a_message()
    run("backup", file)
    rows = backup_sites.everything()
    with pytest.raises(CommandError, match=r"not empty \(rows in .*news_category: 1,"):
        run("restore", file)
    assert backup_sites.everything() == rows


def test_a_media_folder_that_is_not_empty_is_refused(settings, tmp_path, file):
    a_message()
    run("backup", file)
    other = empty(settings, tmp_path)
    default_storage.save("somebody's.txt", ContentFile(b"Mine"))
    with pytest.raises(CommandError, match="media folder is not empty"):
        run("restore", file)
    assert not Message.objects.exists() and list(backup_sites.files_in(other).values()) == [b"Mine"]


def test_checking_touches_nothing_and_works_on_a_site_in_use(file):
    a_message()
    run("backup", file)
    number = Edition.current().number
    assert "The file is whole" in run("restore", file, "--check")
    assert Edition.current().number == number


def test_what_fails_at_the_very_end_leaves_nothing_behind(settings, tmp_path, file, monkeypatch):
    backup_sites.fill()
    run("backup", file)
    other = empty(settings, tmp_path)
    rows = backup_sites.everything()
    monkeypatch.setattr(restoring, "compare", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(CommandError, match=r"No space left on device. Nothing was restored"):
        run("restore", file)
    assert (backup_sites.everything(), backup_sites.files_in(other)) == (rows, {})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda known: known[1:], "has migrations that this one does not know .* Check that release out"),
        (lambda known: [*known, ("news", "9999_later")], "before migrations of this one .news.9999_later.* then check"),
    ],
)
def test_a_backup_of_another_release_is_refused_with_what_to_do(settings, tmp_path, file, monkeypatch, change, says):
    from backups import database

    run("backup", file)
    known = change(database.known())
    monkeypatch.setattr(database, "known", lambda: known)
    with pytest.raises(CommandError, match=says):
        run("restore", file)


def test_a_database_that_waits_for_migrations_is_refused(file, monkeypatch):
    from backups import database

    known = [*database.known(), ("news", "9999_later")]
    monkeypatch.setattr(database, "known", lambda: known)
    with pytest.raises(CommandError, match=r"Run: python manage\.py migrate"):
        run("backup", file)
    assert not file.exists()
