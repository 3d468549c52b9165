"""Logging in by two steps, and the page on which staff look after their second factor."""

from django.contrib import admin, messages
from django.contrib.auth.views import LoginView
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp import login as name_device

from embassy.second_factor import factor, half_way
from embassy.second_factor.forms import CodeForm, PasswordForm, SetUpForm

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


def page(request, name, title, status=200, **context):
    """Render a page of the desk."""
    context = {**admin.site.each_context(request), "title": title, **context}
    return render(request, f"second_factor/{name}.html", context, status=status)


# Logging in


class PasswordStep(LoginView):
    """The first step: name and password. Who has a second factor, or needs one, is not logged in by them alone."""

    def form_valid(self, form):
        user, then = form.get_user(), self.get_success_url()
        self.request.session.flush()  # nothing of whoever sat here before goes along
        phone = factor.phone_of(user)
        if phone is None and not factor.is_needed(user):
            return super().form_valid(form)
        half_way.begin(self.request, user, then)
        return redirect("admin:login_code" if phone else "admin:second_factor_set_up")


@never_cache
def code(request):
    """The second step: the code of the phone, or a backup code."""
    user = half_way.who(request)
    phone = user and factor.phone_of(user)
    if not phone:
        return begin_again(request)
    form = CodeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        left = factor.backup_codes_left(user)
        if not factor.is_code(form.cleaned_data["code"]):
            text = _("You have used a backup code; %(left)d are left. New ones are made under “Second factor”.")
            messages.warning(request, text % {"left": left})
        return HttpResponseRedirect(half_way.finish(request, user, phone))
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
        return show_codes(request, user, then)
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
        del request.session[DEVICE_ID_SESSION_KEY]  # this session goes on by the password, the others end
        messages.success(request, _("Your second factor is removed. The password alone opens the desk again."))
        return redirect("admin:second_factor")
    says = _("The password alone will open the desk again. Whoever learns it can then act in your name.")
    return page(request, "sure", _("Remove the second factor"), form=form, says=says, button=_("Remove it"))
