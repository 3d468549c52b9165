"""What moves the edition: one row with a number, and the base of everything that the public sees."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connections, models, router, transaction
from django.db.models import F
from django.db.models.fields.files import FieldFile
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


@dataclass
class Scope:
    """What a thread is writing on one database."""

    judging: int = 0  # of the calls within which a model decides whether the number moves
    moves: bool = False  # something that the public sees has been written: the number moves at the end


_scopes = threading.local()


@contextmanager
def new_edition(using: str | None = None, *, moves: bool = False):
    """Make what is written inside part of one edition, in one transaction with it.

    The number's row is locked on entering, before any other row is: writers queue for that one and can't deadlock over
    others, and commit order is edition order. The number moves at the end, if a row was written that the public sees;
    with `moves`, whatever was written. A scope inside a scope is part of the outer one.
    """
    using = using or router.db_for_write(EditionNumber)
    scopes = _scopes.__dict__
    with transaction.atomic(using=using, savepoint=False):
        is_outermost = using not in scopes
        if is_outermost:
            lock(using)
        scope = scopes.setdefault(using, Scope())
        scope.moves |= moves
        try:
            yield
            if is_outermost and scope.moves:
                move(using)
        finally:
            if is_outermost:
                del scopes[using]


@contextmanager
def judged(using: str | None, moves: bool):
    """Write inside what has been judged already: the number moves if it `moves`, and nothing inside moves it again."""
    using = using or router.db_for_write(EditionNumber)
    with new_edition(using, moves=moves):
        scope = _scopes.__dict__[using]
        scope.judging += 1
        try:
            yield
        finally:
            scope.judging -= 1


def note_write(using: str) -> None:
    """Have the number move for a row that no model has judged; immediately, outside of any scope."""
    scope = _scopes.__dict__.get(using)
    if scope is None:
        move(using)
    elif not scope.judging:
        scope.moves = True


def lock(using: str) -> None:
    """Queue for the number's row. SQLite has one writer anyway: its transactions begin as IMMEDIATE."""
    row = EditionNumber.objects.using(using).filter(pk=1)
    if connections[using].features.has_select_for_update and not row.select_for_update().exists():
        move(using)


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
    """Rows that the public sees: what is written to them makes a new edition.

    A row that nobody but the staff sees yet, a draft, makes none: `seen` and `is_seen` tell the two apart.
    """

    deciding: frozenset[str] = frozenset()  # the fields on which it depends whether the public sees a row

    def seen(self):
        """Return the rows that the public sees, has seen, or will see by the clock alone."""
        return self

    def next_change(self, at: datetime) -> datetime | None:
        """Return the next moment after `at` at which these rows look different by themselves; None for never."""
        return None

    def update(self, **kwargs):
        with new_edition(self._db), judged(self._db, bool(self.deciding & kwargs.keys()) or self.seen().exists()):
            return super().update(**kwargs)

    update.alters_data = True

    def delete(self):
        with new_edition(self._db), judged(self._db, self.seen().exists()):
            return super().delete()

    delete.alters_data = True
    delete.queryset_only = True

    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        with judged(self._db, any(row.is_seen() for row in objs)):
            return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs, *args, **kwargs):
        with new_edition(self._db):
            return super().bulk_update(objs, *args, **kwargs)

    bulk_update.alters_data = True


class PublicModel(models.Model):
    """The base of every model whose rows the public sees. Its foreign keys point to public models, or PROTECT."""

    unseen: frozenset[str] = frozenset()  # the fields of which no public answer says anything

    objects = PublicQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"  # what related managers write through: office.hours.add(row)

    def is_seen(self) -> bool:
        """Say whether the public sees this row, has seen it, or will see it by the clock alone."""
        return True

    def save(self, *args, stored=None, **kwargs):
        """Save the row. `stored` is the row as the database has it, where the caller has fetched it."""
        using = kwargs.get("using")
        with new_edition(using):
            if stored is None and self.pk and not self._state.adding:
                stored = type(self)._base_manager.using(using or self._state.db).filter(pk=self.pk).first()
            with judged(using, self._is_seen_to_differ(stored)):
                super().save(*args, **kwargs)

    save.alters_data = True

    def delete(self, *args, **kwargs):
        using = kwargs.get("using")
        with new_edition(using):
            rows = type(self)._base_manager.using(using or self._state.db).filter(pk=self.pk)
            with judged(using, rows.seen().exists()):
                return super().delete(*args, **kwargs)

    delete.alters_data = True

    def _is_seen_to_differ(self, stored) -> bool:
        """Say whether the public sees, or will see, that this row is another than `stored`, None for no row."""
        if stored is None:
            return self.is_seen()
        if not (self.is_seen() and stored.is_seen()):
            return self.is_seen() != stored.is_seen()
        return any(
            not is_same_value(self.__dict__[field.attname], getattr(stored, field.attname))
            for field in self._meta.concrete_fields
            if field.attname in self.__dict__ and field.name not in self.unseen
        )


def is_same_value(one, other) -> bool:
    """Say whether a field has the same value in two rows; a file that is not kept yet is another one."""
    if isinstance(one, FieldFile) and not one._committed:
        return False
    return one == other
