"""What is not right in a form of the desk: summed up above it, each fault with a link to its field."""

from typing import NamedTuple

from django import forms
from django.db.models.fields.files import FieldFile
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

CHOOSE_AGAIN = _("Choose the file again: a browser does not keep it while the form is mended.")


class Fault(NamedTuple):
    """What is not right in one field, and where on the page that is."""

    label: str
    target: str
    sentences: list[str]


class FaultsMixin:
    """The summary, and beside each file that was sent, that it has to be chosen again."""

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if context["errors"]:
            sets = [each.formset for each in context["inline_admin_formsets"]]
            parts = [context["adminform"].form, *(row for each in sets for row in each.forms)]
            for part in parts:
                ask_for_files(part)
            context["faults"] = [fault for part in parts for fault in faults(part)]
        return super().render_change_form(request, context, add, change, form_url, obj)


def ask_for_files(form) -> None:
    """Say beside each file that was sent with a form, and found right, that it has to be chosen again."""
    for name, field in form.fields.items():
        file = form.files.get(form.add_prefix(name)) if isinstance(field, forms.FileField) else None
        if file and not isinstance(file, FieldFile) and name not in form.errors:  # one of the site's is stored already
            form.add_error(name, CHOOSE_AGAIN)


def faults(form) -> list[Fault]:
    """Return what is not right in the fields of a form, in the order in which they stand."""
    of = f"{form.instance}: " if form.prefix and str(form.instance) else ""
    return [
        Fault(of + str(capfirst(form[name].label)), target(form[name]), form.errors[name])
        for name in form.fields
        if name in form.errors and not form[name].is_hidden
    ]


def target(bound) -> str:
    """Return the id of the first input of a field: of several, each has a number."""
    several = isinstance(bound.field.widget, (forms.RadioSelect, forms.MultiWidget))
    return f"{bound.auto_id}_0" if several else bound.auto_id
