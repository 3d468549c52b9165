"""Base class for extra views of a ModelAdmin: URLs, permission checks, rendering, redirects."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST


class AdminViews:
    """Views that belong to a ModelAdmin, in a class of their own: its `get_urls` includes `urls()`."""

    default_templates = "admin"  # the folder of templates that the model does not replace by its own

    def __init__(self, model_admin):
        self.model_admin = model_admin
        self.opts = model_admin.opts

    def urls(self) -> list:
        """Return the URL patterns."""
        raise NotImplementedError

    def url(self, route: str, view, name: str, *, post_only: bool = False, kwargs=None):
        """Return a pattern for a view that only staff may open and no cache stores, named `app_model_name`."""
        view = require_POST(view) if post_only else view
        name = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        return path(route, self.model_admin.admin_site.admin_view(view), kwargs, name=name)

    def get_visible(self, request, pk):
        """Return a row that the user may view; raise Http404 otherwise."""
        row = self.model_admin.get_object(request, str(pk))
        if row is None or not self.model_admin.has_view_permission(request, row):
            raise Http404
        return row

    def get_editable(self, request, pk):
        """Return a row that the user may change; raise Http404 or PermissionDenied otherwise."""
        row = self.get_visible(request, pk)
        if not self.model_admin.has_change_permission(request, row):
            raise PermissionDenied
        return row

    def render(self, request, template: str, *, status: int = 200, **context):
        """Return an admin page from a template in admin/app/model/, or in the folder `default_templates`."""
        context = {**self.model_admin.admin_site.each_context(request), "opts": self.opts, **context}
        folders = [f"admin/{self.opts.app_label}/{self.opts.model_name}", self.default_templates]
        return TemplateResponse(request, [f"{folder}/{template}" for folder in folders], context, status=status)


def redirect_to_form(row, anchor: str = ""):
    """Redirect to the change form of a row."""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return HttpResponseRedirect(reverse(name, args=[row.pk]) + anchor)


def redirect_to_list(model):
    """Redirect to the list of a model's rows."""
    return HttpResponseRedirect(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
