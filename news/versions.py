"""Versions of a message: what differs between two of them, and restoring an earlier one."""

from __future__ import annotations

from typing import NamedTuple

from django.core.files.storage import default_storage
from django.db import models
from django.utils.dateformat import format as format_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from news import words
from news.models.acts import Act
from news.templatetags.moments import in_cities
from richtext.fields import RichTextField
from richtext.text import plain_text

TEXT = ("headline", "lead", "body")  # a change of their words, once public, is a typo or a correction
PLACE = {"publish_at", "featured", "slug"}  # when and where the message appears: not restored with an earlier text


class Difference(NamedTuple):
    """A field of two versions compared: paragraphs with removed and added text, and the counts of words."""

    name: str
    label: str
    changed: bool
    paragraphs: list[list[words.Piece]]
    counts: tuple[int, int]  # removed and added words
    is_coarse: bool = False  # too long to be compared word by word throughout

    @property
    def only_formatting(self) -> bool:
        """Return whether the words are equal, but not bold, links or images."""
        return self.changed and not any(self.counts)


def written(model) -> list[models.Field]:
    """Return the editable fields of a version, in order: all but the times and users of the workflow."""
    return [field for field in model.history.model.tracked_fields if field.editable and not field.primary_key]


def stored(version, field):
    """Return the stored value of a field of a version or message: the name of a file, the id of a row."""
    value = getattr(version, field.attname)
    return getattr(value, "name", value) or ("" if isinstance(field, models.FileField) else value)


def changed(model, old, new) -> list[models.Field]:
    """Return the editable fields that differ."""
    return [field for field in written(model) if stored(old, field) != stored(new, field)]


def words_kept(version) -> str:
    """Return the text of a version about changes to the attachments, which are in none of its fields."""
    reason = version.history_change_reason or ""
    return "" if reason in Act.Kind.values else reason


def told(message, since: int) -> list[str]:
    """Return the changes to the attachments after the version `since`, from versions and from log entries."""
    rows = message.history.filter(history_id__gt=since).order_by("history_id")
    times = [row.history_date for row in rows]
    entries = message.log_entries.filter(kind=Act.Kind.ATTACHED, at__in=times).order_by("at", "id")
    return [text for text in map(words_kept, rows) if text] + [entry.reason for entry in entries]


def words_of(version, name: str) -> str:
    """Return a field of TEXT without formatting."""
    value = getattr(version, name)
    return plain_text(value) if name == "body" else value


def words_differ(old, new) -> bool:
    """Return whether a word of the headline, lead or text differs."""
    return any(words.differ(words_of(old, name), words_of(new, name)) for name in TEXT)


def differences(model, old, new) -> list[Difference]:
    """Return the three fields of TEXT compared word by word, and the other fields that differ, old and new."""
    found = []
    for field in written(model):
        other = stored(old, field) != stored(new, field)
        if not other and field.name not in TEXT:
            continue
        before, after = in_words(field, old), in_words(field, new)
        if field.name in TEXT:
            compared = words.compare(before, after)
        else:
            both = (words.Kind.REMOVED, before), (words.Kind.ADDED, after)
            compared = words.Comparison(words.Piece(kind, text) for kind, text in both if text)
        label, counts = str(capfirst(field.verbose_name)), words.counts(compared)
        found.append(Difference(field.name, label, other, words.paragraphs(compared), counts, compared.is_coarse))
    return found


def in_words(field, version) -> str:
    """Return the value of a field as text for staff."""
    value = stored(version, field)
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
        return in_cities(value)
    if isinstance(field, models.DateField):
        return format_date(value, "j F Y")
    if isinstance(field, models.FileField):
        return value.rpartition("/")[2]
    return str(dict(field.flatchoices).get(value, value))


def to_put_back(message, version) -> list[models.Field]:
    """Return the fields of `message` that would change if the text, source and image of `version` were restored.

    Publication time, slug and “featured” stay, and so does a deleted category or image.
    """
    fields = [field for field in changed(type(message), message, version) if field.name not in PLACE]
    image = getattr(version, "image", "")
    has_lost_image = bool(image) and not default_storage.exists(str(image))
    return [
        field
        for field in fields
        if not (has_lost_image and field.name.startswith("image")) and has_related_row(field, version)
    ]


def put_back(message, version) -> bool:
    """Set the fields that can be restored from `version`; return whether there are any."""
    fields = to_put_back(message, version)
    for field in fields:
        setattr(message, field.attname, stored(version, field))
    return bool(fields)


def has_related_row(field, version) -> bool:
    """Return whether the related row of a version exists, or the field is empty or no foreign key."""
    value = stored(version, field)
    related = isinstance(field, models.ForeignKey) and value is not None
    return not related or field.related_model.objects.filter(pk=value).exists()
