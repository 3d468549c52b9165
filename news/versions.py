"""The versions of a message: what staff have written in each, and what differs between two of them."""

from __future__ import annotations

from typing import NamedTuple

from django.core.files.storage import default_storage
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from news import words
from news.models.acts import Act
from news.templatetags.moments import in_cities
from richtext.fields import RichTextField
from richtext.text import plain_text

TEXT = ("headline", "lead", "body")  # a changed word of these, once public, is a typo or a correction
PLACE = {"publish_at", "featured", "slug"}  # when and where it appears: an earlier text doesn't bring this back


class Difference(NamedTuple):
    """A field of two versions, to be read: its paragraphs, with what was removed and added in them."""

    name: str
    label: str
    changed: bool
    paragraphs: list[list[words.Piece]]
    counts: tuple[int, int]  # of words removed, and added
    is_coarse: bool = False  # too long to be compared word by word throughout

    @property
    def only_form(self) -> bool:
        """Say whether the words are the same, and their form (bold, links, pictures) is not."""
        return self.changed and not any(self.counts)


def written(model) -> list[models.Field]:
    """Return the fields that staff write in, in order: what is kept of each version, but for the record of its way."""
    return [field for field in model.history.model.tracked_fields if field.editable and not field.primary_key]


def stored(version, field):
    """Return what a version, or a message, has in a field: a picture's name, another row's id."""
    value = getattr(version, field.attname)
    return getattr(value, "name", value) or ("" if isinstance(field, models.FileField) else value)


def changed(model, old, new) -> list[models.Field]:
    """Return the fields in which staff have written something else."""
    return [field for field in written(model) if stored(old, field) != stored(new, field)]


def words_kept(version) -> str:
    """Return what a version says in words of what is in none of its fields: what was done to the attachments."""
    reason = version.history_change_reason or ""
    return "" if reason in Act.Kind.values else reason


def told(message, since: int) -> list[str]:
    """Return what was done to the attachments after the version `since`: as versions tell it, or the acts with them."""
    rows = message.history.filter(history_id__gt=since).order_by("history_id")
    acts = message.log_entries.filter(kind=Act.Kind.ATTACHED, at__in=[row.history_date for row in rows]).order_by(
        "at", "id"
    )
    return [words for words in map(words_kept, rows) if words] + [act.reason for act in acts]


def words_of(version, name: str) -> str:
    """Return the words of one of the fields in TEXT."""
    value = getattr(version, name)
    return plain_text(value) if name == "body" else value


def words_differ(old, new) -> bool:
    """Say whether a reader would read another word in the headline, the lead or the text."""
    return any(words.differ(words_of(old, name), words_of(new, name)) for name in TEXT)


def differences(model, old, new) -> list[Difference]:
    """Return the three texts compared word by word, and what else differs, both ways in words."""
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
    """Return what a version has in a field, as staff would say it."""
    value = stored(version, field)
    if value is None or value == "":
        return ""
    if isinstance(field, RichTextField):
        return plain_text(value)
    if isinstance(field, models.ForeignKey):
        row = field.related_model.objects.filter(pk=value).first()
        return str(row) if row else _("one that is no more")
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateTimeField):
        return in_cities(value)
    if isinstance(field, models.DateField):
        return f"{value:%d.%m.%Y}"
    if isinstance(field, models.FileField):
        return value.rpartition("/")[2]
    return str(dict(field.flatchoices).get(value, value))


def to_put_back(message, version) -> list[models.Field]:
    """Return the fields in which `message` would differ, were it given the text, source and picture of `version`.

    Its moment, its address and its place stay. What can't be had any more stays as well: a category that is gone, a
    picture whose file is.
    """
    fields = [field for field in changed(type(message), message, version) if field.name not in PLACE]
    picture = getattr(version, "image", "")
    gone = bool(picture) and not default_storage.exists(str(picture))
    return [field for field in fields if not (gone and field.name.startswith("image")) and is_there(field, version)]


def put_back(message, version) -> bool:
    """Give `message` what can be put back of `version`, and say whether it differs by that."""
    fields = to_put_back(message, version)
    for field in fields:
        setattr(message, field.attname, stored(version, field))
    return bool(fields)


def is_there(field, version) -> bool:
    """Say whether the row that a version points to is still there; what points nowhere is."""
    value = stored(version, field)
    related = isinstance(field, models.ForeignKey) and value is not None
    return not related or field.related_model.objects.filter(pk=value).exists()
