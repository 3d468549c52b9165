"""Proving once more who one is, before other people's accounts or one's own password are changed (ASVS 5.0, 7.5.1)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import sessions
from embassy.second_factor import factor
from embassy.second_factor.forms import VerificationForm
from embassy.second_factor.pages import page

A_FORM = timedelta(hours=1)  # that a form may be open which was asked for in time


def ask(request):
    """Return where to prove who one is, None where that was done within 30 minutes (an hour, for a form that is sent).

    Those without rights are not asked: the view refuses them.
    """
    if not request.user.is_authenticated or not request.user.is_staff:
        return None
    within = A_FORM if request.method == "POST" else sessions.VERIFIED_FOR
    if sessions.is_verified(request.session, request.at, within):
        return None
    if request.method == "POST":
        messages.warning(request, _("Nothing was changed: it took too long. Log in once more and try again."))
    then = request.get_full_path()
    return HttpResponseRedirect(f"{reverse('admin:verify')}?{urlencode({'next': then})}")


@never_cache
@sensitive_post_parameters()
def verify(request):
    """Ask for the password, and for a code where there is a second factor; then lead on."""
    then = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(then, allowed_hosts=None) or not then.startswith("/admin/"):
        then = reverse("admin:index")
    form = VerificationForm(
        request.POST or None, request=request, user=request.user, with_code=bool(factor.phone_of(request.user))
    )
    if request.method == "POST" and form.is_valid():
        sessions.verify(request.session, request.at)
        return redirect(then)
    waits = form.waits_until
    answer = page(request, "verify", _("Confirm that it is you"), form=form, status=429 if waits else 200)
    if waits:
        answer["Retry-After"] = max(1, round((waits - request.at).total_seconds()))
    return answer
