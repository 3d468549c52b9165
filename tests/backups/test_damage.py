"""A truncated or altered backup is refused before anything is changed."""

import io
import os

import pytest
from django.core.management import CommandError
from hypothesis import given, settings
from hypothesis import strategies as st

from backups import BackupError, encryption, restore
from tests.helpers import backup_sites
from tests.helpers.backups import (  # noqa: F401 (fixtures among them)
    IDENTITY,
    OTHER_IDENTITY,
    a_file,
    a_media_folder,
    a_small_backup,
    checked,
    content_of,
    empty_site,
    keys,
    pack_backup,
    run_plain,
    two_backups,
    unpack_backup,
)
from tests.properties import examples

pytestmark = pytest.mark.slow

in_the_database = pytest.mark.django_db(transaction=True)
AGE_CHUNK = (64 << 10) + 16


def test_an_encrypted_backup_with_any_altered_byte_is_refused(small):
    whole = small(encrypted=True)
    assert checked(whole, keys(True)).files == 1

    @given(st.integers(0, len(whole) - 1), st.integers(1, 255))
    @settings(max_examples=examples(200))
    def altered(position, by):
        data = bytearray(whole)
        data[position] ^= by
        with pytest.raises(BackupError):
            checked(bytes(data), keys(True))

    altered()


def test_an_altered_byte_of_an_unencrypted_backup_is_refused_or_changes_nothing_that_is_restored(small):
    whole = small()
    content = content_of(whole)

    @given(st.integers(0, len(whole) - 1), st.integers(1, 255))
    @settings(max_examples=examples(400))
    def altered(position, by):
        data = bytearray(whole)
        data[position] ^= by
        try:
            assert content_of(bytes(data)) == content  # the byte is padding
        except BackupError:
            pass

    altered()


def test_an_altered_byte_of_a_member_is_detected(small):
    whole = small()
    for name, data in unpack_backup(whole).items():
        start = whole.index(data)
        for position in {start, start + len(data) // 2, start + len(data) - 1}:
            damaged = bytearray(whole)
            damaged[position] ^= 1
            with pytest.raises(BackupError):
                checked(bytes(damaged))
        assert name


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_truncated_backup_is_refused(small, encrypted):
    whole = small(encrypted)
    end = len(whole) if encrypted else len(whole.rstrip(b"\0"))  # after it, there is only padding
    lengths = {0, 1, 22, 511, 512, end - 1, end - 512, end - 1024, *range(0, end, AGE_CHUNK)}
    for length in lengths:
        with pytest.raises(BackupError):
            checked(whole[:length], keys(encrypted))

    @given(st.integers(0, end - 1))
    @settings(max_examples=examples(200))
    def truncated(length):
        with pytest.raises(BackupError):
            checked(whole[:length], keys(encrypted))

    truncated()


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("more", [b"more", bytes(512) + b"more", b"more" * 1_000_000])
def test_a_backup_with_data_after_its_end_is_refused(small, encrypted, more):
    with pytest.raises(BackupError):
        checked(small(encrypted) + more, keys(encrypted))


def test_encrypted_blocks_in_another_order_are_refused(small):
    parts = unpack_backup(small())
    media = next(name for name in parts if name.startswith("media/"))
    out = io.BytesIO()
    with encryption.encrypt_stream(out, [IDENTITY.to_public()]) as target:
        target.write(pack_backup(parts | {media: os.urandom(300_000)}))
    whole = out.getvalue()
    assert checked(whole, keys(True)).files == 1
    begin = whole.index(b"\n---") + 1
    begin = whole.index(b"\n", begin) + 1 + 16  # after the header's MAC and the nonce
    blocks = [whole[start : start + AGE_CHUNK] for start in range(begin, len(whole), AGE_CHUNK)]
    assert len(blocks) > 3
    for other in ([blocks[1], blocks[0], *blocks[2:]], [*blocks[:2], *blocks[3:]], [blocks[0], *blocks]):
        with pytest.raises(BackupError):
            checked(whole[:begin] + b"".join(other), keys(True))


def test_another_identity_is_refused_with_a_clear_sentence(small):
    with pytest.raises(BackupError, match="was encrypted for another recipient"):
        checked(small(encrypted=True), [OTHER_IDENTITY])


@given(st.binary(max_size=3000))
@settings(max_examples=300, deadline=None)
def test_a_file_that_is_not_a_backup_is_refused(data):
    for begin in (b"", encryption.AGE_MAGIC, pack_backup({})[:512]):
        with pytest.raises(BackupError):
            checked(begin + data, keys(True))
        with pytest.raises(BackupError):
            checked(begin + data)


@given(st.binary(max_size=200_000), st.integers(1, 100_000))
@settings(max_examples=50, deadline=None)
def test_decryption_returns_the_original(data, batch):
    out = io.BytesIO()
    with encryption.encrypt_stream(out, [OTHER_IDENTITY.to_public(), IDENTITY.to_public()]) as target:
        for start in range(0, len(data), batch):
            target.write(data[start : start + batch])
    found = b""
    with encryption.decrypt_stream(io.BytesIO(out.getvalue()), [IDENTITY]) as stream:
        while piece := stream.read(batch):
            found += piece
    assert found == data


def test_an_error_while_encrypting_is_that_of_the_disk():
    class FullDisk(io.RawIOBase):
        def write(self, data):
            raise OSError(28, "No space left on device")

    with (
        pytest.raises(OSError, match="No space left"),
        encryption.encrypt_stream(FullDisk(), [IDENTITY.to_public()]) as target,
    ):
        for _ in range(100):
            target.write(bytes(1 << 20))


def test_an_error_while_reading_stops_the_decryption(small):
    whole = io.BytesIO(small(encrypted=True))
    with pytest.raises(ZeroDivisionError), encryption.decrypt_stream(whole, [IDENTITY]) as stream:
        stream.read(1)
        raise ZeroDivisionError


@in_the_database
@pytest.mark.parametrize("change", ["flip", "cut"])
def test_a_refused_backup_changes_nothing(small, settings, tmp_path, file, change):
    whole = small()
    damaged = bytearray(whole)
    if change == "flip":
        damaged[whole.index(b'"taken_at"') + 2] ^= 1
    else:
        del damaged[len(whole) // 2 :]
    file.write_bytes(damaged)
    other = empty_site(settings, tmp_path)
    rows = backup_sites.all_rows()
    with pytest.raises(CommandError, match="is damaged"):
        run_plain("restore", file)
    assert (backup_sites.all_rows(), backup_sites.files_in(other)) == (rows, {})


@in_the_database
def test_a_file_that_changes_after_the_check_is_not_restored(small, settings, tmp_path):
    whole = small()
    found = checked(whole)
    parts = unpack_backup(whole)
    name = next(name for name in parts if name.startswith("media/"))
    other = empty_site(settings, tmp_path)
    rows = backup_sites.all_rows()
    with pytest.raises(BackupError, match="changed while it was read"):
        restore.restore_backup(io.BytesIO(pack_backup(parts | {name: b"Another one"})), [], found)
    assert (backup_sites.all_rows(), backup_sites.files_in(other)) == (rows, {})


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(CommandError, match=f"{os.sep}nowhere: No such file or directory"):
        run_plain("restore", tmp_path / "nowhere")
