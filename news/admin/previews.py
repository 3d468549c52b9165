"""Previews in the admin: of the unsaved form, and preview links for readers without an account."""

from copy import copy
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.views import AdminViews, redirect_to_form
from core.datetime_fields import ZonedDateTimeField, ZonedDateTimeWidget
from core.templatetags.datetimes import in_zones
from news.models import Message, PreviewLink
from news.models.previews import MAX_LIFETIME
from news.previews import prepare_preview
from richtext.fields import preview_html
from versions.admin.three_way_merge import typed_text

TEXT_FIELDS = ["headline", "lead", "body", "source_name", "image_alt"]  # shown as typed even where they are invalid


class PreviewLinkForm(forms.ModelForm):
    """The recipient of a preview link, and the end of its validity."""

    class Meta:
        model = PreviewLink
        fields = ["name", "expires_at"]
        field_classes = {"expires_at": ZonedDateTimeField}
        widgets = {"expires_at": ZonedDateTimeWidget, "name": forms.TextInput(attrs={"class": "vTextField"})}
        error_messages = {
            "name": {"required": gettext_lazy("Enter who the link is for.")},
            "expires_at": {"required": gettext_lazy("Enter an expiry date and time.")},
        }

    def __init__(self, *args, at, **kwargs):
        super().__init__(*args, auto_id="id_preview_%s", **kwargs)
        self.at = at
        self.fields["expires_at"].help_text = gettext_lazy("%(help)s Time zone: %(zone)s.") % {
            "help": self.fields["expires_at"].help_text,
            "zone": settings.TIME_ZONE,
        }

    def clean_expires_at(self):
        until = self.cleaned_data["expires_at"]
        if until <= self.at:
            raise forms.ValidationError(_("This time is in the past. Choose a later time."))
        if until > self.at + MAX_LIFETIME:
            days = MAX_LIFETIME // timedelta(days=1)
            raise forms.ValidationError(_("A link can be valid for %d days at most. Choose an earlier time.") % days)
        return until


def form_context(request, message, can_change: bool) -> dict:
    """Return the template context for the button Preview and the preview links of a message (None: a new one)."""
    if not message:
        return {"preview_url": reverse("admin:news_message_preview_new")}
    context = {"preview_url": reverse("admin:news_message_preview", args=[message.pk])}
    if can_change:
        links = message.preview_links.select_related("created_by").prefetch_related("visits")
        context["preview_links"] = [(link, link.is_live(request.at)) for link in links]
        is_closed = message.was_public(request.at) or (message.is_revision and not message.is_open)
        context["preview_link_form"] = None if is_closed else PreviewLinkForm(at=request.at)
        context["site_url"] = settings.SITE_URL
    return context


class PreviewViews(AdminViews):
    """The preview of a message, and the creation and revocation of preview links."""

    def urls(self):
        return [
            self.url("preview/", self.preview_new, "preview_new"),
            self.url("<int:pk>/preview/", self.preview, "preview"),
            self.url("<int:pk>/preview-links/", self.create_link, "preview_links"),
            self.url("<int:pk>/preview-links/<int:link>/revoke/", self.revoke_link, "preview_revoke", post_only=True),
        ]

    def preview_new(self, request):
        """Show the page of a message that was never saved."""
        if not self.model_admin.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:news_message_add"))
        return self.render_preview(request, None)

    def preview(self, request, pk):
        """Show the page of a message: with the text in the submitted form, or by GET as last saved."""
        return self.render_preview(request, self.get_visible(request, pk))

    def render_preview(self, request, message):
        errors, is_unsaved = [], request.method == "POST"
        if is_unsaved:
            form_class = self.model_admin.get_form(request, message, change=bool(message))
            form = form_class(request.POST, MultiValueDict(), instance=message)  # without files: images as saved
            message, errors = message_as_typed(form), labelled_errors(form)
            message.headline = message.headline or _("No headline yet")
        context = {"message": prepare_preview(message, request.at), "is_unsaved": is_unsaved, "errors": errors}
        return render(request, "news/preview.html", context)

    def create_link(self, request, pk):
        """Create a preview link from the small form; show the form again where it has errors."""
        message = self.get_visible(request, pk)
        if not self.model_admin.has_change_permission(request):
            raise PermissionDenied
        if message.was_public(request.at) or (message.is_revision and not message.is_open):
            messages.warning(request, _("This text is public or discarded, so it needs no preview link."))
            return redirect_to_form(message, "#previews")
        link = PreviewLink(message=message, created_at=request.at, created_by=request.user)
        form = PreviewLinkForm(request.POST or None, at=request.at, instance=link)
        if form.is_valid():
            link = form.save()
            text = _("The link for %(name)s is valid until %(until)s. Copy it below.")
            messages.success(request, text % {"name": link.name, "until": in_zones(link.expires_at)})
            return redirect_to_form(message, "#previews")
        return self.render(
            request,
            "preview_link.html",
            title=_("Preview link"),
            message=message,
            form=form,
            media=self.model_admin.media + form.media,
        )

    def revoke_link(self, request, pk, link):
        """End a preview link."""
        message = self.get_visible(request, pk)
        if not self.model_admin.has_change_permission(request):
            raise PermissionDenied
        link = get_object_or_404(PreviewLink, pk=link, message=message)
        link.revoke(at=request.at)
        messages.success(request, _("The link for %s has been revoked and no longer works.") % link.name)
        return redirect_to_form(message, "#previews")


def message_as_typed(form) -> Message:
    """Return the message that a bound form describes, valid or not; it must not be saved."""
    form.is_valid()
    message = copy(form.instance)
    for name in TEXT_FIELDS:
        if name in form.fields and name not in form.cleaned_data:
            typed = typed_text(form, name)
            setattr(message, name, preview_html(typed) if name == "body" else typed)
    for name in {"source_url", "video_url"} & form.errors.keys():
        setattr(message, name, "")  # an invalid URL makes no link
    return message


def labelled_errors(form) -> list[tuple[str, str]]:
    """Return the errors of a form, each with the label of its field or ""; without those that need an image file."""
    return [
        (form.fields[name].label if name in form.fields else "", sentence)
        for name, sentences in form.errors.items()
        if not name.startswith("image")
        for sentence in sentences
    ]
