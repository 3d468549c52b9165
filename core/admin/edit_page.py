"""The frame of a form's page: the text in the main column, all other fields in cards that show their value.

A fieldset or an inline of the class "card" is a card beside the text; all others are in the main column.
"""

from __future__ import annotations

from html import unescape
from typing import NamedTuple

from django import forms
from django.template.defaultfilters import truncatechars
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.datetime_fields import ZonedDateTimeField
from core.templatetags.datetimes import in_zones

CARD = "card"
MAX_VALUE = 60  # characters of a value in the head of a card


class Card(NamedTuple):
    """A part of the form that can be folded, with its value in its head.

    `key` makes the id of the element, `part` is what its template shows: a fieldset, an inline formset or nothing.
    """

    key: str
    title: str
    value: str
    template: str
    part: object = None
    is_open: bool = False

    @property
    def element_id(self) -> str:
        return f"card-{self.key}"


def form_context(context, *, values=None) -> dict:
    """Return the template context of the frame. `values` replaces values of cards, by the key of the card."""
    fieldsets, formsets = list(context["adminform"]), context["inline_admin_formsets"]
    form, values = context["adminform"].form, values or {}
    cards = [fieldset_card(fieldset, form, values) for fieldset in fieldsets if is_card(fieldset)]
    cards += [formset_card(formset, values) for formset in formsets if is_card(formset)]
    return {
        "text_fieldsets": [fieldset for fieldset in fieldsets if not is_card(fieldset)],
        "text_formsets": [formset for formset in formsets if not is_card(formset)],
        "cards": cards,
        "tabs": cards,
        "is_nav_sidebar_enabled": False,  # the width belongs to the text
        "first_field_id": first_field_id(fieldsets),
        "can_save": can_save(context),
        "can_delete": context["change"] and context["has_delete_permission"] and not context["is_popup"],
    }


def is_card(part) -> bool:
    """Return whether a fieldset or an inline formset is a card."""
    return CARD in str(part.classes).split()


def can_save(context) -> bool:
    """Return whether the user may save the form, as Django's row of buttons decides it."""
    may_save = context["has_change_permission"] if context["change"] else context["has_add_permission"]
    return may_save or context["has_editable_inline_admin_formsets"]


def first_field_id(fieldsets) -> str:
    """Return the id of the first field that can be edited; "" without one."""
    for fieldset in fieldsets:
        for line in fieldset:
            for field in line:
                if not getattr(field, "is_readonly", False):
                    return field.field.id_for_label or field.field.auto_id
    return ""


def fieldset_card(fieldset, form, values) -> Card:
    """Return the card of a fieldset; it is open if it has an error."""
    fields = [field for line in fieldset for field in line]
    first = fieldset.fields[0]
    key = first if isinstance(first, str) else first[0]
    value = values[key] if key in values else joined_values(fields)
    has_errors = any(name in form.errors for name in field_names(fieldset))
    title = str(fieldset.name or capfirst(form.fields[key].label if key in form.fields else key))
    return Card(key, title, value, "admin/edit_page/_fieldset.html", fieldset, is_open=has_errors)


def formset_card(formset, values) -> Card:
    """Return the card of an inline formset; its value is the number of its rows."""
    rows = [form for form in formset.formset.forms if form.instance.pk or form.has_changed()]
    key = formset.formset.prefix
    has_errors = bool(formset.formset.is_bound and not formset.formset.is_valid())
    title = str(capfirst(formset.opts.verbose_name_plural))
    value = values.get(key, str(len(rows)) if rows else _("none"))
    return Card(key, title, value, "admin/edit_page/_formset.html", formset, is_open=has_errors)


def field_names(fieldset) -> list[str]:
    """Return the names of a fieldset's fields, including those that share a line."""
    return [name for each in fieldset.fields for name in ([each] if isinstance(each, str) else each)]


def joined_values(fields) -> str:
    """Return the values of fields as text, or a word for none."""
    return truncatechars(" · ".join(filter(None, map(value_text, fields))), MAX_VALUE) or _("none")


def value_text(field) -> str:
    """Return the value of a field as the form shows it; "" for an empty one."""
    if getattr(field, "is_readonly", False):
        text = unescape(strip_tags(str(field.contents()))).strip()
        return "" if text == field.empty_value_display else text
    bound = field.field
    value = bound.value()
    if isinstance(bound.field, ZonedDateTimeField):
        return time_text(bound.field, value)
    if isinstance(bound.field, forms.BooleanField):
        return str(bound.label) if value else ""
    if value in (None, "", []):
        return ""
    if isinstance(bound.field, forms.ChoiceField):
        return next((str(label) for key, label in flat_choices(bound.field) if str(key) == str(value)), "")
    return " ".join(filter(None, map(str, value))) if isinstance(value, (list, tuple)) else str(value)


def time_text(field: ZonedDateTimeField, value) -> str:
    """Return a time in the cities, or what the field means without one; "…" for one that cannot be read."""
    parts = value if isinstance(value, (list, tuple)) else field.widget.decompress(value)
    try:
        time = field.time_or_none(parts)
    except forms.ValidationError:
        return "…"
    return in_zones(time) if time else str(field.widget.without_time)


def flat_choices(field):
    """Yield the choices of a field, those in groups too."""
    for key, label in field.choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield key, label
