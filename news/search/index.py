"""Search indexer: writes index entries, in the transaction that changes the messages, or in batches afterwards.

Triggers delete the entry of a message that changes and queue the message in `Stale`; see `tables`. Who indexes it:

    messages written by             indexed by                            when
    ------------------------------  ------------------------------------  -------------------------------------
    save(), loaddata                `on_save`, a post_save handler        in the same transaction
    update(), bulk_create()         `indexed`, a hook of `bulk_writes`    in the same transaction
    the importer                    `Indexer.add_new`, called by it with  in the same transaction; it writes
                                    texts that it has already split       with bulk_create(run_hooks=False)
    plain SQL, a migration          `batches` (manage.py build_search)    later; until then it is not found
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connections, transaction

from editions.models import new_edition
from news.models import Message
from news.search import tables
from news.search.engines import Span, engine_of
from news.search.entries import entry_of, placed
from news.search.folding import FOLDING
from news.search.models import Entry, IndexState, Stale, Word
from news.search.ranking import LAST_KEY
from news.search.text import LONGEST_WORD

BATCH = 2_000_000  # characters of entries in memory
AT_ONCE = 500  # messages in a statement
READ = ("pk", "headline", "lead", "body", "category_id", "source_name", "publish_at")

# PostgreSQL, for a transaction that writes many entries: GIN merges its pending list in larger pieces (merging costs
# one step for each different word in a piece), and texts are compressed by the faster method, if it is compiled in.
IN_BULK = """
    SELECT set_config('gin_pending_list_limit', '32MB', true), set_config('work_mem', '64MB', true);
    SELECT set_config(name, 'lz4', true) FROM pg_settings
    WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)
"""

# GIN appends new entries to a pending list and merges it later, word by word. A query for one word without another
# could then see an entry under the first and not yet under the second, as it reads no list twice. So the list is
# merged before the commit. (Without a pending list, an import takes two and a half times as long.) Only the owner of
# an index may do this; otherwise PostgreSQL merges it when it would anyway.
SORT_IN = """
    SELECT gin_clean_pending_list(oid) FROM pg_class
    WHERE oid = to_regclass('search_document_vector') AND pg_has_role(relowner, 'USAGE')
"""

MOST_REMEMBERED = 300_000  # words


def on_save(sender, instance, using, **kwargs):
    """Index a message after `save()` or loaddata, if the triggers queued it."""
    if Stale.objects.using(using).filter(message_id=instance.pk).exists():
        Indexer(using).reindex([instance.pk])


@contextmanager
def indexed(using: str):
    """Index all messages that are written inside, in the same transaction; a hook of `news.bulk_writes`."""
    queue = Stale.objects.using(using)
    newest = queue.order_by("-pk").values_list("pk", flat=True).first() or 0
    yield
    Indexer(using).reindex(list(queue.filter(pk__gt=newest).values_list("message_id", flat=True)))


class Met:
    """The words that a build or an import has already seen: it meets the same ones again and again."""

    def __init__(self):
        self.words: set[str] = {"|"}

    def new(self, found: set[str]) -> set[str]:
        """Return those that were not seen before, and remember them."""
        found = found - self.words
        if len(self.words) < MOST_REMEMBERED:
            self.words |= found
        return found


class Indexer:
    """Writes the entries of messages on one database, inside the caller's transaction.

    With `seen`, words are not stored again that a committed transaction of the same run has stored.
    """

    def __init__(self, using: str, seen: Met | None = None):
        self.using, self.seen = using, seen
        self.is_postgresql = connections[using].vendor == "postgresql"

    def reindex(self, pks: list[int]) -> None:
        """Replace the entries of these messages; one that is not approved, or withdrawn, has none."""
        for start in range(0, len(pks), AT_ONCE):
            batch = pks[start : start + AT_ONCE]
            Entry.objects.using(self.using).filter(message_id__in=batch).delete()
            rows = Message.objects.using(self.using).filter(
                pk__in=batch, approved_at__isnull=False, withdrawn_at__isnull=True
            )
            values = rows.order_by().values_list(*READ).iterator(chunk_size=100)
            for entries in _batches(entry_of(*row) for row in values):
                self._store_words(set().union(*(entry.words.split() for entry in entries)) - {"|"})
                self._write(entries)
            self._dequeue(batch)
        self._merge_pending_list()

    def add_new(self, messages: list[tuple], words: set[str]) -> None:
        """Index new messages, each given with its `Text`; `words` are those of the texts that are not stored yet."""
        self.bulk_mode()
        Word.objects.using(self.using).add(words)
        for start in range(0, len(messages), AT_ONCE):
            entries = [
                placed(text, message.pk, message.category_id, message.source_name, message.publish_at)
                for message, text in messages[start : start + AT_ONCE]
                if message.approved_at and not message.withdrawn_at
            ]
            self._write(entries)
            self._dequeue([entry.message_id for entry in entries])
        self._merge_pending_list()

    def bulk_mode(self) -> None:
        """Make the rest of this transaction cheaper for many entries."""
        if self.is_postgresql:
            tables.run(connections[self.using], [IN_BULK])

    def _store_words(self, words: set[str]) -> None:
        if self.seen is None:
            Word.objects.using(self.using).add(words)
            return
        words = words - self.seen.words
        Word.objects.using(self.using).add(words)
        transaction.on_commit(lambda: self.seen.new(words), self.using)

    def _write(self, entries: list[Entry]) -> None:
        """Write entries in the order of their keys: FTS5 begins a new segment for each step back."""
        entries.sort(key=lambda entry: entry.key)
        rows = Entry.objects.using(self.using)
        taken = set(rows.filter(key__in=[entry.key for entry in entries]).values_list("key", flat=True))
        for entry in entries:  # two messages of one second whose ids differ by 65,536 have the same key
            while entry.key in taken:
                entry.key += 1
            taken.add(entry.key)
        rows.insert(entries)

    def _dequeue(self, pks: list[int]) -> None:
        Stale.objects.using(self.using).filter(message_id__in=pks).delete()

    def _merge_pending_list(self) -> None:
        if self.is_postgresql:
            tables.run(connections[self.using], [SORT_IN])


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch, size = [], 0
    for entry in entries:
        batch.append(entry)
        size += len(entry.words)
        if size > BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


# Building

PRUNED = 500  # words checked in one transaction
WANTED, MOST = 0.3, 500  # seconds and messages of a batch: other writers wait for it


def build(using: str = "default") -> None:
    """Index all queued messages, the newest first."""
    for _count in batches(using):
        pass


def batches(using: str = "default") -> Iterator[int]:
    """Index the queued messages in batches, each with a new edition; yield the number in each."""
    size, indexer = 50, Indexer(using, Met())
    while True:
        start = time.monotonic()
        with new_edition(using, moves=True):  # searches find more now, though no public row is written
            indexer.bulk_mode()
            pks = list(Stale.objects.using(using).order_by("-pk").values_list("message_id", flat=True)[:size])
            indexer.reindex(pks)
        if not pks:
            return
        yield len(pks)
        size = max(1, min(int(size * min(WANTED / max(time.monotonic() - start, 0.001), 2)), MOST))


def begin_anew(using: str = "default") -> None:
    """Queue every message for indexing; existing entries stay until they are replaced."""
    due = tables.DUE.format(row="m")
    with transaction.atomic(using):
        tables.run(
            connections[using],
            [
                "DELETE FROM search_queue",
                f"INSERT INTO search_queue (message_id) SELECT m.id FROM news_message AS m WHERE {due} "  # noqa: S608
                "ORDER BY m.publish_at, m.id",
            ],
        )
        IndexState.objects.using(using).update_or_create(pk=1, defaults={"folding": FOLDING})


def is_outdated(using: str = "default") -> bool:
    """Say whether the index was made by another version of the folding rules, and no rebuild has begun."""
    return not IndexState.objects.using(using).filter(pk=1, folding=FOLDING).exists()


def prune(using: str = "default") -> int:
    """Delete words that no entry contains and return their number. Each batch is a transaction of its own."""
    deleted, after = 0, ""
    while True:
        with transaction.atomic(using):
            if connections[using].vendor == "postgresql":
                # A transaction that is just indexing a message may rely on a word: wait for it.
                tables.run(connections[using], ["LOCK TABLE search_term IN SHARE ROW EXCLUSIVE MODE"])
            words = Word.objects.using(using).after("", (0, LONGEST_WORD), after, PRUNED)
            if not words:
                return deleted
            existing = set(engine_of(connections[using]).existing_words(words, Span(-1, LAST_KEY)))
            unused = [word for word in words if word not in existing]
            Word.objects.using(using).filter(pk__in=unused).delete()
            deleted, after = deleted + len(unused), words[-1]


# What autovacuum would do later: remove dead rows (reading an emptied queue passes over all of them) and update the
# planner's statistics.
TIDIED = [
    "VACUUM ANALYZE search_document",
    "VACUUM ANALYZE search_queue",
    "ANALYZE news_message",
    "ANALYZE search_term",
]

# SQLite: the covering index of the counts, read once in sequence, is in the system's page cache.
READ_ONCE = ["SELECT count(source) FROM search_document INDEXED BY search_document_counted"]


def tidy(using: str = "default") -> None:
    """Vacuum (PostgreSQL) or warm up (SQLite) the index after a large build or import."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        tables.run(connection, READ_ONCE)
    elif not connection.in_atomic_block:
        tables.run(connection, TIDIED)
