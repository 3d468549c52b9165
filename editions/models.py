"""What moves the edition: one row with a number, and the base of everything that the public sees."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import datetime

from django.db import models, router, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

# The number


class EditionNumber(models.Model):
    """The number of the current edition: a single row, that every change to the public site moves up by one."""

    number = models.BigIntegerField(_("number"))

    class Meta:
        verbose_name = verbose_name_plural = _("edition number")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="editions_one_number")]

    def __str__(self):
        return str(self.number)


_entered = threading.local()


@contextmanager
def new_edition(using: str | None = None):
    """Make what is written inside part of a new edition, in one transaction with it.

    The number moves on entering, before any other row is locked: writers queue for that one row and can't
    deadlock over others, and commit order is edition order. A scope inside a scope is part of the outer one.
    """
    using = using or router.db_for_write(EditionNumber)
    depths = _entered.__dict__
    with transaction.atomic(using=using, savepoint=False):
        if not depths.get(using):
            move(using)
        depths[using] = depths.get(using, 0) + 1
        try:
            yield
        finally:
            depths[using] -= 1


def in_new_edition(using: str) -> bool:
    """Say whether the running code already is inside `new_edition()` on this database."""
    return bool(_entered.__dict__.get(using))


def move(using: str) -> None:
    """Move the number up by one; lay the row where a flush has taken it away."""
    row = EditionNumber.objects.using(using).filter(pk=1)
    if not row.update(number=F("number") + 1):
        # From the clock, so that a site emptied or restored never repeats a number that a node has printed.
        _, laid = row.get_or_create(pk=1, defaults={"number": time.time_ns() // 1000})
        if not laid:
            row.update(number=F("number") + 1)


# What the public sees


class PublicQuerySet(models.QuerySet):
    """Rows that the public sees: whatever is written to them makes a new edition."""

    def next_change(self, at: datetime) -> datetime | None:
        """Return the next moment after `at` at which these rows look different by themselves; None for never."""
        return None

    def update(self, **kwargs):
        with new_edition(self._db):
            return super().update(**kwargs)

    update.alters_data = True

    def delete(self):
        with new_edition(self._db):
            return super().delete()

    delete.alters_data = True
    delete.queryset_only = True

    def bulk_create(self, objs, *args, **kwargs):
        with new_edition(self._db):
            return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs, *args, **kwargs):
        with new_edition(self._db):
            return super().bulk_update(objs, *args, **kwargs)

    bulk_update.alters_data = True


class PublicModel(models.Model):
    """The base of every model whose rows the public sees. Its foreign keys point to public models, or PROTECT."""

    objects = PublicQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"  # what related managers write through: office.hours.add(row)

    def save(self, *args, **kwargs):
        with new_edition(kwargs.get("using")):
            super().save(*args, **kwargs)

    save.alters_data = True

    def delete(self, *args, **kwargs):
        with new_edition(kwargs.get("using")):
            return super().delete(*args, **kwargs)

    delete.alters_data = True
