"""Forms of an enquiry's page in the admin: assign, note, reply, erase."""

from __future__ import annotations

import re

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consular.models import AnswerTemplate, Enquiry
from consular.models.entries import MAX_ENTRY_LENGTH
from core.ids import is_valid_pk
from core.text_fields import TextFormField

PLACEHOLDERS = re.compile(r"\{(name|reference|officer)\}")


def display_name(user) -> str:
    """Return a user's full name, else the user name."""
    return user.get_full_name() or user.get_username()


def active_officers(besides=None):
    """Return the active consular officers, and the user `besides` as well."""
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
        return display_name(obj)


class AssignForm(forms.Form):
    """The officer an enquiry is assigned to."""

    to = OfficerField(
        None,
        label=_("Assigned to"),
        required=False,
        empty_label=_("nobody"),
        error_messages={"invalid_choice": _("That colleague can no longer handle enquiries. Select another.")},
    )

    def __init__(self, *args, officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = active_officers(officer)


class NoteForm(forms.Form):
    note = TextFormField(
        label=_("Internal note"),
        max_length=MAX_ENTRY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("Internal only. Visitors see it only if they request a copy of their data."),
        error_messages={"required": _("Enter a note.")},
    )


class AnswerForm(forms.Form):
    """The reply to a visitor, optionally started from a template."""

    template = forms.ModelChoiceField(
        None, label=_("Template"), required=False, empty_label=_("none"), error_messages={"invalid_choice": ""}
    )
    text = TextFormField(
        label=_("Reply"),
        max_length=MAX_ENTRY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}),
        help_text=_("Plain text. The e-mail starts with this text and quotes the question below."),
        error_messages={"required": _("Enter a reply.")},
    )

    def __init__(self, *args, enquiry: Enquiry, officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.enquiry, self.officer = enquiry, officer
        self.fields["template"].queryset = AnswerTemplate.objects.filter(Q(topic=None) | Q(topic=enquiry.topic_id))

    def begun(self) -> AnswerForm:
        """Return the form with the selected template, filled in, below the text typed so far."""
        template, typed = self.data.get("template", ""), self.data.get("text", "").rstrip()
        found = self.fields["template"].queryset.filter(pk=template).first() if is_valid_pk(template) else None
        text = "\n\n".join(part for part in (typed, found and self.filled(found.text)) if part)
        return AnswerForm(initial={"text": text, "template": template}, enquiry=self.enquiry, officer=self.officer)

    def filled(self, text: str) -> str:
        """Return a template's text with its placeholders replaced in one pass: a visitor's name may have braces."""
        values = {
            "name": self.enquiry.name,
            "reference": self.enquiry.reference,
            "officer": display_name(self.officer),
        }
        return PLACEHOLDERS.sub(lambda found: values[found[1]], text)


class EraseForm(forms.Form):
    """The reason for erasing an enquiry."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("person", _("The person has requested it")), ("spam", _("It is spam"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Select a reason; it remains on record.")},
    )
