"""Previews of messages in the admin: of the saved text and of the unsaved form."""

from copy import copy

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from news.admin.preview_links import PreviewLinkViews, link_context
from news.models import Message
from news.previews import prepare_preview
from richtext.fields import preview_html
from versions.admin.three_way_merge import typed_text

TEXT_FIELDS = ["headline", "lead", "body", "source_name", "image_alt"]  # shown as typed even where they are invalid


def form_context(request, message, can_change: bool) -> dict:
    """Return the template context for the button Preview and the preview links of a message (None: a new one)."""
    if not message:
        return {"preview_url": reverse("admin:news_message_preview_new")}
    context = {"preview_url": reverse("admin:news_message_preview", args=[message.pk])}
    return context | (link_context(request, message, refusal(request, message)) if can_change else {})


def refusal(request, message) -> str:
    """Return why a message can have no new preview link, or ""."""
    if message.was_public(request.at) or (message.is_revision and not message.is_open):
        return _("This text is public or discarded, so it needs no preview link.")
    return ""


class PreviewViews(PreviewLinkViews):
    """The preview of a message, and its preview links."""

    refusal = staticmethod(refusal)

    def urls(self):
        return [
            self.url("preview/", self.preview_new, "preview_new"),
            self.url("<int:pk>/preview/", self.preview, "preview"),
            *super().urls(),
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
