"""Presence in the admin: who else is editing a message, by a heartbeat from the open form."""

from django.db.models import Prefetch
from django.http import JsonResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from core.admin.views import AdminViews
from news.models import EditingSession, Message
from versions.admin.conflicts import newest_version
from versions.admin.three_way_merge import last_saved_by, short_time


class PresenceViews(AdminViews):
    """The heartbeat."""

    def urls(self):
        return [self.url("<int:pk>/presence/", self.heartbeat, "presence", post_only=True)]

    def heartbeat(self, request, pk):
        """Record that the user has a message open, or has closed it; return who else has, and a newer version."""
        message = self.get_editable(request, pk)
        if "gone" in request.POST:
            EditingSession.objects.release(message, request.user)
        else:
            is_writing = request.POST.get("changed") != "0"
            EditingSession.objects.ping(message, request.user, request.at, is_writing=is_writing)
        opened = request.POST.get("version")
        newer = last_saved_by(message) if opened and opened != newest_version(Message, message.pk) else ""
        return JsonResponse({"others": other_editors(message, request), "newer": newer})


def end_session(request, message) -> None:
    """End the user's editing session after a save; where the form stays open, its next heartbeat starts another."""
    EditingSession.objects.release(message, request.user)


def form_context(request, message, can_change: bool) -> dict:
    """Return the template context for a message's form (None: a new message)."""
    context = {"other_editors": other_editors(message, request) if message and message.pk else []}
    if message and message.pk and can_change:
        context["heartbeat_url"] = reverse("admin:news_message_presence", args=[message.pk])
    return context


def other_editors(message: Message, request) -> list[str]:
    """Return a sentence for each other user with a message open."""
    sessions = EditingSession.objects.active(request.at).filter(message=message).exclude(user=request.user)
    writing, reading = (
        _("%(who)s has been editing this since %(time)s."),
        _("%(who)s has had this open since %(time)s."),
    )
    return [
        (writing if session.is_writing else reading)
        % {"who": session, "time": short_time(session.started_at, request.at)}
        for session in sessions
    ]


# In the list


def with_other_editors(queryset, request):
    """Prefetch as `active_sessions` the editing sessions of other users."""
    sessions = EditingSession.objects.active(request.at).exclude(user=request.user)
    return queryset.prefetch_related(Prefetch("editing_sessions", sessions, to_attr="active_sessions"))


def other_editors_html(message: Message) -> str:
    """Return a line for each other user with a listed message open."""
    writing, reading = _("%(who)s has been editing since %(time)s"), _("%(who)s has had it open since %(time)s")
    lines = (
        (writing if session.is_writing else reading)
        % {"who": session, "time": short_time(session.started_at, session.last_seen_at)}
        for session in getattr(message, "active_sessions", ())
    )
    return format_html_join("", '<small class="other-editors">{}</small>', ((line,) for line in lines))
