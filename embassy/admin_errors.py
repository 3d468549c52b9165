"""Error pages of the admin: in its own layout; an expired form shows the texts that were typed, to be copied."""

from django.contrib import admin
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from consular.views import csrf_failure as public_csrf_failure

HIDDEN_FIELD_PARTS = (
    "password",
    "token",
    "code",
    "csrf",
    "draft_key",
    "version",
    "seen",
    "_zone",
)  # parts of field names
MIN_TEXT_LENGTH = 20  # characters of a text that is worth copying


def is_admin_request(request) -> bool:
    """Return whether a request is for the admin and has passed the middleware that its layout needs."""
    return request.path_info.startswith(reverse("admin:index")) and hasattr(request, "user")


def render_error(request, status: int, title: str, sentence: str, **more):
    """Return an error page with a title and a sentence that explains what to do."""
    context = {**admin.site.each_context(request), "title": title, "sentence": sentence, **more}
    response = render(request, "admin/error.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def admin_bad_request(request):
    sentence = _("The request is not valid, so nothing was changed. Go back to the previous page and try again.")
    return render_error(request, 400, _("Bad request"), sentence)


def admin_permission_denied(request):
    sentence = _("You do not have permission to view this page. If you need it, ask a site manager.")
    return render_error(request, 403, _("You cannot open this page"), sentence)


def admin_not_found(request):
    sentence = _("Check the web address. The page may have been deleted.")
    return render_error(request, 404, _("Page not found"), sentence)


def admin_server_error(request, is_unavailable: bool):
    """Return 503 if the database or the file storage is unavailable, otherwise 500."""
    if is_unavailable:
        sentence = _("Our database or file storage is not responding. Nothing was saved. Try again in a minute.")
    else:
        sentence = _("Something went wrong on our side. The error has been logged. Go back, and try again in a minute.")
    title = _("Sorry, there is a problem with the service")
    return render_error(request, 503 if is_unavailable else 500, title, sentence, request_id=getattr(request, "id", ""))


@sensitive_variables()
def csrf_failure(request, reason=""):
    """CSRF_FAILURE_VIEW: in the admin, show the texts that were typed; on the public site, its own page."""
    if not is_admin_request(request):
        return public_csrf_failure(request, reason)
    sentence = _(
        "Nothing was saved, because you signed in again after opening this form, or cookies are off. "
        "Open the form again: the text of a message is stored in this browser and offered there."
    )
    typed = submitted_texts(request) if admin.site.has_permission(request) else []
    return render_error(request, 403, _("This form has expired"), sentence, typed=typed, again=form_url(request))


def submitted_texts(request) -> list[str]:
    """Return the longer texts of a refused form."""
    return [
        value
        for name, value in request.POST.items()
        if len(value) >= MIN_TEXT_LENGTH and not any(word in name.lower() for word in HIDDEN_FIELD_PARTS)
    ]


def form_url(request) -> str:
    """Return the URL at which the form can be opened again; "" for other requests."""
    return request.get_full_path() if request.path_info.rstrip("/").endswith(("change", "add")) else ""
