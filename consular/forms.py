"""The enquiry form: short, forgiving, and safe to send twice."""

import secrets
from datetime import timedelta

from django import forms
from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from consular import spam
from consular.models import Enquiry, Knock, Topic
from consular.models.enquiries import LONGEST_QUESTION
from consular.phones import PhoneField
from consular.wording import kept_in_words
from letters.email_addresses import EmailAddressField
from richtext.plaintext import LineFormField, TextFormField

# Asks browsers and password managers not to fill a field in.
NOT_FILLED_IN = {
    "tabindex": "-1",
    "autocomplete": "off",
    "data-1p-ignore": True,
    "data-bwignore": True,
    "data-lpignore": "true",
    "data-form-type": "other",
}
TICKET_LASTS = timedelta(hours=12)
SALT = "consular.enquiry"

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

    name = LineFormField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        error_messages={
            "required": _("Write your name."),
            "max_length": _("Please shorten your name to 200 characters."),
        },
    )
    email = EmailAddressField(
        label=_("E-mail"),
        help_text=_("We answer to this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("Write your e-mail address: we answer to it."),
            "suggestion": _("Did you mean %(address)s? If %(typed)s is right, send the form again."),
        },
    )
    phone = PhoneField(
        label=_("Phone (optional)"),
        required=False,
        help_text=_("With the country code, if we may call you."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        error_messages={"max_length": _("Write one phone number: it has %(limit_value)d characters at most.")},
    )
    topic = forms.TypedChoiceField(
        label=_("What is it about?"),
        error_messages={
            "required": _("Choose what your question is about."),
            "invalid_choice": _("Choose a topic from the list."),
        },
    )
    question = TextFormField(
        label=_("Your question"),
        help_text=_("Up to 5,000 characters, in any language. Please leave out passport and card numbers."),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        error_messages={"required": _("Write your question.")},
    )
    consent = forms.BooleanField(
        label=_("I agree that the consulate keeps these details in order to answer me."),
        error_messages={"required": _("Tick this box: without your consent we may not keep your question.")},
    )
    website = LineFormField(
        label=_("Leave this field empty"), required=False, widget=forms.TextInput(attrs=NOT_FILLED_IN)
    )
    email_confirmed = forms.CharField(required=False, max_length=320, widget=forms.HiddenInput)
    ticket = LineFormField(required=False, widget=forms.HiddenInput)

    def __init__(self, topics: list[Topic], data=None):
        super().__init__(data, auto_id="%s")
        self.topics = topics
        choices = {str(topic.pk): topic for topic in self.topics}
        self.fields["topic"].choices = [("", _("Choose a topic")), *choices.items()]
        self.fields["topic"].coerce = choices.get
        self.fields["consent"].help_text = _(
            "They are erased %(kept)s after your question was last dealt with, or as soon as you ask for it."
        ) % {"kept": kept_in_words(self.topics)}
        for name in self.visible_names:
            # The browser would cut what is pasted to this length without a word; the server says how much is too much.
            self.fields[name].widget.attrs.pop("maxlength", None)
        self.fields["ticket"].initial = make_ticket
        self.fields["email"].confirmed = (data or {}).get("email_confirmed", "")

    visible_names = ("name", "email", "phone", "topic", "question", "consent")

    @property
    def shown_fields(self):
        """The fields that a visitor fills in, in order."""
        return [self[name] for name in self.visible_names]

    @property
    def faults(self):
        """What is to be put right, each with its field: the summary above the form."""
        return [(field, error) for field in self.shown_fields for error in field.errors]

    @property
    def email_to_confirm(self):
        """The e-mail address that looks misspelt: sent once more, it is accepted. "" where there is none."""
        is_questioned = self.errors.get("email") and self.errors["email"].as_data()[0].code == "suggestion"
        return self["email"].value() if is_questioned else ""

    def clean_question(self):
        return short_enough(self.cleaned_data["question"], _("Your question"))

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
    def showing(self):
        """The showing of the form that this came from, as a hash: with it the enquiry's key begins."""
        return hashed(self.cleaned_data["ticket"])

    @property
    def key(self):
        """What makes this enquiry the same as another: this showing of the form, and every word typed into it.

        The words belong to it, so that whoever goes back, changes the text and sends again is heard again.
        """
        words = [*(str(self.cleaned_data[name]) for name in Enquiry.PERSONAL), str(self.cleaned_data["topic"].pk)]
        return self.showing + hashed("\0".join(words))

    def save(self, at, address):
        """Keep the enquiry, as received at the moment `at` from an address, and return it.

        Sent twice, it is kept once and counted once. Raises spam.TooMany, and keeps nothing, where the address has
        reached its limit.
        """
        same = Enquiry.objects.filter(key=self.key)
        if kept := same.first():
            return kept
        spam.refuse_too_many(address, at)  # most of a flood ends here, where nobody waits for it
        with spam.in_turn(address):
            if kept := same.first():
                return kept
            spam.refuse_too_many(address, at)
            kept = self.receive(at)
            Knock.objects.record(address, at)
        return kept

    @sensitive_variables()
    def receive(self, at):
        """Keep the enquiry; apart, where it looks like spam."""
        asked = {name: self.cleaned_data[name] for name in (*Enquiry.PERSONAL, "topic")}
        suspicion = spam.suspicion(
            **{name: asked[name] for name in Enquiry.PERSONAL},
            honeypot=self.cleaned_data["website"],
            showing=self.showing,
            at=at,
        )
        return Enquiry.objects.receive(key=self.key, at=at, suspicion=suspicion, **asked)


class AdditionForm(forms.Form):
    """What a visitor adds to an enquiry, on its own page."""

    text = TextFormField(
        label=_("What you want to add"),
        help_text=_("Up to 5,000 characters, in any language. Please leave out passport and card numbers."),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        error_messages={"required": _("Write what you want to add.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="%s", **kwargs)

    def clean_text(self):
        return short_enough(self.cleaned_data["text"], _("Your text"))


def short_enough(text, what):
    """Return a text; where it is longer than a question may be, say by how much."""
    over = len(text) - LONGEST_QUESTION
    if over > 0:
        raise forms.ValidationError(
            ngettext(
                "%(what)s is %(over)s character too long. Please shorten it to 5,000 characters.",
                "%(what)s is %(over)s characters too long. Please shorten it to 5,000 characters.",
                over,
            )
            % {"what": what, "over": over}
        )
    return text


def hashed(text):
    """Return half of what an enquiry's key is made of: 128 bits, in hexadecimal digits."""
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:32]
