"""Who else is at work on a message: shown on its form and in the list, by a heartbeat from the open page."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, JsonResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from news.admin.conflicts import clock, newest_version, who_saved
from news.models import Message, Presence


class PresenceMixin:
    """The heartbeat of an open form, and what it tells the others."""

    def get_urls(self):
        beat = self.admin_site.admin_view(require_POST(self.beat))
        return [path("<int:pk>/presence/", beat, name="news_message_presence"), *super().get_urls()]

    def beat(self, request, pk):
        """Take note that the officer is at work on a message, or no more; answer with who else is, and what is new."""
        message = self.get_object(request, str(pk))
        if message is None or not self.has_view_permission(request, message):
            raise Http404
        if not self.has_change_permission(request, message):
            raise PermissionDenied
        if "gone" in request.POST:
            Presence.objects.release(message, request.user)
        else:
            is_writing = request.POST.get("changed") != "0"
            Presence.objects.ping(message, request.user, request.at, is_writing=is_writing)
        read = request.POST.get("version")
        newer = who_saved(message) if read and read != newest_version(message.pk) else ""
        return JsonResponse({"others": at_work(message, request), "newer": newer})

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        Presence.objects.release(obj, request.user)  # where the form is shown again, its next beat says so

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and obj.pk and self.has_change_permission(request, obj):
            context["beat_url"] = reverse("admin:news_message_presence", args=[obj.pk])
        context["others"] = at_work(obj, request) if obj and obj.pk else []
        return super().render_change_form(request, context, add, change, form_url, obj)

    # In the list

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if not request.resolver_match or request.resolver_match.url_name != "news_message_changelist":
            return rows
        live = Presence.objects.active(request.at).exclude(user=request.user)
        return rows.prefetch_related(Prefetch("editing_sessions", live, to_attr="live"))

    def get_list_display(self, request):
        names = super().get_list_display(request)
        return ["state_and_hands" if name == "state_in_words" else name for name in names]

    @admin.display(description=gettext_lazy("state"))
    def state_and_hands(self, message):
        """The state, and under it a quiet word where somebody is at work on the message."""
        live = getattr(message, "live", ())
        words = (
            (
                (
                    _("%(who)s is editing since %(time)s")
                    if presence.is_writing
                    else _("%(who)s has it open since %(time)s")
                )
                % {"who": presence, "time": clock(presence.started_at, presence.last_seen_at)},
            )
            for presence in live
        )
        line = format_html_join("", '<small class="at-work">{}</small>', words)
        return format_html("{}{}", self.state_in_words(message), line)


def at_work(message: Message, request) -> list[str]:
    """Return a sentence for each other officer who is at work on a message."""
    live = Presence.objects.active(request.at).filter(message=message).exclude(user=request.user)
    writing, reading = _("%(who)s is editing this since %(time)s."), _("%(who)s has this open since %(time)s.")
    return [
        (writing if presence.is_writing else reading)
        % {"who": presence, "time": clock(presence.started_at, request.at)}
        for presence in live
    ]
