"""What every view of the enquiries' desk stands behind: a right, and a page that says so when the keys are wrong."""

from __future__ import annotations

import logging
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from consular.access_log import recording_reads
from consular.models import Enquiry, Erasure
from consular.sealed import WrongKey
from consular.views.private import SeeOther
from editions.ids import is_id

log = logging.getLogger("consular")


def officers(right: str):
    """Say that a view is for those who have a right. The view gets the request, and the enquiries' ModelAdmin.

    Whatever personal data the view decrypts leaves a trace of the officer, also where the view fails.
    """

    def guard(view):
        @wraps(view)
        @sensitive_variables()
        def guarded(request, desk, **kwargs):
            if not request.user.has_perm(right):
                raise PermissionDenied
            try:
                with recording_reads(request.user, request.at):
                    return untold(view(request, desk, **kwargs))
            except Http404:
                return untold(gone(request, desk, kwargs.get("pk", "")))
            except WrongKey:
                log.error("An enquiry can't be opened with any of ENQUIRY_KEYS.")
                context = {**desk.admin_site.each_context(request), "opts": desk.opts, "title": _("A key is missing")}
                return untold(render(request, "admin/consular/enquiry/wrong_key.html", context, status=503))

        return guarded

    return guard


def gone(request, desk, pk: str):
    """Answer for an enquiry that is not there: what is on record where it was erased, or that there never was one."""
    erasure = Erasure.objects.filter(enquiry_pk=pk).first() if is_id(pk) else None
    title = _("This enquiry was erased") if erasure else _("There is no such enquiry")
    context = {**desk.admin_site.each_context(request), "opts": desk.opts, "title": title, "erasure": erasure}
    return render(request, "admin/consular/enquiry/gone.html", context, status=410 if erasure else 404)


def untold(response):
    """Let the address of a response be told to this site alone: under no-referrer, browsers send forms without one."""
    response["Referrer-Policy"] = "same-origin"
    return response


def enquiry_or_404(pk: str, rows=None) -> Enquiry:
    """Return an enquiry by the number in its address."""
    rows = Enquiry.objects.all() if rows is None else rows
    return get_object_or_404(rows.select_related("topic", "assigned_to"), pk=pk if is_id(pk) else None)


def act(view):
    """Say that a view is an officer's act: posted, and done to an enquiry that nobody else can touch meanwhile.

    The view gets the enquiry as it is now, and returns a page where something typed is not right yet; else the officer
    is led back to the enquiry. What the enquiry refuses is said there.
    """

    @officers("consular.change_enquiry")
    @require_POST
    @sensitive_post_parameters()
    @wraps(view)
    def guarded(request, desk, pk):
        try:
            with transaction.atomic():
                enquiry = enquiry_or_404(pk, Enquiry.objects.select_for_update(of=("self",)))
                return view(request, desk, enquiry) or to_page(enquiry)
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return to_page(enquiry)

    return guarded


def typed_survives(desk, view):
    """Wrap a view of the desk: what somebody sends whose session has ended is shown to them again, to be copied.

    Django's own would lead to the login and forget it.
    """

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        typed = (request.POST.get("text") or request.POST.get("note")) if request.method == "POST" else None
        if not typed or "pk" not in kwargs or desk.admin_site.has_permission(request):
            return view(request, *args, **kwargs)
        back = reverse("admin:consular_enquiry_change", args=[kwargs["pk"]])
        context = {
            **desk.admin_site.each_context(request),
            "has_permission": False,
            "is_nav_sidebar_enabled": False,
            "typed": typed,
            "login": reverse("admin:login", query={"next": back}),
            "title": _("Not sent"),
        }
        response = render(request, "admin/consular/enquiry/session_ended.html", context, status=403)
        add_never_cache_headers(response)
        return untold(response)

    return wrapped


def to_page(enquiry: Enquiry):
    """Lead to an enquiry's page."""
    return SeeOther(reverse("admin:consular_enquiry_change", args=[enquiry.pk]))


def to_list(**query):
    """Lead to the list."""
    return SeeOther(reverse("admin:consular_enquiry_changelist", query=query))
