"""Forms of a message and of the reason for a workflow step."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.admin.workflow_forms import ReasonForm, clean_moment
from core.datetime_fields import ZonedDateTimeField
from core.text_fields import LineFormField
from news.admin.images import ImageFormMixin, ImageInput
from news.admin.limits import LimitsFormMixin
from news.admin.related import read_related
from news.admin.revisions import RevisionFormMixin
from news.models import Message
from news.models.workflow import CHANGED_SINCE_READ, OWN_TEXT
from news.versions import attachment_changes
from versions.admin.conflicts import ConflictFormMixin


class MessageForm(ConflictFormMixin, LimitsFormMixin, ImageFormMixin, RevisionFormMixin):
    """The form of a message, with the checks of the four-eyes rule and of the publication time."""

    class Meta:
        model = Message
        fields = ()  # set by MessageAdmin
        widgets = {
            "image": ImageInput,
            "headline": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField", "dir": "auto"}),
            "lead": forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField", "dir": "auto"}),
            "related": forms.Textarea(attrs={"rows": 5, "class": "vLargeTextField"}),
            "source_url": forms.TextInput(attrs={"class": "vLargeTextField", "inputmode": "url"}),
        }

    override = LineFormField(
        label=_("Reason for approving without a second person"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text=_("Required if you have worked on the text yourself. It is recorded, and other editors are told."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in {"publish_at", "effective_at"} & self.fields.keys():
            if name == "effective_at" or not self.is_change_of_public():
                self.fields[name].widget.without_time = _("On approval")
        self.ask_for_former_language()

    def ask_for_former_language(self) -> None:
        """Ask for the language if that of the message is no longer one of the site's: a browser would send another."""
        language = self.fields.get("language")
        if language and self.instance.language not in dict(language.choices):
            language.choices = [("", _("Select the language")), *language.choices]
            language.error_messages["required"] = _(
                "Select the language of the text. This site no longer has the one that it had."
            )

    def is_change_of_public(self) -> bool:
        """Return whether this is a change of a message that readers have seen, which keeps its publication time."""
        original = self.instance.revision_of if self.instance.is_revision else None
        return original is not None and original.was_public(self.request_time)

    def clean(self):
        cleaned = super().clean()
        if self.is_done_already():
            self.add_error(None, _("A colleague has already submitted or approved this message. Reload the page."))
        elif "_approve" in self.data and not self.has_read_newest() and not self.conflict:
            self.add_error(None, CHANGED_SINCE_READ)
        elif self.request and not cleaned.get("override", "").strip():
            self.require_override()
        return cleaned

    def other_changes(self, since):
        text = _("The other person has changed the attachments (%(changes)s). The current attachments are below.")
        return [text % {"changes": changes} for changes in attachment_changes(self.instance, since)]

    def require_override(self):
        """Require a reason where the user approves their own text or a draft."""
        message = self.instance
        if "_approve" in self.data:
            is_changed = self.has_changed() or self.has_changed_attachments()
            if not message.pk or is_changed or self.request.user.pk in message.authors():
                self.add_error("override", OWN_TEXT)
            elif not message.submitted_at:
                self.add_error(
                    "override",
                    _("This is still a draft. Explain why it must be approved before the author submits it."),
                )

    def has_changed_attachments(self) -> bool:
        """Return whether the same request changes the attachments: they are then the user's own text as well."""
        formsets = self.model_admin.get_formsets_with_inlines(self.request, self.instance)
        return any(
            formset(
                self.request.POST, self.request.FILES, instance=self.instance, prefix=formset.get_default_prefix()
            ).has_changed()
            for formset, inline in formsets
        )

    def has_read_newest(self) -> bool:
        """Return whether the user has seen the newest version, in the form or in the comparison of a conflict."""
        newest = getattr(self.request, "newest_version", "")
        return not newest or newest in {self.data.get(name) for name in ("version", "overwrite", "seen")}

    def is_done_already(self):
        """Return whether a colleague has already taken the step of the pressed button."""
        state, states = self.instance.state(self.request_time), Message.State
        open_states = [states.DRAFT] if "_submit" in self.data else [states.DRAFT, states.SUBMITTED]
        return bool({"_submit", "_approve"} & self.data.keys()) and state not in open_states

    @property
    def request_time(self):
        """Return the time of the request; now for a form without one."""
        return self.request.at if self.request else timezone.now()

    def clean_publish_at(self):
        """Return the publication time; now, for a time that has just passed."""
        message, time = self.instance, self.cleaned_data["publish_at"]
        if "publish_at" not in self.changed_data:  # it may be past by now; the form has no microseconds
            return message.publish_at
        if not self.is_change_of_public():
            return clean_moment(time, self.request_time, _("Leave it empty to publish immediately."))
        if time is None:
            raise forms.ValidationError(_("A published message needs its publication time."))
        if time > self.request_time:
            raise forms.ValidationError(
                _("This message is already public and cannot be rescheduled. You can withdraw it instead.")
            )
        return time

    def clean_related(self):
        """Return the paths of the related messages; those that are unchanged are not looked up again."""
        if "related" not in self.changed_data:
            return self.instance.related
        return read_related(self.cleaned_data["related"], self.instance, self.request_time)

    def clean_effective_at(self):
        """Return when a revision takes effect; now, for a time that has just passed."""
        if "effective_at" not in self.changed_data:
            return self.instance.effective_at
        return clean_moment(
            self.cleaned_data["effective_at"],
            self.request_time,
            _("Leave it empty to have the change take effect on approval."),
        )


class WithdrawForm(ReasonForm):
    """The reason for withdrawing, and when."""

    moment = ZonedDateTimeField(
        label=_("When"), required=False, help_text=_("Without a time, it is withdrawn immediately.")
    )

    def __init__(self, *args, at, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["moment"].widget.without_time = _("Immediately")
        self.at = at

    def clean_moment(self):
        moment = clean_moment(self.cleaned_data["moment"], self.at, _("Leave it empty to withdraw immediately."))
        return moment if moment and moment > self.at else None
