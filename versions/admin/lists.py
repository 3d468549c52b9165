"""Lists with editable columns: a row that someone else has saved since the list was opened is not overwritten.

The list carries the number of the newest version of each row. Where a row has a newer one, what this user has not
changed is taken over, and a row that they have changed is refused: with the saved values beside what was typed.
"""

from __future__ import annotations

from django import forms
from django.db.models import Max
from django.utils.translation import gettext as _

from versions.admin.conflicts import StaleVersion
from versions.admin.three_way_merge import EditConflict, find_conflict


class VersionedListForm(forms.ModelForm):
    """A row of a list: invalid where this user and someone else have changed it."""

    request = None
    newest_version = ""  # when the form was validated
    child_formsets = None  # a list has none

    def clean(self):
        cleaned = super().clean()
        self.newest_version = str(self.request.newest_versions.get(self.instance.pk, 0))
        opened = self.data.get(f"version-{self.instance.pk}")
        if self.is_deleted:
            self._errors.clear()
            self.changed_data = []
        elif opened and opened != self.newest_version:
            conflict = find_conflict(self, opened, self.newest_version)
            if conflict.fields:
                self.add_error(None, describe_row(conflict))
            else:
                self.changed_data = []
                cleaned |= {name: getattr(self.instance, name) for name in cleaned if name in self.initial}
        return cleaned

    def _post_clean(self):
        if not self.is_deleted:
            super()._post_clean()

    @property
    def is_deleted(self) -> bool:
        """Return whether the row has been deleted since the list was opened."""
        return self.instance._state.adding

    def other_changes(self, since: int) -> list[str]:
        return []


def describe_row(conflict: EditConflict) -> str:
    """Return who saved a row, and the values that they saved where this user has entered others."""
    saved = [
        _("%(field)s is now “%(value)s”.") % {"field": field.label, "value": field.their_text}
        for field in conflict.fields
    ]
    return " ".join([conflict.saved_by, *saved, _("Your changes are below, not saved. Check them and save again.")])


def newest_versions(model) -> dict[int, int]:
    """Return the number of the newest version of each row, by the row's id."""
    pk = model._meta.pk.attname
    return dict(model.history.order_by().values_list(pk).annotate(newest=Max("history_id")))


def run_list_view(model_admin, request, view):
    """Return the response of a list's view `(context)`; repeat it where another user saves a row while it runs."""
    while True:
        request.newest_versions = newest_versions(model_admin.model)  # before the rows, which may be newer
        try:
            response = view({"newest_versions": request.newest_versions})
        except StaleVersion:
            continue
        return align_forms(response)


def align_forms(response):
    """Put the forms of a refused list into the order that its rows have by now: Django pairs them by position."""
    changelist = (getattr(response, "context_data", None) or {}).get("cl")
    formset = getattr(changelist, "formset", None)
    if formset and formset.is_bound:
        forms_by_pk = {form.instance.pk: form for form in formset.forms}
        changelist.result_list = [row for row in changelist.result_list if row.pk in forms_by_pk]
        position = {row.pk: place for place, row in enumerate(changelist.result_list)}
        formset.forms.sort(key=lambda form: position.get(form.instance.pk, len(position)))
    return response
