"""Views of the two-step sign-in, and of one's own two-step verification."""

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

from accounts import devices, events
from accounts.events import Kind
from embassy.second_factor import factor, half_way
from embassy.second_factor.forms import CodeForm, PasswordForm, SetUpForm
from embassy.second_factor.pages import form_response, page

NEW_KEY = "second_factor_key"  # session key: the secret of a phone that is being set up


def urls(site):
    """Return the URL patterns of two-step verification for an admin site."""
    return [
        path("login/code/", code, name="login_code"),
        path("two-factor/set-up/", set_up, name="two_factor_set_up"),
        path("two-factor/", site.admin_view(overview), name="two_factor"),
        path("two-factor/codes/", site.admin_view(new_codes), name="two_factor_codes"),
        path("two-factor/remove/", site.admin_view(remove), name="two_factor_remove"),
    ]


# Sign-in


class PasswordStep(LoginView):
    """The first step: user name and password. Two-step verification, if set up or required, follows."""

    def form_valid(self, form):
        user, next_url = form.get_user(), self.get_success_url()
        self.request.session.flush()  # drop the data of a previous user
        phone = factor.phone_of(user)
        if phone is None and not factor.is_needed(user):
            half_way.log_in(self.request, user)
            response = HttpResponseRedirect(next_url)
            devices.remember(self.request, response, user)
            return response
        half_way.begin(self.request, user, next_url)
        events.record(Kind.PASSWORD_ACCEPTED, account=user.pk, request=self.request)
        return redirect("admin:login_code" if phone else "admin:two_factor_set_up")


@never_cache
def code(request):
    """The second step: a code from the phone, or a backup code."""
    user = half_way.who(request)
    phone = user and factor.phone_of(user)
    if not phone:
        return begin_again(request)
    form = CodeForm(request.POST or None, user=user, request=request)
    if request.method == "POST" and form.is_valid():
        if not factor.is_code(form.cleaned_data["code"]):
            text = _(
                "You have used a backup code; you have %(left)d left. Create new ones under “Two-step verification”."
            )
            messages.warning(request, text % {"left": factor.backup_codes_left(user)})
        response = HttpResponseRedirect(half_way.finish(request, user, phone))
        devices.remember(request, response, user)
        return response
    return form_response(request, "second_factor/code.html", _("Enter your code"), form)


def begin_again(request):
    """Redirect to the sign-in page, with an explanation if a pending sign-in has expired."""
    if request.session.pop(half_way.KEY, None):
        messages.info(request, _("Your sign-in expired. Enter your password again."))
    return redirect("admin:login")


# Managing it


def overview(request):
    return page(
        request,
        "second_factor/overview.html",
        _("Two-step verification"),
        phone=factor.phone_of(request.user),
        codes_left=factor.backup_codes_left(request.user),
        is_required=factor.is_needed(request.user),
    )


@never_cache
@sensitive_post_parameters()
def set_up(request):
    """Set up the first or another phone. Also open to a pending sign-in of a user who needs one and has none."""
    user, is_pending = request.user, False
    if not admin.site.has_permission(request):
        user, is_pending = half_way.who(request), True
        if user is None or factor.phone_of(user):
            return begin_again(request)
    key = request.session.setdefault(NEW_KEY, factor.new_key())
    form = SetUpForm(request.POST or None, request=request, user=user, key=key, is_pending=is_pending)
    if request.method == "POST" and form.is_valid():
        del request.session[NEW_KEY]
        next_url = reverse("admin:two_factor")
        if is_pending:
            next_url = half_way.finish(request, user, form.device)
        else:
            set_session_device(request, form.device)
        events.record(Kind.TWO_FACTOR_SET_UP, account=user.pk, request=request)
        response = show_codes(request, user, next_url)
        devices.remember(request, response, user)
        return response
    return page(
        request,
        "second_factor/set_up.html",
        _("Set up two-step verification"),
        form=form,
        key=factor.in_words(key),
        qr_code=factor.picture(key, user),
        account=user.get_username(),
        replaces=not is_pending and factor.phone_of(user),
        is_pending=is_pending,
    )


@sensitive_post_parameters()
def new_codes(request):
    """Create ten new backup codes, which replace the old ones."""
    if not factor.phone_of(request.user):
        return redirect("admin:two_factor")
    form = PasswordForm(request.POST or None, request=request, user=request.user)
    if request.method == "POST" and form.is_valid():
        events.record(Kind.CODES_CREATED, account=request.user.pk, request=request)
        return show_codes(request, request.user, reverse("admin:two_factor"))
    text = _("You will get ten new codes. Your present codes will no longer work.")
    return confirmation(request, _("New backup codes"), form, text, _("Create new codes"))


def show_codes(request, user, next_url):
    """Show ten new backup codes. They are shown only once."""
    codes = factor.new_backup_codes(user)
    return page(request, "second_factor/codes.html", _("Your backup codes"), codes=codes, next_url=next_url)


@sensitive_post_parameters()
def remove(request):
    """Remove one's own two-step verification, unless it is required."""
    if factor.is_needed(request.user) or not factor.phone_of(request.user):
        return redirect("admin:two_factor")
    form = PasswordForm(request.POST or None, request=request, user=request.user)
    if request.method == "POST" and form.is_valid():
        factor.remove(request.user)
        events.record(Kind.TWO_FACTOR_REMOVED, account=request.user.pk, request=request)
        del request.session[DEVICE_ID_SESSION_KEY]  # this session continues, the others end
        messages.success(
            request, _("Two-step verification has been removed. You now sign in with your password alone.")
        )
        return redirect("admin:two_factor")
    text = _("You will sign in with your password alone. Anybody who learns it can then act in your name.")
    return confirmation(request, _("Remove two-step verification"), form, text, _("Remove"))


def confirmation(request, title, form, text, button):
    return page(request, "second_factor/sure.html", title, form=form, text=text, button=button)
