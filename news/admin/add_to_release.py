"""“Add to a release …” on the form of a message or a change: to an open release, or to a new one."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.views import AdminViews, redirect_to_form
from core.text_fields import LineFormField
from editions.models import new_edition
from news.models import Release
from news.models.releases import ADDABLE


class AddToReleaseForm(forms.Form):
    """An open release, or the name of a new one."""

    release = forms.ModelChoiceField(
        Release.objects.filter(published_at=None).order_by("moment", "id"),
        required=False,
        label=gettext_lazy("Release"),
        empty_label=gettext_lazy("A new release"),
    )
    name = LineFormField(
        label=gettext_lazy("Name of the new release"),
        required=False,
        max_length=Release._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("It is not public. Leave it empty if you have selected a release."),
    )

    def clean(self):
        cleaned = super().clean()
        if not self.errors and bool(cleaned.get("release")) == bool(cleaned.get("name")):
            raise ValidationError(_("Select a release, or enter the name of a new one."))
        return cleaned


def form_context(request, message) -> dict:
    """Return the template context: the address of the page that adds a message, where it can be added."""
    can_add = bool(message) and not message.release_id and message.state(request.at) in ADDABLE
    if not can_add or not request.user.has_perm("news.change_message"):
        return {}
    return {"add_to_release_url": reverse("admin:news_message_add_to_release", args=[message.pk])}


class AddToReleaseViews(AdminViews):
    """The page that asks for the release."""

    def urls(self):
        return [self.url("<int:pk>/add-to-release/", self.add, "add_to_release")]

    def add(self, request, pk):
        """Ask for a release, and add the message to it."""
        message = self.get_visible(request, pk)
        if not request.user.has_perm("news.change_message"):
            raise PermissionDenied
        form = AddToReleaseForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                with transaction.atomic(), new_edition():  # a new release that refuses the message is not kept
                    release = form.cleaned_data["release"] or Release.objects.create(name=form.cleaned_data["name"])
                    release.add(message, at=request.at, by=request.user)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Added to the release “%s”.") % release.name)
                return redirect_to_form(release)
        return self.render(
            request,
            "action_reason.html",
            title=_("Add to a release"),
            description=_("It will be public together with everything else in the release."),
            form=form,
            selected=[(message, "")],
            is_allowed=True,
            cancel_url=redirect_to_form(message).url,
            media=self.model_admin.media + form.media,
        )
