"""Versions of a message: what differs between two of them, and restoring an earlier one."""

from __future__ import annotations

from typing import NamedTuple

from django.core.files.storage import default_storage
from django.db import models
from django.utils.dateformat import format as format_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.templatetags.datetimes import in_zones
from news import text_diff
from news.workflow_steps import WorkflowStep
from richtext.fields import RichTextField
from richtext.plaintext import plain_text

TEXT_FIELDS = ("headline", "lead", "body")  # a change of their words, once public, is a typo or a correction
PUBLICATION_FIELDS = {
    "publish_at",
    "featured",
    "slug",
}  # when and where the message appears: not restored with an earlier text


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


def editable_fields(model) -> list[models.Field]:
    """Return the editable fields of a version, in order: all but the times and users of the workflow."""
    return [field for field in model.history.model.tracked_fields if field.editable and not field.primary_key]


def stored_value(version, field):
    """Return the stored value of a field of a version or message: the name of a file, the id of a row."""
    value = getattr(version, field.attname)
    return getattr(value, "name", value) or ("" if isinstance(field, models.FileField) else value)


def changed_fields(model, old, new) -> list[models.Field]:
    """Return the editable fields that differ."""
    return [field for field in editable_fields(model) if stored_value(old, field) != stored_value(new, field)]


def change_reason_text(version) -> str:
    """Return the text of a version about changes to the attachments, which are in none of its fields."""
    reason = version.history_change_reason or ""
    return "" if reason in WorkflowStep.values else reason


def attachment_changes(message, since: int) -> list[str]:
    """Return the changes to the attachments after the version `since`, from versions and from log entries."""
    rows = message.history.filter(history_id__gt=since).order_by("history_id")
    times = [row.history_date for row in rows]
    entries = message.log_entries.filter(kind=WorkflowStep.ATTACHED, at__in=times).order_by("at", "id")
    return [text for text in map(change_reason_text, rows) if text] + [entry.reason for entry in entries]


def plain_field(version, name: str) -> str:
    """Return a field of TEXT without formatting."""
    value = getattr(version, name)
    return plain_text(value) if name == "body" else value


def text_differs(old, new) -> bool:
    """Return whether a word of the headline, lead or text differs."""
    return any(text_diff.words_differ(plain_field(old, name), plain_field(new, name)) for name in TEXT_FIELDS)


def field_differences(model, old, new) -> list[FieldDifference]:
    """Return the three fields of TEXT compared word by word, and the other fields that differ, old and new."""
    found = []
    for field in editable_fields(model):
        other = stored_value(old, field) != stored_value(new, field)
        if not other and field.name not in TEXT_FIELDS:
            continue
        before, after = display_value(field, old), display_value(field, new)
        if field.name in TEXT_FIELDS:
            compared = text_diff.diff_words(before, after)
        else:
            both = (text_diff.Op.REMOVED, before), (text_diff.Op.ADDED, after)
            compared = text_diff.Comparison(text_diff.Span(kind, text) for kind, text in both if text)
        label, counts = str(capfirst(field.verbose_name)), text_diff.count_changed_words(compared)
        found.append(
            FieldDifference(field.name, label, other, text_diff.split_paragraphs(compared), counts, compared.is_coarse)
        )
    return found


def display_value(field, version) -> str:
    """Return the value of a field as text for staff."""
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


def restorable_fields(message, version) -> list[models.Field]:
    """Return the fields of `message` that would change if the text, source and image of `version` were restored.

    Publication time, slug and “featured” stay, and so does a deleted category or image.
    """
    fields = [
        field for field in changed_fields(type(message), message, version) if field.name not in PUBLICATION_FIELDS
    ]
    image = getattr(version, "image", "")
    has_lost_image = bool(image) and not default_storage.exists(str(image))
    return [
        field
        for field in fields
        if not (has_lost_image and field.name.startswith("image")) and has_related_row(field, version)
    ]


def restore_fields(message, version) -> bool:
    """Set the fields that can be restored from `version`; return whether there are any."""
    fields = restorable_fields(message, version)
    for field in fields:
        setattr(message, field.attname, stored_value(version, field))
    return bool(fields)


def has_related_row(field, version) -> bool:
    """Return whether the related row of a version exists, or the field is empty or no foreign key."""
    value = stored_value(version, field)
    related = isinstance(field, models.ForeignKey) and value is not None
    return not related or field.related_model.objects.filter(pk=value).exists()
