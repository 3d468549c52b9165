"""The editor in the admin: the views in which it may write its styles."""

from csp.decorators import csp_update
from django.conf import settings


def editor_policy(view):
    """Decorate a view that shows the editor: there, and only there, style attributes are let through."""
    return csp_update(settings.EDITOR_SOURCES)(view)


class EditorAdminMixin:
    """A ModelAdmin whose form has the editor in it."""

    def changeform_view(self, request, *args, **kwargs):
        return editor_policy(super().changeform_view)(request, *args, **kwargs)
