"""A backup that was cut off or altered is refused, before anything is touched."""

import io
import os

import pytest
from django.core.management import CommandError
from hypothesis import given, settings
from hypothesis import strategies as some

from backups import Refused, archive, restoring, sealing
from tests.helpers import backup_sites
from tests.helpers.backups import (  # noqa: F401 (fixtures among them)
    KEY,
    a_file,
    a_media_folder,
    a_small_backup,
    cheap_sealing,
    empty,
    looked_through,
    packed,
    run,
    two_backups,
    unpacked,
)
from tests.properties import examples

in_the_database = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("key", [None, KEY])
def test_any_altered_byte_is_refused(small, key):
    whole = small(sealed=bool(key))
    assert looked_through(whole, key).files == 1

    @given(some.integers(0, len(whole) - 1), some.integers(1, 255))
    @settings(max_examples=examples(400))
    def altered(place, by):
        data = bytearray(whole)
        data[place] ^= by
        with pytest.raises(Refused):
            looked_through(bytes(data), key)

    altered()


@pytest.mark.parametrize("key", [None, KEY])
def test_any_truncation_is_refused(small, key):
    whole = small(sealed=bool(key))
    edges = {0, 1, 511, 512, len(whole) - 1, len(whole) - 512, len(whole) - 1024, len(whole) - 2048}
    chunk = sealing.CHUNK + sealing.TAG
    edges |= set(range(len(sealing.MAGIC) + sealing.SALT, len(whole), chunk))
    for length in edges:
        with pytest.raises(Refused):
            looked_through(whole[:length], key)

    @given(some.integers(0, len(whole) - 1))
    @settings(max_examples=examples(200))
    def cut_off(length):
        with pytest.raises(Refused):
            looked_through(whole[:length], key)

    cut_off()


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("more", [b"\0", bytes(512), b"more"])
def test_anything_added_is_refused(small, key, more):
    whole = small(sealed=bool(key))
    with pytest.raises(Refused):
        looked_through(whole + more, key)


def test_sealed_chunks_in_another_order_are_refused(small):
    whole, begin = small(sealed=True), len(sealing.MAGIC) + sealing.SALT
    size = sealing.CHUNK + sealing.TAG
    chunks = [whole[begin:][start : start + size] for start in range(0, len(whole) - begin, size)]
    assert len(chunks) > 3
    for other in ([chunks[1], chunks[0], *chunks[2:]], [*chunks[:2], *chunks[3:]], [chunks[0], *chunks]):
        with pytest.raises(Refused):
            looked_through(whole[:begin] + b"".join(other), KEY)


@pytest.mark.parametrize("key", [b"another passphrase of some length", KEY + b" "])
def test_a_wrong_key_is_refused_with_a_sentence(small, key):
    whole = small(sealed=True)
    with pytest.raises(Refused, match="the key is another one, or the file was altered"):
        looked_through(whole, key)


@given(some.binary(max_size=3000))
@settings(max_examples=examples(300))
def test_what_was_never_a_backup_is_refused(data):
    for begin in (b"", sealing.MAGIC, archive.head("manifest.json", 300)):
        with pytest.raises(Refused):
            looked_through(begin + data, KEY)


@given(some.binary(max_size=20_000), some.integers(1, 5000))
@settings(max_examples=examples(100))
def test_what_is_sealed_opens_as_it_was(data, at_once):
    out = io.BytesIO()
    sealed = sealing.Sealing(out, KEY)
    for start in range(0, len(data), at_once):
        sealed.write(data[start : start + at_once])
    sealed.finish()
    opened = sealing.Unsealing(io.BytesIO(out.getvalue()), KEY)
    found = b""
    while piece := opened.read(at_once):
        found += piece
    assert found == data


@in_the_database
@pytest.mark.parametrize("change", ["flip", "cut"])
def test_nothing_is_touched_by_what_is_refused(small, settings, tmp_path, file, change):
    whole = small()
    damaged = bytearray(whole)
    if change == "flip":
        damaged[len(whole) // 2] ^= 1
    file.write_bytes(damaged[: len(whole) - (change == "cut")])
    other = empty(settings, tmp_path)
    rows = backup_sites.everything()
    with pytest.raises(CommandError, match="no whole backup"):
        run("restore", file)
    assert (backup_sites.everything(), backup_sites.files_in(other)) == (rows, {})


@in_the_database
def test_a_file_that_changes_after_it_was_looked_through_is_given_up(small, settings, tmp_path, file):
    whole = small()
    found = looked_through(whole)
    parts = unpacked(whole)
    name = next(name for name in parts if name.startswith("media/"))
    other = empty(settings, tmp_path)
    rows = backup_sites.everything()
    with pytest.raises(Refused, match="changed while it was read"):
        restoring.restore(io.BytesIO(packed(parts | {name: b"Another one"})), None, found)
    assert (backup_sites.everything(), backup_sites.files_in(other)) == (rows, {})


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(CommandError, match=f"{os.sep}nowhere: No such file or directory"):
        run("restore", tmp_path / "nowhere")
