"""Previews of messages in the admin: of the saved text and of the unsaved form."""

from django.urls import reverse
from django.utils.translation import gettext as _

from news.admin.preview_links import PreviewLinkViews, link_context
from news.models import Message
from news.previews import prepare_preview
from versions.admin.form_previews import FormPreviewViews, row_as_typed


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


class PreviewViews(FormPreviewViews, PreviewLinkViews):
    """The preview of a message, and its preview links."""

    template = "news/preview.html"
    refusal = staticmethod(refusal)

    def urls(self):
        return [*FormPreviewViews.urls(self), *PreviewLinkViews.urls(self)]

    def context(self, request, row):
        row.headline = row.headline or _("No headline yet")
        return {"message": prepare_preview(row, request.at)}

    def row_as_typed(self, form):
        return message_as_typed(form)


def message_as_typed(form) -> Message:
    """Return the message that a bound form describes, valid or not; it must not be saved."""
    message = row_as_typed(form, ("headline", "lead", "body", "source_name", "image_alt"))
    for name in {"source_url", "video_url"} & form.errors.keys():
        setattr(message, name, "")  # an invalid URL makes no link
    return message
