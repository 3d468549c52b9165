"""The file that `backup` writes: whole or not at all, sealed or not, with every file of the media in it."""

import io
import tarfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from backups import Refused, files, restoring
from backups.checks import WITHOUT_KEY, check_backups_are_sealed
from backups.models import Backup, last_backup
from tests.helpers import backup_sites
from tests.helpers.backups import a_file, a_media_folder, cheap_sealing, empty, run, two_backups  # noqa: F401 (fixtures)
from tests.helpers.files import an_attachment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


# The file


def test_nothing_is_written_over(file):
    file.write_text("Mine")
    with pytest.raises(CommandError, match="is there already"):
        run("backup", file)
    assert file.read_text() == "Mine"


def test_a_backup_that_fails_leaves_no_file(tmp_path, file, monkeypatch):
    from backups import taking

    monkeypatch.setattr(taking, "write_media", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(CommandError, match=r"No space left on device\. Nothing was kept"):
        run("backup", file)
    assert list(tmp_path.iterdir()) == [] and last_backup() is None


def test_the_file_is_for_its_owner_alone(file):
    run("backup", file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_without_a_key_nothing_is_written_where_it_was_to_be_sealed(file):
    with pytest.raises(CommandError, match="no key"):
        run("backup", file, "--sealed")
    assert not file.exists()


def test_a_key_that_is_too_short_is_refused(file, settings):
    settings.BACKUP_KEY = "short"
    with pytest.raises(CommandError, match="BACKUP_KEY is too short"):
        run("backup", file)


def test_a_key_file_opens_what_it_sealed(tmp_path, file):
    key = tmp_path / "key"
    key.write_text("a passphrase of some length\n")
    run("backup", file, "--key-file", key)
    assert "whole" in run("restore", file, "--check", "--key-file", key)
    with pytest.raises(CommandError, match=r"sealed\. Give its key"):
        run("restore", file, "--check")


def forged(file, settings):
    """Write a backup as somebody makes one who does not have the site's key, and give the site one."""
    run("backup", file)
    settings.BACKUP_KEY = "a passphrase of some length"


@pytest.mark.parametrize("check", [["--check"], []])
@pytest.mark.parametrize("by", ["environment", "file"])
def test_an_unsealed_file_is_refused_where_the_site_has_a_key(tmp_path, file, settings, check, by):
    forged(file, settings)
    arguments = check
    if by == "file":
        (tmp_path / "key").write_text(settings.BACKUP_KEY)
        settings.BACKUP_KEY, arguments = "", [*check, "--key-file", tmp_path / "key"]
    with pytest.raises(CommandError, match=r"not sealed.*--unsealed"):
        run("restore", file, *arguments)


def test_an_unsealed_file_is_read_where_that_is_said_and_the_output_names_it(file, settings):
    forged(file, settings)
    assert "NOT SEALED" in run("restore", file, "--check", "--unsealed")


@pytest.mark.parametrize("arguments", [[], ["--unsealed"]])
def test_a_sealed_file_is_said_to_be_sealed(file, settings, arguments):
    settings.BACKUP_KEY = "a passphrase of some length"
    run("backup", file)
    said = run("restore", file, "--check", *arguments)
    assert "sealed with this key" in said and "NOT SEALED" not in said


def test_an_unsealed_file_is_not_restored_by_changing_it_after_it_was_looked_through(made):
    whole, key = (made / "sealed").read_bytes(), b"a passphrase of some length"
    found = restoring.look_through(io.BytesIO(whole), key)
    with pytest.raises(Refused, match="not sealed"):
        restoring.restore(io.BytesIO((made / "plain").read_bytes()), key, found)


@pytest.mark.parametrize(("key", "warned"), [("", True), (" ", True), ("a passphrase of some length", False)])
def test_a_site_on_the_internet_without_a_key_for_its_backups_is_warned(settings, key, warned):
    settings.BACKUP_KEY = key
    assert (check_backups_are_sealed() == [WITHOUT_KEY]) == warned


def test_the_moment_of_the_last_backup_is_known(file, tmp_path, clock):
    assert last_backup() is None
    run("backup", file)
    clock.shift(timedelta(hours=1))
    run("backup", tmp_path / "second")
    assert last_backup() == Backup.objects.order_by("pk").last().taken_at
    assert (Backup.objects.count(), Backup.objects.first().size) == (2, file.stat().st_size)


# The media


def test_a_file_that_a_row_names_and_that_is_gone_is_told(file, media):
    attachment = an_attachment()
    name = attachment.file.name
    default_storage.delete(name)
    assert f"1 files that rows name are not in the storage, so not in the backup: {name}" in run("backup", file)


def test_a_file_that_vanishes_meanwhile_is_passed_over(file, monkeypatch):
    default_storage.save("one.txt", ContentFile(b"1"))
    default_storage.save("two.txt", ContentFile(b"2"))
    size = default_storage.size
    monkeypatch.setattr(default_storage._wrapped, "size", lambda name: gone() if name == "one.txt" else size(name))

    def gone():
        raise FileNotFoundError

    assert " 1 files" in run("backup", file)


def test_a_file_that_is_being_written_is_left_out_unless_a_row_names_it(file, monkeypatch):
    named = an_attachment().file.name
    default_storage.save("half.txt", ContentFile(b"1"))
    monkeypatch.setattr(files, "FRESH", 10**6)
    monkeypatch.setattr(files.time, "sleep", lambda seconds: None)
    assert "1 files were left out, half written or oddly named: half.txt" in run("backup", file)
    assert [info.name for info in tarfile.open(file) if info.name.startswith("media/")] == [f"media/{named}"]


def test_media_in_a_storage_without_paths_come_back(settings, file):
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    name, content = default_storage.save("a/deep/one.txt", ContentFile(b"One")), b"One"
    run("backup", file)
    call_command("flush", interactive=False, verbosity=0)
    default_storage.delete(name)
    run("restore", file)
    assert [(found, default_storage.open(found).read()) for found in files.walk(default_storage)] == [(name, content)]


def test_a_large_file_is_streamed(file, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "AT_HAND", 1000)
    content = bytes(range(256)) * 10_000
    default_storage.save("video.bin", ContentFile(content))
    run("backup", file)
    other = empty(settings, tmp_path)
    run("restore", file)
    assert backup_sites.files_in(other) == {"video.bin": content}


def test_a_table_of_many_parts_comes_back(settings, tmp_path, file, monkeypatch):
    from backups import contents

    monkeypatch.setattr(contents, "PART", 2_000)
    monkeypatch.setattr(contents, "AT_ONCE", 3)
    backup_sites.fill()
    rows = backup_sites.everything()
    run("backup", file)
    empty(settings, tmp_path)
    run("restore", file)
    assert backup_sites.everything() == rows
    assert "tables/news_message.00003.jsonl.gz" in tarfile.open(file).getnames()


def test_a_folder_is_walked_in_the_order_that_is_asked_for(tmp_path, settings):
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    settings.MEDIA_ROOT = tmp_path / "walked"
    for name in ("a/b.txt", "a.txt", "a/a/z.txt", "a-b/c.txt", "b.txt", "é/x.txt"):
        default_storage.save(name, ContentFile(b"x"))
    names = list(files.walk(default_storage))
    assert len(names) == 6 and names == sorted(names, key=files.place)
