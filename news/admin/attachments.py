"""Attachments in the admin: an inline formset that survives edits by a colleague, and a version for each change."""

import re

from django import forms
from django.contrib import admin, messages
from django.forms.models import BaseInlineFormSet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.admin.workflow import submit_again_if_submitted
from news.models import Attachment

MAX_ATTACHMENTS = 20


class AttachmentForm(forms.ModelForm):
    """A row with its initial values in hidden inputs: a field that only a colleague has changed keeps their value."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in {"name", "order"} & set(self.fields):
            self.fields[name].show_hidden_initial = True

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            for name in {"name", "order"} & set(cleaned) - set(self.changed_data):
                cleaned[name] = getattr(self.instance, name)
        return cleaned


class AttachmentFormSet(BaseInlineFormSet):
    """The attachments of a message as they are now, although a colleague has added or deleted some.

    Django matches rows by number: the first INITIAL_FORMS rows must be the attachments in the database, in order. So
    the submitted rows are renumbered. Example: the form was opened with A and B, and C was added in the browser (rows
    0, 1, 2). A colleague has deleted A and added D. The rows become B, D, C.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.removed_names = []  # of attachments that a colleague has deleted
        if self.is_bound and self.management_form.is_valid():
            self.realign_rows()

    def realign_rows(self):
        """Renumber the submitted rows where they are not the attachments in the database."""
        opened, total = self.initial_form_count(), self.total_form_count()
        submitted: dict[str, int] = {}  # the number of each existing attachment's row, by its id
        for number in range(opened):
            submitted.setdefault(self.data.get(f"{self.add_prefix(number)}-id", ""), number)
        current = {str(row.pk): row for row in self.get_queryset()}
        if list(submitted) == list(current) and len(submitted) == opened:
            return
        self.removed_names = [
            self.data.get(f"{self.add_prefix(number)}-name", "")
            for pk, number in submitted.items()
            if pk not in current
        ]
        data = self.data.copy()
        added = {pk: number for number, pk in enumerate(current.keys() - submitted.keys(), total)}
        for pk, number in added.items():
            self.add_row(data, number, current[pk])
        order = [(submitted | added)[pk] for pk in current] + list(range(opened, total))
        self.data, self.files = renumber_rows(data, self.prefix, order), renumber_rows(self.files, self.prefix, order)
        self.data[f"{self.prefix}-TOTAL_FORMS"] = len(order)
        self.data[f"{self.prefix}-INITIAL_FORMS"] = len(current)
        del self.management_form  # a cached property

    def add_row(self, data, number: int, row: Attachment) -> None:
        """Add to the data the row of an attachment, as an unchanged form would send it."""
        values = {"id": row.pk, self.fk.name: row.message_id, "name": row.name, "order": row.order}
        for name, value in values.items():
            key = f"{self.add_prefix(number)}-{name}"
            data[key] = data[f"initial-{key}"] = str(value)


def renumber_rows(data: MultiValueDict, prefix: str, order: list[int]) -> MultiValueDict:
    """Return formset data in which row i is row `order[i]` of `data`; rows that are not in `order` are left out.

    For the prefix "a" and the order [1], {"a-0-name": "x", "a-1-name": "y"} becomes {"a-0-name": "y"}.
    """
    new_numbers = {str(old): new for new, old in enumerate(order)}
    row_key = re.compile(rf"(initial-)?{re.escape(prefix)}-([0-9]+)-(.+)", re.DOTALL)
    result = MultiValueDict()
    for key, values in data.lists() if data else ():  # Django passes {} for no files
        match = row_key.fullmatch(key)
        if match is None:
            result.setlist(key, values)
        elif match[2] in new_numbers:
            result.setlist(f"{match[1] or ''}{prefix}-{new_numbers[match[2]]}-{match[3]}", values)
    return result


def record_changes(request, message, formset) -> None:
    """Record a saved formset as a version of the message, and warn of rows that a colleague had deleted."""
    changes = [
        *(_("added: %s") % row.name for row in formset.new_objects),
        *(_("changed: %s") % row.name for row, _fields in formset.changed_objects),
        *(_("deleted: %s") % row.name for row in formset.deleted_objects),
    ]
    if changes:
        message.record_attachment_change("; ".join(changes), at=request.at, by=request.user)
        submit_again_if_submitted(request, message)
    for name in formset.removed_names:
        text = _("A colleague deleted the attachment “%s” while you were editing. It is no longer attached.")
        messages.warning(request, text % name)


class AttachmentInline(admin.StackedInline):
    """The attachments on a message's form. Users who may change messages may change them."""

    model = Attachment
    form, formset = AttachmentForm, AttachmentFormSet
    fields = [("name", "order"), "file"]
    classes = ["card"]
    extra = 0
    max_num = MAX_ATTACHMENTS
    verbose_name_plural = gettext_lazy("Attachments (PDF)")

    def can_edit(self, request, message) -> bool:
        """Return whether the user may write this message."""
        is_locked = message and message.state(request.at) not in (message.State.DRAFT, message.State.SUBMITTED)
        return not is_locked and self.can_write(request)

    def can_write(self, request) -> bool:
        """Return whether the user may write messages."""
        return request.user.has_perm("news.change_message") or request.user.has_perm("news.add_message")

    def has_add_permission(self, request, obj):
        return self.can_edit(request, obj)

    def has_change_permission(self, request, obj=None):
        return self.can_edit(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.can_edit(request, obj)

    def has_view_permission(self, request, obj=None):
        return self.can_edit(request, obj) or request.user.has_perm("news.view_message")
