"""The press desk: Django's admin, under the embassy's name."""

from functools import wraps

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import FORMFIELD_FOR_DBFIELD_DEFAULTS
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest
from django.db import models
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.sessions import HALF_WAY
from editions.forms import MomentField, MomentWidget
from editions.ids import is_id
from embassy import own_account, verification
from embassy.desk_search import FoldedSearch
from embassy.kept_texts import keeping_key
from embassy.second_factor.half_way import MUST_CHANGE
from embassy.second_factor.views import PasswordStep
from embassy.second_factor.views import urls as second_factor_urls
from richtext.plaintext import FORM_CLASSES

# Every form of the desk asks for a moment in the same way.
FORMFIELD_FOR_DBFIELD_DEFAULTS[models.DateTimeField] = {"form_class": MomentField, "widget": MomentWidget}

# What the browser is told to forget. At log-out everything; after a session that has ended pages alone: the texts that
# it keeps are somebody's unsaved work.
AT_LOG_OUT, AT_EXPIRY = '"cache", "storage"', '"cache"'


class PressDesk(admin.AdminSite):
    """The admin site of the press office and of the consul."""

    site_title = _("Press desk")
    index_title = _("Press desk")
    empty_value_display = "–"

    @property
    def site_header(self):
        return settings.EMBASSY_NAME

    def each_context(self, request):
        return {**super().each_context(request), "keeping_key": keeping_key(request.user)}

    def session_state(self, request):
        """Return who is logged in, and a token for the forms that were opened in an earlier session."""
        return JsonResponse({"user": request.user.pk, "token": get_token(request)})

    def index(self, request, extra_context=None):
        """The front page: what is due, what waits for whoever asks, what went out; then all that can be edited."""
        from embassy.front_page import sections

        found = {"sections": sections(request.user, request.at)}
        if not request.user.has_module_perms("news") and request.user.has_module_perms("consular"):
            found["title"] = _("Consular desk")
        return super().index(request, {**found, **(extra_context or {})})

    def get_urls(self):
        view = self.admin_view(self.view_on_site)
        return [
            path("verify/", self.admin_view(verification.verify), name="verify"),
            path("sessions/", self.admin_view(own_account.own_sessions), name="own_sessions"),
            path("session/", self.admin_view(never_cache(self.session_state)), name="session"),
            path("r/<path:content_type_id>/<path:object_id>/", view, name="view_on_site"),
            *second_factor_urls(self),
            *super().get_urls(),
        ]

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        """The first step of the login. As Django's, but that the password alone may not be enough."""
        from embassy.people import LoginForm

        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        context = {
            **self.each_context(request),
            "title": _("Log in"),
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **(extra_context or {}),
        }
        view = PasswordStep.as_view(
            extra_context=context, authentication_form=LoginForm, template_name="admin/login.html"
        )
        answer = view(request)
        if has_expired(request):
            answer["Clear-Site-Data"] = AT_EXPIRY
        return answer

    @method_decorator(never_cache)
    def logout(self, request, extra_context=None):
        """As Django's; the browser forgets what the desk has stored there."""
        answer = super().logout(request, extra_context)
        if request.method == "POST":
            answer["Clear-Site-Data"] = AT_LOG_OUT
        return answer

    def password_change(self, request, extra_context=None):
        return own_account.password_change(request, {**self.each_context(request), **(extra_context or {})})

    def view_on_site(self, request, content_type_id, object_id):
        """Lead from a row to its page. Django's own would tell any officer the address of any row, secret or not."""
        if not (is_id(content_type_id) and is_id(object_id)):
            raise Http404
        desk = self._registry.get(get_object_or_404(ContentType, pk=content_type_id).model_class())
        row = desk and desk.has_view_permission(request) and desk.get_object(request, object_id)
        if not row or not desk.has_view_permission(request, row) or not desk.get_view_on_site_url(row):
            raise Http404
        return HttpResponseRedirect(row.get_absolute_url())

    def register(self, model_or_iterable, admin_class=None, **options):
        # Whatever is registered, by us or by Django: an address asks a list nothing but what its filters ask, and its
        # search ignores case on both databases.
        base = admin_class or admin.ModelAdmin
        super().register(
            model_or_iterable, type(base.__name__, (PlainLookups, FoldedSearch, CleanTexts, base), {}), **options
        )

    def admin_view(self, view, cacheable=False):
        """Refuse ids that are none before Django's lists look them up, and break on them."""

        @wraps(view)
        def checked(request, *args, **kwargs):
            if request.method == "POST" and not all(map(is_id, posted_ids(request.POST))):
                raise BadRequest("A row was named that can't be one.")
            if MUST_CHANGE in request.session and request.path != reverse("admin:password_change"):
                if self.has_permission(request):
                    return redirect("admin:password_change")
            return view(request, *args, **kwargs)

        return super().admin_view(checked, cacheable)


def has_expired(request) -> bool:
    """Return whether somebody comes to the login with a session that has ended."""
    came_with_one = settings.SESSION_COOKIE_NAME in request.COOKIES
    return request.method == "GET" and came_with_one and not {SESSION_KEY, HALF_WAY} & set(request.session.keys())


def desk_context(request):
    """Name the desk on each of its pages, those of Django's own views included: password reset, invitation."""
    if not request.path_info.startswith(reverse("admin:index")):
        return {}
    return {"site_header": admin.site.site_header, "site_title": admin.site.site_title}


class PlainLookups:
    """A list that is filtered by what its filters offer: Django would take any look-up, and break on a wrong value."""

    def lookup_allowed(self, lookup, value, request):
        ours = {getattr(each, "parameter_name", None) for each in self.get_list_filter(request)}
        plain = lookup in ours or lookup.rpartition("__")[2] in ("exact", "isnull", "isempty")
        return plain and super().lookup_allowed(lookup, value, request)

    def changeform_view(self, request, *args, **kwargs):
        if "_saveasnew" in request.POST and not self.save_as:  # Django makes a copy all the same
            raise BadRequest("A copy was asked for, and there is no such button here.")
        return super().changeform_view(request, *args, **kwargs)


class CleanTexts:
    """A form of the desk: Django's own text fields are cleaned of invisible characters, as ours are."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        has_own_class = "form_class" in self.formfield_overrides.get(type(db_field), {})
        if type(db_field) in FORM_CLASSES and not db_field.choices and not has_own_class:
            kwargs.setdefault("form_class", FORM_CLASSES[type(db_field)])
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_inlines(self, request, obj):
        return [type(each.__name__, (CleanTexts, each), {}) for each in super().get_inlines(request, obj)]


def posted_ids(data):
    """Yield the ids in a posted form of the desk: the rows chosen in a list, and those of a set of forms."""
    yield from data.getlist(ACTION_CHECKBOX_NAME)
    for name in data:
        if name.endswith("-id") and data[name]:
            yield data[name]
