"""The index's tables. (`news.models` names them, so that Django finds them.) `tables` lays what Django can't."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from django.db import connections, models

from news.search.text import LONGEST_WORD


class EntryQuerySet(models.QuerySet):
    def write(self, entries: list[Entry]) -> None:
        """Add entries, as many as can be in one statement: FTS5 settles what it holds at each one's end."""
        rows = [(each.key, each.message_id, each.category_id, each.source, each.words, each.marks) for each in entries]
        if not rows:
            return
        connection = connections[self.db]
        insert = "INSERT INTO news_entry (key, message_id, category_id, source, words, marks)"
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                columns = "%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[]"
                sql = f"{insert} SELECT * FROM unnest({columns})"  # noqa: S608
                cursor.execute(sql, list(map(list, zip(*rows, strict=True))))
                return
            most = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // len(rows[0])
            for start in range(0, len(rows), most):
                some = rows[start : start + most]
                marks = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(some))
                cursor.execute(f"{insert} VALUES {marks}", [value for row in some for value in row])


class Entry(models.Model):
    """A published or scheduled message as it is searched: its words, and its place among all, the newest first.

    `key` is made of the second of publication and of the id, so that the index itself has the messages in order, and
    a span of time is a span of keys. It is the rowid of SQLite's full-text table.
    """

    key = models.BigAutoField(primary_key=True)  # always given; SQLite's own rowid, so that no index is needed for it
    message_id = models.BigIntegerField(unique=True)
    category_id = models.BigIntegerField()
    source = models.CharField(max_length=200)
    words = models.TextField()  # of headline, lead and body, with spaces around each
    marks = models.TextField()  # words that stand in headline or lead, category, source: see `index`

    objects = EntryQuerySet.as_manager()

    class Meta:
        # What the counts need of an entry, without its words.
        indexes = [
            models.Index(fields=["key", "category_id", "source", "message_id"], name="news_entry_counted"),
            models.Index(fields=["source", "key"], name="news_entry_source"),  # how a source is written
        ]


class Stale(models.Model):
    """A message whose entry is missing or was taken away, and is to be made. Triggers note it, whoever writes."""

    message_id = models.BigIntegerField(unique=True)


class WordQuerySet(models.QuerySet):
    def add(self, words: Iterable[str]) -> None:
        """Note words; those that are known stay."""
        found = sorted(words)
        if not found:
            return
        with connections[self.db].cursor() as cursor:
            if connections[self.db].vendor == "postgresql":
                cursor.execute(
                    "INSERT INTO news_word (word) SELECT unnest(string_to_array(%s, ' ')) ON CONFLICT DO NOTHING",
                    [" ".join(found)],
                )
            else:
                cursor.execute(
                    "INSERT OR IGNORE INTO news_word (word) SELECT value FROM json_each(%s) WHERE NOT EXISTS "
                    "(SELECT 1 FROM news_word WHERE word = value)",
                    [json.dumps(found)],
                )

    def beginning(self, letters: str, most: int, start: int = 0) -> list[str]:
        """Return at most so many words that begin with these letters, the shortest first, from a place in this list."""
        where, arguments, order = self._begins(letters)
        sql = f"SELECT word FROM news_word WHERE {where} ORDER BY length(word), {order} LIMIT %s OFFSET %s"  # noqa: S608
        return self._words(sql, [*arguments, most, start])

    def next_to(self, letters: str, lengths: tuple[int, int], after: str, most: int) -> list[str]:
        """Return at most so many words after one, of those that begin with these letters and have such a length."""
        where, arguments, order = self._begins(letters)
        where += f" AND {order} > %s AND length(word) BETWEEN %s AND %s"
        sql = f"SELECT word FROM news_word WHERE {where} ORDER BY {order} LIMIT %s"  # noqa: S608
        return self._words(sql, [*arguments, after, *lengths, most])

    def among(self, words: Iterable[str]) -> list[str]:
        """Return those of some words that are known."""
        if connections[self.db].vendor == "postgresql":
            sql = "SELECT word FROM news_word WHERE word = ANY(%s)"
            return self._words(sql, [sorted(words)])
        sql = "SELECT word FROM json_each(%s) CROSS JOIN news_word ON word = value"
        return self._words(sql, [json.dumps(sorted(words))])

    def _begins(self, letters: str) -> tuple[str, list[str], str]:
        """Return the condition for a beginning, its arguments, and what words are ordered by."""
        if connections[self.db].vendor == "postgresql":
            return "word LIKE %s || '%%'", [letters], 'word COLLATE "C"'
        return "word >= %s AND word < %s", [letters, letters + "\U0010ffff"], "word"

    def _words(self, sql: str, arguments) -> list[str]:
        with connections[self.db].cursor() as cursor:
            cursor.execute(sql, arguments)
            return [row[0] for row in cursor.fetchall()]


class Word(models.Model):
    """A word of some message, public or not: see `vocabulary`. `index.prune` deletes those that no message has."""

    word = models.CharField(max_length=LONGEST_WORD, primary_key=True)

    objects = WordQuerySet.as_manager()


class IndexState(models.Model):
    """What made the index: one row. An index of other rules of folding has to be rebuilt."""

    folding = models.PositiveIntegerField()
