"""Models of the search index. `search.schema` adds the full-text tables and triggers, which Django cannot describe."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from django.db import connections, models

from search.tokenizer import MAX_WORD_LENGTH

MAX_POSTINGS = 20_000  # words of answers that a search reads, those of the highest weight first

# Which messages are indexed: SQL for the alias `row` of the table of messages.
IS_INDEXABLE = "{row}.approved_at IS NOT NULL AND {row}.withdrawn_at IS NULL"


class SearchDocumentQuerySet(models.QuerySet):
    def insert(self, entries: list[SearchDocument]) -> None:
        """Insert entries, as many as possible in one statement: FTS5 flushes its buffer at the end of each."""
        rows = [(each.key, each.message_id, each.category_id, each.source, each.words, each.marks) for each in entries]
        if not rows:
            return
        connection = connections[self.db]
        insert = "INSERT INTO search_document (key, message_id, category_id, source, words, marks)"
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                columns = "%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[]"
                sql = f"{insert} SELECT * FROM unnest({columns})"  # noqa: S608
                cursor.execute(sql, list(map(list, zip(*rows, strict=True))))
                return
            limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // len(rows[0])
            for start in range(0, len(rows), limit):
                batch = rows[start : start + limit]
                marks = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(batch))
                cursor.execute(f"{insert} VALUES {marks}", [value for row in batch for value in row])


class SearchDocument(models.Model):
    """A published or scheduled message in the index: its words, and a sort key.

    `key` is made of the second of publication and the id, the newest lowest: the index is in the order of the lists,
    and a span of time is a span of keys. It is the rowid of SQLite's full-text table.
    """

    key = models.BigAutoField(primary_key=True)  # always set; as SQLite's rowid it needs no index
    message_id = models.BigIntegerField(unique=True)
    category_id = models.BigIntegerField()
    source = models.CharField(max_length=200)
    words = models.TextField()  # of headline | lead | body, with a space around each word
    marks = models.TextField()  # words of headline and lead, category, source: see `entries`

    objects = SearchDocumentQuerySet.as_manager()

    class Meta:
        db_table = "search_document"
        # Covering indexes, so that counts need not read the words.
        indexes = [
            models.Index(fields=["key", "category_id", "source", "message_id"], name="search_document_counted"),
            models.Index(fields=["source", "key"], name="search_document_source"),
        ]


class ReindexQueue(models.Model):
    """The queue of messages to be indexed. Triggers fill it at every write, plain SQL included."""

    message_id = models.BigIntegerField(unique=True)

    class Meta:
        db_table = "search_queue"


def prefix_condition(connection, prefix: str) -> tuple[str, list[str]]:
    """Return the SQL condition for words with a prefix, for which the database has an index, and its arguments."""
    if connection.vendor == "postgresql":
        return "word LIKE %s || '%%'", [prefix]
    return "word >= %s AND word < %s", [prefix, prefix + "\U0010ffff"]


class SearchTermQuerySet(models.QuerySet):
    def add(self, words: Iterable[str]) -> None:
        """Store words, ignoring those that exist."""
        found = sorted(words)
        if not found:
            return
        with connections[self.db].cursor() as cursor:
            if connections[self.db].vendor == "postgresql":
                cursor.execute(
                    "INSERT INTO search_term (word) SELECT unnest(string_to_array(%s, ' ')) ON CONFLICT DO NOTHING",
                    [" ".join(found)],
                )
            else:
                cursor.execute(
                    "INSERT OR IGNORE INTO search_term (word) SELECT value FROM json_each(%s) WHERE NOT EXISTS "
                    "(SELECT 1 FROM search_term WHERE word = value)",
                    [json.dumps(found)],
                )

    def with_prefix(self, prefix: str, limit: int, offset: int = 0) -> list[str]:
        """Return words with a prefix, the shortest first."""
        where, arguments, order = self._prefix_condition(prefix)
        sql = f"SELECT word FROM search_term WHERE {where} ORDER BY length(word), {order} LIMIT %s OFFSET %s"  # noqa: S608
        return self._words(sql, [*arguments, limit, offset])

    def after(self, prefix: str, lengths: tuple[int, int], word: str, limit: int) -> list[str]:
        """Return the words after `word` in alphabetical order that have a prefix and a length in this range."""
        where, arguments, order = self._prefix_condition(prefix)
        where += f" AND {order} > %s AND length(word) BETWEEN %s AND %s"
        sql = f"SELECT word FROM search_term WHERE {where} ORDER BY {order} LIMIT %s"  # noqa: S608
        return self._words(sql, [*arguments, word, *lengths, limit])

    def existing(self, words: Iterable[str]) -> list[str]:
        """Return those of `words` that are stored."""
        if connections[self.db].vendor == "postgresql":
            sql = "SELECT word FROM search_term WHERE word = ANY(%s)"
            return self._words(sql, [sorted(words)])
        sql = "SELECT word FROM json_each(%s) CROSS JOIN search_term ON word = value"
        return self._words(sql, [json.dumps(sorted(words))])

    def _prefix_condition(self, prefix: str) -> tuple[str, list[str], str]:
        """Return the SQL condition for a prefix, its arguments, and the SQL that words are ordered by."""
        is_postgresql = connections[self.db].vendor == "postgresql"
        return *prefix_condition(connections[self.db], prefix), 'word COLLATE "C"' if is_postgresql else "word"

    def _words(self, sql: str, arguments) -> list[str]:
        with connections[self.db].cursor() as cursor:
            cursor.execute(sql, arguments)
            return [row[0] for row in cursor.fetchall()]


class SearchTerm(models.Model):
    """A word of some message, public or not: see `vocabulary`. `index.prune` deletes unused ones."""

    word = models.CharField(max_length=MAX_WORD_LENGTH, primary_key=True)

    objects = SearchTermQuerySet.as_manager()

    class Meta:
        db_table = "search_term"


class IndexState(models.Model):
    """One row with the version of the folding rules that made the index; with another version it must be rebuilt."""

    folding = models.PositiveIntegerField()

    class Meta:
        db_table = "search_state"


class AnswerEntry(models.Model):
    """A public page, topic or office in the index of answers (`search.answers`); triggers add and delete the rows.

    A row that is not indexed has no words yet: `search.answer_index` writes them before the transaction ends.
    """

    class Kind(models.TextChoices):
        PAGE = "page"
        TOPIC = "topic"
        OFFICE = "office"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    object_id = models.BigIntegerField()
    is_indexed = models.BooleanField(default=False)

    class Meta:
        db_table = "search_answer"
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_answer_once")]


class AnswerWordQuerySet(models.QuerySet):
    def postings(self, words: list[str], beginnings: list[tuple[str, int]]) -> list[tuple[str, int, str, int]]:
        """Return kind, id, word and weight for these words, and for those that begin with one of `beginnings`.

        Each beginning is given with the maximum length of its words.
        """
        connection = connections[self.db]
        conditions, arguments = [f"word IN ({', '.join(['%s'] * len(words))})"], list(words)
        for beginning, length in beginnings:
            where, values = prefix_condition(connection, beginning)
            conditions.append(f"({where} AND length(word) <= %s)")
            arguments += [*values, length]
        sql = (
            f"SELECT kind, object_id, word, weight FROM search_answer_word WHERE {' OR '.join(conditions)} "  # noqa: S608
            f"ORDER BY weight DESC, kind, object_id, word LIMIT {MAX_POSTINGS}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            return cursor.fetchall()

    def beginning_with(self, letters: str, lengths: tuple[int, int], limit: int) -> list[str]:
        """Return words that begin with these letters and have a length in this range, in alphabetical order."""
        where, arguments = prefix_condition(connections[self.db], letters)
        sql = (
            f"SELECT DISTINCT word FROM search_answer_word WHERE {where} AND length(word) BETWEEN %s AND %s "  # noqa: S608
            "ORDER BY word LIMIT %s"
        )
        with connections[self.db].cursor() as cursor:
            cursor.execute(sql, [*arguments, *lengths, limit])
            return [row[0] for row in cursor.fetchall()]


class AnswerWord(models.Model):
    """A word of a page, topic or office, with the weight of the best place where it occurs."""

    word = models.CharField(max_length=MAX_WORD_LENGTH, db_index=True)
    kind = models.CharField(max_length=10, choices=AnswerEntry.Kind.choices)
    object_id = models.BigIntegerField()
    weight = models.PositiveSmallIntegerField()

    objects = AnswerWordQuerySet.as_manager()

    class Meta:
        db_table = "search_answer_word"
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "word"], name="search_answer_word_once"),
        ]
