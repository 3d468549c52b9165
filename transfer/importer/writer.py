"""Batch writer of the import: each batch is one short transaction and one edition."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from django.db import reset_queries
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from editions.models import new_edition
from news import slugs as addresses
from news.models import Attachment, Category, Correction, Message
from news.slugs import make_slug_text
from redirects.models import Redirect
from redirects.old_urls import canonical_key
from richtext.fields import sanitize_once
from search.documents import index_text
from search.indexer import Indexer
from transfer.importer import message_files
from transfer.importer.bodies import converted_with_notes
from transfer.importer.jsonl import MessageRecord
from transfer.importer.message_files import MessageFiles
from transfer.importer.notes import Notes
from transfer.importer.prepare import PreparedRecord, prepared_records
from transfer.models import ImportedDigest

if TYPE_CHECKING:
    from transfer.importer.images import ImportFolder

LAST_ORDER = 32_767
MOST_PATHS = 500  # in one query
MOST_WORDS = 100_000  # held in memory while no line is new
IMAGE_COST = 100_000  # characters of text that take as long as one file, so that batches with files stay small


@dataclass
class ImportResult:
    """The counts and notes of an import so far."""

    added: int = 0
    known: int = 0
    categories: int = 0
    skipped: int = 0  # invalid entries, with --skip-faults
    notes: Notes = field(default_factory=Notes)

    def __str__(self) -> str:
        parts = [_("%d added") % self.added]
        if self.known:
            parts.append(_("%d already imported") % self.known)
        if self.categories:
            created = ngettext("%d category created", "%d categories created", self.categories)
            parts.append(created % self.categories)
        if self.skipped:
            parts.append(_("%d skipped") % self.skipped)
        return ", ".join(parts) + "."


class BatchSizer:
    """Adaptive batch size: a transaction should take TARGET_SECONDS, because other writers wait for it.

    The limit starts at 50 lines and is scaled after each batch by target time / measured time, at most doubled.
    Example: 50 lines in 0.1 s give 100 lines (a factor of 3, limited to 2); 100 lines in 0.6 s give 50 lines.
    """

    TARGET_SECONDS = 0.3
    MOST_LINES = 1000
    MOST_CHARACTERS = 2_000_000
    MOST_GROWTH = 2

    def __init__(self):
        self.limit = 50  # lines in a batch

    def batches(self, lines: Iterable[PreparedRecord]) -> Iterator[list[PreparedRecord]]:
        """Yield batches of at most `limit` lines, and of fewer when their texts and files are large."""
        batch, cost = [], 0
        for each in lines:
            batch.append(each)
            cost += self.cost(each.line)
            if len(batch) >= self.limit or cost > self.MOST_CHARACTERS:
                yield batch
                batch, cost = [], 0
        if batch:
            yield batch

    def cost(self, line: MessageRecord) -> int:
        """Return the time that a line takes, in characters of text."""
        files = line.body.count("<img") + bool(line.picture) + len(line.attachments)
        return len(line.body) + len(line.lead) + files * IMAGE_COST

    def adapt(self, lines: int, seconds: float) -> None:
        """Set the limit from the number of lines that were just written and the time that took."""
        factor = min(self.TARGET_SECONDS / max(seconds, 0.001), self.MOST_GROWTH)
        self.limit = max(1, min(int(lines * factor), self.MOST_LINES))


def import_records(lines: Iterable[MessageRecord], folder: ImportFolder | None = None) -> Iterator[ImportResult]:
    """Import the lines that were never imported, and yield the result so far after each batch.

    Images and attachments are stored from the folder; without one they are left out.
    """
    return import_prepared(prepared_records(lines, with_pictures=folder is not None), folder)


def import_prepared(lines: Iterable[PreparedRecord], folder: ImportFolder | None = None) -> Iterator[ImportResult]:
    """Like `write`, with prepared lines."""
    outcome, pace, words = ImportResult(), BatchSizer(), set()
    for batch in pace.batches(lines):
        start = time.monotonic()
        words.update(*(each.words for each in batch))  # also of known lines: new lines may share them
        added = write_batch(batch, outcome, words, folder)
        if added:
            pace.adapt(added, time.monotonic() - start)
        if added or len(words) > MOST_WORDS:
            words.clear()
        reset_queries()  # with DEBUG, Django stores every query
        del batch
        gc.collect()  # frees reference cycles between messages and their images
        yield outcome


def write_batch(
    lines: list[PreparedRecord], outcome: ImportResult, words: set[str], folder: ImportFolder | None
) -> int:
    """Write the new lines in one transaction and edition, and return their number."""
    fresh = {each.digest: each for each in lines}
    repeated = len(lines) - len(fresh)
    new = ImportedDigest.objects.unknown(fresh)
    created, files = 0, {}
    if new:
        for digest in new:  # slow, so outside the transaction
            if fresh[digest].text is None:
                fresh[digest] = with_stored_images(fresh[digest], folder)
                words.update(fresh[digest].text.words.split())
            files[digest] = message_files.store_files(folder, fresh[digest].line)
            if files[digest].urls:
                fresh[digest] = fresh[digest].with_body(files[digest].relinked(fresh[digest].line.body))
        with new_edition():
            new = ImportedDigest.objects.unknown(new)  # another import may have run at the same time
            rows, own = [fresh[digest].line for digest in new], [files[digest] for digest in new]
            categories, created = get_or_create_categories(rows)
            messages = Message.objects.bulk_create(
                [
                    build_message(row, categories[row.category], files.image)
                    for row, files in zip(rows, own, strict=True)
                ],
                run_hooks=False,
            )
            texts = [fresh[digest].text for digest in new]
            Indexer(Message.objects.db).add_new(list(zip(messages, texts, strict=True)), words - {"|"})
            add_related_rows(list(zip(messages, rows, own, strict=True)), outcome.notes)
            ImportedDigest.objects.remember(new)
    outcome.added += len(new)
    outcome.known += repeated + len(fresh) - len(new)
    outcome.categories += created
    return len(new)


def with_stored_images(ready: PreparedRecord, folder: ImportFolder) -> PreparedRecord:
    """Return a line with the images of its body stored, and with its search text."""
    ready = ready.with_body(sanitize_once(folder.with_stored_images(converted_with_notes(ready.line.body)[0])))
    return replace(ready, text=index_text(ready.line.headline, ready.line.lead, ready.line.body))


def add_related_rows(rows: list[tuple[Message, MessageRecord, MessageFiles]], notes: Notes) -> None:
    """Add the redirects, corrections and attachments of new messages."""
    add_redirects([(path, message) for message, line, _own in rows for path in line.old_urls], notes)
    corrections = [
        Correction(message=message, **dict(zip(("at", "note", "kind"), given, strict=False)))
        for message, line, _own in rows
        for given in line.corrections
    ]
    if corrections:
        Correction.objects.bulk_create(corrections)
    attachments = []
    for message, _line, own in rows:
        for attachment in own.attachments:
            attachment.message = message
            attachments.append(attachment)
    if attachments:
        Attachment.objects.bulk_create(attachments)


def add_redirects(pairs: list[tuple[str, Message]], notes: Notes) -> None:
    """Add redirects from former URLs; note those that lead elsewhere already, in any spelling, and leave them."""
    keys = {path: canonical_key(path) for path, _message in pairs}
    all_keys = list(keys.values())
    taken = {
        key
        for start in range(0, len(all_keys), MOST_PATHS)
        for key in Redirect.objects.filter(key__in=all_keys[start : start + MOST_PATHS]).values_list("key", flat=True)
    }
    owners: dict[str, Message] = {}
    rows = []
    live = messages_by_url(path for path, _message in pairs)
    for path, message in pairs:
        if (
            live.get(path, message.pk) != message.pk
            or keys[path] in taken
            or owners.setdefault(keys[path], message) is not message
        ):
            note = _("The former web address %s already belongs to another page and was not changed.")
            notes.add(note % path[:200], message.headline)
        else:
            rows.append(Redirect(path=path, message=message))
    if rows:
        Redirect.objects.bulk_create(rows, ignore_conflicts=True)  # another import may have run at the same time


def messages_by_url(paths: Iterable[str]) -> dict[str, int]:
    """Return the primary key of the message for each path that is the URL of one."""
    ours = {path for path in paths if path.startswith(addresses.url_root())}
    slugs = {path.strip("/").rpartition("/")[2] for path in ours}
    found = Message.objects.filter(slug__in=slugs, day__isnull=False).only("day", "slug") if ours else ()
    return {row.get_absolute_url(): row.pk for row in found if row.get_absolute_url() in ours}


def build_message(line: MessageRecord, category: Category, image: dict[str, Any]) -> Message:
    """Return the unsaved message of a line: approved if it has a time, because it was public before."""
    return Message(
        headline=line.headline,
        category=category,
        publish_at=line.publish_at,
        approved_at=None if line.draft else line.publish_at,
        lead=line.lead,
        body=line.body,
        delivered_on=line.delivered_on,
        source_name=line.source_name,
        source_url=line.source_url,
        related="\n".join(line.related),
        featured=line.featured,
        slug=line.slug,
        made_slug=line.slug
        if line.draft and line.slug == make_slug_text(line.headline)
        else "",  # follows the headline until published
        language=line.language or Message._meta.get_field("language").default,
        revised_at=line.revised_at,
        withdrawn_at=line.withdrawn_at,
        withdrawn_reason=line.withdrawn_reason,
        **image,
    )


def get_or_create_categories(lines: list[MessageRecord]) -> tuple[dict[str, Category], int]:
    """Return the categories of the lines by slug, and the number of new ones."""
    slugs: dict[str, str] = {}
    for line in lines:
        slugs[line.category] = slugs.get(line.category) or line.category_name
    found = Category.objects.in_bulk(slugs, field_name="slug")
    missing = [slug for slug in slugs if slug not in found]
    if missing:
        # Staff may have changed the slug of a category: its redirect has the former one.
        former = Redirect.objects.filter(path__in=[Category(slug=slug).get_absolute_url() for slug in missing])
        found |= {row.path.split("/")[2]: row.category for row in former.select_related("category") if row.category}
        missing = [slug for slug in missing if slug not in found]
    if missing:
        last = Category.objects.aggregate(last=Max("order"))["last"] or 0
        new = [
            Category(slug=slug, name=slugs[slug] or default_category_name(slug), order=min(order, LAST_ORDER))
            for slug, order in zip(missing, count(last + 1))
        ]
        found |= {category.slug: category for category in Category.objects.bulk_create(new)}
    return found, len(missing)


def default_category_name(slug: str) -> str:
    """Return the default name of a category: "press-releases" becomes "Press releases"."""
    words = slug.replace("-", " ").replace("_", " ").split()
    return " ".join(words).capitalize() or slug
