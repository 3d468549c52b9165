"""Workflow steps in admin forms: the reason for a step, its moment, and a step that is refused after the save."""

from datetime import timedelta

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.text_fields import MAX_REASON, TextFormField

JUST_PAST = timedelta(minutes=5)  # a moment no older than this means now


def clean_moment(time, now, if_past: str):
    """Return a moment ahead, or None; now for one that has just passed. Raise ValidationError for an earlier one."""
    if time is None or time > now:
        return time
    if now - JUST_PAST <= time:
        return now  # the user clicked “Now” and went on writing
    raise forms.ValidationError(_("This time is in the past.") + " " + if_past)


def published_text(row) -> str:
    """Return the sentence about a row that has just become public, with a link to its page."""
    return format_html('{} <a href="{url}">{url}</a>', _("Published at"), url=row.get_absolute_url())


class ReasonForm(forms.Form):
    """The reason for sending back, withdrawing or restoring."""

    reason = TextFormField(
        label=_("Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField", "autofocus": True}),
        help_text=_("One or two sentences."),
        error_messages={"required": _("Enter a reason. It is recorded.")},
    )


class StepRefused(Exception):
    """A workflow step was refused after the form had been saved, so the transaction is undone."""

    def __init__(self, error: ValidationError):
        super().__init__(str(error))
        self.error = error


def run_with_refusals(request, view):
    """Return the response of a form's view; where a step is refused, nothing is saved and the form says why."""
    try:
        return view()
    except StepRefused as refused:
        request.refused_step = refused.error
        rewind_files(request)
        return view()


def rewind_files(request) -> None:
    """Make the uploaded files of a request readable again, for a view that is run a second time."""
    for file in request.FILES.values():
        file.seek(0)


class RefusedStepFormMixin:
    """A model form with the errors of a step that was refused."""

    request = None

    def clean(self):
        cleaned = super().clean()
        refused = getattr(self.request, "refused_step", None)
        for name, errors in error_lists(refused).items() if refused else ():
            self.add_error(name if name in self.fields else None, errors)
        return cleaned


def error_lists(error: ValidationError) -> dict[str, list]:
    """Return the errors by field; those of no field under NON_FIELD_ERRORS."""
    return error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
