"""The index is written: entries of messages, in the transaction that changes these, and of archives by batches."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connections, transaction

from editions.models import new_edition
from news.search import tables
from news.search.entries import entry_of, placed, source_key  # noqa: F401  (others ask for it here)
from news.search.models import Entry, Source, Stale, Word

# Writing

BATCH = 2_000_000  # characters that are held at once
AT_ONCE = 500  # messages
READ = ("pk", "headline", "lead", "body", "category_id", "source_name", "publish_at")


def on_save(sender, instance, using, **kwargs):
    """Make the entry of a message that has been saved, by a person or by loaddata."""
    if Stale.objects.using(using).filter(message_id=instance.pk).exists():
        make(using, [instance.pk])


@contextmanager
def indexed(using: str):
    """Make the entries of all messages that are written inside, in one transaction with it."""
    if getattr(_running, "apart", False):
        yield
        return
    notes = Stale.objects.using(using)
    newest = notes.order_by("-pk").values_list("pk", flat=True).first() or 0
    yield
    make(using, list(notes.filter(pk__gt=newest).values_list("message_id", flat=True)))


def make(using: str, pks: list[int]) -> None:
    """Make the entries of these messages anew; one that isn't due has none."""
    from news.models import Message

    for start in range(0, len(pks), AT_ONCE):
        some = pks[start : start + AT_ONCE]
        Entry.objects.using(using).filter(message_id__in=some).delete()
        due = Message.objects.using(using).filter(pk__in=some, approved_at__isnull=False, withdrawn_at__isnull=True)
        rows = due.order_by().values_list(*READ).iterator(chunk_size=100)
        names: dict[str, str] = {}
        for entries in _batches(_noted(rows, names)):
            note_words(using, set().union(*(entry.words.split() for entry in entries)) - {"|"})
            _write(using, entries)
        _settle(using, some, names)
    _sort_in(using)


@contextmanager
def apart():
    """Leave the entries of new messages to `make_new`, which is given their texts."""
    _running.apart = True
    try:
        yield
    finally:
        _running.apart = False


def make_new(using: str, texts: list[tuple], found: set[str]) -> None:
    """Make the entries of messages that have just been written, each given with its text; `found` are their words."""
    in_bulk(using)
    Word.objects.using(using).add(found)
    for start in range(0, len(texts), AT_ONCE):
        names: dict[str, str] = {}
        entries = []
        for message, text in texts[start : start + AT_ONCE]:
            if message.approved_at and not message.withdrawn_at:
                entries.append(placed(text, message.pk, message.category_id, message.source_name, message.publish_at))
                names.setdefault(entries[-1].source, message.source_name)
        _write(using, entries)
        _settle(using, [entry.message_id for entry in entries], names)
    _sort_in(using)


# For a transaction that makes many entries, on PostgreSQL: what waits for GIN is settled in larger pieces (the work of
# a piece is one step for each different word in it), and texts are packed by the quicker method, where it is there.
IN_BULK = """
    SELECT set_config('gin_pending_list_limit', '32MB', true), set_config('work_mem', '64MB', true);
    SELECT set_config(name, 'lz4', true) FROM pg_settings
    WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)
"""


def in_bulk(using: str) -> None:
    """Have the rest of this transaction make many entries at less cost."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(IN_BULK)


def _noted(rows, names: dict[str, str]) -> Iterator[Entry]:
    """Yield the entries of messages, and note how their sources are written."""
    for row in rows:
        entry = entry_of(*row)
        names.setdefault(entry.source, row[READ.index("source_name")])
        yield entry


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


def _write(using: str, entries: list[Entry]) -> None:
    """Write entries in the order of their keys: FTS5 begins a new segment for each step back."""
    entries.sort(key=lambda entry: entry.key)
    taken = set(Entry.objects.using(using).filter(key__in=[each.key for each in entries]).values_list("key", flat=True))
    for entry in entries:  # two of one second whose ids are 65,536 apart
        while entry.key in taken:
            entry.key += 1
        taken.add(entry.key)
    Entry.objects.using(using).write(entries)


def _settle(using: str, pks: list[int], names: dict[str, str]) -> None:
    """Note how sources are written, and that these messages have the entries that they are to have."""
    sources = [Source(key=key, name=name) for key, name in sorted(names.items()) if key]
    Source.objects.using(using).bulk_create(sources, ignore_conflicts=True)
    Stale.objects.using(using).filter(message_id__in=pks).delete()


# GIN puts what is new on a list, and sorts it in later, word by word. Who asks meanwhile for one word without another
# may find what has both: the first is sorted in, the second not yet, and no list of words is looked at again. So what
# is written is sorted in before anybody sees it, in its own transaction. (Without a list, an import takes two and a
# half times as long.) Only the owner of an index may ask for it; for another one it is sorted in later, as ever.
SORT_IN = """
    SELECT gin_clean_pending_list(oid) FROM pg_class
    WHERE oid = to_regclass('news_entry_vector') AND pg_has_role(relowner, 'USAGE')
"""


def _sort_in(using: str) -> None:
    """Have GIN sort in what has been written, ahead of the commit that shows it."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        tables.run(connection, [SORT_IN])


_running = threading.local()
MOST_REMEMBERED = 300_000


class Met:
    """The words that a run has met: a build or an import meets the same ones again and again."""

    def __init__(self):
        self.words: set[str] = {"|"}

    def new(self, found: set[str]) -> set[str]:
        """Return those that have not been met."""
        found -= self.words
        if len(self.words) < MOST_REMEMBERED:
            self.words |= found
        return found


@contextmanager
def many_writes():
    """Remember the words that were noted inside: a build or an import meets the same ones again and again."""
    before, _running.words = getattr(_running, "words", None), set()
    try:
        yield
    finally:
        _running.words = before


def note_words(using: str, found: set[str]) -> None:
    """Note words as known, but for those that this run has noted before, and committed."""
    remembered = getattr(_running, "words", None)
    if remembered is None:
        Word.objects.using(using).add(found)
        return
    found -= remembered
    Word.objects.using(using).add(found)
    if len(remembered) < MOST_REMEMBERED:
        transaction.on_commit(lambda: remembered.update(found), using)


# Building

WANTED, MOST = 0.3, 500  # seconds, and messages: others who write wait for a batch to end


def build(using: str = "default") -> None:
    """Make every entry that is missing, the newest messages first."""
    for _made in batches(using):
        pass


def batches(using: str = "default") -> Iterator[int]:
    """Make the entries that are missing, in batches, each an edition of its own; yield how many each has made."""
    size = 50
    with many_writes():
        while True:
            began = time.monotonic()
            with new_edition(using, moves=True):  # the public finds more, though no row of theirs is written
                in_bulk(using)
                pks = list(Stale.objects.using(using).order_by("-pk").values_list("message_id", flat=True)[:size])
                make(using, pks)
            if not pks:
                return
            yield len(pks)
            size = max(1, min(int(size * min(WANTED / max(time.monotonic() - began, 0.001), 2)), MOST))


def begin_anew(using: str = "default") -> None:
    """Note every message as one whose entry is to be made; those there are stay until then."""
    due = tables.DUE.format(row="m")
    tables.run(
        connections[using],
        [
            "DELETE FROM news_stale",
            f"INSERT INTO news_stale (message_id) SELECT m.id FROM news_message AS m WHERE {due} "  # noqa: S608
            "ORDER BY m.publish_at, m.id",
        ],
    )


# What a large build or import leaves to PostgreSQL's own housekeeping, which comes when it comes: rows that are no more
# (a look at an empty list reads all that were in it), and what the planner knows of the tables.
TIDIED = [
    "VACUUM ANALYZE news_entry",
    "VACUUM ANALYZE news_stale",
    "ANALYZE news_message",
    "ANALYZE news_word",
]


# What every count on SQLite reads, a page here and a page there: read once as it lies, it is in the machine's memory.
READ_ONCE = ["SELECT count(source) FROM news_entry INDEXED BY news_entry_counted"]


def tidy(using: str = "default") -> None:
    """Have the database do now what the first searches would wait for: they are fast from now on."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        tables.run(connection, READ_ONCE)
    elif not connection.in_atomic_block:
        tables.run(connection, TIDIED)
