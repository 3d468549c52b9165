"""Preview of a row in the admin: with the text in the submitted form, valid or not, or as last saved.

The live preview (static/desk-preview.js) shows the same page in a frame beside the text.
"""

from copy import copy

from csp.constants import SELF
from csp.decorators import csp_replace
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.clickjacking import xframe_options_sameorigin

from core.admin.views import AdminViews
from richtext.fields import preview_html
from versions.admin.three_way_merge import typed_text

IN_FRAME = "_in_frame"  # the field of a form that is sent to the frame beside the text


class FormPreviewViews(AdminViews):
    """The preview, which saves nothing. A subclass has the template and its context."""

    template = ""

    def urls(self):
        return [
            self.url("preview/", self.preview_new, "preview_new"),
            self.url("<int:pk>/preview/", self.preview, "preview"),
        ]

    def preview_new(self, request):
        """Show a row that was never saved."""
        if not self.model_admin.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add"))
        return self.respond(request, None)

    def preview(self, request, pk):
        """Show a row: with the text in the submitted form, or by GET as last saved."""
        return self.respond(request, self.get_visible(request, pk))

    def respond(self, request, row):
        """Return the preview; the desk may show it in a frame if it was sent to one, which needs a CSRF token."""
        is_in_frame = request.method == "POST" and IN_FRAME in request.POST
        view = allow_frame(self.render_preview) if is_in_frame else self.render_preview
        return view(request, row, is_in_frame)

    def render_preview(self, request, row, is_in_frame):
        errors, is_unsaved = [], request.method == "POST"
        if is_unsaved:
            form_class = self.model_admin.get_form(request, row, change=bool(row))
            form = form_class(request.POST, MultiValueDict(), instance=row)  # without files: images as saved
            row, errors = self.row_as_typed(form), labelled_errors(form)
        context = {"is_unsaved": is_unsaved, "errors": errors, "is_in_frame": is_in_frame}
        return render(request, self.template, self.context(request, row) | context)

    def context(self, request, row) -> dict:
        """Return the template context of a row."""
        raise NotImplementedError

    def row_as_typed(self, form):
        """Return the row that a bound form describes, with texts as typed even where they are invalid."""
        raise NotImplementedError


def allow_frame(view):
    """Decorate a view whose page may be in a frame on this site, and nowhere else."""
    return csp_replace({"frame-ancestors": [SELF]})(xframe_options_sameorigin(view))


def row_as_typed(form, text_fields):
    """Return the row that a bound form describes, valid or not, with texts as typed; it must not be saved."""
    form.is_valid()
    row = copy(form.instance)
    for name in text_fields:
        if name in form.fields and name not in form.cleaned_data:
            typed = typed_text(form, name)
            setattr(row, name, preview_html(typed) if name == "body" else typed)
    return row


def labelled_errors(form) -> list[tuple[str, str]]:
    """Return the errors of a form, each with the label of its field or ""; without those that need an image file."""
    return [
        (form.fields[name].label if name in form.fields else "", sentence)
        for name, sentences in form.errors.items()
        if not name.startswith("image")
        for sentence in sentences
    ]
