"""Which messages are which: every set of rows that somebody sees is named here, with the moment as its argument."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, Func, Min, OuterRef, Q, Subquery, TextField
from django.utils import timezone

from editions.models import new_edition
from editions.moments import local_date
from news import addresses
from news.bulk_writes import hooks_around
from news.cursors import Cursor
from news.hands import HandsQuerySet
from richtext.models import IllustratedQuerySet

LATELY = timedelta(days=30)  # how long feeds tell of a withdrawal, and of a correction of what is older


class Opening(Func):
    """The body where there is no lead, else nothing: `Case(When(…))` says the same, and takes five times as long."""

    template = "CASE WHEN %(expressions)s ELSE '' END"
    arg_joiner = " = '' THEN "


def lately(at: datetime) -> datetime:
    """Return the moment from which on something is of late at `at`: a midnight of the host's."""
    zone = timezone.get_default_timezone()
    return datetime.combine(local_date(at, zone) - LATELY, time.min, zone)


class MessageQuerySet(HandsQuerySet, IllustratedQuerySet):
    """Messages, the newest first: by `publish_at`, then by id, everywhere the same."""

    deciding = frozenset({"approved_at"})

    def seen(self):
        return self.filter(approved_at__isnull=False)

    # The states

    def published(self, at: datetime):
        """Return the messages that are public at the moment `at`.

        “Not later than” is said as a denial, as no index is searched by one: where a cursor bounds the list as well,
        SQLite would take this bound for its search, and walk from the newest message down to the cursor.
        """
        return self.filter(~Q(publish_at__gt=at), approved_at__isnull=False, withdrawn_at__isnull=True)

    def scheduled(self, at: datetime):
        """Return the approved messages that are still ahead at the moment `at`."""
        return self.filter(approved_at__isnull=False, withdrawn_at__isnull=True, publish_at__gt=at)

    def drafts(self):
        """Return the messages that are being written."""
        return self.filter(approved_at__isnull=True, submitted_at__isnull=True)

    def submitted(self):
        """Return the messages that wait for approval."""
        return self.filter(approved_at__isnull=True, submitted_at__isnull=False)

    def unapproved(self):
        """Return the messages that nobody has approved: drafts, and what waits for approval."""
        return self.filter(approved_at__isnull=True)

    def withdrawn(self):
        """Return the messages that were public and were taken back."""
        return self.filter(withdrawn_at__isnull=False)

    def withdrawn_lately(self, at: datetime):
        """Return the messages withdrawn by the moment `at`, today or on the LATELY days before, the last one first.

        The bound is a midnight of the host's: it turns with the edition, not in the middle of one.
        """
        return self.filter(withdrawn_at__gte=lately(at), withdrawn_at__lte=at).order_by("-withdrawn_at", "-id")

    def revised_lately(self, at: datetime):
        """Return the published messages that were corrected or restored lately, as above, the last one first."""
        return self.published(at).filter(revised_at__gte=lately(at)).order_by("-revised_at", "-id")

    def also_in(self, category):
        """Return those of a category, where few rows are left already: a denial, so that its index is not searched."""
        return self.filter(~Q(category_id__lt=category.pk), ~Q(category_id__gt=category.pk))

    def answered_for(self, at: datetime):
        """Return the messages whose address has an answer: the published ones, and the withdrawn with their notice."""
        return self.filter(approved_at__isnull=False, publish_at__lte=at)

    # The public's views of them

    def featured(self, at: datetime):
        """Return the message that leads the home page: the newest one so marked, else the newest of all, else None."""
        published = self.published(at).in_full()
        return published.filter(featured=True).first() or published.first()

    def in_full(self):
        """Return rows for a page: with the category, and whether anything is attached, so that nobody asks in vain."""
        attached = self.model._meta.get_field("attachments").related_model.objects.filter(message=OuterRef("pk"))
        return self.select_related("category").annotate(has_attachments=Exists(attached))

    def for_list(self):
        """Return rows for a list: what it shows, and the body only where it must stand in for a missing lead."""
        opening = Opening("lead", "body", output_field=TextField())
        return self.select_related("category").only(*LISTED).annotate(opening=opening)

    def for_desk(self):
        """Return rows for a list on the desk: what it shows, and the moments that its state is derived from."""
        return self.select_related("category", "submitted_by").only(*LISTED_ON_DESK)

    def in_year(self, year: int):
        """Return the messages of a year of the host's calendar."""
        return self.filter(day__gte=f"{year:04}-01-01", day__lte=f"{year:04}-12-31")

    def older_than(self, cursor: Cursor):
        """Return the messages after `cursor` in the list. The first condition lets the index find the place."""
        moment, pk = cursor
        return self.filter(publish_at__lte=moment).filter(Q(publish_at__lt=moment) | Q(pk__lt=pk))

    def newer_than(self, cursor: Cursor):
        """Return the messages before `cursor` in the list, in the list's order."""
        moment, pk = cursor
        return self.filter(publish_at__gte=moment).filter(Q(publish_at__gt=moment) | Q(pk__gt=pk))

    def headed_by(self, names):
        """Return the messages whose picture has one of these names."""
        return self.filter(image_width__isnull=False, image__in=names)

    def attaching(self, name):
        """Return the message to which the file of this name is attached."""
        return self.filter(attachments__file=name)

    def neighbours(self, cursor: Cursor):
        """Return the message after `cursor` in the list and the one before it, None where there is none: one query."""
        older = self.older_than(cursor).values("pk")[:1]
        newer = self.newer_than(cursor).order_by("publish_at", "id").values("pk")[:1]
        rows = self.model.objects.filter(Q(pk=Subquery(older)) | Q(pk=Subquery(newer)))
        found = {Cursor.of(row) > cursor: row for row in rows.only("headline", "language", "day", "slug", "publish_at")}
        return found.get(False), found.get(True)

    def around(self, start: datetime, end: datetime) -> tuple[date | None, date | None]:
        """Return the day of the last message before `start` and that of the first one after `end`: one query."""
        older = self.filter(publish_at__lt=start).values("pk")[:1]
        newer = self.filter(publish_at__gt=end).order_by("publish_at", "id").values("pk")[:1]
        rows = self.model.objects.filter(Q(pk=Subquery(older)) | Q(pk=Subquery(newer))).order_by()
        found = {moment > end: day for moment, day in rows.values_list("publish_at", "day")}
        return found.get(False), found.get(True)

    def next_change(self, at: datetime) -> datetime | None:
        """Return the moment at which the next scheduled message falls due."""
        return self.scheduled(at).aggregate(next=Min("publish_at"))["next"]

    # Writing: what decides an address (ADDRESS) settles it, row by row, and leaves a redirect where it was public;
    # other apps follow by hooks (`news.bulk_writes`), for single rows by signals

    def update(self, **kwargs):
        if not ADDRESS & kwargs.keys():
            with new_edition(self._db), hooks_around(self.db):
                return super().update(**{"changed_at": timezone.now()} | kwargs)
        with new_edition(self._db), hooks_around(self.db):
            before = {row.pk: row for row in self}
            if not any(hasattr(value, "resolve_expression") for value in kwargs.values()):
                for row in self:
                    for name, value in kwargs.items():
                        setattr(row, name, value)
                    row.save()
                return len(before)
            count = super().update(**kwargs)
            for row in self.model.objects.using(self.db).filter(pk__in=before):
                row.save(before=before[row.pk])
            return count

    update.alters_data = True

    def bulk_create(self, objs, *args, run_hooks=True, **kwargs):
        with new_edition(self._db):
            objs = list(objs)
            addresses.settle_all(objs)
            with hooks_around(self.db) if run_hooks else nullcontext():
                return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs, fields, *args, **kwargs):
        if not ADDRESS & set(fields):
            return super().bulk_update(objs, fields, *args, **kwargs)  # which updates, and so moves `changed_at`
        with new_edition(self._db):
            for obj in objs:
                obj.save(update_fields=fields)
            return len(objs)

    bulk_update.alters_data = True


# What a list shows of a message; whatever else it asks for costs a query a row.
LISTED = ("headline", "lead", "language", "category", "publish_at", "day", "slug")

LISTED_ON_DESK = (
    *("headline", "category", "featured", "publish_at", "day", "slug"),
    *("submitted_at", "approved_at", "withdrawn_at", "submitted_by"),
)

# The fields that decide a message's address: the headline does until it is public.
ADDRESS = {"publish_at", "slug", "headline"}
