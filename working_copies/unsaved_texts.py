"""The list of a user's unsaved texts, for the dashboard."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from django.apps import apps
from django.db import models
from django.urls import reverse

from working_copies.models import WorkingCopy


class UnsavedText(NamedTuple):
    """A text that was typed and not saved."""

    title: str  # of the saved row, or the beginning of what was typed; "" if nothing was
    kind: str  # such as "message"
    is_new: bool
    changed_at: datetime
    url: str  # the form that offers the text


def list_unsaved_texts(user, at: datetime) -> list[UnsavedText]:
    """Return the unsaved texts of a user, the newest first, one for each form: those whose rows the user may see."""
    copies: dict[tuple, WorkingCopy] = {}
    for copy in WorkingCopy.objects.of_user(user, at).unsaved().defer("data"):
        if may_use_form(user, copy):
            copies.setdefault((copy.model, copy.object_id or copy.form_key), copy)
    rows = visible_rows(user, copies.values(), at)
    return [
        describe(copy, rows.get((copy.model, copy.object_id)))
        for copy in copies.values()
        if copy.object_id is None or (copy.model, copy.object_id) in rows
    ]


def may_use_form(user, copy: WorkingCopy) -> bool:
    """Return whether the user has the permission for the form in which a text was typed."""
    options = copy.model_class._meta
    return user.has_perm(f"{options.app_label}.{'change' if copy.object_id else 'add'}_{options.model_name}")


def visible_rows(user, copies, at: datetime) -> dict[tuple[str, int], models.Model]:
    """Return the saved rows that exist and that the user may see, by model and id."""
    ids = defaultdict(list)
    for copy in copies:
        if copy.object_id:
            ids[copy.model].append(copy.object_id)
    found = {}
    for label, pks in ids.items():
        rows = apps.get_model(label)._default_manager.filter(pk__in=pks)
        if hasattr(rows, "visible_to"):
            rows = rows.visible_to(user, at)
        found |= {(label, row.pk): row for row in rows}
    return found


def describe(copy: WorkingCopy, row) -> UnsavedText:
    """Return a text with its title and the URL of its form; `row` is None for one that was never saved."""
    options = copy.model_class._meta
    name = f"admin:{options.app_label}_{options.model_name}"
    return UnsavedText(
        title=str(row) if row else copy.title,
        kind=str(options.verbose_name),
        is_new=row is None,
        changed_at=copy.changed_at,
        url=reverse(f"{name}_change", args=[row.pk]) if row else reverse(f"{name}_add"),
    )
