"""The edition number, and the base classes of public models, whose changes increase it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connections, models, router, transaction
from django.db.models import F
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _


class EditionNumber(models.Model):
    """The number of the current edition: a single row. Every change to the public site adds one."""

    number = models.BigIntegerField(_("number"))

    class Meta:
        verbose_name = verbose_name_plural = _("edition number")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="editions_one_number")]

    def __str__(self):
        return str(self.number)


@dataclass
class EditionScope:
    """The `new_edition` block of a thread on one database."""

    judging: int = 0  # nested writes about which a model has decided whether they are public
    moves: bool = False  # something public was written, so the number is increased at the end


_scopes = threading.local()
_followers: list[Callable[[str], None]] = []


def follow(write: Callable[[str], None]) -> None:
    """Have `write(using)` called at the end of each transaction that changes the public site, before it is committed.

    For rows that are derived from public ones, as the search index of pages and topics is.
    """
    if write not in _followers:
        _followers.append(write)


@contextmanager
def new_edition(using: str | None = None, *, moves: bool = False):
    """Write in one transaction that makes at most one new edition.

    The number's row is locked first, before any other row: so writers queue for it and cannot deadlock over other
    rows, and editions are committed in order. At the end the number is increased if a public row was written, or if
    `moves` says so. A nested block is part of the outer one.
    """
    using = using or router.db_for_write(EditionNumber)
    scopes = _scopes.__dict__
    with transaction.atomic(using=using, savepoint=False):
        is_outermost = using not in scopes
        if is_outermost:
            lock_edition_number(using)
        scope = scopes.setdefault(using, EditionScope())
        scope.moves |= moves
        try:
            yield
            if is_outermost and scope.moves:
                _finish(using)
        finally:
            if is_outermost:
                del scopes[using]


@contextmanager
def decided_write(using: str | None, moves: bool):
    """Write for a model that has decided: the number is increased if `moves`, for any writes inside."""
    using = using or router.db_for_write(EditionNumber)
    with new_edition(using, moves=moves):
        scope = _scopes.__dict__[using]
        scope.judging += 1
        try:
            yield
        finally:
            scope.judging -= 1


def record_write(using: str) -> None:
    """Increase the number for a row that no model has decided about: at the end of the block, or now without one."""
    scope = _scopes.__dict__.get(using)
    if scope is None:
        _finish(using)
    elif not scope.judging:
        scope.moves = True


def _finish(using: str) -> None:
    """Write what follows from the changes, and make the new edition."""
    for write in _followers:
        write(using)
    bump(using)


def lock_edition_number(using: str) -> None:
    """Lock the number's row. SQLite has a single writer anyway: its transactions begin as IMMEDIATE."""
    row = EditionNumber.objects.using(using).filter(pk=1)
    if connections[using].features.has_select_for_update and not row.select_for_update().exists():
        bump(using)


def bump(using: str) -> None:
    """Add one to the number; create the row if a flush has deleted it."""
    row = EditionNumber.objects.using(using).filter(pk=1)
    if not row.update(number=F("number") + 1):
        # From the clock, so that a site that was emptied or restored never repeats a number that was served.
        _, created = row.get_or_create(pk=1, defaults={"number": time.time_ns() // 1000})
        if not created:
            row.update(number=F("number") + 1)


class PublicQuerySet(models.QuerySet):
    """Rows that the public sees: a change to them makes a new edition.

    A change to a row that only staff see, like a draft, makes none: `seen` and `is_seen` distinguish the two.
    """

    deciding: frozenset[str] = frozenset()  # the fields that decide whether a row is public

    def seen(self):
        """Return the rows that the public sees, has seen, or will see without another change."""
        return self

    def next_change(self, at: datetime) -> datetime | None:
        """Return the next time after `at` at which these rows change by the clock; None if they never do.

        It may be before `at` for rows that must be written then, and were not yet (`editions.due_changes`).
        """
        return None

    def update(self, **kwargs):
        with (
            new_edition(self._db),
            decided_write(self._db, bool(self.deciding & kwargs.keys()) or self.seen().exists()),
        ):
            return super().update(**kwargs)

    update.alters_data = True

    def delete(self):
        with new_edition(self._db), decided_write(self._db, self.seen().exists()):
            return super().delete()

    delete.alters_data = True
    delete.queryset_only = True

    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        with decided_write(self._db, any(row.is_seen() for row in objs)):
            return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs, *args, **kwargs):
        with new_edition(self._db):
            return super().bulk_update(objs, *args, **kwargs)

    bulk_update.alters_data = True


class PublicModel(models.Model):
    """Base class of every model whose rows the public sees. Its foreign keys refer to public models, or PROTECT."""

    unseen: frozenset[str] = frozenset()  # the fields that no public response shows

    objects = PublicQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"  # used by related managers: office.hours.add(row)

    def is_seen(self) -> bool:
        """Return whether the public sees this row, has seen it, or will see it without another change."""
        return True

    def save(self, *args, stored=None, **kwargs):
        """Save the row. `stored` is the row in the database, if the caller has already fetched it."""
        using = kwargs.get("using")
        with new_edition(using):
            if stored is None and self.pk and not self._state.adding:
                stored = type(self)._base_manager.using(using or self._state.db).filter(pk=self.pk).first()
            with decided_write(using, self._is_seen_to_differ(stored)):
                super().save(*args, **kwargs)

    save.alters_data = True

    def delete(self, *args, **kwargs):
        using = kwargs.get("using")
        with new_edition(using):
            rows = type(self)._base_manager.using(using or self._state.db).filter(pk=self.pk)
            with decided_write(using, rows.seen().exists()):
                return super().delete(*args, **kwargs)

    delete.alters_data = True

    def _is_seen_to_differ(self, stored) -> bool:
        """Return whether the public sees, or will see, a difference from the row `stored` (None for no row)."""
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
    """Return whether a field has the same value in two rows; a file that is not saved yet is different."""
    if isinstance(one, FieldFile) and not one._committed:
        return False
    return one == other
