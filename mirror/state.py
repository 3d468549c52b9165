"""State of an export in a SQLite file: an interrupted run continues, and memory does not grow with the site."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

MAX_SEEN = 20_000  # URLs; every page has the same menu
FILE_NAME = ".mirror.sqlite3"
SCHEMA = """
CREATE TABLE IF NOT EXISTS page (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    file TEXT NOT NULL,
    digest BLOB,            -- of the file; null: not written
    run INTEGER NOT NULL,   -- the last run that found the URL
    done INTEGER NOT NULL   -- the last run that fetched it
);
CREATE INDEX IF NOT EXISTS page_waiting ON page (id) WHERE done < run;
CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY, edition TEXT NOT NULL, ended INTEGER NOT NULL DEFAULT 0);
"""


class ExportState:
    """The URLs of an export and the progress of its runs."""

    def __init__(self, folder: Path):
        self.connection = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
        self.connection.execute("PRAGMA synchronous = OFF")  # after a crash the export is made again
        self.connection.executescript(SCHEMA)
        self.run, self.seen = 0, set()

    def close(self) -> None:
        self.connection.close()

    def begin(self, edition: str) -> None:
        """Begin a run, or continue an interrupted one of the same edition."""
        self.seen.clear()
        last = self.connection.execute("SELECT id, edition, ended FROM run ORDER BY id DESC LIMIT 1").fetchone()
        if last and last[1] == edition and not last[2]:
            self.run = last[0]
        else:
            self.run = self.connection.execute("INSERT INTO run (edition) VALUES (?)", [edition]).lastrowid

    def end(self) -> None:
        self.connection.execute("UPDATE run SET ended = 1 WHERE id = ?", [self.run])
        self.connection.execute("DELETE FROM run WHERE id < ?", [self.run])

    def is_whole_at(self, edition: str) -> bool:
        """Return whether the last run was of this edition and completed."""
        last = self.connection.execute("SELECT edition, ended FROM run ORDER BY id DESC LIMIT 1").fetchone()
        return bool(last) and last == (edition, 1)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """A transaction: an interrupted run repeats its last batch."""
        self.connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def add(self, urls: Iterable[tuple[str, str]]) -> None:
        """Add URLs with their files; those that are new in this run are queued to be fetched."""
        if len(self.seen) > MAX_SEEN:
            self.seen.clear()
        urls = set(urls) - self.seen
        self.seen |= urls
        self.connection.executemany(
            "INSERT INTO page (address, file, run, done) VALUES (?, ?, ?, 0) "
            "ON CONFLICT (address) DO UPDATE SET run = excluded.run, file = excluded.file WHERE run < excluded.run",
            ((address, file, self.run) for address, file in sorted(urls)),
        )

    def queued(self, limit: int) -> list[tuple[int, str, str, bytes | None]]:
        """Return the next URLs to fetch as (id, URL, file, digest), in the order in which they were found."""
        return self.connection.execute(
            "SELECT id, address, file, digest FROM page WHERE done < run AND run = ? ORDER BY id LIMIT ?",
            [self.run, limit],
        ).fetchall()

    def mark_done(self, pk: int, digest: bytes | None) -> None:
        self.connection.execute("UPDATE page SET done = ?, digest = ? WHERE id = ?", [self.run, digest, pk])

    def remove_stale(self) -> Iterator[str]:
        """Delete the URLs that no longer exist, and yield their files."""
        while rows := self.connection.execute(
            "SELECT id, file, digest FROM page WHERE run < ? OR digest IS NULL LIMIT 1000", [self.run]
        ).fetchall():
            yield from (file for _pk, file, _digest in rows)
            self.connection.executemany("DELETE FROM page WHERE id = ?", ((row[0],) for row in rows))
