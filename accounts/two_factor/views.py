"""Views of the two-step sign-in, and of the user's own two-step verification."""

from django.contrib import admin, messages
from django.contrib.auth.views import LoginView
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp import login as set_session_device

from accounts import form_tokens, known_devices, security_events
from accounts.pages import render_code_form, render_page
from accounts.security_events import Kind
from accounts.two_factor import pending_login, totp
from accounts.two_factor.forms import CodeForm, PasswordForm, TwoFactorSetUpForm

NEW_KEY_SESSION_KEY = "two_factor_key"  # session key: the secret of a phone that is being set up


def two_factor_urls(site):
    """Return the URL patterns of two-step verification for an admin site."""
    return [
        path("login/code/", code_view, name="login_code"),
        path("two-factor/set-up/", form_tokens.once(set_up_view), name="two_factor_set_up"),
        path("two-factor/", site.admin_view(overview_view), name="two_factor"),
        path("two-factor/codes/", site.admin_view(new_codes_view), name="two_factor_codes"),
        path("two-factor/remove/", site.admin_view(remove_view), name="two_factor_remove"),
    ]


# Sign-in


class PasswordStepView(LoginView):
    """The first step: user name and password. Two-step verification, if set up or required, follows."""

    def form_valid(self, form):
        user, next_url = form.get_user(), self.get_success_url()
        self.request.session.flush()  # drop the data of a previous user
        phone = totp.get_totp_device(user)
        if phone is None and not totp.is_two_factor_required(user):
            pending_login.complete_login(self.request, user)
            response = HttpResponseRedirect(next_url)
            known_devices.set_device_cookie(self.request, response, user)
            return response
        pending_login.begin_pending_login(self.request, user, next_url)
        security_events.record_event(Kind.PASSWORD_ACCEPTED, account=user.pk, request=self.request)
        return redirect("admin:login_code" if phone else "admin:two_factor_set_up")


@never_cache
def code_view(request):
    """The second step: a code from the phone, or a backup code."""
    user = pending_login.get_pending_user(request)
    phone = user and totp.get_totp_device(user)
    if not phone:
        return restart_login(request)
    form = CodeForm(request.POST or None, user=user, request=request)
    if request.method == "POST" and form.is_valid():
        if not totp.is_totp_code(form.cleaned_data["code"]):
            text = _(
                "You have used a backup code; you have %(left)d left. Create new ones under “Two-step verification”."
            )
            messages.warning(request, text % {"left": totp.count_backup_codes(user)})
        response = HttpResponseRedirect(pending_login.finish_pending_login(request, user, phone))
        known_devices.set_device_cookie(request, response, user)
        return response
    return render_code_form(request, "accounts/two_factor/code.html", _("Enter your code"), form)


def restart_login(request):
    """Redirect to the sign-in page, with an explanation if a pending sign-in has expired."""
    if request.session.pop(pending_login.KEY, None):
        messages.info(request, _("Your sign-in expired. Enter your password again."))
    return redirect("admin:login")


# Managing it


def overview_view(request):
    return render_page(
        request,
        "accounts/two_factor/overview.html",
        _("Two-step verification"),
        phone=totp.get_totp_device(request.user),
        codes_left=totp.count_backup_codes(request.user),
        is_required=totp.is_two_factor_required(request.user),
    )


@never_cache
@sensitive_post_parameters()
def set_up_view(request):
    """Set up the first or another phone. Also open to a pending sign-in of a user who needs one and has none."""
    user, is_pending = request.user, False
    if not admin.site.has_permission(request):
        user, is_pending = pending_login.get_pending_user(request), True
        if user is None or totp.get_totp_device(user):
            return restart_login(request)
    key = request.session.setdefault(NEW_KEY_SESSION_KEY, totp.create_key())
    form = TwoFactorSetUpForm(request.POST or None, request=request, user=user, key=key, is_pending=is_pending)
    if request.method == "POST" and form.is_valid():
        del request.session[NEW_KEY_SESSION_KEY]
        next_url = reverse("admin:two_factor")
        if is_pending:
            next_url = pending_login.finish_pending_login(request, user, form.device)
        else:
            set_session_device(request, form.device)
        security_events.record_event(Kind.TWO_FACTOR_SET_UP, account=user.pk, request=request)
        response = show_backup_codes(request, user, next_url)
        known_devices.set_device_cookie(request, response, user)
        return response
    return render_page(
        request,
        "accounts/two_factor/set_up.html",
        _("Set up two-step verification"),
        form=form,
        key=totp.format_key(key),
        qr_code=totp.qr_code_svg(key, user),
        account=user.get_username(),
        replaces=not is_pending and totp.get_totp_device(user),
        is_pending=is_pending,
    )


@sensitive_post_parameters()
def new_codes_view(request):
    """Create ten new backup codes, which replace the old ones."""
    if not totp.get_totp_device(request.user):
        return redirect("admin:two_factor")
    form = PasswordForm(request.POST or None, request=request, user=request.user)
    if request.method == "POST" and form.is_valid():
        security_events.record_event(Kind.CODES_CREATED, account=request.user.pk, request=request)
        return show_backup_codes(request, request.user, reverse("admin:two_factor"))
    text = _("You will get ten new codes. Your present codes will no longer work.")
    return render_confirmation(request, _("New backup codes"), form, text, _("Create new codes"))


def show_backup_codes(request, user, next_url):
    """Show ten new backup codes. They are shown only once."""
    codes = totp.create_backup_codes(user)
    text = _("Two-step verification is set up. If you did not see your new backup codes, create others.")
    form_tokens.replace_when_repeated(request, reverse("admin:two_factor"), text)
    return render_page(
        request, "accounts/two_factor/backup_codes.html", _("Your backup codes"), codes=codes, next_url=next_url
    )


@sensitive_post_parameters()
def remove_view(request):
    """Remove the user's own two-step verification, unless it is required."""
    if totp.is_two_factor_required(request.user) or not totp.get_totp_device(request.user):
        return redirect("admin:two_factor")
    form = PasswordForm(request.POST or None, request=request, user=request.user)
    if request.method == "POST" and form.is_valid():
        totp.remove_two_factor(request.user)
        security_events.record_event(Kind.TWO_FACTOR_REMOVED, account=request.user.pk, request=request)
        del request.session[DEVICE_ID_SESSION_KEY]  # this session continues, the others end
        messages.success(
            request, _("Two-step verification has been removed. You now sign in with your password alone.")
        )
        return redirect("admin:two_factor")
    text = _("You will sign in with your password alone. Anybody who learns it can then act in your name.")
    return render_confirmation(request, _("Remove two-step verification"), form, text, _("Remove"))


def render_confirmation(request, title, form, text, button):
    return render_page(request, "accounts/two_factor/confirm_password.html", title, form=form, text=text, button=button)
