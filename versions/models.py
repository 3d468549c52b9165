"""Versioned rows: each save that changes a row adds a version with time, user and reason (django-simple-history)."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from editions.models import PublicModel, new_edition
from versions.comparison import has_equal_fields, restore_fields


class VersionInfo(NamedTuple):
    """Time, user and reason of a saved version."""

    at: datetime
    by: object = None
    reason: str | None = None


class VersionedModel(PublicModel):
    """A public row with versions: a subclass has the manager `history`, of simple_history's `HistoricalRecords`.

    Comparison, restoring, history and edit conflicts read the fields below.
    """

    text_fields: tuple[str, ...] = ()  # compared word by word
    unrestored_fields: frozenset[str] = frozenset()  # not restored with an earlier version, such as the URL

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
            if needs_version and stored and not self.history.exists():
                self.history.model.objects.bulk_create([stored.initial_version()])
            with self._history_attributes(version, needs_version):
                super().save(*args, stored=stored, **kwargs)

    save.alters_data = True

    def initial_version(self):
        """Return the version, unsaved, of a row that was written without one, such as an imported one."""
        fields = {field.attname: getattr(self, field.attname) for field in self.history.model.tracked_fields}
        at = getattr(self, "changed_at", None) or timezone.now()
        return self.history.model(**fields, history_date=at, history_type="+")

    def revert(self, version, reason: str = "", *, at: datetime | None = None, by=None) -> None:
        """Restore an earlier version, as a new version. Raise ValidationError where nothing differs."""
        if not restore_fields(self, version):
            raise ValidationError(_("Nothing to restore: the text is already the same."))
        self.full_clean()
        self.save(version=VersionInfo(at or timezone.now(), by, reason))

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
