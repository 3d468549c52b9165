"""Preview of a page in the admin: with the text in the submitted form, or as last saved."""

from copy import copy

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.admin.views import AdminViews
from richtext.fields import preview_html
from versions.admin.three_way_merge import typed_text


class PreviewViews(AdminViews):
    """The preview, which saves nothing."""

    def urls(self):
        return [
            self.url("preview/", self.preview_new, "preview_new"),
            self.url("<int:pk>/preview/", self.preview, "preview"),
        ]

    def preview_new(self, request):
        """Show a page that was never saved."""
        if not self.model_admin.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:pages_page_add"))
        return self.render_preview(request, None)

    def preview(self, request, pk):
        """Show a page or a change: with the text in the submitted form, or by GET as last saved."""
        return self.render_preview(request, self.get_visible(request, pk))

    def render_preview(self, request, page):
        errors = []
        if is_unsaved := request.method == "POST":
            if page and not self.model_admin.has_change_permission(request, page):
                raise PermissionDenied
            form = self.model_admin.get_form(request, page, change=bool(page))(request.POST, instance=page)
            page, errors = page_as_typed(form), labelled_errors(form)
            page.title = page.title or _("No title yet")
        context = {"page": page, "is_unsaved": is_unsaved, "errors": errors}
        return render(request, "pages/preview.html", context)


def page_as_typed(form):
    """Return the page that a bound form describes, valid or not; it must not be saved."""
    form.is_valid()
    page = copy(form.instance)
    for name in ("title", "body"):
        if name in form.fields and name not in form.cleaned_data:
            typed = typed_text(form, name)
            setattr(page, name, preview_html(typed) if name == "body" else typed)
    return page


def labelled_errors(form) -> list[tuple[str, str]]:
    """Return the errors of a form, each with the label of its field or ""."""
    return [
        (form.fields[name].label if name in form.fields else "", sentence)
        for name, sentences in form.errors.items()
        for sentence in sentences
    ]
