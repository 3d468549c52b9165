"""The index is written: entries of messages, in the transaction that changes these, and of archives by batches."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connections, transaction

from editions.models import new_edition
from news.cursors import EPOCH
from news.search.models import Entry, Source, Stale, Word
from news.search.text import words
from richtext.text import plain_text

# The place of an entry

LAST = int((datetime(9999, 12, 31, tzinfo=UTC) - EPOCH).total_seconds())
TIES = 16  # bits: messages of the same second stand by their ids, the higher first


def key_of(at: datetime, pk: int) -> int:
    """Return the place of a message: the newer, the lower."""
    return first_key(at) + (~pk & (1 << TIES) - 1)


def first_key(at: datetime) -> int:
    """Return the lowest key that a message of this second can have; the newer ones are below it."""
    return LAST - second_of(at) << TIES


def last_key(at: datetime) -> int:
    """Return the highest key that a message of this second can have; the older ones are above it."""
    return first_key(at) + (1 << TIES) - 1


def second_of(at: datetime) -> int:
    """Return the seconds since the epoch, the begun one not counted."""
    delta = at - EPOCH
    return delta.days * 86_400 + delta.seconds


# The words of an entry. What is no word begins with a character that no word has.

IN_HEADLINE, ABOVE_TEXT, FACT = "¹", "²", "§"  # a word in the headline; in headline or lead; a category, a source
LONGEST, MOST_MARKS = 850_000, 150_000  # bytes: a tsvector holds a megabyte


def entry_of(pk: int, headline, lead, body, category, source, at) -> Entry:
    """Return the entry of a message."""
    parts = [words(headline), words(lead), words(plain_text(body))]
    marks = [IN_HEADLINE + word for word in set(parts[0])]
    marks += [ABOVE_TEXT + word for word in {*parts[0], *parts[1]}]
    source = source_key(source)
    facts = [category_mark(category), *([source_mark(source)] if source else [])]
    return Entry(
        message_id=pk,
        key=key_of(at, pk),
        category_id=category,
        source=source,
        words=cut(f" {' | '.join(' '.join(part) for part in parts)} ", LONGEST),
        marks=" ".join([*facts, cut(" ".join(sorted(marks)), MOST_MARKS)]),
    )


def cut(text: str, most: int) -> str:
    """Return as many whole words of a text as fit into so many bytes: nearly always all of them."""
    if len(text) * 4 <= most or len(text.encode()) <= most:
        return text
    return text.encode()[:most].decode(errors="ignore").rpartition(" ")[0] + " "


def source_key(name: str) -> str:
    """Return what stands for a source in addresses: one, however its name is written."""
    return "-".join(words(name))[:200]


def source_mark(source: str) -> str:
    return f"{FACT}s{source.replace('-', '·')}"


def category_mark(pk: int) -> str:
    return f"{FACT}c{pk}"


# Writing

BATCH = 2_000_000  # characters that are held at once
READ = ("pk", "headline", "lead", "body", "category_id", "source_name", "publish_at")


def on_save(sender, instance, using, **kwargs):
    """Make the entry of a message that has been saved, by a person or by loaddata."""
    if Stale.objects.using(using).filter(message_id=instance.pk).exists():
        make(using, [instance.pk])


@contextmanager
def indexed(using: str):
    """Make the entries of all messages that are written inside, in one transaction with it."""
    notes = Stale.objects.using(using)
    newest = notes.order_by("-pk").values_list("pk", flat=True).first() or 0
    yield
    make(using, list(notes.filter(pk__gt=newest).values_list("message_id", flat=True)))


def make(using: str, pks: list[int]) -> None:
    """Make the entries of these messages anew; one that isn't due has none."""
    from news.models import Message

    for start in range(0, len(pks), 500):
        some = pks[start : start + 500]
        Entry.objects.using(using).filter(message_id__in=some).delete()
        due = Message.objects.using(using).filter(pk__in=some, approved_at__isnull=False, withdrawn_at__isnull=True)
        rows = due.order_by().values_list(*READ).iterator(chunk_size=100)
        names: dict[str, str] = {}
        for entries in _batches(_noted(rows, names)):
            _write(using, entries)
        names.pop("", None)
        sources = [Source(key=key, name=name) for key, name in sorted(names.items())]
        Source.objects.using(using).bulk_create(sources, ignore_conflicts=True)
        Stale.objects.using(using).filter(message_id__in=some).delete()


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
    note_words(using, set().union(*(entry.words.split() for entry in entries)) - {"|"})
    Entry.objects.using(using).bulk_create(entries)


_running = threading.local()
MOST_REMEMBERED = 300_000


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
            with new_edition(using):
                pks = list(Stale.objects.using(using).order_by("-pk").values_list("message_id", flat=True)[:size])
                make(using, pks)
            if not pks:
                return
            yield len(pks)
            size = max(1, min(int(size * min(WANTED / max(time.monotonic() - began, 0.001), 2)), MOST))


def begin_anew(using: str = "default") -> None:
    """Note every message as one whose entry is to be made; those there are stay until then."""
    from news.search import tables

    due = tables.DUE.format(row="m")
    tables.run(
        connections[using],
        [
            "DELETE FROM news_stale",
            f"INSERT INTO news_stale (message_id) SELECT m.id FROM news_message AS m WHERE {due} "  # noqa: S608
            "ORDER BY m.publish_at, m.id",
        ],
    )
