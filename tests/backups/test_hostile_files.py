"""A malicious backup with correct checksums is refused before anything is changed."""

import io
import json
import tarfile
import zlib

import pytest

from backups import BackupError, format, restore
from backups.rows import included_tables
from tests.helpers import backup_sites
from tests.helpers.backups import (  # noqa: F401 (fixtures among them)
    a_media_folder,
    a_small_backup,
    checked,
    empty_site,
    pack_backup,
    two_backups,
    unpack_backup,
)

pytestmark = pytest.mark.slow


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
def test_a_member_with_a_name_outside_the_layout_is_refused(small, name):
    parts = unpack_backup(small())
    with pytest.raises(BackupError):
        checked(pack_backup([*parts.items(), (name, b"evil")]))


def test_a_repeated_member_is_refused(small):
    parts = unpack_backup(small())
    name = next(name for name in parts if name.startswith("media/"))
    with pytest.raises(BackupError, match="does not belong in a backup"):
        checked(pack_backup([*parts.items(), (name, b"evil")]))


def header(**values):
    info = tarfile.TarInfo(values.pop("name", "manifest.json"))
    for name, value in values.items():
        setattr(info, name, value)
    return info.tobuf(tarfile.PAX_FORMAT)


KINDS = "SYMTYPE LNKTYPE DIRTYPE FIFOTYPE CHRTYPE BLKTYPE CONTTYPE GNUTYPE_SPARSE GNUTYPE_LONGNAME XGLTYPE".split()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", [True, False])
def test_anything_but_a_regular_file_is_refused(small, kind, first):
    other = header(name="media/a", type=getattr(tarfile, kind), linkname="/etc/passwd")
    whole = small()
    manifest = 512 + 512 * -(-len(unpack_backup(whole)["manifest.json"]) // 512)
    data = other + bytes(1024) if first else whole[:manifest] + other + whole[manifest:]
    with pytest.raises(BackupError, match="header that no backup has"):
        checked(data)


def test_a_sparse_file_in_an_extended_header_is_refused(small):
    sparse = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "a", "GNU.sparse.realsize": "9" * 9}
    with pytest.raises(BackupError):
        checked(header(pax_headers=sparse, size=512) + b"1\n0\n9\n" + bytes(100_000))


def test_a_large_extended_header_is_refused_before_it_is_read():
    with pytest.raises(BackupError, match="header that no backup has"):
        checked(header(pax_headers={"path": "x" * 100_000}))


@pytest.mark.parametrize("size", [10**6, 8**11 - 1, 8**11, 10**30])
def test_a_size_beyond_the_file_is_refused(size):
    with pytest.raises(BackupError):
        checked(header(size=size))


@pytest.mark.parametrize("size", ["-0000000001", "00000000x00", "+0000000010", "\xff" * 11, "\x80" + "\xff" * 10])
def test_a_size_that_is_not_a_number_is_refused(size):
    raw = bytearray(header(size=8))
    raw[124:135] = size.encode("latin-1")
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw[:512])
    with pytest.raises(BackupError):
        checked(bytes(raw) + bytes(10_000))


def test_a_decompression_bomb_is_refused_in_bounded_memory(small, monkeypatch):
    parts = unpack_backup(small())
    monkeypatch.setattr(format, "MAX_LINE_BYTES", 1 << 20)
    packing = zlib.compressobj(9, wbits=31)
    bomb = b"".join([packing.compress(bytes(1 << 20)) for _ in range(64)]) + packing.flush()
    assert len(bomb) < 100_000
    first = format.part_member_name(included_tables()[0], 1)
    with pytest.raises(BackupError, match="cannot be decompressed"):
        checked(pack_backup(parts | {first: bomb}))


def rows_of(part):
    return zlib.decompress(part, wbits=31).splitlines(keepends=True)


def with_rows(parts, table, change):
    name = f"tables/{table}.00001.jsonl.gz"
    lines = rows_of(parts[name])
    packing = zlib.compressobj(wbits=31)
    changed = b"".join([lines[0], *change(lines[1:])])
    return pack_backup(parts | {name: packing.compress(changed) + packing.flush()})


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
def test_an_invalid_row_is_refused(small, change):
    parts = unpack_backup(small())
    with pytest.raises(BackupError):
        checked(with_rows(parts, "news_message", change))


@pytest.mark.django_db(transaction=True)
def test_an_invalid_foreign_key_is_refused_and_nothing_is_restored(small, settings, tmp_path):
    parts = unpack_backup(small())
    manifest = json.loads(parts["manifest.json"])
    manifest["rows"]["news_category"] = 0
    parts["manifest.json"] = json.dumps(manifest).encode()
    data = io.BytesIO(with_rows(parts, "news_category", lambda rows: []))
    other = empty_site(settings, tmp_path)
    rows = backup_sites.all_rows()
    with pytest.raises(BackupError, match="nothing was restored"):
        restore.restore_backup(data, [], restore.verify(data, [], unencrypted=True))
    assert (backup_sites.all_rows(), backup_sites.files_in(other)) == (rows, {})


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b'{"form": 1, "release": "1"}', b'{"form": "x"}', b"\xff", b"[" * 10**5]
)
def test_an_invalid_manifest_is_refused(small, text):
    parts = unpack_backup(small())
    with pytest.raises(BackupError):
        checked(pack_backup(parts | {"manifest.json": text}))


def test_a_format_of_a_later_release_is_refused_with_its_name(small):
    parts = unpack_backup(small())
    later = json.loads(parts["manifest.json"]) | {"form": 2, "release": "9.9"}
    with pytest.raises(
        BackupError, match=r"Release 9\.9 made this backup, in a format that this release does not know"
    ):
        checked(pack_backup(parts | {"manifest.json": json.dumps(later).encode()}))
