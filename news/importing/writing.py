"""The writing half of an import: in batches, each a short transaction and an edition of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count

from django.db import reset_queries
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from editions.models import new_edition
from news.importing.lines import Line
from news.importing.models import Imported
from news.models import Category, Correction, Message, Redirect
from news.search.index import many_writes

LAST_ORDER = 32_767
A_PICTURE = 100_000  # characters that take as long as a picture: so few lines are lost when an import is stopped


@dataclass
class Outcome:
    """What has come of an import so far."""

    added: int = 0
    known: int = 0
    categories: int = 0

    def __str__(self) -> str:
        parts = [_("%d added") % self.added]
        if self.known:
            known = ngettext("%d was there already", "%d were there already", self.known)
            parts.append(known % self.known)
        if self.categories:
            made = ngettext("%d category made", "%d categories made", self.categories)
            parts.append(made % self.categories)
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

    def batches(self, lines: Iterable[Line]) -> Iterator[list[Line]]:
        """Yield the lines in batches."""
        batch, size = [], 0
        for line in lines:
            batch.append(line)
            size += len(line.body) + len(line.lead) + line.body.count("<img") * A_PICTURE
            if len(batch) >= self.lines or size > self.MOST_CHARACTERS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def learn(self, lines: int, seconds: float) -> None:
        """Set the size of the next batch: at most twice this one's."""
        fit = int(lines * min(self.WANTED / max(seconds, 0.001), 2))
        self.lines = max(1, min(fit, self.MOST_LINES))


def write(lines: Iterable[Line], illustrated: Callable[[str], str] = str) -> Iterator[Outcome]:
    """Add the lines that were never imported, and yield the outcome so far after each batch.

    `illustrated` returns a body with its pictures taken into the site.
    """
    outcome, pace = Outcome(), Pace()
    with many_writes():
        for batch in pace.batches(lines):
            began = time.monotonic()
            added = add(batch, outcome, illustrated)
            if added:
                pace.learn(added, time.monotonic() - began)
            reset_queries()  # with DEBUG on, Django keeps them all
            yield outcome


def add(lines: list[Line], outcome: Outcome, illustrated: Callable[[str], str] = str) -> int:
    """Add those of the lines that are new, all in one edition or none, and return how many."""
    fresh = {line.digest: line for line in lines}
    repeated = len(lines) - len(fresh)
    wanted = Imported.objects.unknown(fresh)
    made = 0
    if wanted:
        bodies = {digest: illustrated(fresh[digest].body) for digest in wanted}  # takes its time: not in a transaction
        with new_edition():
            wanted = Imported.objects.unknown(wanted)  # another import may have been quicker
            rows = [replace(fresh[digest], body=bodies[digest]) for digest in wanted]
            categories, made = categories_of(rows)
            messages = Message.objects.bulk_create([message_of(row, categories[row.category]) for row in rows])
            with_what_belongs_to(list(zip(messages, rows, strict=True)))
            Imported.objects.remember(wanted)
    outcome.added += len(wanted)
    outcome.known += repeated + len(fresh) - len(wanted)
    outcome.categories += made
    return len(wanted)


def with_what_belongs_to(pairs: list[tuple[Message, Line]]) -> None:
    """Add the former addresses and the corrections of new messages. An address that leads somewhere already stays."""
    redirects = [Redirect(path=path, message=message) for message, line in pairs for path in line.old_urls]
    if redirects:
        Redirect.objects.bulk_create(redirects, ignore_conflicts=True)
    corrections = [
        Correction(message=message, at=at, note=note) for message, line in pairs for at, note in line.corrections
    ]
    if corrections:
        Correction.objects.bulk_create(corrections)


# Rows


def message_of(line: Line, category: Category) -> Message:
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
        language=line.language or Message._meta.get_field("language").default,
        revised_at=line.revised_at,
        withdrawn_at=line.withdrawn_at,
        withdrawn_reason=line.withdrawn_reason,
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
