"""Editorial hints in the admin: a list beside the form, and link checks in the background."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import JsonResponse
from django.urls import reverse

from core.admin.views import AdminViews
from news import background_link_checks, link_checker
from news.admin.previews import message_as_typed
from news.editorial_hints import MAX_HEADLINE, WORDS_PER_MINUTE, editorial_hints, links_in, sanitiser_hints, text_length
from richtext.admin import losses_of_form
from versions.admin.three_way_merge import typed_text


def form_context(request, form, message, can_change: bool) -> dict:
    """Return the template context for the hints on a message, as typed where the form was sent."""
    context = {"words_per_minute": WORDS_PER_MINUTE, "headline_limit": MAX_HEADLINE}  # for desk-advice.js
    described, typed = message, ""
    if form.is_bound:
        described, typed = message_as_typed(form), typed_text(form, "body") if "body" in form.fields else ""
    if described:
        context["hints"] = editorial_hints(described, request.at, typed=typed, losses=losses_of_form(form))
        context["word_count"], context["reading_minutes"] = text_length(described)
    if message and message.pk and not form.is_bound and can_change and urls_of(message):
        context["links_url"] = reverse("admin:news_message_links", args=[message.pk])
    return context


def report_repairs(request, form) -> None:
    """Warn of the sanitiser's changes to the text of a saved form."""
    if "body" in form.changed_data:
        for sentence in sanitiser_hints(typed_text(form, "body")):
            messages.warning(request, sentence)


class LinkViews(AdminViews):
    """The link check of a saved message, for the script beside its form."""

    def urls(self):
        return [self.url("<int:pk>/links/", self.check_links, "links", post_only=True)]

    def check_links(self, request, pk):
        """Return the broken links of the saved text as JSON; 503 while they are being checked in the background."""
        broken = background_link_checks.broken_links_among(urls_of(self.get_editable(request, pk)))
        if broken is None:
            return JsonResponse({"busy": True}, status=503, headers={"Retry-After": "2"})
        return JsonResponse({"broken_links": broken})


def urls_of(message) -> list[str]:
    """Return the external URLs of a message, its source first."""
    urls = [message.source_url, *(url for url, _text in links_in(message.body))]
    return link_checker.external_urls(urls, own=urlsplit(settings.SITE_URL).hostname)
