"""Querysets of versioned rows: bulk writes add versions as single saves do."""

from __future__ import annotations

from editions.models import PublicQuerySet, new_edition
from versions.comparison import has_equal_fields


class VersionedQuerySet(PublicQuerySet):
    """Rows whose bulk writes add versions too. They are few: tens or hundreds. (`bulk_update` calls `update`.)"""

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
