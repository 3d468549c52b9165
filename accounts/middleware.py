"""Middleware of the admin: limit the size of anonymous requests; log refusals, preview links and exports."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.security_events import Kind, record_event

log = logging.getLogger("accounts")

ADMIN_PREFIX = "/admin/"
MAX_ANONYMOUS_BODY = 256 * 1024  # bytes of a form; a sign-in form has a few hundred

# Routes of other apps whose success is a security event, and the status that means success.
AUDITED_ROUTES = {
    "admin:news_message_preview_links": (Kind.LINK_CREATED, 302),
    "admin:news_message_preview_revoke": (Kind.LINK_REVOKED, 302),
    "admin:news_release_preview_links": (Kind.LINK_CREATED, 302),
    "admin:news_release_preview_revoke": (Kind.LINK_REVOKED, 302),
    "admin:consular_enquiry_export": (Kind.EXPORTED, 200),
}

_has_warned = False


def admin_audit(get_response):
    """Refuse large anonymous requests before their body is read; record security events of the admin."""

    def middleware(request):
        if settings.TRUSTED_PROXY_COUNT == 0:
            warn_about_ignored_proxy(request)
        if not request.path_info.startswith(ADMIN_PREFIX):
            return get_response(request)
        if is_large(request) and not request.user.is_authenticated:
            return HttpResponse(
                _("You are not signed in and the request is too large. Sign in and try again."),
                status=413,
                content_type="text/plain; charset=utf-8",
            )
        response = get_response(request)
        record_outcome(request, response)
        return response

    return middleware


def is_large(request) -> bool:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0) > MAX_ANONYMOUS_BODY
    except ValueError:
        return False


def record_outcome(request, response) -> None:
    """Record that a signed-in user was refused, or has created a preview link, revoked one or exported an enquiry."""
    if getattr(response, "is_repetition", False):  # of a form that was processed before
        return
    match = getattr(request, "resolver_match", None)
    route = (match and match.view_name) or ""
    kind, success = AUDITED_ROUTES.get(route, (None, None))
    if response.status_code == 403:
        kind, detail = Kind.REFUSED, route
    elif kind and request.method == "POST" and response.status_code == success:
        detail = str(next(iter(match.kwargs.values()), ""))
        detail = f"release {detail}" if "_release_" in route else detail
    else:
        return
    if request.user.is_authenticated:
        record_event(kind, account=request.user.pk, request=request, detail=detail)


def warn_about_ignored_proxy(request) -> None:
    """Log once that X-Forwarded-For is sent and ignored because TRUSTED_PROXY_COUNT is 0."""
    global _has_warned
    if not _has_warned and "HTTP_X_FORWARDED_FOR" in request.META:
        _has_warned = True
        log.warning(
            "A request came with X-Forwarded-For, and TRUSTED_PROXY_COUNT is 0. If there is a proxy in front, all "
            "visitors count as one: limits and lock-outs apply to everybody together. Set TRUSTED_PROXY_COUNT=1."
        )
