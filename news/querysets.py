"""Querysets of messages. Each set of rows that is shown anywhere has a name here, with the time as its argument."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime, time, timedelta

from django.db.models import (
    BigIntegerField,
    CharField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
)
from django.db.models.expressions import RawSQL
from django.utils import timezone

from core.cursors import Cursor
from core.timezones import local_date
from editions.models import new_edition
from news import slugs
from news.authorship import AuthorshipQuerySet
from news.bulk_writes import hooks_around
from news.differences import written_fields
from news.program_log import log_changes
from news.visibility import VisibilityQuerySet
from richtext.models import TextWithImagesQuerySet
from versions.as_of_table import read_as_of

FIRST_DAY = date(1000, 1, 1)  # earlier days have no page
RECENT = timedelta(days=30)  # for how long feeds list a withdrawal, and a correction of an older message


class FirstParagraphSource(Func):
    """The body where the lead is empty, else "". `Case(When(…))` does the same five times as slowly."""

    template = "CASE WHEN %(expressions)s ELSE '' END"
    arg_joiner = " = '' THEN "


def recent_since(at: datetime) -> datetime:
    """Return the start of the period that is recent at `at`: a midnight in the host country."""
    zone = timezone.get_default_timezone()
    return datetime.combine(local_date(at, zone) - RECENT, time.min, zone)


class MessageQuerySet(AuthorshipQuerySet, VisibilityQuerySet, TextWithImagesQuerySet):
    """Messages, newest first: by `publish_at`, then by id."""

    deciding = frozenset({"approved_at"})

    def seen(self):
        return self.filter(approved_at__isnull=False)

    # States

    def published(self, at: datetime):
        """Return the messages that are public at `at`.

        The negation keeps SQLite from searching the index by it: with a cursor, it would otherwise read all messages
        from the newest down to the cursor.
        """
        return self.filter(~Q(publish_at__gt=at), approved_at__isnull=False, withdrawn_at__isnull=True)

    def scheduled(self, at: datetime):
        """Return the approved messages with a publication time after `at`."""
        return self.filter(approved_at__isnull=False, withdrawn_at__isnull=True, publish_at__gt=at)

    def drafts(self):
        """Return the messages that are neither submitted nor approved."""
        return self.unapproved().filter(submitted_at__isnull=True)

    def submitted(self):
        """Return the messages awaiting approval."""
        return self.unapproved().filter(submitted_at__isnull=False)

    def unapproved(self):
        """Return drafts and submitted messages, revisions among them."""
        return self.filter(approved_at__isnull=True, accepted_at__isnull=True, discarded_at__isnull=True)

    def pending_revisions(self):
        """Return the approved revisions, and items of approved releases, that are not in force; the next one first."""
        pending = self.filter(accepted_at__isnull=False, applied_at__isnull=True, discarded_at__isnull=True)
        pending = pending.filter(effective_at__isnull=False)  # in a release that is not approved, there is none
        return pending.order_by("effective_at", "id")

    def awaiting_moment(self, at: datetime):
        """Return what is approved and has its moment ahead: scheduled messages and pending revisions.

        A union, as each half has its index; with OR the whole table is read.
        """
        rows = self.model._base_manager.using(self.db).order_by().values("pk")
        pending = rows.filter(accepted_at__isnull=False, applied_at__isnull=True, discarded_at__isnull=True)
        return self.filter(pk__in=rows.scheduled(at).union(pending))

    def without_closed_revisions(self):
        """Return messages and open revisions."""
        return self.filter(applied_at__isnull=True, discarded_at__isnull=True)

    def withdrawn(self):
        """Return the withdrawn messages."""
        return self.filter(withdrawn_at__isnull=False)

    def recently_withdrawn(self, at: datetime):
        """Return the messages withdrawn by `at`, today or in the period before it (LATELY), latest first.

        The period starts at a midnight in the host country, when a new edition begins.
        """
        return self.filter(withdrawn_at__gte=recent_since(at), withdrawn_at__lte=at).order_by("-withdrawn_at", "-id")

    def recently_revised(self, at: datetime):
        """Return the published messages corrected or restored in the same period, latest first."""
        return self.published(at).filter(revised_at__gte=recent_since(at)).order_by("-revised_at", "-id")

    def narrow_to_category(self, category):
        """Return those of a category, where few rows are left: negations keep its index from being searched."""
        return self.filter(~Q(category_id__lt=category.pk), ~Q(category_id__gt=category.pk))

    def visible_or_withdrawn(self, at: datetime):
        """Return the messages whose URL shows something: published ones, and withdrawn ones with their notice."""
        return self.filter(approved_at__isnull=False, publish_at__lte=at)

    def as_of(self, at: datetime, *, withdrawn: bool = False):
        """Return the messages that the public saw at `at`, with all they had then, attachments too: unsaved rows.

        It can be filtered, ordered and narrowed as any queryset of messages. With `withdrawn`, it has as well those
        that were withdrawn by then, with their notice. It answers from a message's first version on, or from the import
        of an imported one. Raise TypeError after another condition, which would be about the rows of today.
        """
        if self.query.where:
            raise TypeError("Call as_of first, and filter what it returns.")
        rows = read_as_of(self, at, "changed_at", ABSENT_IN_VERSIONS)
        return rows.visible_or_withdrawn(at) if withdrawn else rows.published(at)

    def delivered_only_on(self, day: date):
        """Return the messages that were delivered on a day and published on another."""
        return self.filter(~Q(day=day), delivered_on=day)

    # Public views

    def featured(self, at: datetime):
        """Return the message at the top of the home page: the newest featured one, else the newest one, else None."""
        published = self.published(at).for_detail()
        return published.filter(featured=True).first() or published.first()

    def for_detail(self):
        """Return rows for a page: with the category, and with whether there are attachments, which saves a query."""
        attached = self.model._meta.get_field("attachments").related_model.objects.filter(message=OuterRef("pk"))
        return self.select_related("category").annotate(has_attachments=Exists(attached))

    def for_list(self):
        """Return rows for a list, with the columns that it shows, and the body only where there is no lead."""
        opening = FirstParagraphSource("lead", "body", output_field=TextField())
        return self.select_related("category").only(*LIST_COLUMNS).annotate(opening=opening)

    def for_desk(self):
        """Return rows for a list in the admin, with the columns that it shows or derives the state from."""
        return self.select_related("category", "submitted_by").only(*ADMIN_LIST_COLUMNS)

    def older_than(self, cursor: Cursor):
        """Return the messages after `cursor` in the list. The first condition can use the index."""
        publish_at, pk = cursor
        return self.filter(publish_at__lte=publish_at).filter(Q(publish_at__lt=publish_at) | Q(pk__lt=pk))

    def newer_than(self, cursor: Cursor):
        """Return the messages before `cursor` in the list, in the list's order."""
        publish_at, pk = cursor
        return self.filter(publish_at__gte=publish_at).filter(Q(publish_at__gt=publish_at) | Q(pk__gt=pk))

    def with_lead_image(self, names):
        """Return the messages whose lead image has one of these file names."""
        return self.filter(image_width__isnull=False, image__in=names)

    def with_attachment(self, name):
        """Return the message that has an attachment with this file name."""
        return self.filter(attachments__file=name)

    def neighbours(self, cursor: Cursor):
        """Return the messages after and before `cursor` in the list, or None, in one query."""
        older = self.older_than(cursor).values("pk")[:1]
        newer = self.newer_than(cursor).order_by("publish_at", "id").values("pk")[:1]
        rows = self.model.objects.filter(Q(pk=Subquery(older)) | Q(pk=Subquery(newer)))
        found = {Cursor.of(row) > cursor: row for row in rows.only("headline", "language", "day", "slug", "publish_at")}
        return found.get(False), found.get(True)

    def days_around(self, day: date, span, category=None) -> tuple[date | None, date | None]:
        """Return the nearest days before and after `day` with a message that was published or delivered, in one query.

        `span` is the time range of the day. `category` narrows both.
        """
        start, end = span
        published = self.filter(category=category) if category else self
        delivered = (self.narrow_to_category(category) if category else self).order_by()
        delivered = delivered.filter(delivered_on__gte=FIRST_DAY)
        days = self.model.objects.order_by().values_list(
            Subquery(published.filter(publish_at__lt=start).values("day")[:1]),
            Subquery(delivered.filter(delivered_on__lt=day).order_by("-delivered_on").values("delivered_on")[:1]),
            Subquery(published.filter(publish_at__gt=end).order_by("publish_at", "id").values("day")[:1]),
            Subquery(delivered.filter(delivered_on__gt=day).order_by("delivered_on").values("delivered_on")[:1]),
        )
        found = days.first() or (None,) * 4
        earlier, later = (list(filter(None, half)) for half in (found[:2], found[2:]))
        return max(earlier, default=None), min(later, default=None)

    def next_change(self, at: datetime) -> datetime | None:
        """Return the moment of the next scheduled message or pending revision, in one query; None without one."""
        message = self.scheduled(at).order_by("publish_at").values("publish_at")[:1]
        revision = self.pending_revisions().values("effective_at")[:1]
        times = self.model.objects.order_by().values_list(Subquery(message), Subquery(revision)).first()
        return min((time for time in times or () if time), default=None)

    # Bulk changes. A change of a field that decides a URL (ADDRESS) saves row by row, so that slugs and redirects are
    # made; other apps follow by hooks (`news.bulk_writes`), for single rows by signals.

    def update(self, **kwargs):
        if not URL_FIELDS & kwargs.keys():
            with new_edition(self._db), hooks_around(self.db):
                self._log_update(kwargs.keys())
                return super().update(**{"changed_at": timezone.now()} | kwargs)
        with new_edition(self._db), hooks_around(self.db):
            before = {row.pk: row for row in self}
            if not any(hasattr(value, "resolve_expression") for value in kwargs.values()):
                for row in self:
                    for name, value in kwargs.items():
                        setattr(row, name, value)
                    row.save()
                return len(before)
            self._log_update(kwargs.keys())
            count = super().update(**kwargs)
            for row in self.model.objects.using(self.db).filter(pk__in=before):
                row.save(before=before[row.pk])
            return count

    update.alters_data = True

    def _log_update(self, names) -> None:
        """Log an update of written fields for the approved messages among these rows, whether or not they differ."""
        if written := sorted(names & {field.name for field in written_fields(self.model)}):
            log_changes((row, written) for row in self.filter(approved_at__isnull=False).order_by().only("pk"))

    def bulk_create(self, objs, *args, run_hooks=True, **kwargs):
        with new_edition(self._db):
            objs = list(objs)
            slugs.assign_slugs(objs)
            with hooks_around(self.db) if run_hooks else nullcontext():
                created = super().bulk_create(objs, *args, **kwargs)
            self.model.add_to_library(created, at=timezone.now())
            return created

    def bulk_update(self, objs, fields, *args, **kwargs):
        if not URL_FIELDS & set(fields):
            return super().bulk_update(objs, fields, *args, **kwargs)  # it calls `update`, which sets `changed_at`
        with new_edition(self._db):
            for obj in objs:
                obj.save(update_fields=fields)
            return len(objs)

    bulk_update.alters_data = True


# The columns that versions do not have. None of them is shown to the public.
ABSENT_IN_VERSIONS = {
    "changed_at": F("history_date"),
    "made_slug": Value("", CharField()),
    "revision_of_id": RawSQL("NULL", (), BigIntegerField()),
    "release_id": RawSQL("NULL", (), BigIntegerField()),
    "release_order": Value(0, IntegerField()),
}

# The columns of a list. Any other costs a query for each row.
LIST_COLUMNS = ("headline", "lead", "language", "category", "publish_at", "day", "delivered_on", "slug")

ADMIN_LIST_COLUMNS = (
    *("headline", "category", "featured", "publish_at", "day", "slug"),
    *("submitted_at", "approved_at", "withdrawn_at", "submitted_by"),
    *("language", "image", "image_width", "image_height"),
    *("revision_of", "effective_at", "accepted_at", "applied_at", "discarded_at", "release"),
)

# The fields that decide a message's URL. The headline does until it is public.
URL_FIELDS = {"publish_at", "slug", "headline"}
