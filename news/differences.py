"""Differences between two texts of a message, field by field: the one place that decides what counts as a change.

The form of a message and the restoring of an earlier version ask it. What differs in an approved message needs a
reason, in a public one a type of change; both have a log entry.
"""

from __future__ import annotations

from copy import copy

from news.models import Message
from versions import comparison

# Fields that change how a message looks, not what it says, with the reason.
PRESENTATION_FIELDS = {
    "image_focus_x": "the part of the image that stays visible when it is cropped",
    "image_focus_y": "the part of the image that stays visible when it is cropped",
    "image_decorative": "whether screen readers skip the image: the alternative text differs with it",
}


def written_fields() -> list:
    """Return the fields of a message in which something is written: all that staff edit, except presentation."""
    return [field for field in comparison.editable_fields(Message) if field.name not in PRESENTATION_FIELDS]


def differences(old, new) -> list[str]:
    """Return the names of the written fields that differ between two messages or versions of one.

    A text is compared as it is stored, so that a link or an image in it counts as much as a word.
    """
    return [
        field.name
        for field in written_fields()
        if comparison.stored_value(old, field) != comparison.stored_value(new, field)
    ]


def message_in_form(form) -> Message:
    """Return the message that a cleaned form describes, without saving it. Fields with errors are as they were."""
    message = copy(form.instance)
    for field in written_fields():
        if field.name in form.cleaned_data and field.name in form.changed_data:
            value = form.cleaned_data[field.name]
            # Past the descriptor of an image, which would read the file to measure it.
            message.__dict__[field.attname] = getattr(value, "pk", None) if field.is_relation else value
    return message
