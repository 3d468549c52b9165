"""The file that `backup` writes: complete or not at all, encrypted or not, with every file of the media."""

import io
import re
import tarfile
from datetime import timedelta

import pyrage
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from backups import BackupError, media, restore
from backups.checks import NO_RECIPIENT, check_backups_are_encrypted
from backups.models import Backup, last_backup
from tests.helpers import backup_sites
from tests.helpers.backups import (  # noqa: F401 (fixtures among them)
    IDENTITY,
    OTHER_IDENTITY,
    RECIPIENT,
    a_file,
    a_media_folder,
    an_identity_file,
    empty_site,
    run_command,
    run_plain,
    two_backups,
)
from tests.helpers.files import an_attachment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


# The file


@pytest.mark.one_database
def test_an_existing_file_is_not_overwritten(file):
    file.write_text("Mine")
    with pytest.raises(CommandError, match="already exists"):
        run_plain("backup", file)
    assert file.read_text() == "Mine"


@pytest.mark.parametrize("recipient", ["", RECIPIENT])
def test_a_backup_that_fails_leaves_no_file(tmp_path, file, settings, monkeypatch, recipient):
    from backups import create

    settings.BACKUP_RECIPIENT = recipient
    monkeypatch.setattr(create, "write_media", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(CommandError, match=r"No space left on device\. The incomplete file was deleted"):
        (run_command if recipient else run_plain)("backup", file)
    assert list(tmp_path.iterdir()) == [] and last_backup() is None


@pytest.mark.one_database
def test_only_its_owner_can_read_the_file(file):
    run_plain("backup", file)
    assert file.stat().st_mode & 0o777 == 0o600


# Encryption


@pytest.mark.one_database
def test_without_a_recipient_no_backup_is_written_unless_unencrypted_is_allowed(file):
    with pytest.raises(CommandError, match=r"BACKUP_RECIPIENT is not set.*--unencrypted"):
        run_command("backup", file)
    assert not file.exists()
    assert "NOT ENCRYPTED" in run_plain("backup", file)


@pytest.mark.one_database
@pytest.mark.parametrize("recipient", ["short", "age1qqqq", f"{RECIPIENT},x", str(IDENTITY)])
def test_an_invalid_recipient_is_refused_and_not_repeated(file, settings, recipient):
    settings.BACKUP_RECIPIENT = recipient
    with pytest.raises(CommandError, match="BACKUP_RECIPIENT is not valid") as refused:
        run_command("backup", file)
    assert recipient not in str(refused.value) and not file.exists()


@pytest.mark.one_database
def test_any_of_several_recipients_can_restore(tmp_path, file, settings, identity_file):
    settings.BACKUP_RECIPIENT = f" {OTHER_IDENTITY.to_public()}, {RECIPIENT},"
    run_command("backup", file)
    (tmp_path / "other").write_text(str(OTHER_IDENTITY))
    for path in (identity_file, tmp_path / "other"):
        assert "encrypted for this identity" in run_command("restore", file, "--check", "--identity", path)


@pytest.mark.one_database
def test_a_new_identity_restores_its_backups(tmp_path, file, settings):
    key = tmp_path / "new"
    printed = run_command("backup", key, "--new-identity")
    assert key.stat().st_mode & 0o777 == 0o600 and "AGE-SECRET-KEY" not in printed
    settings.BACKUP_RECIPIENT = re.search("BACKUP_RECIPIENT=(age1[a-z0-9]+)\n", printed)[1]
    run_command("backup", file)
    settings.BACKUP_IDENTITY_FILE = str(key)
    assert "file is complete" in run_command("restore", file, "--check")


@pytest.mark.one_database
def test_a_new_identity_does_not_overwrite_another(identity_file):
    before = identity_file.read_text()
    with pytest.raises(CommandError, match="already exists"):
        run_command("backup", identity_file, "--new-identity")
    assert identity_file.read_text() == before


@pytest.mark.one_database
@pytest.mark.parametrize("text", ["", "# a comment\n", "nonsense", RECIPIENT, f"{IDENTITY}\nnonsense"])
def test_an_invalid_identity_file_is_refused(made, tmp_path, text):
    (tmp_path / "identity").write_text(text)
    with pytest.raises(CommandError, match="not an identity file of age") as refused:
        run_command("restore", made / "encrypted", "--check", "--identity", tmp_path / "identity")
    assert "AGE-SECRET" not in str(refused.value)


@pytest.mark.one_database
def test_a_missing_identity_file_is_reported(made, tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run_command("restore", made / "encrypted", "--check", "--identity", tmp_path / "nowhere")


@pytest.mark.one_database
@pytest.mark.parametrize("arguments", [[], ["--unencrypted"]])
def test_an_encrypted_file_without_an_identity_is_refused(made, arguments):
    with pytest.raises(CommandError, match=r"is encrypted.*--identity"):
        run_command("restore", made / "encrypted", "--check", *arguments)


@pytest.mark.one_database
@pytest.mark.parametrize("check", [["--check"], []])
@pytest.mark.parametrize("with_identity", [True, False])
def test_an_unencrypted_file_is_refused_unless_it_is_allowed(made, identity_file, check, with_identity):
    arguments = [*check, "--identity", identity_file] if with_identity else check
    with pytest.raises(CommandError, match=r"not encrypted.*--unencrypted"):
        run_command("restore", made / "plain", *arguments)
    assert "NOT ENCRYPTED" in run_command("restore", made / "plain", "--check", "--unencrypted")


@pytest.mark.one_database
def test_an_unencrypted_file_in_the_place_of_the_checked_one_is_not_restored(made):
    found = restore.verify(io.BytesIO((made / "encrypted").read_bytes()), [IDENTITY])
    with pytest.raises(BackupError, match="not encrypted"):
        restore.restore_backup(io.BytesIO((made / "plain").read_bytes()), [IDENTITY], found)


@pytest.mark.one_database
def test_the_age_format_is_the_standard_one(made, tmp_path):
    (tmp_path / "tar").write_bytes(pyrage.decrypt((made / "encrypted").read_bytes(), [IDENTITY]))
    assert "manifest.json" in tarfile.open(tmp_path / "tar").getnames()


@pytest.mark.one_database
@pytest.mark.parametrize(("recipient", "warned"), [("", True), (" ", True), (RECIPIENT, False)])
def test_check_warns_of_a_deployment_without_a_recipient(settings, recipient, warned):
    settings.BACKUP_RECIPIENT = recipient
    assert (check_backups_are_encrypted() == [NO_RECIPIENT]) == warned


def test_the_time_of_the_last_backup_is_recorded(file, tmp_path, clock):
    assert last_backup() is None
    run_plain("backup", file)
    clock.shift(timedelta(hours=1))
    run_plain("backup", tmp_path / "second")
    assert last_backup() == Backup.objects.order_by("pk").last().taken_at
    assert (Backup.objects.count(), Backup.objects.first().size) == (2, file.stat().st_size)


# The media


@pytest.mark.one_database
def test_a_missing_file_that_a_row_refers_to_is_reported(file, media):
    attachment = an_attachment()
    name = attachment.file.name
    default_storage.delete(name)
    assert f"1 file is not in the storage, so not in the backup, but is referred to: {name}" in run_plain(
        "backup", file
    )


@pytest.mark.one_database
def test_a_file_that_is_deleted_during_the_backup_is_skipped(file, monkeypatch):
    default_storage.save("one.txt", ContentFile(b"1"))
    default_storage.save("two.txt", ContentFile(b"2"))
    size = default_storage.size
    monkeypatch.setattr(default_storage._wrapped, "size", lambda name: gone() if name == "one.txt" else size(name))

    def gone():
        raise FileNotFoundError

    assert " 1 files" in run_plain("backup", file)


@pytest.mark.one_database
def test_a_recent_file_is_left_out_unless_a_row_refers_to_it(file, monkeypatch):
    named = an_attachment().file.name
    default_storage.save("half.txt", ContentFile(b"1"))
    monkeypatch.setattr(media, "MIN_AGE_SECONDS", 10**6)
    monkeypatch.setattr(media.time, "sleep", lambda seconds: None)
    assert "1 file was left out, because it may be incomplete or its name is not portable: half.txt" in run_plain(
        "backup", file
    )
    assert [info.name for info in tarfile.open(file) if info.name.startswith("media/")] == [f"media/{named}"]


@pytest.mark.one_database
def test_media_in_a_storage_without_paths_are_restored(settings, file):
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    name, content = default_storage.save("a/deep/one.txt", ContentFile(b"One")), b"One"
    run_plain("backup", file)
    call_command("flush", interactive=False, verbosity=0)
    default_storage.delete(name)
    run_plain("restore", file)
    assert [(found, default_storage.open(found).read()) for found in media.walk_storage(default_storage)] == [
        (name, content)
    ]


@pytest.mark.one_database
def test_a_file_that_grows_during_the_backup_is_reported(file, monkeypatch):
    default_storage.save("one.txt", ContentFile(b"12"))
    monkeypatch.setattr(default_storage._wrapped, "size", lambda name: 1)
    with pytest.raises(CommandError, match=r"one.txt changed while it was copied"):
        run_plain("backup", file)
    monkeypatch.setattr(default_storage._wrapped, "size", lambda name: 3)
    with pytest.raises(CommandError, match=r"one.txt changed while it was copied"):
        run_plain("backup", file)


@pytest.mark.one_database
def test_a_large_file_is_streamed(file, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(media, "SPOOL_BYTES", 1000)
    content = bytes(range(256)) * 10_000
    default_storage.save("video.bin", ContentFile(content))
    run_plain("backup", file)
    other = empty_site(settings, tmp_path)
    run_plain("restore", file)
    assert backup_sites.files_in(other) == {"video.bin": content}


def test_a_table_of_many_parts_is_restored(settings, tmp_path, file, monkeypatch):
    from backups import format

    monkeypatch.setattr(format, "PART_BYTES", 2_000)
    monkeypatch.setattr(format, "BATCH_ROWS", 3)
    backup_sites.fill_site_for_backup()
    rows = backup_sites.all_rows()
    run_plain("backup", file)
    empty_site(settings, tmp_path)
    run_plain("restore", file)
    assert backup_sites.all_rows() == rows
    assert "tables/news_message.00003.jsonl.gz" in tarfile.open(file).getnames()


@pytest.mark.one_database
def test_files_are_walked_in_sorted_order(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "walked"
    for name in ("a/b.txt", "a.txt", "a/a/z.txt", "a-b/c.txt", "b.txt", "é/x.txt"):
        default_storage.save(name, ContentFile(b"x"))
    names = list(media.walk_storage(default_storage))
    assert len(names) == 6 and names == sorted(names, key=media.sort_key)
