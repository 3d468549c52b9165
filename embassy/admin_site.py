"""Admin site of the press desk: sign-in in two steps, safe lookups and IDs, dashboard, session state."""

from functools import wraps

from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import FORMFIELD_FOR_DBFIELD_DEFAULTS
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest
from django.db import models
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts import form_tokens, reauthentication, views
from accounts.forms import LoginForm
from accounts.sessions import PENDING_LOGIN_KEY
from accounts.two_factor.pending_login import MUST_CHANGE_KEY
from accounts.two_factor.views import PasswordStepView, two_factor_urls
from core.datetime_fields import ZonedDateTimeField, ZonedDateTimeWidget
from core.folded_search import FoldedSearchMixin
from core.ids import is_valid_pk
from core.text_fields import FORM_CLASSES, clean_line
from embassy import dashboard, desk_search
from embassy.desk_search import MAX_QUERY_LENGTH
from embassy.desk_words import DeskWordsMixin, desk_title
from embassy.draft_key import draft_key

WORKFLOW_STEPS = {"_submit", "_approve"}  # buttons of a form whose sentence says what they did

# The form field for every DateTimeField in the admin.
FORMFIELD_FOR_DBFIELD_DEFAULTS[models.DateTimeField] = {"form_class": ZonedDateTimeField, "widget": ZonedDateTimeWidget}

# Clear-Site-Data: everything on signing out; only pages after an expired session, because local storage holds unsaved
# texts.
CLEAR_ON_LOGOUT, CLEAR_ON_EXPIRY = '"cache", "storage"', '"cache"'


class PressAdminSite(admin.AdminSite):
    """The admin site for press and consular staff."""

    site_title = _("Press desk")
    index_title = _("Press desk")
    empty_value_display = "–"
    enable_nav_sidebar = False  # the sections are in the head of each page

    @property
    def site_header(self):
        return settings.EMBASSY_NAME

    def each_context(self, request):
        return {
            **super().each_context(request),
            "site_title": desk_title(request.user),
            "keeping_key": draft_key(request.user),
            "desk_navigation": navigation(request),
            "desk_query": request.GET.get("q", "") if request.path == reverse("admin:search") else "",
        }

    def search(self, request):
        """Search everything on the desk; redirect where the text is the address of one thing."""
        typed = clean_line(request.GET.get("q", "")[:MAX_QUERY_LENGTH])
        if url := desk_search.find_address(request, typed):
            return redirect(url)
        groups = desk_search.find(request, typed) if typed else []
        context = {**self.each_context(request), "title": _("Search"), "typed": typed, "groups": groups}
        return TemplateResponse(request, "admin/search.html", context)

    def app_index(self, request, app_label, extra_context=None):
        """The models of one section, titled by its name."""
        title = {"title": apps.get_app_config(app_label).verbose_name} if app_label in apps.app_configs else {}
        return super().app_index(request, app_label, {**title, **(extra_context or {})})

    def session_state(self, request):
        """Return the user, and a CSRF token for forms that were opened in an earlier session."""
        return JsonResponse({"user": request.user.pk, "token": get_token(request)})

    def index(self, request, extra_context=None):
        """The dashboard, followed by the list of models."""
        sections = dashboard.build_sections(request.user, request.at)
        title = date_format(timezone.localdate(request.at), "l j F")
        context = {"sections": sections, "dashboard_columns": dashboard.COLUMNS, "title": title if sections else None}
        if desk_title(request.user) != self.site_title:
            context["title"] = desk_title(request.user)
        if not context["title"]:
            del context["title"]
        return super().index(request, {**context, **(extra_context or {})})

    def get_urls(self):
        view = self.admin_view(self.view_on_site)
        return [
            path("search/", self.admin_view(never_cache(self.search)), name="search"),
            path("verify/", self.admin_view(reauthentication.reauthenticate), name="verify"),
            path("sessions/", self.admin_view(views.own_sessions_view), name="own_sessions"),
            path("session/", self.admin_view(never_cache(self.session_state)), name="session"),
            path("r/<path:content_type_id>/<path:object_id>/", view, name="view_on_site"),
            *two_factor_urls(self),
            *super().get_urls(),
        ]

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        """The first step of the sign-in: as Django's, but two-step verification may follow."""
        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        context = {
            **self.each_context(request),
            "title": _("Sign in"),
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **(extra_context or {}),
        }
        view = PasswordStepView.as_view(
            extra_context=context, authentication_form=LoginForm, template_name="admin/login.html"
        )
        response = view(request)
        if has_expired_session(request):
            response["Clear-Site-Data"] = CLEAR_ON_EXPIRY
        return response

    @method_decorator(never_cache)
    def logout(self, request, extra_context=None):
        response = super().logout(request, extra_context)
        if request.method == "POST":
            response["Clear-Site-Data"] = CLEAR_ON_LOGOUT
        return response

    def password_change(self, request, extra_context=None):
        return views.password_change_view(request, {**self.each_context(request), **(extra_context or {})})

    def view_on_site(self, request, content_type_id, object_id):
        """Redirect from a row to its page. Django's own view does not check the permission to view the row."""
        if not (is_valid_pk(content_type_id) and is_valid_pk(object_id)):
            raise Http404
        model_admin = self._registry.get(get_object_or_404(ContentType, pk=content_type_id).model_class())
        row = model_admin and model_admin.has_view_permission(request) and model_admin.get_object(request, object_id)
        if not row or not model_admin.has_view_permission(request, row) or not model_admin.get_view_on_site_url(row):
            raise Http404
        return HttpResponseRedirect(row.get_absolute_url())

    def register(self, model_or_iterable, admin_class=None, **options):
        """Register models with the mixins below, which apply to the ModelAdmins of Django and of libraries as well."""
        base = admin_class or admin.ModelAdmin
        super().register(
            model_or_iterable,
            type(
                base.__name__,
                (DeskWordsMixin, SavedRowMixin, SafeLookupsMixin, FoldedSearchMixin, CleanTextFieldsMixin, base),
                {},
            ),
            **options,
        )

    def admin_view(self, view, cacheable=False):
        """Refuse malformed IDs, which Django's changelists would pass to the database; enforce a change of password.

        Each form is processed once.
        """
        process_once = form_tokens.once(view)

        @wraps(view)
        def checked(request, *args, **kwargs):
            if request.method == "POST" and not all(map(is_valid_pk, posted_ids(request.POST))):
                raise BadRequest("A posted ID is not valid.")
            if MUST_CHANGE_KEY in request.session and request.path != reverse("admin:password_change"):
                if self.has_permission(request):
                    return redirect("admin:password_change")
            return process_once(request, *args, **kwargs)

        return super().admin_view(checked, cacheable)


NAVIGATION = [  # label, URL name, permission
    (_("Today"), "admin:index", ""),
    (_("Messages"), "admin:news_message_changelist", "news.view_message"),
    (_("Enquiries"), "admin:consular_enquiry_changelist", "consular.view_enquiry"),
    (_("Notices"), "admin:consular_notice_changelist", "consular.view_notice"),
    (_("Counters"), "admin:counters_counter_changelist", "counters.view_counter"),
    (_("Pages"), "admin:pages_page_changelist", "pages.view_page"),
]


def navigation(request) -> list[tuple]:
    """Return the sections in the head of the desk that the user may open: label, URL, and whether it is the page."""
    sections = [(label, reverse(name)) for label, name, perm in NAVIGATION if not perm or request.user.has_perm(perm)]
    index = reverse("admin:index")
    return [
        (label, url, request.path == url or (url != index and request.path.startswith(url))) for label, url in sections
    ]


def has_expired_session(request) -> bool:
    """Return whether a request for the sign-in page comes with an expired session."""
    has_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
    return request.method == "GET" and has_cookie and not {SESSION_KEY, PENDING_LOGIN_KEY} & set(request.session.keys())


def admin_titles(request):
    """Context processor: the admin's title for Django's own views below /admin/, such as the password reset."""
    if not request.path_info.startswith(reverse("admin:index")):
        return {}
    return {"site_header": admin.site.site_header, "site_title": admin.site.site_title}


class SavedRowMixin:
    """ModelAdmin mixin: after a save the form tokens are told which row it was, and the user reads one sentence."""

    def response_add(self, request, obj, *args, **kwargs):
        request.saved_row = obj
        form_tokens.remember_saved(request, obj)
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request, obj):
        request.saved_row = obj
        form_tokens.remember_saved(request, obj)
        return super().response_change(request, obj)

    def message_user(self, request, message, level=messages.INFO, *args, **kwargs):
        """Say “Saved” in place of Django's sentence about a saved row; a step of a workflow says itself what it did."""
        row = getattr(request, "saved_row", None)
        if row is None or level != messages.SUCCESS:
            return super().message_user(request, message, level, *args, **kwargs)
        if WORKFLOW_STEPS & request.POST.keys():
            return None
        saved = _("Saved.")
        if "_continue" not in request.POST and self.has_view_or_change_permission(request, row):
            url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
            saved = format_html('{}: <a href="{}"><bdi>{}</bdi></a>', _("Saved"), url, row)
        return super().message_user(request, saved, level, *args, **kwargs)


class SafeLookupsMixin:
    """ModelAdmin mixin: allow only the lookups of the list's filters; Django allows any and fails on wrong values."""

    def lookup_allowed(self, lookup, value, request):
        parameters = {getattr(each, "parameter_name", None) for each in self.get_list_filter(request)}
        is_simple = lookup in parameters or lookup.rpartition("__")[2] in ("exact", "isnull", "isempty")
        return is_simple and super().lookup_allowed(lookup, value, request)

    def changeform_view(self, request, *args, **kwargs):
        if "_saveasnew" in request.POST and not self.save_as:  # Django would save a copy
            raise BadRequest("Saving as new is not available here.")
        return super().changeform_view(request, *args, **kwargs)


class CleanTextFieldsMixin:
    """ModelAdmin mixin: form fields that remove invisible characters, for Django's own text fields too."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        has_own_class = "form_class" in self.formfield_overrides.get(type(db_field), {})
        if type(db_field) in FORM_CLASSES and not db_field.choices and not has_own_class:
            kwargs.setdefault("form_class", FORM_CLASSES[type(db_field)])
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_inlines(self, request, obj):
        return [
            type(inline.__name__, (CleanTextFieldsMixin, inline), {}) for inline in super().get_inlines(request, obj)
        ]


def posted_ids(data):
    """Yield the IDs in a posted admin form: the rows selected in a list, and those of a formset."""
    yield from data.getlist(ACTION_CHECKBOX_NAME)
    for name in data:
        if name.endswith("-id") and data[name]:
            yield data[name]


# Of every ModelAdmin
MIXINS = (DeskWordsMixin, SavedRowMixin, SafeLookupsMixin, FoldedSearchMixin, CleanTextFieldsMixin)
