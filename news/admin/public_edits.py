"""Changes to published messages: the user says whether a change of the text is a typo or a correction."""

from copy import copy

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text_fields import MAX_REASON, TextFormField
from news.differences import differences, message_in_form
from news.models import WorkflowLogEntry
from news.typo_rule import typo_error

TYPO, CORRECTION = WorkflowLogEntry.Kind.TYPO.value, WorkflowLogEntry.Kind.CORRECTION.value
CHOICES = [
    (TYPO, gettext_lazy("Typo: the meaning is unchanged. Readers are not notified.")),
    (CORRECTION, gettext_lazy("Correction: the meaning changes. Readers are notified.")),
]
MAY_CORRECT = "news.correct_message"


def kind_field():
    """Return the field for the type of change; nothing is selected initially."""
    return forms.ChoiceField(
        label=gettext_lazy("Type of change"),
        choices=CHOICES,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Select one of these. Only editors can publish corrections.")},
        help_text=gettext_lazy("Required for every change but the focal point of the image. It is recorded."),
    )


def note_field():
    """Return the field for the note of a correction."""
    return TextFormField(
        label=gettext_lazy("Correction note"),
        required=False,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=gettext_lazy(
            "What was wrong, in a sentence or two. It is shown below the message with today's date."
        ),
    )


class PublicEditMixin(forms.Form):
    """A form that asks for the type of change while the message is public, and asks nothing otherwise."""

    change_kind = kind_field()
    note = note_field()
    is_public = False
    before = after = None  # the message as it is, and as the form describes it
    changed_fields = ()

    def set_up_question(self, is_public: bool, user) -> None:
        """Remove the fields that do not apply: all for an unpublished message, corrections without permission."""
        self.is_public = is_public
        if not is_public:
            del self.fields["change_kind"], self.fields["note"]
        elif not user.has_perm(MAY_CORRECT):
            self.fields["change_kind"].choices = [(TYPO, dict(CHOICES)[TYPO])]
            del self.fields["note"]

    def check_answer(self) -> None:
        """Add the errors in the input to the form."""
        answered = "change_kind" in self.cleaned_data
        if not self.is_public or not answered or ("note" in self.fields and "note" not in self.cleaned_data):
            return
        kind, note = self.cleaned_data["change_kind"], self.cleaned_data.get("note", "").strip()
        errors = answer_errors(kind, note, bool(self.changed_fields))
        if kind == TYPO and self.changed_fields and (error := typo_error(self.before, self.after)):
            errors["change_kind"] = error
        for name, sentence in errors.items():
            self.add_error(name, ValidationError(sentence, code="change_kind"))

    def compare(self, before, after) -> None:
        """Set what differs between the message and what the form describes."""
        self.before, self.after, self.changed_fields = before, after, differences(before, after)

    def record_change(self, request, message) -> None:
        """Save the change to a public message as a typo or a correction. Corrections may concern images as well."""
        if not self.is_public:
            return
        kind, step = self.cleaned_data["change_kind"], {"at": request.at, "by": request.user}
        if kind == CORRECTION:
            message.publish_correction(self.cleaned_data["note"], **step)
            messages.success(request, _("Your correction note has been published below the message."))
        elif kind == TYPO and self.changed_fields:
            message.fix_typo(**step)


def answer_errors(kind: str, note: str, is_changed: bool) -> dict[str, str]:
    """Return the errors in the input, by field."""
    if not kind and is_changed:
        return {"change_kind": _("This message is public. Select whether your change is a typo or a correction.")}
    if kind == CORRECTION and not note:
        return {"note": _("Enter what was wrong. The note is shown below the message.")}
    if note and kind != CORRECTION:
        return {"change_kind": _("Only corrections have a note. Select “Correction”, or empty the note.")}
    return {}


class PublicEditForm(PublicEditMixin, forms.ModelForm):
    """The question on the form of a message."""

    request = model_admin = None  # set by MessageAdmin

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        is_public = bool(self.request and self.instance.pk and self.instance.was_public(self.request.at))
        self.set_up_question(is_public, self.request and self.request.user)

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            # The instance still has the old text: a ModelForm changes it after `clean`.
            self.compare(copy(self.instance), message_in_form(self))
        self.check_answer()
        return cleaned
