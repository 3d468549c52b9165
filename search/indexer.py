"""Search indexer: writes index entries, in the transaction that changes the messages, or in batches afterwards.

Triggers delete the entry of a message that changes and queue the message in `ReindexQueue` (`search.schema`). Who
indexes it:

    messages written by             indexed by                            when
    ------------------------------  ------------------------------------  -------------------------------------
    save(), loaddata                `on_save`, a post_save handler        in the same transaction
    update(), bulk_create()         `index_bulk_write`, a hook            in the same transaction
    the importer                    `Indexer.add_new`, called by it with  in the same transaction; it writes
                                    texts that it has already split       with bulk_create(run_hooks=False)
    plain SQL, a migration          `build_in_batches` (build_search)     later; until then it is not found
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connections, transaction

from core.triggers import run
from editions.models import new_edition
from news.models import Message
from search.documents import document_from_message, document_from_text
from search.engines import KeyRange, engine_for
from search.folding import FOLDING_VERSION
from search.models import IS_INDEXABLE, IndexState, ReindexQueue, SearchDocument, SearchTerm
from search.ranking import LAST_KEY
from search.tokenizer import MAX_WORD_LENGTH

MAX_BATCH_CHARACTERS = 2_000_000  # characters of entries in memory
STATEMENT_SIZE = 500  # messages in a statement
INDEXED_FIELDS = ("pk", "headline", "lead", "body", "category_id", "source_name", "publish_at")

# PostgreSQL, for a transaction that writes many entries: GIN merges its pending list in larger pieces (merging costs
# one step for each different word in a piece), and texts are compressed by the faster method, if it is compiled in.
BULK_SETTINGS = """
    SELECT set_config('gin_pending_list_limit', '32MB', true), set_config('work_mem', '64MB', true);
    SELECT set_config(name, 'lz4', true) FROM pg_settings
    WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)
"""

# GIN appends new entries to a pending list and merges it later, word by word. A query for one word without another
# could then see an entry under the first and not yet under the second, as it reads no list twice. So the list is
# merged before the commit. (Without a pending list, an import takes two and a half times as long.) Only the owner of
# an index may do this; otherwise PostgreSQL merges it when it would anyway.
MERGE_PENDING_LIST = """
    SELECT gin_clean_pending_list(oid) FROM pg_class
    WHERE oid = to_regclass('search_document_vector') AND pg_has_role(relowner, 'USAGE')
"""

MAX_SEEN_WORDS = 300_000  # words


def on_save(sender, instance, using, **kwargs):
    """Index a message after `save()` or loaddata, if the triggers queued it."""
    if ReindexQueue.objects.using(using).filter(message_id=instance.pk).exists():
        Indexer(using).reindex([instance.pk])


@contextmanager
def index_bulk_write(using: str):
    """Index all messages that are written inside, in the same transaction; a hook of `news.bulk_writes`."""
    queue = ReindexQueue.objects.using(using)
    newest = queue.order_by("-pk").values_list("pk", flat=True).first() or 0
    yield
    Indexer(using).reindex(list(queue.filter(pk__gt=newest).values_list("message_id", flat=True)))


class SeenWords:
    """The words that a build or an import has already seen: it meets the same ones again and again."""

    def __init__(self):
        self.words: set[str] = {"|"}

    def new(self, found: set[str]) -> set[str]:
        """Return those that were not seen before, and remember them."""
        found = found - self.words
        if len(self.words) < MAX_SEEN_WORDS:
            self.words |= found
        return found


class Indexer:
    """Writes the entries of messages on one database, inside the caller's transaction.

    With `seen`, words are not stored again that a committed transaction of the same run has stored.
    """

    def __init__(self, using: str, seen: SeenWords | None = None):
        self.using, self.seen = using, seen
        self.is_postgresql = connections[using].vendor == "postgresql"

    def reindex(self, pks: list[int]) -> None:
        """Replace the entries of these messages; one that is not approved, or withdrawn, has none."""
        for start in range(0, len(pks), STATEMENT_SIZE):
            batch = pks[start : start + STATEMENT_SIZE]
            SearchDocument.objects.using(self.using).filter(message_id__in=batch).delete()
            rows = Message.objects.using(self.using).filter(
                pk__in=batch, approved_at__isnull=False, withdrawn_at__isnull=True
            )
            values = rows.order_by().values_list(*INDEXED_FIELDS).iterator(chunk_size=100)
            for entries in _split_by_size(document_from_message(*row) for row in values):
                self._store_words(set().union(*(entry.words.split() for entry in entries)) - {"|"})
                self._write(entries)
            self._dequeue(batch)
        self._merge_pending_list()

    def add_new(self, messages: list[tuple], words: set[str]) -> None:
        """Index new messages, each given with its `Text`; `words` are those of the texts that are not stored yet."""
        self.bulk_mode()
        SearchTerm.objects.using(self.using).add(words)
        for start in range(0, len(messages), STATEMENT_SIZE):
            entries = [
                document_from_text(text, message.pk, message.category_id, message.source_name, message.publish_at)
                for message, text in messages[start : start + STATEMENT_SIZE]
                if message.approved_at and not message.withdrawn_at
            ]
            self._write(entries)
            self._dequeue([entry.message_id for entry in entries])
        self._merge_pending_list()

    def bulk_mode(self) -> None:
        """Make the rest of this transaction cheaper for many entries."""
        if self.is_postgresql:
            run(connections[self.using], [BULK_SETTINGS])

    def _store_words(self, words: set[str]) -> None:
        if self.seen is None:
            SearchTerm.objects.using(self.using).add(words)
            return
        words = words - self.seen.words
        SearchTerm.objects.using(self.using).add(words)
        transaction.on_commit(lambda: self.seen.new(words), self.using)

    def _write(self, entries: list[SearchDocument]) -> None:
        """Write entries in the order of their keys: FTS5 begins a new segment for each step back."""
        entries.sort(key=lambda entry: entry.key)
        rows = SearchDocument.objects.using(self.using)
        taken = set(rows.filter(key__in=[entry.key for entry in entries]).values_list("key", flat=True))
        for entry in entries:  # two messages of one second whose ids differ by 65,536 have the same key
            while entry.key in taken:
                entry.key += 1
            taken.add(entry.key)
        rows.insert(entries)

    def _dequeue(self, pks: list[int]) -> None:
        ReindexQueue.objects.using(self.using).filter(message_id__in=pks).delete()

    def _merge_pending_list(self) -> None:
        if self.is_postgresql:
            run(connections[self.using], [MERGE_PENDING_LIST])


def _split_by_size(entries: Iterable[SearchDocument]) -> Iterator[list[SearchDocument]]:
    batch, size = [], 0
    for entry in entries:
        batch.append(entry)
        size += len(entry.words)
        if size > MAX_BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


# Building

PRUNE_BATCH = 500  # words checked in one transaction
BATCH_SECONDS, MAX_BATCH_MESSAGES = 0.3, 500  # seconds and messages of a batch: other writers wait for it


def build_index(using: str = "default") -> None:
    """Index all queued messages, the newest first."""
    for _count in build_in_batches(using):
        pass


def build_in_batches(using: str = "default") -> Iterator[int]:
    """Index the queued messages in batches, each with a new edition; yield the number in each."""
    size, indexer = 50, Indexer(using, SeenWords())
    while True:
        start = time.monotonic()
        with new_edition(using, moves=True):  # searches find more now, though no public row is written
            indexer.bulk_mode()
            pks = list(ReindexQueue.objects.using(using).order_by("-pk").values_list("message_id", flat=True)[:size])
            indexer.reindex(pks)
        if not pks:
            return
        yield len(pks)
        size = max(1, min(int(size * min(BATCH_SECONDS / max(time.monotonic() - start, 0.001), 2)), MAX_BATCH_MESSAGES))


def reset_queue(using: str = "default") -> None:
    """Queue every message for indexing; existing entries stay until they are replaced."""
    due = IS_INDEXABLE.format(row="m")
    with transaction.atomic(using):
        run(
            connections[using],
            [
                "DELETE FROM search_queue",
                f"INSERT INTO search_queue (message_id) SELECT m.id FROM news_message AS m WHERE {due} "  # noqa: S608
                "ORDER BY m.publish_at, m.id",
            ],
        )
        IndexState.objects.using(using).update_or_create(pk=1, defaults={"folding": FOLDING_VERSION})


def is_outdated(using: str = "default") -> bool:
    """Say whether the index was made by another version of the folding rules, and no rebuild has begun."""
    return not IndexState.objects.using(using).filter(pk=1, folding=FOLDING_VERSION).exists()


def prune_words(using: str = "default") -> int:
    """Delete words that no entry contains and return their number. Each batch is a transaction of its own."""
    deleted, after = 0, ""
    while True:
        with transaction.atomic(using):
            if connections[using].vendor == "postgresql":
                # A transaction that is just indexing a message may rely on a word: wait for it.
                run(connections[using], ["LOCK TABLE search_term IN SHARE ROW EXCLUSIVE MODE"])
            words = SearchTerm.objects.using(using).after("", (0, MAX_WORD_LENGTH), after, PRUNE_BATCH)
            if not words:
                return deleted
            existing = set(engine_for(connections[using]).existing_words(words, KeyRange(-1, LAST_KEY)))
            unused = [word for word in words if word not in existing]
            SearchTerm.objects.using(using).filter(pk__in=unused).delete()
            deleted, after = deleted + len(unused), words[-1]


# What autovacuum would do later: remove dead rows (reading an emptied queue passes over all of them) and update the
# planner's statistics.
VACUUM_STATEMENTS = [
    "VACUUM ANALYZE search_document",
    "VACUUM ANALYZE search_queue",
    "ANALYZE news_message",
    "ANALYZE search_term",
]

# SQLite: the covering index of the counts, read once in sequence, is in the system's page cache.
WARM_UP_STATEMENTS = ["SELECT count(source) FROM search_document INDEXED BY search_document_counted"]


def vacuum(using: str = "default") -> None:
    """Vacuum (PostgreSQL) or warm up (SQLite) the index after a large build or import."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        run(connection, WARM_UP_STATEMENTS)
    elif not connection.in_atomic_block:
        run(connection, VACUUM_STATEMENTS)
