"""Backups in tests: the commands, what they need, and small backups to be tampered with. (Fixtures are imported.)"""

import io

import pytest
from django.core.management import call_command
from django.test import override_settings

from backups import archive, files, restoring, sealing
from tests import databases
from tests.factories import a_message
from tests.helpers.files import an_attachment

KEY = b"a passphrase of some length"


@pytest.fixture(name="media", autouse=True)
def a_media_folder(settings, tmp_path, monkeypatch):
    """A media folder of the test's own; and what was stored a moment ago counts as whole."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(files, "FRESH", 0)
    return settings.MEDIA_ROOT


@pytest.fixture(name="file")
def a_file(tmp_path):
    return tmp_path / "site.backup"


def run(command, *arguments, **options):
    """Return what a command says on both its streams."""
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue() + err.getvalue()


def empty(settings, tmp_path):
    """Make the site an empty one, as `migrate` leaves it, with another media folder."""
    databases.restore()
    settings.MEDIA_ROOT = tmp_path / "other media"
    return settings.MEDIA_ROOT


# Small backups


@pytest.fixture(name="cheap", autouse=True)
def cheap_sealing(monkeypatch):
    """Sealing as small backups need it, in every test that imports this."""
    make_it_cheap(monkeypatch)


def make_it_cheap(monkeypatch):
    """Make a key of a passphrase in no time, and sealed chunks small, so that a small backup has several."""
    monkeypatch.setattr(sealing, "COST", {"n": 2, "r": 1, "p": 1})
    monkeypatch.setattr(sealing, "CHUNK", 4096)


@pytest.fixture(name="made", scope="module")
def two_backups(django_db_setup, django_db_blocker, tmp_path_factory):
    """Two small backups, made once: plain, and sealed."""
    folder = tmp_path_factory.mktemp("made")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as monkeypatch:
        make_it_cheap(monkeypatch)
        monkeypatch.setattr(files, "FRESH", 0)
        with override_settings(MEDIA_ROOT=folder / "media"):
            a_message()
            an_attachment()
            run("backup", folder / "plain")
            with override_settings(BACKUP_KEY=KEY.decode()):
                run("backup", folder / "sealed")
        databases.restore()
    return folder


@pytest.fixture(name="small")
def a_small_backup(made, cheap):
    """The bytes of a small backup."""
    return lambda sealed=False: (made / ("sealed" if sealed else "plain")).read_bytes()


def looked_through(data, key=None):
    return restoring.look_through(io.BytesIO(data), key)


def unpacked(data):
    """Return what is in a backup: names with bytes."""
    return {member.name: b"".join(member.pieces()) for member in archive.Reader(io.BytesIO(data)).members()}


def packed(parts):
    """Return a backup of these parts, with all checksums right."""
    out = io.BytesIO()
    writer = archive.Writer(out)
    for name, data in parts.items() if isinstance(parts, dict) else parts:
        writer.add(name, len(data), [data])
    writer.finish()
    return out.getvalue()
