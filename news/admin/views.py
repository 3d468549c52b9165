"""Base class for extra admin views of messages: URLs, permission checks, rendering, redirects."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST


class MessageViews:
    """Views that belong to `MessageAdmin`, in a class of their own: its `get_urls` includes `urls()`."""

    def __init__(self, model_admin):
        self.model_admin = model_admin

    def urls(self) -> list:
        """Return the URL patterns."""
        raise NotImplementedError

    def url(self, route: str, view, name: str, *, post_only: bool = False, kwargs=None):
        """Return a pattern for a view that staff may open, named `news_message_…`; the admin lets nobody cache it."""
        view = require_POST(view) if post_only else view
        return path(route, self.model_admin.admin_site.admin_view(view), kwargs, name=f"news_message_{name}")

    def get_message(self, request, pk):
        """Return a message that the user may view; raise Http404 otherwise."""
        message = self.model_admin.get_object(request, str(pk))
        if message is None or not self.model_admin.has_view_permission(request, message):
            raise Http404
        return message

    def get_editable_message(self, request, pk):
        """Return a message that the user may change; raise Http404 or PermissionDenied otherwise."""
        message = self.get_message(request, pk)
        if not self.model_admin.has_change_permission(request, message):
            raise PermissionDenied
        return message

    def render(self, request, template: str, *, status: int = 200, **context):
        """Return an admin page from a template in admin/news/message/."""
        context = {**self.model_admin.admin_site.each_context(request), "opts": self.model_admin.opts, **context}
        return TemplateResponse(request, f"admin/news/message/{template}", context, status=status)


def redirect_to_form(message, anchor: str = ""):
    """Redirect to the change form of a message."""
    return HttpResponseRedirect(reverse("admin:news_message_change", args=[message.pk]) + anchor)


def redirect_to_list():
    """Redirect to the list of messages."""
    return HttpResponseRedirect(reverse("admin:news_message_changelist"))
