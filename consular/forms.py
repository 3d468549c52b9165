"""The enquiry form: short, forgiving, and safe to send twice."""

import secrets
import unicodedata
from datetime import timedelta

from django import forms
from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from consular.models import Enquiry, Topic
from consular.models.enquiries import LONGEST_QUESTION

TICKET_LASTS = timedelta(hours=12)
SALT = "consular.enquiry"

# Text in any script

# Directions forced upon the text around them (U+202A to U+202E, U+2066 to U+2069) have no place in a name.
FORCED_DIRECTIONS = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}


def one_line(text):
    """Return text on a single line without control characters: harmless in any list, log or header."""
    spaced = "".join(" " if unicodedata.category(c) in ("Zl", "Zp") or c in "\t\n\r\v\f\x85" else c for c in text)
    kept = (c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs") and c not in FORCED_DIRECTIONS)
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def many_lines(text):
    """Return text with plain line ends and without control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


class LineField(forms.CharField):
    """A line of text."""

    def to_python(self, value):
        return one_line(super().to_python(value))


class EmailField(forms.EmailField):
    """An e-mail address."""

    def to_python(self, value):
        return one_line(super().to_python(value))


class TextField(forms.CharField):
    """A text of several lines."""

    def to_python(self, value):
        return many_lines(super().to_python(value))


# The ticket: when this form was shown, and which showing it was


def make_ticket():
    """Return a random word signed with the time: it goes out with the form and comes back with it."""
    return signing.TimestampSigner(salt=SALT).sign(secrets.token_urlsafe(12))


def ticket_fault(ticket):
    """Return why a ticket does not serve, as a sentence; None if it does."""
    if not is_good(ticket):
        return _("This page was open for too long. Nothing is lost: please check your text and send it once more.")
    least = timedelta(seconds=settings.ENQUIRY_MIN_SECONDS)
    if least and is_good(ticket, younger_than=least):
        return _("That was quicker than a person types. Nothing is lost: please wait a moment and send it once more.")
    return None


def is_good(ticket, younger_than=TICKET_LASTS):
    """Say whether a ticket is ours, and younger than that."""
    try:
        signing.TimestampSigner(salt=SALT).unsign(ticket, max_age=younger_than)
    except signing.BadSignature:
        return False
    return True


# The form


class EnquiryForm(forms.Form):
    """What a visitor asks the consul. Bad input is named beside its field; nothing that was typed is lost."""

    name = LineField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        error_messages={"required": _("Write your name.")},
    )
    email = EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("We answer to this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("Write your e-mail address: we answer to it."),
            "invalid": _("Write the whole e-mail address, like name@example.org."),
        },
    )
    phone = LineField(
        label=_("Phone (optional)"),
        max_length=50,
        required=False,
        help_text=_("With the country code, if we may call you."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        label=_("What is it about?"),
        empty_label=_("Choose a topic"),
        error_messages={
            "required": _("Choose what your question is about."),
            "invalid_choice": _("Choose a topic from the list."),
        },
    )
    question = TextField(
        label=_("Your question"),
        help_text=_("Up to 5,000 characters, in any language. Please leave out passport and card numbers."),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        error_messages={"required": _("Write your question.")},
    )
    consent = forms.BooleanField(
        label=_("I agree that the consulate keeps these details in order to answer me."),
        error_messages={"required": _("Tick this box: without your consent we may not keep your question.")},
    )
    website = LineField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    ticket = LineField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="%s", **kwargs)
        self.fields["topic"].queryset = Topic.objects.shown()
        for name in self.visible_names:
            # The browser would cut what is pasted to this length without a word; the server says how much is too much.
            self.fields[name].widget.attrs.pop("maxlength", None)
        self.fields["ticket"].initial = make_ticket

    visible_names = ("name", "email", "phone", "topic", "question", "consent")

    @property
    def shown_fields(self):
        """The fields that a visitor fills in, in order."""
        return [self[name] for name in self.visible_names]

    @property
    def faults(self):
        """What is to be put right, each with its field: the summary above the form."""
        return [(field, error) for field in self.shown_fields for error in field.errors]

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        if phone and not any(character.isdecimal() for character in phone):
            raise forms.ValidationError(_("Write the phone number with digits, or leave it empty."))
        return phone

    def clean_question(self):
        question = self.cleaned_data["question"]
        over = len(question) - LONGEST_QUESTION
        if over > 0:
            raise forms.ValidationError(
                ngettext(
                    "Your question is %(over)s character too long. Please shorten it to 5,000 characters.",
                    "Your question is %(over)s characters too long. Please shorten it to 5,000 characters.",
                    over,
                )
                % {"over": over}
            )
        return question

    def clean(self):
        """Look at the ticket last: where a field must be put right, the form comes again anyway."""
        cleaned = super().clean()
        fault = None if self.errors else ticket_fault(cleaned.get("ticket", ""))
        if fault:
            self.add_error(None, fault)
        return cleaned

    def renew_ticket(self):
        """Give a form that comes again a ticket of now, if its own serves no longer."""
        if not is_good(self["ticket"].value() or ""):
            self.data = self.data | {"ticket": make_ticket()}

    @property
    def key(self):
        """What makes this enquiry the same as another: this showing of the form, and every word typed into it.

        The words belong to it, so that whoever goes back, changes the text and sends again is heard again.
        """
        values = [self.cleaned_data["ticket"], *(str(self.cleaned_data[name]) for name in Enquiry.PERSONAL)]
        return salted_hmac(
            SALT, "\0".join([*values, str(self.cleaned_data["topic"].pk)]), algorithm="sha256"
        ).hexdigest()

    def save(self, at):
        """Keep the enquiry, as received at the moment `at`, and return it. Sent twice, it is kept once."""
        asked = {name: self.cleaned_data[name] for name in (*Enquiry.PERSONAL, "topic")}
        suspicion = _("The field hidden from people was filled in.") if self.cleaned_data["website"] else ""
        return Enquiry.objects.receive(key=self.key, at=at, suspicion=str(suspicion), **asked)
