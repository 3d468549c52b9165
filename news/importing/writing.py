"""The writing half of an import: in batches, each a short transaction and an edition of its own."""

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
from news import addresses
from news.addresses import slug_of
from news.importing import own_files
from news.importing.bodies import prepared
from news.importing.lines import Line
from news.importing.models import Imported
from news.importing.notes import Notes
from news.importing.own_files import OwnFiles
from news.importing.ready import Ready, all_ready
from news.models import Attachment, Category, Correction, Message, Redirect
from news.old_urls import key_of
from news.search.entries import text_of
from news.search.index import Indexer
from richtext.fields import cleaned

if TYPE_CHECKING:
    from news.importing.pictures import Folder

LAST_ORDER = 32_767
MOST_PATHS = 500  # addresses in one query
MOST_WORDS = 100_000  # that are held, while all lines are there already
A_PICTURE = 100_000  # characters that take as long as a picture: so few lines are lost when an import is stopped


@dataclass
class Outcome:
    """What has come of an import so far."""

    added: int = 0
    known: int = 0
    categories: int = 0
    skipped: int = 0  # faults that were left out, as asked
    notes: Notes = field(default_factory=Notes)

    def __str__(self) -> str:
        parts = [_("%d added") % self.added]
        if self.known:
            known = ngettext("%d was there already", "%d were there already", self.known)
            parts.append(known % self.known)
        if self.categories:
            made = ngettext("%d category made", "%d categories made", self.categories)
            parts.append(made % self.categories)
        if self.skipped:
            parts.append(ngettext("%d left out", "%d left out", self.skipped) % self.skipped)
        return ", ".join(parts) + "."


# Batches


class Pace:
    """How many lines go into a batch: as many as are written within WANTED seconds, going by the batch before.

    Others who write to a SQLite database wait for a batch to end; on PostgreSQL those who publish do.
    """

    WANTED = 0.3
    MOST_LINES = 1000
    MOST_CHARACTERS = 2_000_000

    def __init__(self):
        self.lines = 50

    def batches(self, lines: Iterable[Ready]) -> Iterator[list[Ready]]:
        """Yield the lines in batches."""
        batch, size = [], 0
        for each in lines:
            batch.append(each)
            line = each.line
            files = line.body.count("<img") + bool(line.picture) + len(line.attachments)
            size += len(line.body) + len(line.lead) + files * A_PICTURE
            if len(batch) >= self.lines or size > self.MOST_CHARACTERS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def learn(self, lines: int, seconds: float) -> None:
        """Set the size of the next batch: at most twice this one's."""
        fit = int(lines * min(self.WANTED / max(seconds, 0.001), 2))
        self.lines = max(1, min(fit, self.MOST_LINES))


def write(lines: Iterable[Line], folder: Folder | None = None) -> Iterator[Outcome]:
    """Add the lines that were never imported, and yield the outcome so far after each batch.

    Pictures and other files are taken into the site out of the folder; without one they stay behind.
    """
    return write_ready(all_ready(lines, with_pictures=folder is not None), folder)


def write_ready(lines: Iterable[Ready], folder: Folder | None = None) -> Iterator[Outcome]:
    """Do what `write` does with lines that have been made ready."""
    outcome, pace, words = Outcome(), Pace(), set()
    for batch in pace.batches(lines):
        began = time.monotonic()
        words.update(*(each.words for each in batch))  # those of a line that is there already may be another's too
        added = add(batch, outcome, words, folder)
        if added:
            pace.learn(added, time.monotonic() - began)
        if added or len(words) > MOST_WORDS:
            words.clear()
        reset_queries()  # with DEBUG on, Django keeps them all
        del batch
        gc.collect()  # a message and its picture know each other: such circles stay until somebody looks for them
        yield outcome


def add(lines: list[Ready], outcome: Outcome, words: set[str], folder: Folder | None) -> int:
    """Add those of the lines that are new, all in one edition or none, and return how many."""
    fresh = {each.digest: each for each in lines}
    repeated = len(lines) - len(fresh)
    wanted = Imported.objects.unknown(fresh)
    made, files = 0, {}
    if wanted:
        for digest in wanted:  # takes its time: not in a transaction
            if fresh[digest].text is None:
                fresh[digest] = with_pictures(fresh[digest], folder)
                words.update(fresh[digest].text.words.split())
            files[digest] = own_files.take(folder, fresh[digest].line)
            if files[digest].addresses:
                fresh[digest] = fresh[digest].with_body(files[digest].relinked(fresh[digest].line.body))
        with new_edition():
            wanted = Imported.objects.unknown(wanted)  # another import may have been quicker
            rows, own = [fresh[digest].line for digest in wanted], [files[digest] for digest in wanted]
            categories, made = categories_of(rows)
            messages = Message.objects.bulk_create(
                [message_of(row, categories[row.category], kept.picture) for row, kept in zip(rows, own, strict=True)],
                run_hooks=False,
            )
            texts = [fresh[digest].text for digest in wanted]
            Indexer(Message.objects.db).add_new(list(zip(messages, texts, strict=True)), words - {"|"})
            with_what_belongs_to(list(zip(messages, rows, own, strict=True)), outcome.notes)
            Imported.objects.remember(wanted)
    outcome.added += len(wanted)
    outcome.known += repeated + len(fresh) - len(wanted)
    outcome.categories += made
    return len(wanted)


def with_pictures(given: Ready, folder: Folder) -> Ready:
    """Return a line with its pictures taken into the site, and its text read."""
    given = given.with_body(cleaned(folder.into(prepared(given.line.body)[0])))
    return replace(given, text=text_of(given.line.headline, given.line.lead, given.line.body))


def with_what_belongs_to(given: list[tuple[Message, Line, OwnFiles]], notes: Notes) -> None:
    """Add former addresses, corrections and attachments of new messages. An address that leads somewhere stays."""
    add_redirects([(path, message) for message, line, _own in given for path in line.old_urls], notes)
    corrections = [
        Correction(message=message, at=at, note=note) for message, line, _own in given for at, note in line.corrections
    ]
    if corrections:
        Correction.objects.bulk_create(corrections)
    attachments = [(message, row) for message, _line, own in given for row in own.attachments]
    if attachments:
        for message, row in attachments:
            row.message = message
        Attachment.objects.bulk_create([row for _message, row in attachments])


def add_redirects(given: list[tuple[str, Message]], notes: Notes) -> None:
    """Lead from former addresses to messages. One that leads elsewhere already stays, however it is spelt; noted."""
    keys = {path: key_of(path) for path, _message in given}
    wanted = list(keys.values())
    taken = {
        key
        for start in range(0, len(wanted), MOST_PATHS)
        for key in Redirect.objects.filter(key__in=wanted[start : start + MOST_PATHS]).values_list("key", flat=True)
    }
    owners: dict[str, Message] = {}
    rows = []
    live = live_addresses(path for path, _message in given)
    for path, message in given:
        if (
            live.get(path, message.pk) != message.pk
            or keys[path] in taken
            or owners.setdefault(keys[path], message) is not message
        ):
            words = _("The former address %s leads to something else already, and still does.")
            notes.add(words % path[:200], message.headline)
        else:
            rows.append(Redirect(path=path, message=message))
    if rows:
        Redirect.objects.bulk_create(rows, ignore_conflicts=True)  # another import may have been quicker


def live_addresses(paths: Iterable[str]) -> dict[str, int]:
    """Return those of the paths at which a message is now, with its number."""
    ours = {path for path in paths if path.startswith(addresses.root())}
    slugs = {path.strip("/").rpartition("/")[2] for path in ours}
    found = Message.objects.filter(slug__in=slugs, day__isnull=False).only("day", "slug") if ours else ()
    return {row.get_absolute_url(): row.pk for row in found if row.get_absolute_url() in ours}


# Rows


def message_of(line: Line, category: Category, picture: dict[str, Any]) -> Message:
    """Return the message of a line, approved where it has a moment, as it has been public before."""
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
        featured=line.featured,
        slug=line.slug,
        made_slug=line.slug if line.draft and line.slug == slug_of(line.headline) else "",  # it may be renamed yet
        language=line.language or Message._meta.get_field("language").default,
        revised_at=line.revised_at,
        withdrawn_at=line.withdrawn_at,
        withdrawn_reason=line.withdrawn_reason,
        **picture,
    )


def categories_of(lines: list[Line]) -> tuple[dict[str, Category], int]:
    """Return the lines' categories by slug, and how many of them had to be made."""
    slugs: dict[str, str] = {}
    for line in lines:
        slugs[line.category] = slugs.get(line.category) or line.category_name
    found = Category.objects.in_bulk(slugs, field_name="slug")
    missing = [slug for slug in slugs if slug not in found]
    if missing:
        # One that staff have given another word since is still known by its former one.
        former = Redirect.objects.filter(path__in=[Category(slug=slug).get_absolute_url() for slug in missing])
        found |= {row.path.split("/")[2]: row.category for row in former.select_related("category") if row.category}
        missing = [slug for slug in missing if slug not in found]
    if missing:
        last = Category.objects.aggregate(last=Max("order"))["last"] or 0
        made = [
            Category(slug=slug, name=slugs[slug] or name_of(slug), order=min(order, LAST_ORDER))
            for slug, order in zip(missing, count(last + 1))
        ]
        found |= {category.slug: category for category in Category.objects.bulk_create(made)}
    return found, len(missing)


def name_of(slug: str) -> str:
    """Return a category's name made of its slug: press-releases becomes Press releases."""
    words = slug.replace("-", " ").replace("_", " ").split()
    return " ".join(words).capitalize() or slug
