"""Three-way merge of a form: the opened version, the text as typed, and the version that is saved."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.db.models import Field, FileField, Model
from django.forms.models import construct_instance
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.ids import is_valid_pk
from richtext.fields import RichTextField
from versions import comparison, text_diff
from versions.admin.post_data import initial_post_data, overwrite_post_data
from versions.admin.text_merge import TextMerge
from versions.children import ChildRows


def last_saved_by(row: Model) -> str:
    """Return a sentence with the user and time of a row's last save, or its deletion; "" without versions."""
    newest = row.history.select_related("history_user").order_by("-history_id").first()
    if newest is None:
        return ""
    user = newest.history_user and (newest.history_user.get_full_name() or newest.history_user.get_username())
    deleted, saved = _("%(who)s deleted this %(what)s at %(time)s."), _("%(who)s saved this %(what)s at %(time)s.")
    return (deleted if newest.history_type == "-" else saved) % {
        "who": user or _("Someone"),
        "what": row._meta.verbose_name,
        "time": short_time(newest.history_date),
    }


def short_time(moment: datetime, at: datetime | None = None) -> str:
    """Return a time in the host country, with its date where that is not the date of `at` (now)."""
    local = timezone.localtime(moment)
    return f"{local:%H:%M}" if local.date() == timezone.localdate(at) else format_date(local, "j F, H:i")


# Comparing


@dataclass(frozen=True)
class FieldMerge:
    """A three-way merge of one field: the opened version, the text as typed ("mine") and the saved one ("theirs")."""

    field: Field | ChildRows
    is_same: bool  # mine and theirs are equal
    mine_changed: bool
    theirs_changed: bool

    @property
    def takes_theirs(self) -> bool:
        """Only the other user has changed the field."""
        return not self.is_same and not self.mine_changed

    @property
    def keeps_mine(self) -> bool:
        """This user has changed the field, to another value than is saved."""
        return not self.is_same and self.mine_changed


def merge_field(field: Field | ChildRows, opened: Model | None, mine: Model, theirs: Model) -> FieldMerge:
    """Return the merge of a field. Without the opened version, both users count as having changed it."""

    def differ(one, other) -> bool:
        values = (comparison.normalise(comparison.stored_value(row, field)) for row in (one, other))
        return next(values) != next(values)

    if isinstance(field, FileField):
        mine = opened or theirs  # browsers do not send a stored file again
    return FieldMerge(
        field,
        is_same=not differ(mine, theirs),
        mine_changed=opened is None or differ(opened, mine),
        theirs_changed=opened is None or differ(opened, theirs),
    )


@dataclass(frozen=True)
class FieldConflict:
    """A field that differs, to be shown: each text as paragraphs in which the words are marked that the other lacks."""

    label: str
    mine: list
    theirs: list
    changed_by_both: bool
    their_inputs: (
        str  # JSON: the value of each input of the field, for the button “Use their version”; "" for child rows
    )
    is_coarse: bool  # too long to be compared word by word throughout
    only_formatting: bool  # the words are equal, but not bold, links or images
    is_unmerged_text: bool  # a rich text that both have changed, and that is not merged by paragraph

    @property
    def their_text(self) -> str:
        """Return their text without marks, on one line."""
        return " ".join("".join(span.text for span in paragraph) for paragraph in self.theirs)


@dataclass(frozen=True)
class EditConflict:
    """What differs between the text as typed and the version that another user has saved since the form was opened."""

    saved_by: str
    newest: str  # the number of their version
    fields: list[FieldConflict]
    taken_over: list[str]  # labels of the fields that now have their value in the form
    other_changes: list[str]  # sentences about changes that are in none of the fields
    texts: list[TextMerge]  # fields that are merged by paragraph
    is_seen: bool  # the form was shown with this conflict before

    @property
    def needs_confirmation(self) -> bool:
        """Return whether a save would overwrite a field that the other user has changed."""
        return any(field.changed_by_both for field in self.fields)

    @property
    def needs_choices(self) -> bool:
        """Return whether a paragraph that both have changed is not chosen yet."""
        return any(text.has_unanswered for text in self.texts)

    @property
    def must_be_shown(self) -> bool:
        is_settled = all(text.is_settled for text in self.texts)
        return bool(self.needs_confirmation or self.taken_over or self.other_changes or not is_settled)


def find_conflict(form, opened_number: str, newest: str, texts: Sequence[TextMerge] = ()) -> EditConflict:
    """Return the conflict of a bound form with the newest version, and fill in what only the other user has changed.

    `texts` are in the form already.
    """
    theirs, mine = form.instance, instance_as_typed(form)
    has_version = is_valid_pk(opened_number)
    opened = theirs.history.filter(history_id=int(opened_number)).first() if has_version else None
    children = form.child_formsets
    names = {*form.fields, *(children.parts if children else ())} - {text.name for text in texts}
    fields = [field for field in comparison.editable_fields(type(theirs)) if field.name in names]
    merges = [merge_field(field, opened, mine, theirs) for field in fields]
    taken_over = [merge.field for merge in merges if merge.takes_theirs]
    unbound = type(form)(instance=theirs, prefix=form.prefix)
    conflict = EditConflict(
        last_saved_by(theirs),
        newest,
        [describe_conflict(merge, mine, theirs, unbound) for merge in merges if merge.keeps_mine],
        [str(capfirst(field.verbose_name)) for field in taken_over],
        form.other_changes(int(opened_number)) if has_version else [],
        list(texts),
        form.data.get("seen") == newest,
    )
    form.data = form.data.copy()
    for field in taken_over:
        if not isinstance(field, (FileField, ChildRows)):
            overwrite_post_data(form.data, initial_post_data(unbound[field.name]))
    for field in fields:
        if isinstance(field, ChildRows):
            children.merge(field.name, opened)
    return conflict


def describe_conflict(merge: FieldMerge, mine: Model, theirs: Model, unbound) -> FieldConflict:
    """Return the display of a field that this user has changed; `unbound` is a form with their version."""
    field = merge.field
    spans = text_diff.diff_words(comparison.display_value(field, mine), comparison.display_value(field, theirs))
    return FieldConflict(
        label=str(capfirst(field.verbose_name)),
        mine=text_diff.split_paragraphs([span for span in spans if span.kind != text_diff.Op.ADDED]),
        theirs=text_diff.split_paragraphs([span for span in spans if span.kind != text_diff.Op.REMOVED]),
        changed_by_both=merge.theirs_changed,
        their_inputs="" if isinstance(field, ChildRows) else json.dumps(initial_post_data(unbound[field.name])),
        is_coarse=spans.is_coarse,
        only_formatting=all(span.kind == text_diff.Op.KEPT for span in spans),
        is_unmerged_text=merge.theirs_changed and isinstance(field, RichTextField),
    )


def instance_as_typed(form) -> Model:
    """Return the row as typed: invalid texts as they were sent."""
    fields = [name for name, field in form.fields.items() if not isinstance(field, forms.FileField)]
    row = construct_instance(form, copy.copy(form.instance), fields)
    columns = {field.name for field in comparison.editable_fields(type(row))}
    for name, field in form.fields.items():
        if name in columns and name not in form.cleaned_data and isinstance(field, forms.CharField):
            setattr(row, name, typed_text(form, name))
    if form.child_formsets:
        row.children = form.child_formsets.typed_values()
    return row


def typed_text(form, name: str) -> str:
    """Return the text that was sent for a field, cut at the field's maximum length."""
    return form.data.get(form.add_prefix(name), "")[: form.fields[name].max_length].replace("\x00", "")
