"""What the law gives a person, by button: all that is kept of an enquiry as a file, and the enquiry gone."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from consular import persons
from consular.admin.forms import EraseForm
from consular.admin.guards import act, enquiry_or_404, officers, to_list
from consular.models import Enquiry


@act
def export(request, desk, enquiry):
    """All that is kept of an enquiry, as a file. That it was given out is recorded."""
    kept = persons.export([enquiry], request.at, request.user)
    name = f'attachment; filename="enquiry-{enquiry.reference}.json"'
    return JsonResponse(
        kept, json_dumps_params={"ensure_ascii": False, "indent": 2}, headers={"Content-Disposition": name}
    )


@officers("consular.delete_enquiry")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def erase(request, desk, pk):
    """Ask why, and once more, then erase an enquiry for good."""
    form = EraseForm(request.POST if request.method == "POST" else None)
    with transaction.atomic():
        # Nothing sealed is read: what no key opens any more can be erased, too.
        found = enquiry_or_404(pk, Enquiry.objects.for_list().select_for_update(of=("self",)))
        if form.is_valid():
            found.erase(form.cleaned_data["reason"], at=request.at, by=request.user)
            text = _("%(reference)s is erased. Its reference and the day stay on record, and nothing else.")
            messages.success(request, text % {"reference": found.reference})
            return to_list()
    context = {
        **desk.admin_site.each_context(request),
        "title": _("Erase %(reference)s") % {"reference": found.reference},
        "opts": desk.opts,
        "enquiry": found,
        "form": form,
    }
    return render(request, "admin/consular/enquiry/erase.html", context)
