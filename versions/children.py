"""Child rows in the versions of their parent: a snapshot in JSON, such as the opening hours of an office.

`{"hours": [{"id": 3, "weekday": 0, "opens": "09:30:00", "closes": "13:00:00"}]}` is the snapshot of an office with one
row of hours. ADR 19 says why.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import models
from django.db.models.fields.files import FieldFile

from editions.models import new_edition

_deferred = threading.local()


@dataclass(frozen=True)
class ChildRows:
    """The child rows of a model under one related name, with the attributes of a field that comparisons read."""

    name: str
    relation: models.ManyToOneRel

    @property
    def attname(self) -> str:
        return self.name

    @property
    def verbose_name(self):
        return self.relation.related_model._meta.verbose_name_plural

    @property
    def fields(self) -> list[models.Field]:
        """Return the fields of a row that are part of a version: all but its id and its parent."""
        others = {self.relation.related_model._meta.pk, self.relation.field}
        return [field for field in self.relation.related_model._meta.concrete_fields if field not in others]

    def values(self, row) -> dict:
        """Return the fields of a row as JSON has them."""
        return {field.attname: plain_value(getattr(row, field.attname)) for field in self.fields}

    def snapshot(self, rows: Iterable[models.Model]) -> list[dict]:
        """Return rows of the database as JSON has them, with their ids."""
        return [{"id": row.pk, **self.values(row)} for row in rows]

    def stored(self, version) -> list[dict]:
        """Return the rows in a version, or those that a row has now."""
        if "children" in version.__dict__:
            return version.children.get(self.name, [])
        return self.snapshot(getattr(version, self.name).all())

    def build(self, version) -> list[models.Model]:
        """Return the rows in a version as unsaved instances, in their order."""
        return [self.build_row(values) for values in self.stored(version)]

    def build_row(self, values: dict) -> models.Model:
        """Return a row of a snapshot as an unsaved instance. A field that the model had not yet has its default."""
        known = [field for field in self.fields if field.attname in values]
        fields = {field.attname: field.to_python(values[field.attname]) for field in known}
        return self.relation.related_model(pk=values.get("id"), **fields)

    def display(self, version) -> str:
        """Return the rows as text for staff, one after the other; an invalid one as it was typed."""
        rows = self.stored(version)
        return "\n".join(row["typed"] if "typed" in row else self.build_row(row).version_text() for row in rows)

    def replace(self, row, version) -> None:
        """Replace the child rows of `row` by those in a version, which keep their ids."""
        rows = self.build(version)
        for each in rows:
            setattr(each, self.relation.field.attname, row.pk)
        getattr(row, self.name).all().delete()
        self.relation.related_model._base_manager.bulk_create(rows)


def child_rows(model) -> list[ChildRows]:
    """Return the child rows that are part of a model's versions, and edited, compared and restored with them."""
    return [ChildRows(name, model._meta.get_field(name)) for name in model.versioned_children]


def rows_in_snapshots(model) -> list[ChildRows]:
    """Return all child rows that a version of a model has."""
    return [*child_rows(model), *(ChildRows(name, model._meta.get_field(name)) for name in model.recorded_children)]


def snapshot_of(row) -> dict[str, list[dict]]:
    """Return the child rows that a row has now, in their order."""
    return {
        part.name: part.snapshot(getattr(row, part.name).order_by(*part.relation.related_model._meta.ordering))
        for part in rows_in_snapshots(type(row))
    }


def without_ids(rows: list[dict]) -> list[dict]:
    """Return snapshots of child rows without their ids, in an order that depends on their values only."""
    return sorted(({name: value for name, value in row.items() if name != "id"} for row in rows), key=repr)


def plain_value(value):
    """Return the value of a column as JSON has it: dates and times in ISO 8601, a file by its name."""
    if isinstance(value, FieldFile):
        return value.name
    return value.isoformat() if hasattr(value, "isoformat") else value


# Versions of the parents


@contextmanager
def deferred_versions():
    """Save no versions of parents inside: the caller saves one for all changes, by `record_version`."""
    _deferred.depth = getattr(_deferred, "depth", 0) + 1
    try:
        yield
    finally:
        _deferred.depth -= 1


def are_deferred() -> bool:
    """Return whether this thread is inside `deferred_versions`."""
    return bool(getattr(_deferred, "depth", 0))


@contextmanager
def versions_of_parents(child: type[models.Model], pks: Iterable[int], using: str | None = None):
    """Save a version of each parent of these ids whose child rows (of the model `child`) change inside."""
    with new_edition(using):
        if are_deferred():
            yield
            return
        model = child._meta.get_field(child.version_parent).related_model
        parents = list(model._base_manager.using(using).filter(pk__in=pks))
        for parent in parents:
            parent.ensure_version()
        yield
        for parent in parents:
            parent.record_version()
