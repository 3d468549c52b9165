"""Versioned rows: each save that changes a row adds a version with time, user and reason (django-simple-history)."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record

from core.text_fields import PlainTextField
from editions.models import PublicModel, new_edition
from versions.children import are_deferred, child_rows, deferred_versions, snapshot_of, versions_of_parents
from versions.comparison import changed_fields, has_equal_fields, restorable_fields, restore_fields
from versions.querysets import VersionedChildQuerySet, VersionedQuerySet

MAX_REASON_LENGTH = 10_000  # characters: more than a form accepts, because the code may add a sentence of its own


class VersionInfo(NamedTuple):
    """Time, user and reason of a saved version."""

    at: datetime
    by: object = None
    reason: str | None = None


class VersionWithChildren(models.Model):
    """The column of a version for child rows (versions/children.py)."""

    children = models.JSONField(default=dict, editable=False)

    class Meta:
        abstract = True


def version_records(**options) -> HistoricalRecords:
    """Return the manager `history` of a versioned model (options: those of django-simple-history)."""
    reason = PlainTextField(null=True, max_length=MAX_REASON_LENGTH)
    return HistoricalRecords(user_db_constraint=False, history_change_reason_field=reason, **options)


class VersionedModel(PublicModel):
    """A public row with versions: a subclass has the manager `history`, from `version_records`.

    Comparison, restoring, history and edit conflicts read the fields below.
    """

    text_fields: tuple[str, ...] = ()  # compared word by word
    unrestored_fields: frozenset[str] = frozenset()  # not restored with an earlier version, such as the URL
    versioned_children: tuple[str, ...] = ()  # related names; then `history` has the base class VersionWithChildren
    recorded_children: tuple[str, ...] = ()  # in the versions too, but edited and compared apart from the row

    objects = VersionedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, stored=None, version: VersionInfo | None = None, always_version: bool = False, **kwargs):
        """Save the row and, where a versioned field differs, a version.

        `stored` is the row in the database, if the caller has already fetched it. `version` holds the time, user and
        reason. `always_version` saves a version although no field differs.
        """
        using = kwargs.get("using")
        with new_edition(using):
            if stored is None and self.pk and not self._state.adding:
                stored = type(self)._base_manager.using(using or self._state.db).filter(pk=self.pk).first()
            needs_version = always_version or stored is None or not has_equal_fields(self, stored)
            has_children = bool(self.versioned_children)
            if stored and (needs_version or has_children):
                stored.ensure_version()
            with self._history_attributes(version, needs_version and not has_children):
                super().save(*args, stored=stored, **kwargs)
            if has_children:
                self.record_version(version)

    save.alters_data = True

    def ensure_version(self) -> None:
        """Save the initial version of a row that was written without one. The row must be as it is stored."""
        if not self.history.exists():
            self.history.model.objects.bulk_create([self.initial_version()])

    def initial_version(self):
        """Return the version, unsaved, of a row that was written without one, such as an imported one."""
        return self.build_version(VersionInfo(getattr(self, "changed_at", None) or timezone.now()), kind="+")

    def build_version(self, version: VersionInfo | None = None, *, kind: str = "~"):
        """Return a version, unsaved, of the row as it is; `kind` is "+" for a new row, "~" for a changed one.

        Without `version` it has the time now, and the user of the request that this thread answers.
        """
        version = version or VersionInfo(timezone.now(), current_user())
        fields = {field.attname: getattr(self, field.attname) for field in self.history.model.tracked_fields}
        if self.versioned_children or self.recorded_children:
            fields["children"] = snapshot_of(self)
        return self.history.model(
            **fields,
            history_date=version.at,
            history_user=version.by,
            history_change_reason=version.reason,
            history_type=kind,
        )

    def record_version(self, version: VersionInfo | None = None) -> None:
        """Save a version of the row with its child rows, where they differ from the newest version."""
        if are_deferred():
            return
        row = type(self)._base_manager.get(pk=self.pk)  # without prefetched child rows
        newest = row.history.order_by("-history_id").first()
        if newest is None or changed_fields(type(row), newest, row) or not has_equal_fields(row, newest):
            self.history.model.objects.bulk_create([row.build_version(version, kind="~" if newest else "+")])

    def revert(self, version, reason: str = "", *, at: datetime | None = None, by=None) -> None:
        """Restore an earlier version, as a new version. Raise ValidationError where nothing differs."""
        names = {field.name for field in restorable_fields(self, version)}
        if not names:
            raise ValidationError(_("Nothing to restore: the text is already the same."))
        restore_fields(self, version)
        self.full_clean()
        info = VersionInfo(at or timezone.now(), by, reason)
        with new_edition():
            with deferred_versions():
                self.save(version=info)
                for part in child_rows(type(self)):
                    if part.name in names:
                        part.replace(self, version)
            if self.versioned_children:
                self.record_version(info)

    revert.alters_data = True

    @contextmanager
    def _history_attributes(self, version: VersionInfo | None, needs_version: bool):
        """Set, during a save, the attributes from which simple_history takes its parameters."""
        attributes = {} if needs_version else {"skip_history_when_saving": True}
        if version:
            attributes |= {"_history_date": version.at, "_change_reason": version.reason}
            attributes |= {"_history_user": version.by} if version.by else {}
        earlier = self.__dict__.copy()
        self.__dict__.update(attributes)
        try:
            yield
        finally:
            for name in attributes:
                del self.__dict__[name]
            self.__dict__.update({name: earlier[name] for name in attributes if name in earlier})


class VersionedChild(PublicModel):
    """A row that is part of its parent's versions: each save and deletion adds a version of the parent."""

    version_parent = ""  # the name of the foreign key

    objects = VersionedChildQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, stored=None, **kwargs):
        using = kwargs.get("using")
        with new_edition(using):
            if stored is None and self.pk and not self._state.adding:
                stored = type(self)._base_manager.using(using or self._state.db).filter(pk=self.pk).first()
            key = self._meta.get_field(self.version_parent).attname
            with versions_of_parents(type(self), {getattr(row, key) for row in (self, stored) if row}, using):
                super().save(*args, stored=stored, **kwargs)

    save.alters_data = True

    def delete(self, *args, **kwargs):
        using = kwargs.get("using")
        key = self._meta.get_field(self.version_parent).attname
        with versions_of_parents(type(self), [getattr(self, key)], using):
            return super().delete(*args, **kwargs)

    delete.alters_data = True

    def version_text(self) -> str:
        """Return the row as a comparison shows it."""
        return str(self)


@receiver(pre_create_historical_record)
def add_recorded_children(instance, history_instance, **kwargs) -> None:
    """Add the child rows to a version that simple_history makes. A new row has none."""
    if getattr(instance, "recorded_children", ()):
        is_new = history_instance.history_type == "+"
        history_instance.children = {} if is_new else snapshot_of(instance)


def current_user():
    """Return the user of the request that this thread answers; None without one."""
    user = getattr(getattr(HistoricalRecords.context, "request", None), "user", None)
    return user if user and user.is_authenticated else None
