"""Querysets of versioned rows: bulk writes add versions as single saves do, and `as_of` reads them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from editions.models import PublicQuerySet, new_edition
from versions.as_of import rows_as_of
from versions.children import versions_of_parents
from versions.comparison import has_equal_fields


class VersionedQuerySet(PublicQuerySet):
    """Rows whose bulk writes add versions too. They are few: tens or hundreds. (`bulk_update` calls `update`.)"""

    def public_condition(self, at: datetime) -> Q:
        """Return the condition on the fields of a row, or of a version, under which the public sees it at `at`."""
        return Q()

    def as_of(self, at: datetime):
        """Return the rows that the public saw at `at`, as they were then: a queryset that yields unsaved rows.

        They have the fields and child rows of the newest version by `at`; other relations are those of today. The
        queryset can be filtered and ordered by the row's fields (`id`, not `pk`). A row begins with its first version.
        Raise TypeError after another condition, which would be about the rows of today.
        """
        if self.query.where:
            raise TypeError("Call as_of first, and filter what it returns.")
        return rows_as_of(self.model, at, self.public_condition(at), self._db)

    def update(self, **kwargs):
        with new_edition(self._db):
            pks = list(self.order_by().values_list("pk", flat=True))
            rows = self.model._base_manager.using(self.db)
            before = list(rows.filter(pk__in=pks))
            for row in before:
                row.ensure_version()
            count = super().update(**kwargs)
            after = rows.in_bulk(pks)
            changed = [after[row.pk] for row in before if not has_equal_fields(after[row.pk], row)]
            self.model.history.model.objects.bulk_create([row.build_version() for row in changed])
            return count

    update.alters_data = True

    def bulk_create(self, objs, *args, **kwargs):
        with new_edition(self._db):
            created = super().bulk_create(objs, *args, **kwargs)
            versions = [row.build_version(kind="+") for row in created if row.pk]
            self.model.history.model.objects.bulk_create(versions)
            return created


class VersionedChildQuerySet(PublicQuerySet):
    """Rows that are part of their parents' versions: bulk writes add versions of the parents."""

    def update(self, **kwargs):
        with self._versions_of_parents():
            return super().update(**kwargs)

    update.alters_data = True

    def delete(self):
        with self._versions_of_parents():
            return super().delete()

    delete.alters_data = True
    delete.queryset_only = True

    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        key = self.model._meta.get_field(self.model.version_parent).attname
        with versions_of_parents(self.model, {getattr(row, key) for row in objs}, self._db):
            return super().bulk_create(objs, *args, **kwargs)

    def _versions_of_parents(self):
        pks = set(self.order_by().values_list(self.model.version_parent, flat=True))
        return versions_of_parents(self.model, pks, self._db)
