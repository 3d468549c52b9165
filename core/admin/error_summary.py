"""Error summary above a form, with a link to each field that has an error (GOV.UK's pattern)."""

from typing import NamedTuple

from django import forms
from django.db.models.fields.files import FieldFile
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

CHOOSE_AGAIN = _("Choose the file again.")


class FieldErrors(NamedTuple):
    """The errors of one field, and the id of its first input."""

    label: str
    target: str
    sentences: list[str]


def form_context(context) -> dict:
    """Return the template context: the summary of a form with errors and of its inline forms."""
    if not context["errors"]:
        return {}
    formsets = [each.formset for each in context["inline_admin_formsets"]]
    parts = [context["adminform"].form, *(row for formset in formsets for row in formset.forms)]
    for part in parts:
        ask_for_files(part)
    return {"error_summary": [errors for part in parts for errors in field_errors(part)]}


def ask_for_files(form) -> None:
    """Add an error to each valid file that was sent: browsers do not send it again. Stored files need no error."""
    for name, field in form.fields.items():
        file = form.files.get(form.add_prefix(name)) if isinstance(field, forms.FileField) else None
        if file and not isinstance(file, FieldFile) and name not in form.errors:
            form.add_error(name, CHOOSE_AGAIN)


def field_errors(form) -> list[FieldErrors]:
    """Return the errors in the visible fields of a form, in their order."""
    row = f"{form.instance}: " if form.prefix and str(form.instance) else ""
    return [
        FieldErrors(row + str(capfirst(form[name].label)), first_input_id(form[name]), form.errors[name])
        for name in form.fields
        if name in form.errors and not form[name].is_hidden
    ]


def first_input_id(bound) -> str:
    """Return the id of the first input of a field."""
    has_several = isinstance(bound.field.widget, (forms.RadioSelect, forms.MultiWidget))
    return f"{bound.auto_id}_0" if has_several else bound.auto_id
