"""Reauthentication ("sudo mode"): prove one's identity again before accounts or passwords change (ASVS 5.0, 7.5.1)."""

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
from accounts.pages import render_code_form
from accounts.two_factor import totp
from accounts.two_factor.forms import ReauthenticationForm

POST_MAX_AGE = timedelta(hours=1)  # for a form that was opened within VERIFIED_FOR and is submitted later


def require_reauthentication(request):
    """Return a redirect to `verify`; None within 30 minutes of it (an hour for a POST).

    Users without access to the admin are not redirected: the view refuses them.
    """
    if not request.user.is_authenticated or not request.user.is_staff:
        return None
    within = POST_MAX_AGE if request.method == "POST" else sessions.VERIFICATION_MAX_AGE
    if sessions.is_recently_verified(request.session, request.at, within):
        return None
    if request.method == "POST":
        messages.warning(request, _("Nothing was changed because your confirmation expired. Confirm and try again."))
    return HttpResponseRedirect(f"{reverse('admin:verify')}?{urlencode({'next': request.get_full_path()})}")


@never_cache
@sensitive_post_parameters()
def reauthenticate(request):
    """Ask for the password, with two-step verification also for a code; then redirect to `next`."""
    next_url = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(next_url, allowed_hosts=None) or not next_url.startswith("/admin/"):
        next_url = reverse("admin:index")
    form = ReauthenticationForm(
        request.POST or None, request=request, user=request.user, with_code=bool(totp.get_totp_device(request.user))
    )
    if request.method == "POST" and form.is_valid():
        sessions.mark_verified(request.session, request.at)
        return redirect(next_url)
    return render_code_form(request, "accounts/reauthenticate.html", _("Confirm your identity"), form)
