"""Helpers for backups: the commands, an empty site, and small backups to be damaged. (Fixtures are imported.)"""

import io

import pytest
from django.core.management import call_command
from django.test import override_settings
from pyrage.x25519 import Identity

from backups import format, media, restore, tar
from tests.factories import a_message
from tests.helpers.files import an_attachment

# Keys of these tests alone, fixed so that every worker collects the same parameters.
IDENTITY = Identity.from_str("AGE-SECRET-KEY-1ZKWA722TTN76JYVL9AS4PKZ5YESYEM2EFQFWG5T43LNF0A22HT9SZZK3CH")
OTHER_IDENTITY = Identity.from_str("AGE-SECRET-KEY-1MX52FQU5FTL6MNAJYAU3EKT7W8Y74CTAUTQJHCAD67DSWTCEA78S9WT8DU")
RECIPIENT = str(IDENTITY.to_public())


@pytest.fixture(name="media", autouse=True)
def a_media_folder(settings, tmp_path, monkeypatch):
    """A media folder for one test; a file counts as complete immediately."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(media, "MIN_AGE_SECONDS", 0)
    return settings.MEDIA_ROOT


@pytest.fixture(name="file")
def a_file(tmp_path):
    return tmp_path / "site.backup"


@pytest.fixture(name="identity_file")
def an_identity_file(tmp_path):
    path = tmp_path / "identity.txt"
    path.write_text(f"# public key: {RECIPIENT}\n{IDENTITY}\n")
    return path


def run_command(command, *arguments, **options):
    """Return the output of a command, both streams."""
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue() + err.getvalue()


def run_plain(command, *arguments, **options):
    """Run `backup` or `restore` without encryption."""
    return run_command(command, *arguments, "--unencrypted", **options)


def empty_site(settings, tmp_path):
    """Empty the site, as `migrate` leaves it, with another media folder."""
    call_command("flush", interactive=False, verbosity=0)
    settings.MEDIA_ROOT = tmp_path / "other media"
    return settings.MEDIA_ROOT


# Small backups


@pytest.fixture(name="made", scope="module")
def two_backups(django_db_setup, django_db_blocker, tmp_path_factory):
    """A folder with two small backups: plain and encrypted."""
    folder = tmp_path_factory.mktemp("made")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(media, "MIN_AGE_SECONDS", 0)
        with override_settings(MEDIA_ROOT=folder / "media", BACKUP_RECIPIENT=RECIPIENT):
            a_message()
            an_attachment()
            run_plain("backup", folder / "plain")
            run_command("backup", folder / "encrypted")
        call_command("flush", interactive=False, verbosity=0)
    return folder


@pytest.fixture(name="small")
def a_small_backup(made):
    """A function that returns the bytes of a small backup."""
    return lambda encrypted=False: (made / ("encrypted" if encrypted else "plain")).read_bytes()


def keys(encrypted):
    return [IDENTITY] if encrypted else []


def checked(data, identities=()):
    return restore.verify(io.BytesIO(data), list(identities), unencrypted=not identities)


def content_of(data):
    """Return everything that a restore would use of an unencrypted backup; raise Refused if it is damaged."""
    reading = format.BackupContents(io.BytesIO(data))
    rows = [(table.name, batch) for table, batch in reading.rows()]
    media = [(name, b"".join(member.pieces())) for name, member in reading.files()]
    reading.finish()
    return reading.manifest, rows, media


def unpack_backup(data):
    """Return the members of a backup: bytes by name."""
    return {member.name: b"".join(member.pieces()) for member in tar.BackupReader(io.BytesIO(data)).members()}


def pack_backup(parts):
    """Return a backup with these members and correct checksums."""
    out = io.BytesIO()
    with tar.BackupWriter(out) as writer:
        for name, data in parts.items() if isinstance(parts, dict) else parts:
            writer.add(name, len(data), io.BytesIO(data))
    return out.getvalue()
