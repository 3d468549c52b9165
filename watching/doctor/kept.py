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

from consular.rotation import as_it_is, as_kept, sealed_models
from consular.sealed import WrongKey, sealed_fields, unseal
from editions import edition as editions
from editions.moments import midnight_after
from news import tally as tallies
from news.archive import span_of
from news.models import Attachment, Category, Message
from news.search.engines import Match, Span, engine
from news.search.entries import entry_of
from news.search.index import is_outdated
from news.search.models import Entry, Stale
from richtext.models import Image
from watching import schema
from watching.doctor.look import Look

MONTHS = 12  # the newest, whose counts are checked; all of them in a thorough run
ATTEMPTS = 3  # something may be published between two queries
AT_ONCE = 200  # rows in memory in a thorough run
SAMPLE = 50  # rows that are checked
TEXT = ("pk", "headline", "lead", "body", "category_id", "source_name", "publish_at")

TELL = _("Run manage.py migrate, which rebuilds what it can. If that does not help, report it to the developers.")


# The schema


def migrations(look: Look):
    """The database has all migrations of this release."""
    waiting = schema.waiting_migrations()
    if waiting:
        names = ", ".join(".".join(name) for name in waiting[:5]) + (" …" if len(waiting) > 5 else "")
        says = ngettext(
            "%(count)s migration is not applied: %(names)s",
            "%(count)s migrations are not applied: %(names)s",
            len(waiting),
        )
        yield says % {"count": len(waiting), "names": names}, _("Make a backup, then run: python manage.py migrate")


def triggers(look: Look):
    """The triggers exist that protect the log, count messages and keep the search index complete."""
    missing = schema.missing_triggers()
    if missing:
        says = _("Triggers are missing in the database: %(names)s.") % {"names": ", ".join(missing)}
        yield says, _("Run: python manage.py migrate. Then: python manage.py doctor --thorough")


# The tally


def tally(look: Look):
    """The counts in the archive are right: of the newest months, or of all in a thorough run."""
    for _attempt in range(ATTEMPTS):
        wrong = wrong_months(look)
        if not wrong:
            return
    names = ", ".join(f"{month:%Y-%m}" for month in wrong[:5]) + (" …" if len(wrong) > 5 else "")
    says = _("The archive's counts of messages are wrong in %(months)s.") % {"months": names}
    yield says, _('Count them again: python manage.py shell -c "from news import tally; tally.recount()"')


def wrong_months(look: Look) -> list[date]:
    """Return the months whose count differs from the number of messages."""
    at = timezone.now()
    months = sorted(tallies.months(at), reverse=True)
    since = date.min if look.thorough or len(months) < MONTHS else months[MONTHS - 1]
    rows = Message.objects.published(at).order_by()
    if since > date.min:
        rows = rows.filter(publish_at__gte=span_of(since.year, since.month)[0])  # by time, which has an index
    real: Counter = Counter()
    for category, day, count in rows.values_list("category", "day").annotate(count=Count("pk")):
        real[category, day.replace(day=1)] += count
    counted = {
        (category.pk, month): count
        for category in Category.objects.all()
        for month, count in tallies.months(at, category).items()
        if month >= since
    }
    return sorted({month for (_category, month), _count in real.items() ^ counted.items()})


# The search


def search(look: Look):
    """Search finds exactly the published messages, by their current text."""
    if is_outdated():
        yield _("The search index was built by another release."), _("Run: python manage.py build_search")
        return
    missing = Stale.objects.count()
    if missing:
        says = ngettext("Search cannot find %(count)s message.", "Search cannot find %(count)s messages.", missing)
        yield says % {"count": missing}, _("Run: python manage.py build_search")
        return
    first = [row.pk for row in disagreeing(sample(look))][:SAMPLE]
    wrong = list(disagreeing(Message.objects.filter(pk__in=first)))  # again, because one may have been saved just then
    if wrong:
        says = _("The search index is wrong for %(count)s of the messages that were checked, for example %(first)s")
        do = _("Run: python manage.py build_search --rebuild")
        yield says % {"count": len(wrong), "first": wrong[0].get_absolute_url() or wrong[0].pk}, do


def sample(look: Look) -> Iterable[Message]:
    """Return the newest messages and a sample of older ones; all of them in a thorough run."""
    rows = Message.objects.select_related(None)
    if look.thorough:
        return all_rows(rows)
    newest = list(rows.exclude(publish_at=None)[: SAMPLE // 2])
    last = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    step = max(1, last // (SAMPLE // 2))
    return [*newest, *rows.filter(pk__in=range(last, 0, -step)).exclude(pk__in=[row.pk for row in newest])]


def all_rows(rows) -> Iterator[Message]:
    """Yield all rows in batches, without an open cursor."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield from batch
        last = batch[-1].pk


def disagreeing(rows) -> Iterator[Message]:
    """Yield the messages whose index entry is wrong, or is not found by a word of it."""
    for row in rows:
        found = Entry.objects.filter(message_id=row.pk).first()
        is_due = row.approved_at is not None and row.withdrawn_at is None
        if is_due != (found is not None) or (found and not (agrees(row, found) and is_found(found))):
            yield row


def agrees(row: Message, found: Entry) -> bool:
    wanted = entry_of(*(getattr(row, name) for name in TEXT))
    names = ("category_id", "source", "words", "marks")
    return all(getattr(wanted, name) == getattr(found, name) for name in names) and found.key - wanted.key in range(100)


def is_found(entry: Entry) -> bool:
    """Return whether the engine finds an entry by its longest word."""
    word = max((word for word in entry.words.split() if word.isalnum()), key=len, default="")
    with engine() as asked:
        return not word or asked.count(Match(((word,),)), Span(entry.key, entry.key)) == 1


# Time


def next_change(look: Look):
    """The edition ends in the future, and at the host's midnight at the latest."""
    at = timezone.now()
    until = editions.next_change(at)
    midnight = midnight_after(at, timezone.get_default_timezone())
    due = Message.objects.scheduled(at).order_by("publish_at").values_list("publish_at", flat=True).first()
    if not at < until <= min(midnight, due or midnight):
        says = _("The edition ends at %(until)s, which is not between now and the next scheduled message or midnight.")
        yield says % {"until": f"{until:%Y-%m-%d %H:%M:%S} UTC"}, TELL


LEEWAY = timedelta(minutes=5)


def schedule(look: Look):
    """No message that waits for approval is past its publication time."""
    # Few wait. With the time in the query, SQLite would scan all that have one.
    times = Message.objects.submitted().order_by().values_list("publish_at", flat=True)
    count = sum(time is not None and time < look.at - LEEWAY for time in times)
    if count:
        says = ngettext(
            "%(count)s message is waiting for approval although its publication time has passed.",
            "%(count)s messages are waiting for approval although their publication time has passed.",
            count,
        )
        yield (
            says % {"count": count},
            _("An editor must approve or return it. See the press desk's front page."),
        )


# Files and keys


def media(look: Look):
    """The files that rows refer to exist."""
    names = files(look)
    missing = [name for name in names if not default_storage.exists(name)]
    if missing:
        says = _("%(count)s of %(all)s files that were checked are missing, for example %(first)s")
        yield (
            says % {"count": len(missing), "all": len(names), "first": missing[0]},
            _("Restore them from a backup to %(folder)s.") % {"folder": settings.MEDIA_ROOT},
        )


def files(look: Look) -> list[str]:
    """Return the names of the newest files that staff have uploaded; all of them in a thorough run."""
    most = None if look.thorough else SAMPLE
    pictures = Message.objects.filter(image_width__isnull=False).order_by("-image")  # it has an index of these
    found = [
        pictures.values_list("image", flat=True)[:most],
        Attachment.objects.order_by("-pk").values_list("file", flat=True)[:most],
        Image.objects.order_by("-pk").values_list("file", flat=True)[:most],
    ]
    return list(dict.fromkeys(name for names in found for name in names))


def keys(look: Look):
    """The newest and the oldest encrypted row of each model can be decrypted with the current keys."""
    closed = []
    for model in sealed_models():
        rows = as_kept(model)
        for row in {row.pk: row for row in (rows.order_by("-pk").first(), rows.first()) if row}.values():
            try:
                for name in sealed_fields(model):
                    if sealed := getattr(row, as_it_is(name)):
                        unseal(sealed)
            except WrongKey:
                closed.append(f"{model._meta.verbose_name} {row.pk}")
    if closed:
        yield (
            _("What visitors wrote cannot be decrypted: %(rows)s.") % {"rows": ", ".join(closed)},
            _("Add the key with which it was encrypted after the new one: ENQUIRY_KEYS=new,old"),
        )
