"""Checks of stored data: schema, counts in the archive, search index, schedule, files, encryption keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consular.encryption import DecryptionError, decrypt, encrypted_fields
from consular.key_rotation import ciphertext_name, encrypted_models, with_ciphertexts
from core.timezones import midnight_after
from editions import edition as editions
from monitoring import db_schema
from monitoring.doctor.context import CheckContext
from news import message_counts as tallies
from news.archive import period_range
from news.models import Attachment, Category, Message
from richtext.models import Image, Original
from search.answer_index import wrongly_indexed as wrongly_indexed_answers
from search.documents import document_from_message
from search.engines import KeyRange, Match, open_engine
from search.indexer import is_outdated
from search.models import ReindexQueue, SearchDocument

CHECKED_MONTHS = 12  # the newest, whose counts are checked; all of them in a thorough run
ATTEMPTS = 3  # something may be published between two queries
BATCH_ROWS = 200  # rows in memory in a thorough run
SAMPLE_SIZE = 50  # rows that are checked
INDEXED_FIELDS = ("pk", "headline", "lead", "body", "category_id", "source_name", "publish_at")

REBUILD_ADVICE = _(
    "Run manage.py migrate, which rebuilds what it can. If that does not help, report it to the developers."
)


# The schema


def check_migrations(look: CheckContext):
    """The database has all migrations of this release."""
    waiting = db_schema.unapplied_migrations()
    if waiting:
        names = ", ".join(".".join(name) for name in waiting[:5]) + (" …" if len(waiting) > 5 else "")
        says = ngettext(
            "%(count)s migration is not applied: %(names)s",
            "%(count)s migrations are not applied: %(names)s",
            len(waiting),
        )
        yield says % {"count": len(waiting), "names": names}, _("Make a backup, then run: python manage.py migrate")


def check_triggers(look: CheckContext):
    """The triggers exist that protect the log, count messages and keep the search index complete."""
    missing = db_schema.missing_triggers()
    if missing:
        says = _("Triggers are missing in the database: %(names)s.") % {"names": ", ".join(missing)}
        yield says, _("Run: python manage.py migrate. Then: python manage.py doctor --thorough")


# Message counts


def check_counts(look: CheckContext):
    """The counts in the archive are right: of the newest months, or of all in a thorough run."""
    for _attempt in range(ATTEMPTS):
        wrong = wrong_months(look)
        if not wrong:
            return
    names = ", ".join(f"{month:%Y-%m}" for month in wrong[:5]) + (" …" if len(wrong) > 5 else "")
    says = _("The archive's counts of messages are wrong in %(months)s.") % {"months": names}
    yield (
        says,
        _(
            "Count them again: python manage.py shell "
            '-c "from news import message_counts; message_counts.rebuild_counts()"'
        ),
    )


def wrong_months(look: CheckContext) -> list[date]:
    """Return the months whose count differs from the number of messages."""
    at = timezone.now()
    months = sorted(tallies.counts_by_month(at), reverse=True)
    since = date.min if look.thorough or len(months) < CHECKED_MONTHS else months[CHECKED_MONTHS - 1]
    rows = Message.objects.published(at).order_by()
    if since > date.min:
        rows = rows.filter(publish_at__gte=period_range(since.year, since.month)[0])  # by time, which has an index
    real: Counter = Counter()
    for category, day, count in rows.values_list("category", "day").annotate(count=Count("pk")):
        real[category, day.replace(day=1)] += count
    counted = {
        (category.pk, month): count
        for category in Category.objects.all()
        for month, count in tallies.counts_by_month(at, category).items()
        if month >= since
    }
    return sorted({month for (_category, month), _count in real.items() ^ counted.items()})


# The search


def check_search(look: CheckContext):
    """Search finds exactly the published messages, pages, topics and offices, by their current text."""
    if is_outdated():
        yield _("The search index was built by another release."), _("Run: python manage.py build_search")
        return
    missing = ReindexQueue.objects.count()
    if missing:
        says = ngettext("Search cannot find %(count)s message.", "Search cannot find %(count)s messages.", missing)
        yield says % {"count": missing}, _("Run: python manage.py build_search")
        return
    first = [row.pk for row in wrongly_indexed(sample_messages(look))][:SAMPLE_SIZE]
    wrong = list(
        wrongly_indexed(Message.objects.filter(pk__in=first))
    )  # again, because one may have been saved just then
    if wrong:
        says = _("The search index is wrong for %(count)s of the messages that were checked, for example %(first)s")
        do = _("Run: python manage.py build_search --rebuild")
        yield says % {"count": len(wrong), "first": wrong[0].get_absolute_url() or wrong[0].pk}, do
    if (
        answers := wrongly_indexed_answers() and wrongly_indexed_answers()
    ):  # again, as one may have been saved just then
        says = _("The search index is wrong for %(count)s pages, topics or offices, for example %(first)s")
        do = _("Run: python manage.py build_search --rebuild")
        yield says % {"count": len(answers), "first": "{} {}".format(*answers[0])}, do


def sample_messages(look: CheckContext) -> Iterable[Message]:
    """Return the newest messages and a sample of older ones; all of them in a thorough run."""
    rows = Message.objects.select_related(None)
    if look.thorough:
        return iterate_in_batches(rows)
    newest = list(rows.exclude(publish_at=None)[: SAMPLE_SIZE // 2])
    last = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    step = max(1, last // (SAMPLE_SIZE // 2))
    return [*newest, *rows.filter(pk__in=range(last, 0, -step)).exclude(pk__in=[row.pk for row in newest])]


def iterate_in_batches(rows) -> Iterator[Message]:
    """Yield all rows in batches, without an open cursor."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH_ROWS]):
        yield from batch
        last = batch[-1].pk


def wrongly_indexed(rows) -> Iterator[Message]:
    """Yield the messages whose index entry is wrong, or is not found by a word of it."""
    for row in rows:
        found = SearchDocument.objects.filter(message_id=row.pk).first()
        is_due = row.approved_at is not None and row.withdrawn_at is None
        if is_due != (found is not None) or (
            found and not (is_indexed_correctly(row, found) and is_found_by_search(found))
        ):
            yield row


def is_indexed_correctly(row: Message, found: SearchDocument) -> bool:
    wanted = document_from_message(*(getattr(row, name) for name in INDEXED_FIELDS))
    names = ("category_id", "source", "words", "marks")
    return all(getattr(wanted, name) == getattr(found, name) for name in names) and found.key - wanted.key in range(100)


def is_found_by_search(entry: SearchDocument) -> bool:
    """Return whether the engine finds an entry by its longest word."""
    word = max((word for word in entry.words.split() if word.isalnum()), key=len, default="")
    with open_engine() as asked:
        return not word or asked.count(Match(((word,),)), KeyRange(entry.key, entry.key)) == 1


# Time


def check_next_change(look: CheckContext):
    """The edition ends in the future, and at the host's midnight at the latest."""
    at = timezone.now()
    until = editions.next_change(at)
    midnight = midnight_after(at, timezone.get_default_timezone())
    due = Message.objects.next_change(at)
    if not at < until <= min(midnight, due or midnight):
        says = _("The edition ends at %(until)s, which is not between now and the next scheduled message or midnight.")
        yield says % {"until": f"{until:%Y-%m-%d %H:%M:%S} UTC"}, REBUILD_ADVICE


SCHEDULE_TOLERANCE = timedelta(minutes=5)


def check_schedule(look: CheckContext):
    """No message that waits for approval is past its publication time."""
    # Few wait. With the time in the query, SQLite would scan all that have one.
    times = [message.due_at for message in Message.objects.submitted().for_desk().order_by()]
    count = sum(time is not None and time < look.at - SCHEDULE_TOLERANCE for time in times)
    if count:
        says = ngettext(
            "%(count)s message is waiting for approval although its publication time has passed.",
            "%(count)s messages are waiting for approval although their publication time has passed.",
            count,
        )
        yield (
            says % {"count": count},
            _("An editor must approve or return it. See the press desk's dashboard."),
        )


# Files and keys


def check_media(look: CheckContext):
    """The files that rows refer to exist."""
    names = uploaded_file_names(look)
    missing = [name for name in names if not default_storage.exists(name)]
    if missing:
        says = _("%(count)s of %(all)s files that were checked are missing, for example %(first)s")
        yield (
            says % {"count": len(missing), "all": len(names), "first": missing[0]},
            _("Restore them from a backup to %(folder)s.") % {"folder": settings.MEDIA_ROOT},
        )


def uploaded_file_names(look: CheckContext) -> list[str]:
    """Return the names of the newest files that staff have uploaded; all of them in a thorough run."""
    most = None if look.thorough else SAMPLE_SIZE
    pictures = Message.objects.filter(image_width__isnull=False).order_by("-image")  # it has an index of these
    found = [
        pictures.values_list("image", flat=True)[:most],
        Attachment.objects.order_by("-pk").values_list("file", flat=True)[:most],
        Image.objects.order_by("-pk").values_list("file", flat=True)[:most],
        Original.objects.order_by("-pk").values_list("file", flat=True)[:most],
    ]
    return list(dict.fromkeys(name for names in found for name in names))


def check_encryption_keys(look: CheckContext):
    """The newest and the oldest encrypted row of each model can be decrypted with the current keys."""
    closed = []
    for model in encrypted_models():
        rows = with_ciphertexts(model)
        for row in {row.pk: row for row in (rows.order_by("-pk").first(), rows.first()) if row}.values():
            try:
                for name in encrypted_fields(model):
                    if sealed := getattr(row, ciphertext_name(name)):
                        decrypt(sealed)
            except DecryptionError:
                closed.append(f"{model._meta.verbose_name} {row.pk}")
    if closed:
        yield (
            _("What visitors wrote cannot be decrypted: %(rows)s.") % {"rows": ", ".join(closed)},
            _("Add the key with which it was encrypted after the new one: ENQUIRY_KEYS=new,old"),
        )
