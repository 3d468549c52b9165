"""Advice on the desk: a quiet list beside the form, and what the links of a text answer, checked in the background."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from news import link_checks, links
from news.admin.previews import as_typed, typed_text
from news.advice import LONG_HEADLINE, WORDS_A_MINUTE, advice, length, links_in, mended
from richtext.admin import losses_in


class AdviceMixin:
    """Says what could be better about a message, and never refuses it."""

    def get_urls(self):
        view = self.admin_site.admin_view(never_cache(require_POST(self.links_view)))
        return [path("<int:pk>/links/", view, name="news_message_links"), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        message, typed = obj, ""
        if form.is_bound:
            message, typed = as_typed(form), typed_text(form, "body") if "body" in form.fields else ""
        if message:
            context["advice"] = advice(message, request.at, typed=typed, losses=losses_in(form))
            context["advice_words"], context["advice_minutes"] = length(message)
        context["advice_pace"], context["headline_limit"] = WORDS_A_MINUTE, LONG_HEADLINE  # desk-advice.js counts on
        if obj and obj.pk and not form.is_bound and self.has_change_permission(request, obj) and urls_of(obj):
            context["links_url"] = reverse("admin:news_message_links", args=[obj.pk])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if "body" in form.changed_data:
            for sentence in mended(typed_text(form, "body")):
                self.message_user(request, sentence, messages.WARNING)

    def links_view(self, request, pk):
        """Say which links of the saved text are at fault; 503 while they are being checked in the background."""
        message = self.get_object(request, str(pk))
        if message is None:
            raise Http404
        if not self.has_change_permission(request, message):
            raise PermissionDenied
        faults = link_checks.faults_of(urls_of(message))
        if faults is None:
            return JsonResponse({"busy": True}, status=503, headers={"Retry-After": "2"})
        return JsonResponse({"faults": faults})


def urls_of(message) -> list[str]:
    """Return the web addresses that a message leads to, its source first; those of our own site are not asked."""
    addresses = [message.source_url, *(address for address, _words in links_in(message.body))]
    return links.web_links(addresses, own=urlsplit(settings.SITE_URL).hostname)
