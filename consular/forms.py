"""Enquiry form: validation, idempotent submission, rate limit."""

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
from consular.models import Enquiry, EnquirySubmission, Topic
from consular.models.enquiries import MAX_QUESTION_LENGTH
from consular.opening_hours_text import retention_text
from consular.phones import PhoneField
from core.email_validation import EmailAddressField
from core.text_fields import LineFormField, TextFormField

# Attributes that keep browsers and password managers from filling in a field.
NO_AUTOFILL = {
    "tabindex": "-1",
    "autocomplete": "off",
    "data-1p-ignore": True,
    "data-bwignore": True,
    "data-lpignore": "true",
    "data-form-type": "other",
}
TOKEN_LIFETIME = timedelta(hours=12)
SALT = "consular.enquiry"

# The form token: a random text signed with the time at which the form was shown


def make_form_token():
    """Return a new form token."""
    return signing.TimestampSigner(salt=SALT).sign(secrets.token_urlsafe(12))


def form_token_error(token):
    """Return the error message for a form token that is expired, forged or too new; None if it is valid."""
    if not is_valid_token(token):
        return _("The form has expired. Your text is still here: please check it and send it again.")
    least = timedelta(seconds=settings.ENQUIRY_MIN_SECONDS)
    if least and is_valid_token(token, younger_than=least):
        return _("The form was sent too quickly. Your text is still here: please wait a few seconds and send it again.")
    return None


def is_valid_token(token, younger_than=TOKEN_LIFETIME):
    """Return whether a form token has our signature and is younger than `younger_than`."""
    try:
        signing.TimestampSigner(salt=SALT).unsign(token, max_age=younger_than)
    except signing.BadSignature:
        return False
    return True


class EnquiryForm(forms.Form):
    """A visitor's consular question. An invalid form is shown again with everything that was typed."""

    name = LineFormField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        error_messages={
            "required": _("Enter your name."),
            "max_length": _("Please shorten your name to 200 characters."),
        },
    )
    email = EmailAddressField(
        label=_("E-mail"),
        help_text=_("We will reply to this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("Enter your e-mail address so that we can reply."),
            "suggestion": _("Did you mean %(address)s? If %(typed)s is right, send the form again."),
        },
    )
    phone = PhoneField(
        label=_("Phone (optional)"),
        required=False,
        help_text=_("Include the country code if we may call you."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        error_messages={"max_length": _("Enter one phone number of at most %(limit_value)d characters.")},
    )
    topic = forms.TypedChoiceField(
        label=_("What is it about?"),
        error_messages={
            "required": _("Select what your question is about."),
            "invalid_choice": _("Select a topic from the list."),
        },
    )
    question = TextFormField(
        label=_("Your question"),
        help_text=_("Up to 5,000 characters, in any language. Please do not include passport or card numbers."),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        error_messages={"required": _("Enter your question.")},
    )
    consent = forms.BooleanField(
        label=_("I agree that the consulate stores these details in order to answer me."),
        error_messages={"required": _("Tick this box: we may not store your question without your consent.")},
    )
    # The honeypot: hidden from people, filled in by robots.
    website = LineFormField(
        label=_("Leave this field empty"), required=False, widget=forms.TextInput(attrs=NO_AUTOFILL)
    )
    email_confirmed = forms.CharField(required=False, max_length=320, widget=forms.HiddenInput)
    ticket = LineFormField(required=False, widget=forms.HiddenInput)

    visible_names = ("name", "email", "phone", "topic", "question", "consent")

    def __init__(self, topics: list[Topic], data=None, slug: str | None = None):
        """Bind the form to `data`; without data, choose the topic with this slug, if there is one."""
        chosen = next((topic for topic in topics if topic.slug == slug), None)
        super().__init__(data, auto_id="%s", initial={"topic": chosen and str(chosen.pk)})
        self.topics = topics
        self.chosen_topic = None if self.is_bound else chosen
        choices = {str(topic.pk): topic for topic in self.topics}
        self.fields["topic"].choices = [("", _("Select a topic")), *choices.items()]
        self.fields["topic"].coerce = choices.get
        self.fields["consent"].help_text = _(
            "We delete them %(period)s after the last activity on your enquiry, or as soon as you ask us to."
        ) % {"period": retention_text(self.topics)}
        for name in self.visible_names:
            # A browser cuts pasted text to `maxlength` without notice; the server says by how much it is too long.
            self.fields[name].widget.attrs.pop("maxlength", None)
            set_not_invalid(self.fields[name])
        self.fields["ticket"].initial = make_form_token
        self.fields["email"].confirmed = (data or {}).get("email_confirmed", "")

    @property
    def visible_fields_in_order(self):
        return [self[name] for name in self.visible_names]

    @property
    def field_errors(self):
        """The errors as (field, message), for the summary above the form."""
        return [(field, error) for field in self.visible_fields_in_order for error in field.errors]

    @property
    def email_to_confirm(self):
        """The e-mail address that looks misspelt and is accepted if it is sent again; "" where there is none."""
        is_questioned = self.errors.get("email") and self.errors["email"].as_data()[0].code == "suggestion"
        return self["email"].value() if is_questioned else ""

    def clean_question(self):
        return validate_length(self.cleaned_data["question"], _("Your question"))

    def clean(self):
        """Check the form token, unless the form is shown again anyway."""
        cleaned = super().clean()
        if not any(name in self.errors for name in self.visible_names):
            if error := form_token_error(cleaned.get("ticket", "")):
                self.add_error(None, error)
        return cleaned

    def renew_ticket(self):
        """Replace the form token if it has expired, before the form is shown again."""
        if not is_valid_token(self["ticket"].value() or ""):
            self.data = self.data.copy()  # a QueryDict: `|` would make a list of each value
            self.data["ticket"] = make_form_token()

    @property
    def form_instance_id(self):
        """The hash of the form token, with which the enquiry's key begins: the same for every use of one page."""
        return half_key_hash(self.cleaned_data["ticket"])

    @property
    def key(self):
        """The idempotency key: the form instance and everything typed into it.

        It includes the text, so that a visitor who goes back, changes the text and sends it again makes an enquiry.
        """
        texts = [*(str(self.cleaned_data[name]) for name in Enquiry.PERSONAL), str(self.cleaned_data["topic"].pk)]
        return self.form_instance_id + half_key_hash("\0".join(texts))

    def save(self, at, address):
        """Save the enquiry, received at `at` from an IP address, and return it.

        A form that is sent twice is saved and counted once. Raises spam.RateLimited, and saves nothing, if the address
        has reached its limit.
        """
        same = Enquiry.objects.filter(key=self.key)
        if enquiry := same.first():
            return enquiry
        spam.check_rate_limit(address, at)  # stops most of a flood before the lock
        with spam.rate_limit_lock(address):
            if enquiry := same.first():
                return enquiry
            spam.check_rate_limit(address, at)
            enquiry = self.receive(at)
            EnquirySubmission.objects.record(address, at)
        return enquiry

    @sensitive_variables()
    def receive(self, at):
        """Save the enquiry, as suspected spam if it looks like that."""
        fields = {name: self.cleaned_data[name] for name in (*Enquiry.PERSONAL, "topic")}
        suspicion = spam.check_for_spam(
            **{name: fields[name] for name in Enquiry.PERSONAL},
            honeypot=self.cleaned_data["website"],
            form_instance_id=self.form_instance_id,
            at=at,
        )
        return Enquiry.objects.receive(key=self.key, at=at, suspicion=suspicion, **fields)


class AdditionForm(forms.Form):
    """The form with which a visitor adds a text to an enquiry, on the enquiry's page."""

    text = TextFormField(
        label=_("Your addition"),
        help_text=_("Up to 5,000 characters, in any language. Please do not include passport or card numbers."),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        error_messages={"required": _("Enter what you want to add.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="%s", **kwargs)
        set_not_invalid(self.fields["text"])

    def clean_text(self):
        return validate_length(self.cleaned_data["text"], _("Your text"))


def set_not_invalid(field):
    """Have browsers announce a required field as invalid only once it has an error, when Django sets `aria-invalid`."""
    field.widget.attrs["aria-invalid"] = "false"


def validate_length(text, label):
    """Return a text; raise ValidationError, with the number of characters, if it is longer than a question may be."""
    excess = len(text) - MAX_QUESTION_LENGTH
    if excess > 0:
        raise forms.ValidationError(
            ngettext(
                "%(label)s is %(excess)s character too long. Please shorten it to 5,000 characters.",
                "%(label)s is %(excess)s characters too long. Please shorten it to 5,000 characters.",
                excess,
            )
            % {"label": label, "excess": excess}
        )
    return text


def half_key_hash(text):
    """Return a keyed hash of a text, half of an enquiry's key: 128 bits as 32 hexadecimal digits."""
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:32]
