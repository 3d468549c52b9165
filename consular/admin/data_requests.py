"""Data requests (GDPR) in the admin: export of an enquiry as a file, and erasure."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from consular import data_requests
from consular.admin.decorators import enquiry_action, enquiry_or_404, redirect_to_list, require_enquiry_permission
from consular.admin.forms import EraseForm
from consular.models import Enquiry


@enquiry_action
def export(request, model_admin, enquiry):
    """Download everything stored about an enquiry as JSON; the export is logged."""
    exported = data_requests.export_enquiries([enquiry], request.at, request.user)
    name = f'attachment; filename="enquiry-{enquiry.reference}.json"'
    return JsonResponse(
        exported, json_dumps_params={"ensure_ascii": False, "indent": 2}, headers={"Content-Disposition": name}
    )


@require_enquiry_permission("consular.delete_enquiry")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def erase(request, model_admin, pk):
    """Ask for the reason and a confirmation; POST erases the enquiry."""
    form = EraseForm(request.POST if request.method == "POST" else None)
    with transaction.atomic():
        # The encrypted fields are not read: an enquiry can be erased even if its key is lost.
        found = enquiry_or_404(pk, Enquiry.objects.for_list().select_for_update(of=("self",)))
        if form.is_valid():
            found.erase(form.cleaned_data["reason"], at=request.at, by=request.user)
            text = _("%(reference)s has been erased. Only its reference, the date and the reason remain on record.")
            messages.success(request, text % {"reference": found.reference})
            return redirect_to_list()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Erase %(reference)s") % {"reference": found.reference},
        "opts": model_admin.opts,
        "enquiry": found,
        "form": form,
    }
    return render(request, "admin/consular/enquiry/erase.html", context)
