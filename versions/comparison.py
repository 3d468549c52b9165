"""Comparison of two versions of a row, and of a version with the row; restoring an earlier version.

The functions take rows and versions of any model with a manager `history` and the attributes `text_fields` and
`unrestored_fields` (`versions.models.VersionedModel`).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from django.core.files.storage import default_storage
from django.db import models
from django.utils.dateformat import format as format_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.templatetags.datetimes import in_zones
from richtext.fields import RichTextField
from richtext.plaintext import plain_text
from versions import text_diff
from versions.children import ChildRows, child_rows, without_ids


class FieldDifference(NamedTuple):
    """A field of two versions compared: paragraphs with removed and added text, and the counts of words."""

    name: str
    label: str
    changed: bool
    paragraphs: list[list[text_diff.Span]]
    counts: tuple[int, int]  # removed and added words
    is_coarse: bool = False  # too long to be compared word by word throughout

    @property
    def only_formatting(self) -> bool:
        """Return whether the words are equal, but not bold, links or images."""
        return self.changed and not any(self.counts)


def editable_fields(model) -> list[models.Field | ChildRows]:
    """Return the editable fields of a version, in order: all but the times and users of the workflow; child rows."""
    fields = [field for field in model.history.model.tracked_fields if field.editable and not field.primary_key]
    return [*fields, *child_rows(model)]


def stored_value(version, field):
    """Return the stored value of a field of a version or row: the name of a file, the id of a row."""
    if isinstance(field, ChildRows):
        return without_ids(field.stored(version))
    value = getattr(version, field.attname)
    return (getattr(value, "name", value) or "") if isinstance(field, models.FileField) else value


def changed_fields(model, old, new) -> list[models.Field | ChildRows]:
    """Return the editable fields that differ."""
    return [field for field in editable_fields(model) if stored_value(old, field) != stored_value(new, field)]


def normalise(value):
    """Return a value without the details that a form loses: microseconds, and line breaks between tags."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    if isinstance(value, list):
        return [normalise(row) for row in value]
    if isinstance(value, dict):
        return {name: normalise(each) for name, each in value.items()}
    return re.sub(r">\s+<", "><", " ".join(value.split())) if isinstance(value, str) else value


def plain_field(model, version, name: str) -> str:
    """Return the value of a text field without formatting."""
    value = getattr(version, name)
    return plain_text(value) if isinstance(model._meta.get_field(name), RichTextField) else value


def field_differences(model, old, new) -> list[FieldDifference]:
    """Return the text fields compared word by word, and the other fields that differ, old and new."""
    found = []
    for field in editable_fields(model):
        is_different = stored_value(old, field) != stored_value(new, field)
        if field.name in model.text_fields or (is_different and isinstance(field, ChildRows)):
            found.append(text_difference(field, old, new))
        elif is_different:
            values = (text_diff.Op.REMOVED, display_value(field, old)), (text_diff.Op.ADDED, display_value(field, new))
            spans = text_diff.Comparison(text_diff.Span(kind, text) for kind, text in values if text)
            found.append(_difference(field, True, spans))
    return found


def text_differences(model, old, new) -> list[FieldDifference]:
    """Return the text fields compared word by word."""
    return [text_difference(model._meta.get_field(name), old, new) for name in model.text_fields]


def text_difference(field, old, new) -> FieldDifference:
    """Return a text field compared word by word."""
    spans = text_diff.diff_words(display_value(field, old), display_value(field, new))
    return _difference(field, stored_value(old, field) != stored_value(new, field), spans)


def _difference(field, is_changed: bool, spans: text_diff.Comparison) -> FieldDifference:
    label, counts = str(capfirst(field.verbose_name)), text_diff.count_changed_words(spans)
    return FieldDifference(field.name, label, is_changed, text_diff.split_paragraphs(spans), counts, spans.is_coarse)


def display_value(field, version) -> str:
    """Return the value of a field as text for staff."""
    if isinstance(field, ChildRows):
        return field.display(version)
    value = stored_value(version, field)
    if value is None or value == "":
        return ""
    if isinstance(field, RichTextField):
        return plain_text(value)
    if isinstance(field, models.ForeignKey):
        row = field.related_model.objects.filter(pk=value).first()
        return str(row) if row else _("deleted")
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateTimeField):
        return in_zones(value)
    if isinstance(field, models.DateField):
        return format_date(value, "j F Y")
    if isinstance(field, models.FileField):
        return value.rpartition("/")[2]
    return str(dict(field.flatchoices).get(value, value))


def has_equal_fields(row, other) -> bool:
    """Return whether two rows have equal values in all versioned fields."""
    fields = row.history.model.tracked_fields
    return all(getattr(row, field.attname) == getattr(other, field.attname) for field in fields)


def restorable_fields(row, version) -> list[models.Field | ChildRows]:
    """Return the fields of a row that would change if `version` were restored.

    The model's `unrestored_fields` stay, and so does a deleted image or related row.
    """
    fields = [field for field in changed_fields(type(row), row, version) if field.name not in row.unrestored_fields]
    image = getattr(version, "image", "")
    has_lost_image = bool(image) and not default_storage.exists(str(image))
    return [
        field
        for field in fields
        if not (has_lost_image and field.name.startswith("image")) and has_related_row(field, version)
    ]


def restore_fields(row, version) -> bool:
    """Set the fields, but not the child rows, that can be restored from `version`; return whether there are any."""
    fields = [field for field in restorable_fields(row, version) if not isinstance(field, ChildRows)]
    for field in fields:
        setattr(row, field.attname, stored_value(version, field))
    return bool(fields)


def has_related_row(field, version) -> bool:
    """Return whether the related row of a version exists, or the field is empty or no foreign key."""
    value = stored_value(version, field)
    related = isinstance(field, models.ForeignKey) and value is not None
    return not related or field.related_model.objects.filter(pk=value).exists()
