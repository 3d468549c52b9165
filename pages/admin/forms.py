"""The form of a page or of a change of one, with the checks of the four-eyes rule."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.admin.workflow_forms import RefusedStepFormMixin, clean_moment
from core.text_fields import LineFormField
from pages.models import Page
from versions.admin.options import VersionedForm


class PageForm(RefusedStepFormMixin, VersionedForm):
    """The form of a page or of a change. A step that is refused after the save comes back to it with the errors."""

    class Meta:
        model = Page
        fields = ()  # set by PageAdmin

    override = LineFormField(
        label=_("Reason for approving without a second person"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text=_("Required if you have worked on the text yourself. It is recorded, and other managers are told."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "effective_at" in self.fields:
            self.fields["effective_at"].widget.without_time = _("On approval")

    def clean_effective_at(self):
        """Return when it takes effect; now, for a time that has just passed."""
        if "effective_at" not in self.changed_data:
            return self.instance.effective_at
        time = self.cleaned_data["effective_at"]
        return clean_moment(time, self.request.at, _("Leave it empty to have it take effect on approval."))
