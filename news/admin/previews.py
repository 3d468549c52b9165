"""Previews on the desk: of the text as it stands in the form, and the links for those without an account."""

from copy import copy
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from editions.forms import MomentField, MomentWidget
from news.models import Message, PreviewLink
from news.models.previews import LONGEST
from news.previews import for_preview
from news.templatetags.moments import in_cities
from richtext.fields import preview

# The fields whose words are shown even where they can't be saved as they are.
WORDS = ["headline", "lead", "body", "source_name", "image_alt"]


class PreviewLinkForm(forms.ModelForm):
    """For whom a link is, and until when."""

    class Meta:
        model = PreviewLink
        fields = ["name", "expires_at"]
        field_classes = {"expires_at": MomentField}
        widgets = {"expires_at": MomentWidget, "name": forms.TextInput(attrs={"class": "vTextField"})}
        error_messages = {
            "name": {"required": gettext_lazy("Say for whom the link is.")},
            "expires_at": {"required": gettext_lazy("Say until when the link opens: a day and a time.")},
        }

    def __init__(self, *args, at, **kwargs):
        super().__init__(*args, auto_id="id_preview_%s", **kwargs)
        self.at = at
        self.fields["expires_at"].help_text = gettext_lazy("%(help)s The time is that of %(zone)s.") % {
            "help": self.fields["expires_at"].help_text,
            "zone": settings.TIME_ZONE,
        }

    def clean_expires_at(self):
        until = self.cleaned_data["expires_at"]
        if until <= self.at:
            raise forms.ValidationError(_("This moment is past: the link would never open. Choose a later one."))
        if until > self.at + LONGEST:
            days = LONGEST // timedelta(days=1)
            raise forms.ValidationError(_("A link may last %d days at most. Choose an earlier moment.") % days)
        return until


class PreviewsMixin:
    """The button Preview of the form, and the list of a message's preview links below it."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("preview/", wrap(never_cache(self.preview_new)), name="news_message_preview_new"),
            path("<int:pk>/preview/", wrap(never_cache(self.preview_view)), name="news_message_preview"),
            path("<int:pk>/preview-links/", wrap(never_cache(self.make_link)), name="news_message_preview_links"),
            path(
                "<int:pk>/preview-links/<int:link>/revoke/",
                wrap(require_POST(self.revoke_link)),
                name="news_message_preview_revoke",
            ),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["preview_url"] = (
            reverse("admin:news_message_preview", args=[obj.pk]) if obj else reverse("admin:news_message_preview_new")
        )
        if obj and self.has_change_permission(request, obj):
            links = obj.preview_links.select_related("created_by").prefetch_related("visits")
            context["preview_links"] = [(link, link.is_live(request.at)) for link in links]
            context["preview_link_form"] = None if obj.was_public(request.at) else PreviewLinkForm(at=request.at)
            context["site_url"] = settings.SITE_URL
        return super().render_change_form(request, context, add, change, form_url, obj)

    # What it will look like

    def preview_new(self, request):
        """A message that was never saved, as its page would show what stands in the form."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:news_message_add"))
        return self.render_preview(request, None)

    def preview_view(self, request, pk):
        """A message as its page would show it: as it stands in the form, or, asked for by GET, as last saved."""
        return self.render_preview(request, self.message_or_404(request, pk))

    def render_preview(self, request, message):
        faults, unsaved = [], request.method == "POST"
        if unsaved:
            form_class = self.get_form(request, message, change=bool(message))
            form = form_class(request.POST, MultiValueDict(), instance=message)  # no files: pictures as saved
            message, faults = as_typed(form), in_words(form)
            message.headline = message.headline or _("No headline yet")
        context = {"message": for_preview(message, request.at), "unsaved": unsaved, "faults": faults}
        return render(request, "news/preview.html", context)

    def message_or_404(self, request, pk):
        """Return a message that the officer may see."""
        message = self.get_object(request, str(pk))
        if message is None or not self.has_view_permission(request, message):
            raise Http404
        return message

    # Links for those without an account

    def make_link(self, request, pk):
        """Make a link from the small form; ask again, with what was typed, where something is not right in it."""
        message = self.message_to_show(request, pk)
        if message.was_public(request.at):
            said = _("This message is public: anybody can read it at its address.")
            self.message_user(request, said, messages.WARNING)
            return self.back_to(message)
        link = PreviewLink(message=message, created_at=request.at, created_by=request.user)
        form = PreviewLinkForm(request.POST or None, at=request.at, instance=link)
        if form.is_valid():
            link = form.save()
            said = _("The link for %(name)s opens until %(until)s. Copy it below.")
            until = in_cities(link.expires_at)
            self.message_user(request, said % {"name": link.name, "until": until}, messages.SUCCESS)
            return self.back_to(message)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview link"),
            "opts": self.opts,
            "message": message,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/news/message/preview_link.html", context)

    def revoke_link(self, request, pk, link):
        """End a link at once."""
        message = self.message_to_show(request, pk)
        link = get_object_or_404(PreviewLink, pk=link, message=message)
        link.revoke(at=request.at)
        said = _("The link for %s is revoked. From now on there is nothing at its address.") % link.name
        self.message_user(request, said, messages.SUCCESS)
        return self.back_to(message)

    def message_to_show(self, request, pk):
        """Return a message that the officer may show to others: who may change it may."""
        message = self.message_or_404(request, pk)
        if not self.has_change_permission(request, message):
            raise PermissionDenied
        return message

    def back_to(self, message):
        """Lead back to the list of links under the form."""
        return HttpResponseRedirect(reverse("admin:news_message_change", args=[message.pk]) + "#previews")


def as_typed(form) -> Message:
    """Return the message that a bound form describes: right or not, and never saved."""
    form.is_valid()
    message = copy(form.instance)
    for name in WORDS:
        if name in form.fields and name not in form.cleaned_data:
            typed = typed_text(form, name)
            setattr(message, name, preview(typed) if name == "body" else typed)
    for name in {"source_url", "video_url"} & form.errors.keys():
        setattr(message, name, "")  # what is no web address makes no link
    return message


def typed_text(form, name: str) -> str:
    """Return what was typed into a field, no longer than the field may be: nothing reads the rest of it."""
    return form.data.get(form.add_prefix(name), "")[: form.fields[name].max_length].replace("\x00", "")


def in_words(form) -> list[tuple[str, str]]:
    """Return what is wrong in a form: each with the name of its field, or none."""
    return [
        (form.fields[name].label if name in form.fields else "", sentence)
        for name, sentences in form.errors.items()
        if not name.startswith("image")  # these go with a file, and the preview has none
        for sentence in sentences
    ]
