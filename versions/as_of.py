"""Rows as they were at a moment, from their versions."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.query import ModelIterable

from versions.children import ChildRows, child_rows


def rows_as_of(model: type[models.Model], at: datetime, condition: Q, using: str | None = None) -> models.QuerySet:
    """Return a queryset of the versions that were the newest ones at `at`, yielded as rows of `model`.

    `condition` and further ones are about the row's fields at that time. Deleted rows are left out.
    """
    key = model._meta.pk.attname
    versions = models.QuerySet(model.history.model, using=using)
    # By number, which is the order of the commits: a time is taken before its transaction waits for others.
    newest = versions.filter(**{key: OuterRef(key)}, history_date__lte=at).order_by("-history_id")
    found = versions.filter(history_id=Subquery(newest.values("history_id")[:1])).exclude(history_type="-")
    names = {"pk": key, "-pk": f"-{key}"}  # a version's own pk is its number
    found = found.filter(condition).order_by(*(names.get(term, term) for term in model._meta.ordering))
    found._iterable_class = RowIterable
    return found


class RowIterable(ModelIterable):
    """Yields versions as rows of the versioned model."""

    def __iter__(self):
        for version in super().__iter__():
            yield row_of(version)


def row_of(version) -> models.Model:
    """Return the row that a version describes, with its child rows. It is not meant to be saved."""
    model = version.instance_type
    row = model(**{field.attname: getattr(version, field.attname) for field in version.tracked_fields})
    row._state.db = version._state.db
    for part in child_rows(model):
        set_children(row, part, part.build(version))
    return row


def set_children(row, part: ChildRows, children: list) -> None:
    """Have a row return these child rows, as if they had been prefetched."""
    for child in children:
        setattr(child, part.relation.field.name, row)
    rows = part.relation.related_model._base_manager.none()
    rows._result_cache = children
    row.__dict__.setdefault("_prefetched_objects_cache", {})[part.name] = rows
