"""What a press officer fills in, and the sentences that say what is not right yet."""

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from news.models import Message


class MessageForm(forms.ModelForm):
    """A message as it is written: text, where it came from, when and where it appears."""

    class Meta:
        model = Message
        fields = ()  # MessageAdmin names them
        widgets = {
            "headline": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
            "source_url": forms.TextInput(attrs={"class": "vLargeTextField", "inputmode": "url"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "publish_at" in self.fields:
            self.fields["publish_at"].help_text = format_lazy(
                "{} {}",
                self.fields["publish_at"].help_text,
                _("The time is that of %(zone)s.") % {"zone": settings.TIME_ZONE},
            )

    def clean_headline(self):
        # Typed in a box of three lines, but a headline is one.
        return " ".join(self.cleaned_data["headline"].split())

    def clean_publish_at(self):
        moment, now = self.cleaned_data["publish_at"], timezone.now()
        if self.instance.approved_at and moment is None:
            raise forms.ValidationError(
                _("This message is approved and needs its moment. To take it back once it is public, withdraw it.")
            )
        if self.instance.pk and self.instance.was_public(now) and moment and moment > now:
            raise forms.ValidationError(
                _("This message is public already and can't be put off. To take it back, withdraw it and say why.")
            )
        return moment


class WithdrawalForm(forms.Form):
    """Why a message is taken back: the public reads it at the message's address."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField", "autofocus": True}),
        help_text=_("One or two sentences. The public reads them at the message's address, with today's date."),
        error_messages={
            "required": _("Say why it is withdrawn: the public reads the reason at the message's address.")
        },
    )
