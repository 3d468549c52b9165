"""Which messages are which: every set of rows that somebody sees is named here, with the moment as its argument."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, Min, Q, TextField, Value, When

from editions.models import PublicQuerySet, new_edition
from news import addresses
from news.cursors import Cursor


class MessageQuerySet(PublicQuerySet):
    """Messages, the newest first: by `publish_at`, then by id, everywhere the same."""

    # The states

    def published(self, at: datetime):
        """Return the messages that are public at the moment `at`."""
        return self.filter(approved_at__isnull=False, withdrawn_at__isnull=True, publish_at__lte=at)

    def scheduled(self, at: datetime):
        """Return the approved messages that are still ahead at the moment `at`."""
        return self.filter(approved_at__isnull=False, withdrawn_at__isnull=True, publish_at__gt=at)

    def drafts(self):
        """Return the messages that are being written."""
        return self.filter(approved_at__isnull=True, submitted_at__isnull=True)

    def submitted(self):
        """Return the messages that wait for approval."""
        return self.filter(approved_at__isnull=True, submitted_at__isnull=False)

    def withdrawn(self):
        """Return the messages that were public and were taken back."""
        return self.filter(withdrawn_at__isnull=False)

    def answered_for(self, at: datetime):
        """Return the messages whose address has an answer: the published ones, and the withdrawn with their notice."""
        return self.filter(approved_at__isnull=False, publish_at__lte=at)

    # The public's views of them

    def featured(self, at: datetime):
        """Return the message that leads the home page: the newest one so marked, else the newest of all, else None."""
        published = self.published(at).select_related("category")
        return published.filter(featured=True).first() or published.first()

    def for_list(self):
        """Return rows for a list: without the body, except where it must stand in for a missing lead."""
        opening = Case(When(lead="", then="body"), default=Value(""), output_field=TextField())
        return self.select_related("category").defer("body").annotate(opening=opening)

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

    def next_change(self, at: datetime) -> datetime | None:
        """Return the moment at which the next scheduled message falls due."""
        return self.scheduled(at).aggregate(next=Min("publish_at"))["next"]

    # Writing: what decides an address (ADDRESS) settles it, row by row, and leaves a redirect where it was public

    def update(self, **kwargs):
        if not ADDRESS & kwargs.keys():
            return super().update(**kwargs)
        with new_edition(self._db):
            before = {row.pk: row for row in self}
            count = super().update(**kwargs)
            for row in self.model.objects.using(self.db).filter(pk__in=before):
                row.save(before=before[row.pk])
            return count

    update.alters_data = True

    def bulk_create(self, objs, *args, **kwargs):
        with new_edition(self._db):
            objs = list(objs)
            addresses.settle_all(objs)
            return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs, fields, *args, **kwargs):
        if not ADDRESS & set(fields):
            return super().bulk_update(objs, fields, *args, **kwargs)
        with new_edition(self._db):
            for obj in objs:
                obj.save(update_fields=fields)
            return len(objs)

    bulk_update.alters_data = True


# The fields that decide a message's address.
ADDRESS = {"publish_at", "slug"}
