"""Changing what is out: whoever changes a word that the public has read says whether it is a typo or a correction."""

from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editions.models import new_edition
from news import versions
from news.models import Act
from richtext.plaintext import REASON, TextFormField

TYPO, CORRECTION = Act.Kind.TYPO.value, Act.Kind.CORRECTION.value
CHOICES = [
    (TYPO, gettext_lazy("A typo: it says the same as before. Readers are told nothing.")),
    (CORRECTION, gettext_lazy("A correction: it was wrong, or says something else now. Readers are told.")),
]
MAY_CORRECT = "news.correct_message"


# What is asked


def said_field():
    """Return the question; nothing is chosen beforehand."""
    return forms.ChoiceField(
        label=gettext_lazy("What the change is"),
        choices=CHOICES,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose one of these. A correction is an editor's to make.")},
        help_text=gettext_lazy("Asked where a word of the headline, the lead or the text is changed. It is recorded."),
    )


def note_field():
    """Return where a correction's note goes."""
    return TextFormField(
        label=gettext_lazy("Note of the correction"),
        required=False,
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=gettext_lazy("What was wrong, in a sentence or two. It stands under the message, with today's date."),
    )


def ask(form, user) -> None:
    """Offer in a form what the officer may say."""
    if not user.has_perm(MAY_CORRECT):
        form.fields["said"].choices = [(TYPO, dict(CHOICES)[TYPO])]
        del form.fields["note"]


def faults(said: str, note: str, words_differ: bool) -> dict:
    """Return what is not right, by field, in what somebody has said about a change to what is public."""
    if not said and words_differ:
        return {
            "said": _("The public has read this text. Say whether the words you change are a typo or a correction.")
        }
    if said == CORRECTION and not note:
        return {"note": _("Say what was wrong: the public reads the note under the message.")}
    if note and said != CORRECTION:
        return {"said": _("Only a correction has a note. Choose the correction, or empty the note.")}
    return {}


def judge(form, words_differ: bool) -> None:
    """Add what is not right in the answers to a form's errors."""
    note = form.cleaned_data.get("note", "").strip()
    if "said" in form.cleaned_data and ("note" in form.cleaned_data or "note" not in form.fields):
        for name, sentence in faults(form.cleaned_data["said"], note, words_differ).items():
            form.add_error(name, ValidationError(sentence, code="said"))


# With the form of a message


class ChangesForm(forms.ModelForm):
    """The part of a message's form that asks; for a message that is not public it asks nothing."""

    said = said_field()
    note = note_field()
    asked = None  # the request: MessageAdmin sets it
    words_differ = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_out = bool(self.asked and self.instance.pk and self.instance.was_public(self.asked.at))
        if self.is_out:
            ask(self, self.asked.user)
        else:
            del self.fields["said"], self.fields["note"]

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            # The message still is as it was: what was typed is written into it after this.
            as_was = {name: getattr(self.instance, name) for name in versions.TEXT}
            typed = {name: self.cleaned_data[name] for name in versions.TEXT if name in self.cleaned_data}
            self.words_differ = versions.words_differ(SimpleNamespace(**as_was), SimpleNamespace(**as_was | typed))
        if self.is_out:
            judge(self, self.words_differ)
        return cleaned


class ChangesMixin:
    """What was said about a change to what is public is recorded with it."""

    def save_model(self, request, obj, form, change):
        with new_edition():
            super().save_model(request, obj, form, change)
            if getattr(form, "is_out", False):
                record(request, obj, form.cleaned_data, form.words_differ)


def record(request, message, answers: dict, words_differ: bool) -> None:
    """Record what was said about a change that is on the message. A picture or a source is corrected as well."""
    if answers["said"] == CORRECTION:
        message.publish_correction(answers["note"], at=request.at, by=request.user)
        messages.success(request, _("The note of your correction stands under the message now."))
    elif answers["said"] == TYPO and words_differ:
        message.fix_typo(at=request.at, by=request.user)
