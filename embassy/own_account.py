"""Views of one's own account: change the password, choose one by a link in an e-mail, list and end sessions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import PasswordResetConfirmView
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import devices, events, sessions
from accounts.passwords import AnyLink
from embassy import verification
from embassy.account_forms import OwnPasswordForm
from embassy.second_factor import factor
from embassy.second_factor.half_way import MUST_CHANGE
from embassy.second_factor.pages import page


@never_cache
@sensitive_post_parameters()
def password_change(request, context):
    """Change one's own password; wrong old passwords count for login throttling."""
    if factor.phone_of(request.user) and (response := verification.ask(request)):
        return response
    form = OwnPasswordForm(request.user, request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        form.save()
        request.session.pop(MUST_CHANGE, None)
        update_session_auth_hash(request, form.user)  # the other sessions end
        sessions.verify(request.session, request.at)
        response = redirect("admin:password_change_done")
        devices.remember(request, response, form.user)
        return response
    return page(
        request,
        "second_factor/password_change.html",
        _("Change your password"),
        form=form,
        must_change=MUST_CHANGE in request.session,
        **{name: value for name, value in context.items() if name != "title"},
    )


class ChoosePassword(PasswordResetConfirmView):
    """The page behind the link of an invitation or a password reset."""

    token_generator = AnyLink()

    def form_valid(self, form):
        response = super().form_valid(form)
        sessions.end_all(form.user)
        devices.remember(self.request, response, form.user)  # so that no lock-out applies to this browser
        return response


@never_cache
def own_sessions(request):
    """List one's own sessions; on POST end all others."""
    if request.method == "POST":
        ended = sessions.end_all(request.user, keep=request.session.session_key)
        events.record(events.Kind.SESSIONS_ENDED, account=request.user.pk, request=request)
        messages.success(request, _("Your other sessions have ended: %(count)d.") % {"count": ended})
        return redirect("admin:own_sessions")
    context = {
        "sessions": sessions.list_of(request.user, request.at),
        "current": request.session.session_key,
    }
    return page(request, "second_factor/sessions.html", _("Your sessions"), **context)
