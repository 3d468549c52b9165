"""What a mirror holds, written down beside it: so a stopped run goes on, and memory does not grow with the site."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

REMEMBERED = 20_000  # addresses: the same menu stands on every page
NAME = ".mirror.sqlite3"
TABLES = """
CREATE TABLE IF NOT EXISTS page (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    file TEXT NOT NULL,
    digest BLOB,            -- of what lies in the file; null: nothing does yet
    run INTEGER NOT NULL,   -- the last run that met the address
    done INTEGER NOT NULL   -- the last run that asked for it
);
CREATE INDEX IF NOT EXISTS page_waiting ON page (id) WHERE done < run;
CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY, edition TEXT NOT NULL, ended INTEGER NOT NULL DEFAULT 0);
"""


class Journal:
    """The addresses of a mirror, and how far its run has come."""

    def __init__(self, folder: Path):
        self.connection = sqlite3.connect(folder / NAME, isolation_level=None)
        self.connection.execute("PRAGMA synchronous = OFF")  # lost with the machine, it is made again with the mirror
        self.connection.executescript(TABLES)
        self.run, self.met = 0, set()

    def close(self) -> None:
        self.connection.close()

    def begin(self, edition: str) -> None:
        """Begin a run, or go on with one of this same edition that was stopped."""
        self.met.clear()
        last = self.connection.execute("SELECT id, edition, ended FROM run ORDER BY id DESC LIMIT 1").fetchone()
        if last and last[1] == edition and not last[2]:
            self.run = last[0]
        else:
            self.run = self.connection.execute("INSERT INTO run (edition) VALUES (?)", [edition]).lastrowid

    def end(self) -> None:
        self.connection.execute("UPDATE run SET ended = 1 WHERE id = ?", [self.run])
        self.connection.execute("DELETE FROM run WHERE id < ?", [self.run])

    def is_whole_at(self, edition: str) -> bool:
        """Say whether the last run came to its end, in this edition."""
        last = self.connection.execute("SELECT edition, ended FROM run ORDER BY id DESC LIMIT 1").fetchone()
        return bool(last) and last == (edition, 1)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Write down what happens inside at once: a run that is stopped in it repeats it."""
        self.connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def meet(self, found: Iterable[tuple[str, str]]) -> None:
        """Note addresses, each with its file: those that this run has not met wait to be asked for."""
        if len(self.met) > REMEMBERED:
            self.met.clear()
        found = set(found) - self.met
        self.met |= found
        self.connection.executemany(
            "INSERT INTO page (address, file, run, done) VALUES (?, ?, ?, 0) "
            "ON CONFLICT (address) DO UPDATE SET run = excluded.run, file = excluded.file WHERE run < excluded.run",
            ((address, file, self.run) for address, file in sorted(found)),
        )

    def waiting(self, most: int) -> list[tuple[int, str, str, bytes | None]]:
        """Return the next addresses to be asked for, in the order in which they were first met."""
        return self.connection.execute(
            "SELECT id, address, file, digest FROM page WHERE done < run AND run = ? ORDER BY id LIMIT ?",
            [self.run, most],
        ).fetchall()

    def is_done(self, pk: int, digest: bytes | None) -> None:
        self.connection.execute("UPDATE page SET done = ?, digest = ? WHERE id = ?", [self.run, digest, pk])

    def gone(self) -> Iterator[str]:
        """Forget the addresses that lead to nothing any more, and yield the files that lay there."""
        while rows := self.connection.execute(
            "SELECT id, file, digest FROM page WHERE run < ? OR digest IS NULL LIMIT 1000", [self.run]
        ).fetchall():
            yield from (file for _pk, file, _digest in rows)
            self.connection.executemany("DELETE FROM page WHERE id = ?", ((row[0],) for row in rows))
