"""Restoring: a form of the admin that opens with the texts of a working copy, and what they would change."""

from __future__ import annotations

import re
from copy import copy as shallow_copy
from typing import NamedTuple

from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from versions import comparison, text_diff
from versions.admin.three_way_merge import instance_as_typed


class TypedDifference(NamedTuple):
    """A field whose typed value differs from the saved one: its label and the paragraphs that differ."""

    label: str
    paragraphs: list[list[text_diff.Span]]
    only_formatting: bool


# What a form sends


def form_inputs(data: QueryDict, names: set[str], prefixes: set[str]) -> dict[str, list[str]]:
    """Return the inputs of a form's fields, and of its formsets' fields, by name; no tokens and no buttons."""
    parts = "|".join(map(re.escape, sorted(names)))
    field = re.compile(rf"(?:initial-)?(?:{parts})(?:[_-][a-z0-9_]{{1,40}})?", re.ASCII)
    row = re.compile(rf"(?:initial-)?(?:{'|'.join(map(re.escape, sorted(prefixes)))})-[A-Za-z0-9_-]{{1,80}}", re.ASCII)
    return {
        name: values for name, values in data.lists() if field.fullmatch(name) or (prefixes and row.fullmatch(name))
    }


def query_dict(inputs: dict[str, list[str]]) -> QueryDict:
    """Return inputs as the data of a request."""
    data = QueryDict(mutable=True)
    for name, values in inputs.items():
        data.setlist(name, values)
    return data


# Forms


def restoring_form(form_class, inputs: dict[str, list[str]]):
    """Return a class of forms that show the typed values, without errors: nobody has pressed Save yet."""

    class RestoringForm(form_class):
        def __init__(self, *args, instance=None, **kwargs):
            # A copy: validation writes the typed values into the instance, and the page also shows the saved row.
            super().__init__(query_dict(inputs), MultiValueDict(), instance=shallow_copy(instance), **kwargs)
            self.full_clean()
            self._errors = ErrorDict()

    return RestoringForm


def hide_formset_errors(formset) -> None:
    """Let a bound formset show its typed values without errors."""
    formset.full_clean()
    for form in formset.forms:
        form._errors = ErrorDict()
    formset._errors = [form._errors for form in formset.forms]
    formset._non_form_errors = formset.error_class()


# Differences


def typed_differences(form, stored) -> list[TypedDifference]:
    """Return what a restoring form would change in a row as it is stored; an unsaved row for a form that adds one."""
    typed = instance_as_typed(form)
    return [
        TypedDifference(
            difference.label,
            [spans for spans in difference.paragraphs if any(span.kind != text_diff.Op.KEPT for span in spans)],
            difference.only_formatting,
        )
        for difference in comparison.field_differences(type(stored), stored, typed)
        if difference.changed
    ]
