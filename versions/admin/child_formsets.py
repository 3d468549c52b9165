"""Inline formsets in an edit conflict: their rows as typed, merged with the rows in the database.

Each row is merged by its id: one that this user has changed stays as typed, every other one is as it is stored. A row
that someone else has deleted and this user has changed becomes a new one; a row that someone else has added is added.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import models
from django.forms.models import BaseInlineFormSet

from versions.admin.post_data import initial_post_data, overwrite_post_data
from versions.children import ChildRows, child_rows, plain_value
from versions.comparison import normalise

MAX_TYPED = 2_000  # characters of an invalid value that are shown


@dataclass(frozen=True)
class TypedRow:
    """A row of a formset as typed."""

    pk: str  # "" for a new row
    posted: dict[str, str]  # by the name of the field
    values: dict  # as in a version; one with an error as `{"typed": text}`
    is_deleted: bool

    def differs_from(self, opened: dict | None) -> bool:
        """Return whether this user has changed the row, compared with the version that was opened (None: new to it)."""
        if opened is None or self.is_deleted:
            return True
        return normalise(self.values) != normalise({name: opened.get(name) for name in self.values})


class ChildFormsets:
    """The formsets of a request whose rows are part of the parent's versions and may be changed by the user."""

    def __init__(self, model, formsets: list[BaseInlineFormSet], names: list[str]):
        self.formsets, self.names = formsets, names
        self.parts = {part.name: part for part in child_rows(model) if part.name in names}

    def typed(self, name: str) -> list[TypedRow]:
        """Return the rows as typed, without empty ones."""
        formset = self.formsets[self.names.index(name)]
        rows = (typed_row(self.parts[name], formset, number) for number in range(len(formset.forms)))
        return [row for row in rows if row]

    def typed_values(self) -> dict[str, list[dict]]:
        """Return the rows as typed, without the deleted ones, as a version has them."""
        return {name: [row.values for row in self.typed(name) if not row.is_deleted] for name in self.parts}

    def merge(self, name: str, opened: models.Model | None) -> None:
        """Replace a formset by one with the rows in the database and what this user has changed since `opened`."""
        index = self.names.index(name)
        self.formsets[index] = merged_formset(
            self.formsets[index],
            self.typed(name),
            {str(row["id"]): row for row in self.parts[name].stored(opened)} if opened else {},
        )


def typed_row(part: ChildRows, formset: BaseInlineFormSet, number: int) -> TypedRow | None:
    """Return a row as typed; None for an empty one."""
    form = formset.forms[number]
    if form.empty_permitted and not form.has_changed():
        return None
    prefix = f"{form.prefix}-"
    posted = {key.removeprefix(prefix): formset.data[key] for key in formset.data if key.startswith(prefix)}
    fields = [field for field in part.fields if field.name in form.fields]
    form.is_valid()
    cleaned = getattr(form, "cleaned_data", {})
    if all(field.name in cleaned for field in fields):
        values = {field.attname: plain_value(cleaned[field.name]) for field in fields}
    else:
        typed = (posted.get(field.name, "")[:MAX_TYPED].replace("\x00", "") for field in fields)
        values = {"typed": " ".join(text for text in typed if text)}
    return TypedRow(posted.get("id", ""), posted, values, formset.can_delete and formset._should_delete_form(form))


def merged_formset(formset: BaseInlineFormSet, typed: list[TypedRow], opened: dict[str, dict]) -> BaseInlineFormSet:
    """Return a formset bound to the rows in the database, with the changes of this user."""
    saved = type(formset)(instance=formset.instance, prefix=formset.prefix, queryset=formset.queryset)
    mine = {row.pk: row for row in typed if row.differs_from(opened.get(row.pk))}
    current = {str(form.instance.pk): stored_values(form) for form in saved.initial_forms}
    first = [mine[pk].posted if pk in mine else values for pk, values in current.items()]
    new = [
        row.posted | {"id": ""}
        for row in typed
        if not row.pk or (row.pk in mine and row.pk not in current and not row.is_deleted)
    ]
    data = formset.data.copy()
    for key in [key for key in data if re.match(rf"{re.escape(formset.prefix)}-[0-9]+-", key)]:
        del data[key]
    for number, row in enumerate([*first, *new]):
        overwrite_post_data(data, {f"{formset.prefix}-{number}-{name}": value for name, value in row.items()})
    data[f"{formset.prefix}-TOTAL_FORMS"], data[f"{formset.prefix}-INITIAL_FORMS"] = len(first) + len(new), len(first)
    return type(formset)(data, instance=formset.instance, prefix=formset.prefix, queryset=formset.queryset)


def stored_values(form) -> dict[str, str | bool]:
    """Return what an unchanged form of a row would send, by the name of the field."""
    prefix = f"{form.prefix}-"
    sent = (initial_post_data(form[name]) for name in form.fields if name != "DELETE")
    return {key.removeprefix(prefix): value for inputs in sent for key, value in inputs.items()}


def posted_texts(model, data) -> list[tuple[str, str]]:
    """Return the label and the texts of each kind of child rows in form data, a line for each field."""
    found = []
    for part in child_rows(model):
        names = "|".join(re.escape(field.name) for field in part.fields)
        keys = [key for key in data if re.fullmatch(rf"{re.escape(part.name)}-[0-9]+-(?:{names})", key)]
        found.append((str(part.verbose_name), "\n".join(filter(None, map(data.get, keys)))))
    return found
