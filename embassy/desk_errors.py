"""The error pages of the desk: in its own frame, with ways on for staff; an expired form gives back what was typed."""

from django.contrib import admin
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from consular.views import csrf_failure as public_csrf_failure

NEVER_SHOWN = ("password", "token", "code", "csrf", "draft_key", "version", "seen")  # in the names of fields
SHORTEST = 20  # characters of a text that is given back


def is_on_desk(request) -> bool:
    """Return whether a request is for the desk, and far enough on its way for the desk's frame."""
    return request.path_info.startswith(reverse("admin:index")) and hasattr(request, "user")


def desk_error(request, status: int, title: str, sentence: str, **more):
    """Return a page of the desk that says what happened and what to do."""
    context = {**admin.site.each_context(request), "title": title, "sentence": sentence, **more}
    response = render(request, "admin/error.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def bad_request(request):
    """The request can’t be read."""
    sentence = _("The request can’t be read, so nothing was changed. Go back to the page before and try again.")
    return desk_error(request, 400, _("This request can’t be read"), sentence)


def forbidden(request):
    """The rights of this user do not reach so far."""
    sentence = _("You do not have the rights for this page. If you need them, ask a site manager.")
    return desk_error(request, 403, _("You cannot open this page"), sentence)


def not_found(request):
    """There is no such page or row on the desk."""
    sentence = _("There is no such page on the desk. The address may be mistyped, or what it showed has been deleted.")
    return desk_error(request, 404, _("Page not found"), sentence)


@sensitive_variables()
def csrf_failure(request, reason=""):
    """Answer a form whose token has expired: on the desk with a page that gives back what was typed."""
    if not is_on_desk(request):
        return public_csrf_failure(request, reason)
    sentence = _(
        "You logged in again after this form was opened, or cookies are off, so nothing was saved. "
        "Open the form again: the text of a message is kept in this browser and offered there."
    )
    typed = typed_texts(request) if admin.site.has_permission(request) else []
    return desk_error(request, 403, _("This form has expired"), sentence, typed=typed, again=form_url(request))


def typed_texts(request) -> list[str]:
    """Return the texts of a refused form that took somebody time to write."""
    return [
        value
        for name, value in request.POST.items()
        if len(value) >= SHORTEST and not any(word in name.lower() for word in NEVER_SHOWN)
    ]


def form_url(request) -> str:
    """Return where the form of a refused request is opened again."""
    return request.get_full_path() if request.path_info.rstrip("/").endswith(("change", "add")) else ""
