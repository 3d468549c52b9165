"""Differences between two texts of a message, field by field: the one place that decides what counts as a change.

Revisions, the restoring of an earlier version and the log of changes by programs ask it. A revision copies these fields
and those of the presentation.
"""

from __future__ import annotations

from versions import comparison

# Fields that change how a message looks, not what it says, with the reason.
PRESENTATION_FIELDS = {
    "image_focus_x": "the part of the image that stays visible when it is cropped",
    "image_focus_y": "the part of the image that stays visible when it is cropped",
    "image_decorative": "whether screen readers skip the image: the alternative text differs with it",
}
# Fields about a change itself, which only a revision has.
REVISION_FIELDS = frozenset({"change_kind", "change_note", "effective_at"})
ATTACHMENTS = "attachments"


def written_fields(model) -> list:
    """Return the fields of a message in which something is written: all that staff edit, except presentation."""
    return [
        field
        for field in comparison.editable_fields(model)
        if field.name not in PRESENTATION_FIELDS and field.name not in REVISION_FIELDS
    ]


def differences(old, new) -> list[str]:
    """Return the names of what differs between two messages or versions: of written fields, and "attachments".

    A text is compared as it is stored, so that a link or an image in it counts as much as a word. Attachments are
    compared by file, name and order; versions have none, so they are compared between two messages only.
    """
    model = getattr(type(old), "instance_type", type(old))
    names = [
        field.name
        for field in written_fields(model)
        if comparison.stored_value(old, field) != comparison.stored_value(new, field)
    ]
    are_messages = isinstance(old, model) and isinstance(new, model) and old.pk != new.pk
    if are_messages and attachment_list(old) != attachment_list(new):
        names.append(ATTACHMENTS)
    return names


def attachment_list(message) -> list[tuple[str, str]]:
    """Return file and name of each attachment, in order."""
    return list(message.attachments.order_by("order", "id").values_list("file", "name")) if message.pk else []


def copy_fields(source, target) -> None:
    """Copy what is written in `source`, and how it is presented, to `target`."""
    for field in [*comparison.editable_fields(type(source)), *derived_fields(type(source))]:
        if field.name not in REVISION_FIELDS:
            # Past the descriptor of an image, which would open the file to measure it again.
            target.__dict__[field.attname] = comparison.stored_value(source, field)


def derived_fields(model) -> list:
    """Return the fields that go with written ones: the size of the image, and how the web address was made."""
    return [model._meta.get_field(name) for name in ("image_width", "image_height", "made_slug")]
