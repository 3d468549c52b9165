"""Backups that somebody wicked has made, with all checksums right: refused, before anything is touched."""

import io
import json
import tarfile
import zlib

import pytest

from backups import Refused, archive, contents, restoring
from backups.tables import carried
from tests.helpers import backup_sites
from tests.helpers.backups import (  # noqa: F401 (fixtures among them)
    a_media_folder,
    a_small_backup,
    cheap_sealing,
    empty,
    looked_through,
    packed,
    two_backups,
    unpacked,
)


@pytest.mark.parametrize(
    "name",
    [
        "media/../evil.py",
        "media/a/../../evil.py",
        "media//etc/passwd",
        "/etc/passwd",
        "../evil.py",
        "media/",
        "media/.",
        "media/..",
        "media/a//b",
        "media/ /b",
        "media/a\\..\\b",
        "media/C:/b",
        "media/a\nb",
        "media/a\0b",
        "media/" + "x" * 950,
        "evil.py",
        "tables/news_message.00002.jsonl.gz",
        "manifest.json",
    ],
)
def test_names_that_lead_elsewhere_are_refused(small, name):
    parts = unpacked(small())
    with pytest.raises(Refused):
        looked_through(packed([*parts.items(), (name, b"evil")]))


def test_the_same_name_twice_is_refused(small):
    parts = unpacked(small())
    name = next(name for name in parts if name.startswith("media/"))
    with pytest.raises(Refused, match="no place in a backup"):
        looked_through(packed([*parts.items(), (name, b"evil")]))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(kind):
    info = tarfile.TarInfo("media/a")
    info.type, info.linkname = kind, "/etc/passwd"
    with pytest.raises(Refused, match="head in it is none of ours"):
        looked_through(info.tobuf(tarfile.USTAR_FORMAT) + bytes(1024))


@pytest.mark.parametrize("size", [10**6, 8**11 - 1, 8**11, 10**30])
def test_a_size_beyond_the_file_is_refused_at_once(size):
    with pytest.raises(Refused):
        looked_through(archive.head("manifest.json", size))


@pytest.mark.parametrize("size", ["-0000000001", "00000000x00", "+0000000010"])
def test_a_size_that_is_no_number_is_refused(size):
    raw = bytearray(archive.head("manifest.json", 8))
    raw[124:135] = size.encode()
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw)
    with pytest.raises(Refused):
        looked_through(bytes(raw) + bytes(10_000))


def test_a_bomb_is_refused_in_bounded_memory(small, monkeypatch):
    parts = unpacked(small())
    monkeypatch.setattr(contents, "LONGEST_LINE", 1 << 20)
    packing = zlib.compressobj(9, wbits=31)
    bomb = b"".join([packing.compress(bytes(1 << 20)) for _ in range(64)]) + packing.flush()
    assert len(bomb) < 100_000
    first = contents.part_name(carried()[0], 1)
    with pytest.raises(Refused, match="can't be unpacked"):
        looked_through(packed(parts | {first: bomb}))


def rows_of(part):
    return zlib.decompress(part, wbits=31).splitlines(keepends=True)


def with_rows(parts, table, change):
    name = f"tables/{table}.00001.jsonl.gz"
    lines = rows_of(parts[name])
    packing = zlib.compressobj(wbits=31)
    changed = b"".join([lines[0], *change(lines[1:])])
    return packed(parts | {name: packing.compress(changed) + packing.flush()})


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[1:],
        lambda rows: [*rows, rows[0]],
        lambda rows: [b"\n", *rows[1:]],
        lambda rows: [b"{}\n", *rows[1:]],
        lambda rows: [b"[" * 100_000 + b"\n", *rows[1:]],
        lambda rows: [rows[0].replace(b"[1,", b'["1",', 1), *rows[1:]] if b"[1," in rows[0] else [b"[]\n"],
        lambda rows: [rows[0][:-2] + b",1]\n", *rows[1:]],
        lambda rows: [b"\xff\xfe\n", *rows[1:]],
        lambda rows: [row.replace(b"+00:00", b"") for row in rows],
    ],
)
def test_rows_that_are_none_are_refused(small, change):
    parts = unpacked(small())
    with pytest.raises(Refused):
        looked_through(with_rows(parts, "news_message", change))


@pytest.mark.django_db(transaction=True)
def test_keys_that_lead_nowhere_are_refused_and_nothing_is_kept(small, settings, tmp_path):
    parts = unpacked(small())
    manifest = json.loads(parts["manifest.json"])
    manifest["rows"]["news_category"] = 0
    parts["manifest.json"] = json.dumps(manifest).encode()
    data = io.BytesIO(with_rows(parts, "news_category", lambda rows: []))
    other = empty(settings, tmp_path)
    rows = backup_sites.everything()
    with pytest.raises(Refused, match="nothing was restored"):
        restoring.restore(data, None, restoring.look_through(data, None))
    assert (backup_sites.everything(), backup_sites.files_in(other)) == (rows, {})


@pytest.mark.parametrize(
    "said", [b"", b"[]", b"{}", b'{"form": 1, "release": "1"}', b'{"form": "x"}', b"\xff", b"[" * 10**5]
)
def test_a_manifest_that_says_nothing_is_refused(small, said):
    parts = unpacked(small())
    with pytest.raises(Refused):
        looked_through(packed(parts | {"manifest.json": said}))


def test_a_form_of_a_later_release_is_refused_with_its_name(small):
    parts = unpacked(small())
    later = json.loads(parts["manifest.json"]) | {"form": 2, "release": "9.9"}
    with pytest.raises(Refused, match=r"Release 9\.9 made this backup, in a form that this one does not know"):
        looked_through(packed(parts | {"manifest.json": json.dumps(later).encode()}))
