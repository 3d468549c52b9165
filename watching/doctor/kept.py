"""That what is kept agrees with itself: the tally, the search's index, files, keys, and what guards them."""

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

MONTHS = 12  # that are counted of the tally, the newest; all of them in a thorough look
ATTEMPTS = 3  # something may be published just between the two looks
AT_ONCE = 200  # rows in memory, of a thorough look
SAMPLE = 50  # rows that are looked at one by one
TEXT = ("pk", "headline", "lead", "body", "category_id", "source_name", "publish_at")

TELL = _("Tell whoever carries the code on. `manage.py migrate` lays and counts anew what can be.")


# The schema


def migrations(look: Look):
    """The database is laid as this release needs it."""
    waiting = schema.waiting_migrations()
    if waiting:
        names = ", ".join(".".join(name) for name in waiting[:5]) + (" …" if len(waiting) > 5 else "")
        says = ngettext("%(count)s migration waits: %(names)s", "%(count)s migrations wait: %(names)s", len(waiting))
        yield says % {"count": len(waiting), "names": names}, _("Make a backup, then run: python manage.py migrate")


def triggers(look: Look):
    """The triggers stand that keep acts unchanged, the tally right and the search's index complete."""
    missing = schema.missing_triggers()
    if missing:
        says = _("The database lacks triggers: %(names)s.") % {"names": ", ".join(missing)}
        yield says, _("Run: python manage.py migrate. Then: python manage.py doctor --thorough")


# The tally


def tally(look: Look):
    """The counts beside the archive are those of the messages: of the last years, in a thorough look of all."""
    for _attempt in range(ATTEMPTS):
        wrong = wrong_months(look)
        if not wrong:
            return
    names = ", ".join(f"{month:%Y-%m}" for month in wrong[:5]) + (" …" if len(wrong) > 5 else "")
    says = _("The archive's counts are not those of its messages in %(months)s.") % {"months": names}
    yield says, _('Count anew: python manage.py shell -c "from news import tally; tally.recount()"')


def wrong_months(look: Look) -> list[date]:
    """Return the months of which the tally tells another count than there are messages."""
    at = timezone.now()
    months = sorted(tallies.months(at), reverse=True)
    since = date.min if look.thorough or len(months) < MONTHS else months[MONTHS - 1]
    rows = Message.objects.published(at).order_by()
    if since > date.min:
        rows = rows.filter(publish_at__gte=span_of(since.year, since.month)[0])  # by moments: an index has them
    real: Counter = Counter()
    for category, day, count in rows.values_list("category", "day").annotate(count=Count("pk")):
        real[category, day.replace(day=1)] += count
    told = {
        (category.pk, month): count
        for category in Category.objects.all()
        for month, count in tallies.months(at, category).items()
        if month >= since
    }
    return sorted({month for (_category, month), _count in real.items() ^ told.items()})


# The search


def search(look: Look):
    """The search finds what is published, by its words as they are now, and nothing else."""
    if is_outdated():
        yield _("The search's index was made by another release's rules."), _("Run: python manage.py build_search")
        return
    missing = Stale.objects.count()
    if missing:
        says = ngettext(
            "The search can't find %(count)s message.", "The search can't find %(count)s messages.", missing
        )
        yield says % {"count": missing}, _("Run: python manage.py build_search")
        return
    first = [row.pk for row in disagreeing(sample(look))][:SAMPLE]
    wrong = list(disagreeing(Message.objects.filter(pk__in=first)))  # what was being saved just then is right by now
    if wrong:
        says = _("The search's index does not agree with messages that were looked at, %(count)s of them: %(first)s")
        do = _("Run: python manage.py build_search --rebuild")
        yield says % {"count": len(wrong), "first": wrong[0].get_absolute_url() or wrong[0].pk}, do


def sample(look: Look) -> Iterable[Message]:
    """Return the newest messages, and some from all over the years; all of them in a thorough look."""
    rows = Message.objects.select_related(None)
    if look.thorough:
        return all_rows(rows)
    newest = list(rows.exclude(publish_at=None)[: SAMPLE // 2])
    last = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    step = max(1, last // (SAMPLE // 2))
    return [*newest, *rows.filter(pk__in=range(last, 0, -step)).exclude(pk__in=[row.pk for row in newest])]


def all_rows(rows) -> Iterator[Message]:
    """Yield all rows, some at a time: no cursor stays open between statements, and memory holds only these."""
    last = 0
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield from some
        last = some[-1].pk


def disagreeing(rows) -> Iterator[Message]:
    """Yield the messages whose entry is not what it should be, or is not found by a word of theirs."""
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
    """Say whether the engine finds an entry by its longest word."""
    word = max((word for word in entry.words.split() if word.isalnum()), key=len, default="")
    with engine() as asked:
        return not word or asked.count(Match(((word,),)), Span(entry.key, entry.key)) == 1


# Time


def next_change(look: Look):
    """The edition ends by the clock, ahead of now, and at the host's midnight at the latest."""
    at = timezone.now()
    until = editions.next_change(at)
    midnight = midnight_after(at, timezone.get_default_timezone())
    due = Message.objects.scheduled(at).order_by("publish_at").values_list("publish_at", flat=True).first()
    if not at < until <= min(midnight, due or midnight):
        says = _("The edition would end at %(until)s, which is not between now and the next thing that falls due.")
        yield says % {"until": f"{until:%Y-%m-%d %H:%M:%S} UTC"}, TELL


LEEWAY = timedelta(minutes=5)


def schedule(look: Look):
    """Nothing that waits for approval has let its moment pass."""
    # Few wait. Asked for the moment as well, SQLite would walk all that have one.
    moments = Message.objects.submitted().order_by().values_list("publish_at", flat=True)
    count = sum(moment is not None and moment < look.at - LEEWAY for moment in moments)
    if count:
        says = ngettext(
            "%(count)s message waits for approval, and should have appeared by now.",
            "%(count)s messages wait for approval, and should have appeared by now.",
            count,
        )
        yield says % {"count": count}, _("An editor approves it or sends it back: it stands on the desk's front page.")


# Files and keys


def media(look: Look):
    """The files that rows name are there."""
    names = files(look)
    missing = [name for name in names if not default_storage.exists(name)]
    if missing:
        says = _("%(count)s of %(all)s files that were looked for are missing: %(first)s")
        yield (
            says % {"count": len(missing), "all": len(names), "first": missing[0]},
            _("Put them back from a backup into %(place)s.") % {"place": settings.MEDIA_ROOT},
        )


def files(look: Look) -> list[str]:
    """Return the names of the newest files that staff have put in, of those that rows name: each row has its file."""
    most = None if look.thorough else SAMPLE
    pictures = Message.objects.filter(image_width__isnull=False).order_by("-image")  # its own index has these alone
    found = [
        pictures.values_list("image", flat=True)[:most],
        Attachment.objects.order_by("-pk").values_list("file", flat=True)[:most],
        Image.objects.order_by("-pk").values_list("file", flat=True)[:most],
    ]
    return list(dict.fromkeys(name for names in found for name in names))


def keys(look: Look):
    """What visitors wrote can be read: the newest and the oldest row of each kind, with the keys of now."""
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
            _("What visitors wrote can't be opened: %(rows)s.") % {"rows": ", ".join(closed)},
            _("Put the key back with which it was sealed, after the new one: ENQUIRY_KEYS=new,old"),
        )
