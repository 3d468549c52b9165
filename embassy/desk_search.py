"""Search of the press desk: one box for messages, pages, counters, notices, users, references and addresses."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from django.apps import apps
from django.contrib import admin
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from consular.models import Enquiry
from consular.references import read_reference
from core.templatetags.datetimes import in_zones
from news.models import Message
from pages.models import Page
from redirects.admin import is_shown_to
from redirects.models import Redirect
from redirects.old_urls import canonical_key

MAX_QUERY_LENGTH = 200  # characters
MAX_ROWS = 6  # results of a kind; its list has the others

# The kinds that are searched, by the search of their own lists, in this order.
MODELS = [
    "news.message",
    "pages.page",
    "counters.counter",
    "consular.notice",
    "consular.topic",
    "consular.office",
    "news.release",
    "news.category",
    "auth.user",
]
# Routes of public pages: the model and the fields that name a row.
PUBLIC_ROUTES = {
    "pages:page": ("pages.page", lambda kwargs: {"path": kwargs["path"], "change_of": None}),
    "counters:detail": ("counters.counter", lambda kwargs: {"slug": kwargs["slug"]}),
    "consular:topic": ("consular.topic", lambda kwargs: {"slug": kwargs["slug"]}),
    "message": (
        "news.message",
        lambda kwargs: {
            "revision_of": None,
            "day": date(kwargs["year"], kwargs["month"], kwargs["day"]),
            "slug": kwargs["slug"],
        },
    ),
}


class Group(NamedTuple):
    """The results of one kind."""

    label: str
    rows: list[tuple]  # row, URL of its form, what is said about it
    more: str  # URL of the list with all results; "" where all are here


def find_address(request, typed: str) -> str | None:
    """Return where a pasted address or an enquiry's reference leads on the desk; None for other texts."""
    if (reference := read_reference(typed)) and request.user.has_perm("consular.view_enquiry"):
        if pk := Enquiry.objects.filter(reference=reference).values_list("pk", flat=True).first():
            return reverse("admin:consular_enquiry_change", args=[pk])
    if "/" not in typed or " " in typed:
        return None
    try:
        path = urlsplit(typed).path if "//" in typed else f"/{typed.lstrip('/')}"
    except ValueError:  # not a URL
        return None
    if path.startswith(reverse("admin:index")) and is_route(path):
        return path
    row = row_at(path) or row_at(f"{path}/") or formerly_at(path)
    if row is None or not may_open(request, row):
        return None
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def is_route(path: str) -> bool:
    """Return whether a path belongs to a page of the desk. It does not check permissions."""
    try:
        return resolve(path).url_name is not None  # without a name: the admin's answer to any other path
    except Resolver404:
        return False


def may_open(request, row) -> bool:
    """Return whether the user may open the form of a row: its admin leaves out, for example, drafts of others."""
    return admin.site.get_model_admin(type(row)).has_view_permission(request) and is_shown_to(request, row)


def row_at(path: str):
    """Return the row whose public page is at `path`; None without one."""
    try:
        match = resolve(path)
        label, fields = PUBLIC_ROUTES[match.view_name]
        return apps.get_model(label).objects.filter(**fields(match.kwargs)).first()
    except (Resolver404, KeyError, ValueError):
        return None


def formerly_at(path: str):
    """Return the row that a former address redirects to; None without one."""
    redirect = Redirect.objects.filter(key=canonical_key(path)).first() if len(path) <= 500 else None
    return redirect.target if redirect else None


def find(request, typed: str) -> list[Group]:
    """Return what is found, kind by kind: the first rows of each that the user may see."""
    groups = []
    for label in MODELS:
        model = apps.get_model(label)
        model_admin = admin.site.get_model_admin(model)
        if model_admin.has_view_permission(request) and (group := find_rows(model_admin, request, typed)):
            groups.append(group)
    return groups


def find_rows(model_admin, request, typed: str) -> Group | None:
    """Return the first rows that the search of a list finds; None where there are none."""
    opts = model_admin.opts
    rows, _has_duplicates = model_admin.get_search_results(request, model_admin.get_queryset(request), typed)
    rows = list(rows.order_by(*model_admin.get_ordering(request))[: MAX_ROWS + 1])
    if not rows:
        return None
    name = f"admin:{opts.app_label}_{opts.model_name}"
    found = [(row, reverse(f"{name}_change", args=[row.pk]), about(row)) for row in rows[:MAX_ROWS]]
    more = f"{reverse(f'{name}_changelist')}?{urlencode({'q': typed})}" if len(rows) > MAX_ROWS else ""
    return Group(capfirst(opts.verbose_name_plural), found, more)


def about(row) -> str:
    """Return what distinguishes a result from others with the same name: its state and date, or its address."""
    if isinstance(row, Message):
        label, is_change = row.state(timezone.now()).label, row.is_revision
        other = in_zones(row.due_at) if row.due_at else ""
    elif isinstance(row, Page):
        label, is_change, other = row.state.label, row.is_change, f"/{row.path}/"
    else:
        return ""
    state = _("change: %s") % label if is_change else str(label)
    return f"{state} · {other}" if other else state
