"""Preview links in the admin, of a message or a release: listed below its form, created and revoked there."""

from datetime import datetime, time, timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.views import AdminViews, redirect_to_form
from core.datetime_fields import ZonedDateTimeField, ZonedDateTimeWidget
from core.templatetags.datetimes import in_zones
from news.models import PreviewLink
from news.models.previews import MAX_LIFETIME

FORM_ID = "preview_links_form"
END_OF_DAY = time(23, 59, 59)
TODAY, MOMENT = "today", "moment"
LIFETIMES = {"hour": timedelta(hours=1), "days": timedelta(days=3), "week": timedelta(weeks=1)}
UNTIL_CHOICES = [
    ("hour", gettext_lazy("1 hour")),
    (TODAY, gettext_lazy("Today")),
    ("days", gettext_lazy("3 days")),
    ("week", gettext_lazy("1 week")),
    (MOMENT, gettext_lazy("Another time")),
]


class PreviewLinkForm(forms.ModelForm):
    """The recipient of a preview link and how long it is valid: a choice, or a time (also if nothing is chosen)."""

    until = forms.ChoiceField(
        label=gettext_lazy("Valid for"),
        choices=UNTIL_CHOICES,
        initial="days",
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Select how long the link is valid.")},
    )

    class Meta:
        model = PreviewLink
        fields = ["name", "until", "expires_at"]
        field_classes = {"expires_at": ZonedDateTimeField}
        labels = {"name": gettext_lazy("For whom")}
        widgets = {
            "expires_at": ZonedDateTimeWidget,
            "name": forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        }
        error_messages = {
            "name": {"required": gettext_lazy("Enter who the link is for.")},
            "expires_at": {"required": gettext_lazy("Enter an expiry date and time.")},
        }

    def __init__(self, *args, at, form_id="", **kwargs):
        """`form_id` is the id of the form that the fields belong to where they are within another one."""
        super().__init__(*args, auto_id="id_preview_%s", **kwargs)
        self.at = at
        self.fields["expires_at"].required = False  # only if it is chosen
        for field in self.fields.values() if form_id else ():
            field.widget.attrs["form"] = form_id

    def clean(self):
        cleaned = super().clean()
        choice = cleaned.get("until") or MOMENT
        if choice != MOMENT:
            self.errors.pop("expires_at", None)  # what is in the two boxes does not count
            cleaned["expires_at"] = end_of_choice(choice, self.at)
        if "expires_at" in cleaned and "until" in cleaned and (sentence := self.refusal(cleaned["expires_at"])):
            self.add_error("expires_at", sentence)
        return cleaned

    def refusal(self, until) -> str:
        """Return why a link cannot be valid until a moment, or ""."""
        if until is None:
            return self.fields["expires_at"].error_messages["required"]
        if until <= self.at:
            return _("This time is in the past. Choose a later time.")
        if until > self.at + MAX_LIFETIME:
            days = MAX_LIFETIME // timedelta(days=1)
            return _("A link can be valid for %d days at most. Choose an earlier time.") % days
        return ""


def end_of_choice(choice: str, at: datetime) -> datetime:
    """Return when a link ends that is created at `at`; "today" ends with the day in the host's time zone."""
    if choice == TODAY:
        host = timezone.get_default_timezone()
        return datetime.combine(at.astimezone(host).date(), END_OF_DAY, tzinfo=host)
    return at + LIFETIMES[choice]


def link_context(request, row, refusal: str) -> dict:
    """Return the template context for the preview links of a message or a release, without the form if refused."""
    route = f"admin:news_{row._meta.model_name}_preview"
    links = row.preview_links.select_related("created_by").prefetch_related("visits")
    return {
        "preview_links": [
            (link, link.is_live(request.at), reverse(f"{route}_revoke", args=[row.pk, link.pk])) for link in links
        ],
        "preview_link_form": None if refusal else PreviewLinkForm(at=request.at, form_id=FORM_ID),
        "preview_links_url": reverse(f"{route}_links", args=[row.pk]),
        "site_url": settings.SITE_URL,
    }


class PreviewLinkViews(AdminViews):
    """The creation and revocation of the preview links of a message or a release."""

    default_templates = "admin/news/message"

    def urls(self):
        return [
            self.url("<int:pk>/preview-links/", self.create_link, "preview_links"),
            self.url("<int:pk>/preview-links/<int:link>/revoke/", self.revoke_link, "preview_revoke", post_only=True),
        ]

    def refusal(self, request, row) -> str:
        """Return why a row can have no new preview link, or ""."""
        raise NotImplementedError

    def create_link(self, request, pk):
        """Create a preview link from the small form; show the form again where it has errors."""
        row = self.get_visible(request, pk)
        if not self.model_admin.has_change_permission(request):
            raise PermissionDenied
        if sentence := self.refusal(request, row):
            messages.warning(request, sentence)
            return redirect_to_form(row, "#previews")
        link = PreviewLink(**{self.opts.model_name: row}, created_at=request.at, created_by=request.user)
        form = PreviewLinkForm(request.POST or None, at=request.at, instance=link)
        if form.is_valid():
            link = form.save()
            text = _("The link for %(name)s is valid until %(until)s. Copy it below.")
            messages.success(request, text % {"name": link.name, "until": in_zones(link.expires_at)})
            return redirect_to_form(row, "#previews")
        return self.render(
            request,
            "preview_link.html",
            title=_("Preview link"),
            row=row,
            row_url=redirect_to_form(row).url,
            list_url=reverse(f"admin:news_{self.opts.model_name}_changelist"),
            form=form,
            media=self.model_admin.media + form.media,
        )

    def revoke_link(self, request, pk, link):
        """End a preview link."""
        row = self.get_visible(request, pk)
        if not self.model_admin.has_change_permission(request):
            raise PermissionDenied
        link = get_object_or_404(row.preview_links, pk=link)
        link.revoke(at=request.at)
        messages.success(request, _("The link for %s has been revoked and no longer works.") % link.name)
        return redirect_to_form(row, "#previews")
