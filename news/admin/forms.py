"""What a press officer fills in, and the sentences that say what is not right yet."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from news.admin.changes import ChangesForm
from news.admin.conflicts import ConflictFormMixin
from news.admin.pictures import PictureFormMixin, PictureInput
from news.models import Message
from news.models.way import OWN_TEXT
from richtext.plaintext import REASON, LineFormField, TextFormField

JUST_PAST = timedelta(minutes=5)  # a moment no longer past than this means now


class MessageForm(ConflictFormMixin, PictureFormMixin, ChangesForm):
    """A message as it is written: text, where it came from, when and where it appears."""

    class Meta:
        model = Message
        fields = ()  # MessageAdmin names them
        widgets = {
            "image": PictureInput,
            "headline": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField", "dir": "auto"}),
            "lead": forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField", "dir": "auto"}),
            "source_url": forms.TextInput(attrs={"class": "vLargeTextField", "inputmode": "url"}),
        }

    override = LineFormField(
        label=_("Why it can't wait for a colleague"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text=_("Asked where you have written on the text yourself, or change an approved one. It is recorded."),
    )
    asked = None  # the request: MessageAdmin sets it

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "publish_at" in self.fields:
            self.fields["publish_at"].help_text = format_lazy(
                "{} {}",
                self.fields["publish_at"].help_text,
                _("The time is that of %(zone)s.") % {"zone": settings.TIME_ZONE},
            )

    def clean(self):
        cleaned = super().clean()
        if self.is_done_already():
            self.add_error(None, _("A colleague was faster: this is submitted or approved already. Open it anew."))
        elif self.asked and not cleaned.get("override", "").strip():
            self.ask_for_reason()
        return cleaned

    def ask_for_reason(self):
        """Ask for one where somebody approves a text of their own, or changes what somebody else has approved."""
        message = self.instance
        if "_approve" in self.data:
            if not message.pk or self.has_changed() or self.asked.user.pk in message.authors():
                self.add_error("override", OWN_TEXT)
            elif not message.submitted_at:
                self.add_error("override", _("This is still being written. Say why it can't wait for its writer."))
        elif self.is_scheduled and self.words_differ:
            self.add_error(
                "override",
                _("Somebody approved the text as it was. Say why the change can't wait, or send it back first."),
            )

    @property
    def is_scheduled(self):
        """Say whether the message is approved and still ahead, as the form is sent."""
        message = self.instance
        return bool(self.asked and message.pk and message.state(self.asked.at) == Message.State.SCHEDULED)

    def is_done_already(self):
        """Say whether the act that the button asks for has been done meanwhile."""
        message = self.instance
        return bool(
            ("_submit" in self.data and (message.submitted_at or message.approved_at))
            or ("_approve" in self.data and message.approved_at)
        )

    def clean_publish_at(self):
        moment, now = self.cleaned_data["publish_at"], self.asked.at if self.asked else timezone.now()
        if "publish_at" not in self.changed_data:  # it may have passed since it was typed, and has its microseconds
            return self.instance.publish_at
        if self.instance.approved_at and moment is None:
            raise forms.ValidationError(
                _("This message is approved and needs its moment. To take it back once it is public, withdraw it.")
            )
        if self.instance.pk and self.instance.was_public(now) and moment and moment > now:
            raise forms.ValidationError(
                _("This message is public already and can't be put off. To take it back, withdraw it and say why.")
            )
        if moment and now - JUST_PAST <= moment <= now and not (self.instance.pk and self.instance.was_public(now)):
            return now  # "Now" was clicked, and writing went on
        if moment and moment <= now and not (self.instance.pk and self.instance.was_public(now)):
            if self.instance.approved_at:
                raise forms.ValidationError(_("This moment has passed. Choose one that is ahead."))
            raise forms.ValidationError(_("This moment has passed. Leave it empty to publish at once."))
        return moment


class ReasonForm(forms.Form):
    """Why a message is taken back, or put back."""

    reason = TextFormField(
        label=_("Reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField", "autofocus": True}),
        help_text=_("One or two sentences."),
        error_messages={"required": _("Say why. The reason is recorded.")},
    )
