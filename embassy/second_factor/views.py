"""Logging in by two steps, and the page on which staff look after their second factor."""

from django.contrib import admin, messages
from django.contrib.auth.views import LoginView
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp import login as name_device

from accounts import devices, events
from accounts.events import Kind
from embassy.second_factor import factor, half_way
from embassy.second_factor.forms import CodeForm, PasswordForm, SetUpForm
from embassy.second_factor.pages import page

NEW_KEY = "second_factor_key"  # in the session: the secret of a phone that is being set up


def urls(site):
    """Return the addresses of the second factor on the desk."""
    return [
        path("login/code/", code, name="login_code"),
        path("second-factor/set-up/", set_up, name="second_factor_set_up"),
        path("second-factor/", site.admin_view(overview), name="second_factor"),
        path("second-factor/codes/", site.admin_view(new_codes), name="second_factor_codes"),
        path("second-factor/remove/", site.admin_view(remove), name="second_factor_remove"),
    ]


# Logging in


class PasswordStep(LoginView):
    """The first step: name and password. Who has a second factor, or needs one, is not logged in by them alone."""

    def form_valid(self, form):
        user, then = form.get_user(), self.get_success_url()
        self.request.session.flush()  # nothing of the person who was here before goes along
        phone = factor.phone_of(user)
        if phone is None and not factor.is_needed(user):
            half_way.log_in(self.request, user)
            answer = HttpResponseRedirect(then)
            devices.remember(self.request, answer, user)
            return answer
        half_way.begin(self.request, user, then)
        events.record(Kind.PASSWORD_ACCEPTED, account=user.pk, request=self.request)
        return redirect("admin:login_code" if phone else "admin:second_factor_set_up")


@never_cache
def code(request):
    """The second step: the code of the phone, or a backup code."""
    user = half_way.who(request)
    phone = user and factor.phone_of(user)
    if not phone:
        return begin_again(request)
    form = CodeForm(request.POST or None, user=user, request=request)
    if request.method == "POST" and form.is_valid():
        left = factor.backup_codes_left(user)
        if not factor.is_code(form.cleaned_data["code"]):
            text = _("You have used a backup code; %(left)d are left. New ones are made under “Second factor”.")
            messages.warning(request, text % {"left": left})
        answer = HttpResponseRedirect(half_way.finish(request, user, phone))
        devices.remember(request, answer, user)
        return answer
    waits = form.waits_until
    answer = page(request, "code", _("The second step"), form=form, status=429 if waits else 200)
    if waits:
        answer["Retry-After"] = max(1, round((waits - request.at).total_seconds()))
    return answer


def begin_again(request):
    """Lead to the login, and say why where somebody was half way in."""
    if request.session.pop(half_way.KEY, None):
        messages.info(request, _("That took too long, or was no longer right. Please begin again with your password."))
    return redirect("admin:login")


# Looking after it


def overview(request):
    """Whether there is a second factor, how many backup codes are left, and what can be done."""
    return page(
        request,
        "overview",
        _("Second factor"),
        phone=factor.phone_of(request.user),
        left=factor.backup_codes_left(request.user),
        is_needed=factor.is_needed(request.user),
    )


@never_cache
@sensitive_post_parameters()
def set_up(request):
    """Set up a phone, the first one or another. Open also half way in, to who needs a second factor and has none."""
    user, is_half_way = request.user, False
    if not admin.site.has_permission(request):
        user, is_half_way = half_way.who(request), True
        if user is None or factor.phone_of(user):
            return begin_again(request)
    key = request.session.setdefault(NEW_KEY, factor.new_key())
    form = SetUpForm(request.POST or None, request=request, user=user, key=key, half_way=is_half_way)
    if request.method == "POST" and form.is_valid():
        del request.session[NEW_KEY]
        then = reverse("admin:second_factor")
        if is_half_way:
            then = half_way.finish(request, user, form.device)
        else:
            name_device(request, form.device)
        events.record(Kind.FACTOR_SET_UP, account=user.pk, request=request)
        answer = show_codes(request, user, then)
        devices.remember(request, answer, user)
        return answer
    return page(
        request,
        "set_up",
        _("Set up a second factor"),
        form=form,
        words=factor.in_words(key),
        picture=factor.picture(key, user),
        account=user.get_username(),
        replaces=not is_half_way and factor.phone_of(user),
        half_way=is_half_way,
    )


@sensitive_post_parameters()
def new_codes(request):
    """Make ten new backup codes, which void the old ones."""
    if not factor.phone_of(request.user):
        return redirect("admin:second_factor")
    form = PasswordForm(request.POST or None, request=request, user=request.user)
    if request.method == "POST" and form.is_valid():
        events.record(Kind.CODES_MADE, account=request.user.pk, request=request)
        return show_codes(request, request.user, reverse("admin:second_factor"))
    says = _("Ten new codes are made. Those that you have now work no more.")
    return page(request, "sure", _("New backup codes"), form=form, says=says, button=_("Make new codes"))


def show_codes(request, user, then):
    """Show ten new backup codes, once: they are in this answer and nowhere else."""
    return page(request, "codes", _("Your backup codes"), codes=factor.new_backup_codes(user), then=then)


@sensitive_post_parameters()
def remove(request):
    """Take one's second factor away, where it is not required."""
    if factor.is_needed(request.user) or not factor.phone_of(request.user):
        return redirect("admin:second_factor")
    form = PasswordForm(request.POST or None, request=request, user=request.user)
    if request.method == "POST" and form.is_valid():
        factor.remove(request.user)
        events.record(Kind.FACTOR_REMOVED, account=request.user.pk, request=request)
        del request.session[DEVICE_ID_SESSION_KEY]  # this session goes on by the password, the others end
        messages.success(request, _("Your second factor is removed. The password alone opens the desk again."))
        return redirect("admin:second_factor")
    says = _("The password alone will open the desk again. Anybody who learns it can then act in your name.")
    return page(request, "sure", _("Remove the second factor"), form=form, says=says, button=_("Remove it"))
