"""What officers type into an enquiry's page."""

from __future__ import annotations

import re

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consular.models import Enquiry, Template
from consular.models.entries import LONGEST_ENTRY
from editions.ids import is_id
from richtext.plaintext import TextFormField

PLACES = re.compile(r"\{(name|reference|officer)\}")


def name_of(user) -> str:
    """Return how a colleague is called."""
    return user.get_full_name() or user.get_username()


def officers_here(besides=None):
    """Return the consular officers who work here, and whoever asks."""
    people = get_user_model().objects
    officers = people.with_perm(
        "consular.change_enquiry",
        is_active=True,
        include_superusers=False,
        backend="django.contrib.auth.backends.ModelBackend",
    )
    chosen = Q(pk__in=officers.values("pk"))
    return people.filter(chosen | Q(pk=besides.pk) if besides else chosen).order_by("last_name", "first_name", "pk")


class OfficerField(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return name_of(obj)


class AssignForm(forms.Form):
    """To whom an enquiry is given."""

    to = OfficerField(
        None,
        label=_("Assigned to"),
        required=False,
        empty_label=_("nobody"),
        error_messages={"invalid_choice": _("That colleague doesn't answer enquiries any more. Choose another.")},
    )

    def __init__(self, *args, officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = officers_here(officer)


class NoteForm(forms.Form):
    """An internal note."""

    note = TextFormField(
        label=_("Internal note"),
        max_length=LONGEST_ENTRY,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("For colleagues. The visitor never gets it, unless they ask for all that is kept about them."),
        error_messages={"required": _("Write the note first.")},
    )


class AnswerForm(forms.Form):
    """The answer to a visitor, perhaps begun from a template."""

    template = forms.ModelChoiceField(
        None, label=_("Template"), required=False, empty_label=_("none"), error_messages={"invalid_choice": ""}
    )
    text = TextFormField(
        label=_("Answer"),
        max_length=LONGEST_ENTRY,
        widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}),
        help_text=_("Plain text. The mail begins with it, and quotes the question below."),
        error_messages={"required": _("Write the answer first.")},
    )

    def __init__(self, *args, enquiry: Enquiry, officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.enquiry, self.officer = enquiry, officer
        fitting = Template.objects.filter(Q(topic=None) | Q(topic=enquiry.topic_id))
        self.fields["template"].queryset = fitting

    def begun(self) -> AnswerForm:
        """Return the form with the chosen template, filled in, below what is typed already."""
        template, typed = self.data.get("template", ""), self.data.get("text", "").rstrip()
        found = self.fields["template"].queryset.filter(pk=template).first() if is_id(template) else None
        text = "\n\n".join(part for part in (typed, found and self.filled(found.text)) if part)
        return AnswerForm(initial={"text": text, "template": template}, enquiry=self.enquiry, officer=self.officer)

    def filled(self, text: str) -> str:
        """Return a template's text with what stands for the places in it, once: a visitor's name may have braces."""
        words = {
            "name": self.enquiry.name,
            "reference": self.enquiry.reference,
            "officer": name_of(self.officer),
        }
        return PLACES.sub(lambda place: words[place[1]], text)


class EraseForm(forms.Form):
    """Why an enquiry is erased for good."""

    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[("person", _("The person has asked for it")), ("spam", _("It is spam"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say why: it is what stays on record.")},
    )
