"""Decorators of the enquiry views in the admin: permission, access log, missing keys, expired sessions."""

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
from consular.encryption import DecryptionError
from consular.models import Enquiry, Erasure
from consular.views.privacy import SeeOther
from core.ids import is_valid_pk

log = logging.getLogger("consular")


def require_enquiry_permission(permission: str):
    """Decorator of a view `(request, model_admin, …)` that requires a permission.

    All personal data that the view decrypts is logged, even if the view fails.
    """

    def guard(view):
        @wraps(view)
        @sensitive_variables()
        def guarded(request, model_admin, **kwargs):
            if not request.user.has_perm(permission):
                raise PermissionDenied
            try:
                with recording_reads(request.user, request.at):
                    return same_origin_referrer(view(request, model_admin, **kwargs))
            except Http404:
                return same_origin_referrer(gone_page(request, model_admin, kwargs.get("pk", "")))
            except DecryptionError:
                log.error("An enquiry cannot be decrypted with any of ENQUIRY_KEYS.")
                context = {
                    **model_admin.admin_site.each_context(request),
                    "opts": model_admin.opts,
                    "title": _("Encryption key missing"),
                }
                return same_origin_referrer(
                    render(request, "admin/consular/enquiry/wrong_key.html", context, status=503)
                )

        return guarded

    return guard


def gone_page(request, model_admin, pk: str):
    """Return the page of an erased enquiry (410), or of one that never existed (404)."""
    erasure = Erasure.objects.filter(enquiry_pk=pk).first() if is_valid_pk(pk) else None
    title = _("This enquiry was erased") if erasure else _("Enquiry not found")
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": title,
        "erasure": erasure,
    }
    return render(request, "admin/consular/enquiry/gone.html", context, status=410 if erasure else 404)


def same_origin_referrer(response):
    """Limit the referrer to this site (with no-referrer, browsers send forms with a null origin), and return it."""
    response["Referrer-Policy"] = "same-origin"
    return response


def enquiry_or_404(pk: str, rows=None) -> Enquiry:
    """Return an enquiry by the id in the URL."""
    rows = Enquiry.objects.all() if rows is None else rows
    return get_object_or_404(rows.select_related("topic", "assigned_to"), pk=pk if is_valid_pk(pk) else None)


def enquiry_action(view):
    """Decorator of a POST view `(request, model_admin, enquiry)` that changes an enquiry, which is locked.

    The view returns a page if its form is invalid, else None: then the officer is redirected to the enquiry. A
    ValidationError of the workflow is shown there as a message.
    """

    @require_enquiry_permission("consular.change_enquiry")
    @require_POST
    @sensitive_post_parameters()
    @wraps(view)
    def guarded(request, model_admin, pk):
        try:
            with transaction.atomic():
                enquiry = enquiry_or_404(pk, Enquiry.objects.select_for_update(of=("self",)))
                return view(request, model_admin, enquiry) or redirect_to_enquiry(enquiry)
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return redirect_to_enquiry(enquiry)

    return guarded


def preserve_post_on_logout(model_admin, view):
    """Wrap an admin view: text posted after the session has expired is shown to be copied.

    Django's own view would redirect to the sign-in page and lose it.
    """

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        typed = (request.POST.get("text") or request.POST.get("note")) if request.method == "POST" else None
        if not typed or "pk" not in kwargs or model_admin.admin_site.has_permission(request):
            return view(request, *args, **kwargs)
        back = reverse("admin:consular_enquiry_change", args=[kwargs["pk"]])
        context = {
            **model_admin.admin_site.each_context(request),
            "has_permission": False,
            "is_nav_sidebar_enabled": False,
            "typed": typed,
            "login": reverse("admin:login", query={"next": back}),
            "title": _("Not sent"),
        }
        response = render(request, "admin/consular/enquiry/session_ended.html", context, status=403)
        add_never_cache_headers(response)
        return same_origin_referrer(response)

    return wrapped


def redirect_to_enquiry(enquiry: Enquiry):
    """Redirect to an enquiry's page."""
    return SeeOther(reverse("admin:consular_enquiry_change", args=[enquiry.pk]))


def redirect_to_list(**query):
    """Redirect to the list."""
    return SeeOther(reverse("admin:consular_enquiry_changelist", query=query))
