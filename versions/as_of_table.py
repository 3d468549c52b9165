"""Rows as they were at a moment, as a queryset of the model itself: it reads versions in place of the model's table.

For a model whose querysets filter by its state, and whose rows may have no version, such as imported ones: a row
without a version is as it was since it was written.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connections, models
from django.db.models import Exists, OuterRef, Subquery, prefetch_related_objects
from django.db.models.expressions import RawSQL
from django.db.models.query import ModelIterable
from django.db.models.sql.datastructures import BaseTable

from versions.as_of import set_children
from versions.children import rows_in_snapshots


def read_as_of(queryset: models.QuerySet, at: datetime, changed: str, absent: dict) -> models.QuerySet:
    """Return a new queryset of all rows as they were at `at`, with all methods of `queryset`. They are not to be saved.

    `changed` is the name of the field with the time of a row's last change; `absent` has an expression for each column
    that versions do not have. `count`, conditions, order and `select_related` are those of any queryset; a condition
    about another table is about its rows of today.
    """
    model = queryset.model
    rows = models.QuerySet(model, using=queryset._db)
    versions = models.QuerySet(model.history.model, using=queryset._db)
    key = model._meta.pk.attname
    # By number, which is the order of the commits: a time is taken before its transaction waits for others.
    newest = versions.filter(**{key: OuterRef(key)}, history_date__lte=at).order_by("-history_id").values("history_id")
    found = versions.filter(history_id=Subquery(newest[:1])).exclude(history_type="-").order_by()
    unversioned = rows.filter(~Exists(versions.filter(**{key: OuterRef("pk")})), **{f"{changed}__lte": at}).order_by()
    columns = [field.attname for field in model._meta.concrete_fields if field.attname not in absent]
    sources = (
        found.annotate(**absent).values_list(*columns, *absent, "children"),
        unversioned.annotate(children=RawSQL("NULL", (), models.JSONField())).values_list(
            *columns, *absent, "children"
        ),
    )
    compiled = [source.query.get_compiler(using=rows.db).as_sql() for source in sources]
    result = queryset._chain()
    table = model._meta.db_table
    result.query.alias_map = {table: RowsAt(table, table)}
    result.query.alias_refcount = {table: 1}
    result.query.table_map = {table: [table]}
    result.query.alias_map[table].rows = (
        " UNION ALL ".join(sql for sql, _params in compiled),
        tuple(param for _sql, params in compiled for param in params),
    )
    quoted = connections[rows.db].ops.quote_name(table)
    result = result.annotate(children_then=RawSQL(f'{quoted}."children"', (), models.JSONField()))  # noqa: S611 - a quoted constant
    result._iterable_class = RowsAtIterable
    return result


class RowsAt(BaseTable):
    """A statement in place of a table, under the table's name."""

    rows: tuple[str, tuple] = ("", ())

    def as_sql(self, compiler, connection):
        sql, params = self.rows
        return f"({sql}) {compiler.quote_name_unless_alias(self.table_alias)}", list(params)

    def relabeled_clone(self, change_map):
        clone = super().relabeled_clone(change_map)
        clone.rows = self.rows
        return clone

    @property
    def identity(self):
        return (*super().identity, self.rows)


class RowsAtIterable(ModelIterable):
    """Yields rows with their child rows at the time: those of a row without a version are those of today."""

    def __iter__(self):
        rows = list(super().__iter__())
        parts = rows_in_snapshots(self.queryset.model)
        without_version = [row for row in rows if row.children_then is None]
        prefetch_related_objects(without_version, *(part.name for part in parts))
        for row in rows:
            row._state.adding = True
            if row.children_then is not None:
                for part in parts:
                    set_children(row, part, [part.build_row(each) for each in row.children_then.get(part.name, [])])
            yield row
