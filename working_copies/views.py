"""The URL to which a form of the admin sends what is typed, every few seconds."""

import json

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.admin.views import AdminViews
from core.ids import is_valid_pk
from versions.admin.conflicts import draft_key
from working_copies.models import MAX_CHARACTERS, WorkingCopy, typed_title
from working_copies.restoring import form_inputs

MAX_TIME = 2**53  # the largest whole number of a browser


class WorkingCopyViews(AdminViews):
    """Storing and discarding the working copies of a ModelAdmin's forms."""

    def urls(self):
        return [
            self.url("working-copy/", self.store, "working_copy_new", post_only=True),
            self.url("<int:pk>/working-copy/", self.store, "working_copy", post_only=True),
        ]

    def store(self, request, pk=None):
        """Store what was typed (204), refuse a text that is too long (413), or discard an earlier one (302)."""
        key = draft_key(request)
        if "discard" in request.POST:
            return self.discard(request, pk, key)
        row = self.get_editable(request, pk) if pk else None
        if row is None and not self.model_admin.has_add_permission(request):
            raise PermissionDenied
        if not key:
            return JsonResponse({"error": _("The form has no key.")}, status=400)
        inputs = self.typed_inputs(request, row)
        data = json.dumps(inputs, ensure_ascii=False, sort_keys=True)
        if len(data) > MAX_CHARACTERS:
            return JsonResponse({"error": _("This is too long to be kept while you type. Save it.")}, status=413)
        version = request.POST.get("version", "")
        WorkingCopy.objects.store(
            request.user,
            key,
            at=request.at,
            model=self.opts.label_lower,
            object_id=pk,
            version=version if is_valid_pk(version) else "",
            data=data,
            title=typed_title(self.opts.model, inputs).replace("\x00", ""),
            typed_at=posted_time(request),
        )
        return HttpResponse(status=204)

    def discard(self, request, pk, key: str):
        """Erase a text of the user's own, and return to the form."""
        row = self.get_visible(request, pk) if pk else None
        for copy in WorkingCopy.objects.of_form(request.user, self.opts.model, pk, request.at).filter(form_key=key):
            WorkingCopy.objects.close(request.user, copy.form_key, at=request.at, typed_at=posted_time(request))
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return HttpResponseRedirect(reverse(f"{name}_change", args=[pk]) if row else reverse(f"{name}_add"))

    def typed_inputs(self, request, row) -> dict[str, list[str]]:
        """Return the posted inputs that belong to fields of the form or of its formsets."""
        fields = self.model_admin.get_form(request, row, change=row is not None).base_fields
        formsets = self.model_admin.get_formsets_with_inlines(request, row)
        prefixes = {formset.get_default_prefix() for formset, _inline in formsets}
        return form_inputs(request.POST, set(fields), prefixes)


def posted_time(request) -> int:
    """Return when the posted text was typed, by the browser's clock; 0 without a valid time."""
    text = request.POST.get("typed_at", "")
    return min(int(text), MAX_TIME) if is_valid_pk(text) else 0
