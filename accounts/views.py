"""Views of the user's own account: change the password, choose one by a link in an e-mail, list and end sessions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import PasswordResetConfirmView
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import known_devices, reauthentication, security_events, sessions
from accounts.forms import OwnPasswordForm
from accounts.pages import render_page
from accounts.passwords import AnyPasswordToken
from accounts.two_factor import totp
from accounts.two_factor.pending_login import MUST_CHANGE_KEY


@never_cache
@sensitive_post_parameters()
def password_change_view(request, context):
    """Change the user's own password; wrong old passwords count for login throttling."""
    if totp.get_totp_device(request.user) and (response := reauthentication.require_reauthentication(request)):
        return response
    form = OwnPasswordForm(request.user, request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        form.save()
        request.session.pop(MUST_CHANGE_KEY, None)
        update_session_auth_hash(request, form.user)  # the other sessions end
        sessions.mark_verified(request.session, request.at)
        response = redirect("admin:password_change_done")
        known_devices.set_device_cookie(request, response, form.user)
        return response
    return render_page(
        request,
        "accounts/password_change.html",
        _("Change your password"),
        form=form,
        must_change=MUST_CHANGE_KEY in request.session,
        **{name: value for name, value in context.items() if name != "title"},
    )


class PasswordChoiceView(PasswordResetConfirmView):
    """The page behind the link of an invitation or a password reset."""

    token_generator = AnyPasswordToken()

    def form_valid(self, form):
        response = super().form_valid(form)
        sessions.end_sessions(form.user)
        known_devices.set_device_cookie(
            self.request, response, form.user
        )  # so that no lock-out applies to this browser
        return response


@never_cache
def own_sessions_view(request):
    """List the user's sessions; on POST end all others."""
    if request.method == "POST":
        ended = sessions.end_sessions(request.user, keep=request.session.session_key)
        security_events.record_event(security_events.Kind.SESSIONS_ENDED, account=request.user.pk, request=request)
        messages.success(request, _("Your other sessions have ended: %(count)d.") % {"count": ended})
        return redirect("admin:own_sessions")
    context = {
        "sessions": sessions.list_sessions(request.user, request.at),
        "current": request.session.session_key,
    }
    return render_page(request, "accounts/sessions.html", _("Your sessions"), **context)
