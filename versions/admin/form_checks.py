"""Checks of a row in the admin: of the text in the submitted form, as often as the browser asks; nothing is saved.

The browser replaces the content of the card by the response, which is the same template as in the page of the form.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.admin.edit_page import Card
from core.admin.views import AdminViews
from richtext.findings import Finding, Report

CARD_TEMPLATE, CONTENT_TEMPLATE = "admin/edit_page/_checks.html", "admin/edit_page/_checks_content.html"


class BrokenLink(NamedTuple):
    """A link to another site that does not work: what is wrong and its place, its URL, how long ago it was checked."""

    finding: Finding
    url: str
    age: str


class LinkChecks(NamedTuple):
    """The links to other sites: those that do not work, a sentence on those that do, and if results are to come."""

    broken: list[BrokenLink]
    working: str
    is_pending: bool


NO_LINKS = LinkChecks([], "", False)


class FormCheckViews(AdminViews):
    """The checks of a form. A subclass returns the context of the card."""

    def urls(self):
        return [
            self.url("checks/", self.check, "checks_new", post_only=True),
            self.url("<int:pk>/checks/", self.check, "checks", post_only=True),
        ]

    def check(self, request, pk=None):
        """Return the card's content for the text in the submitted form, without the files."""
        row = self.get_editable(request, pk) if pk else None
        if row is None and not self.model_admin.has_add_permission(request):
            raise PermissionDenied
        form_class = self.model_admin.get_form(request, row, change=row is not None)
        form = form_class(request.POST, MultiValueDict(), instance=row)
        return render(request, CONTENT_TEMPLATE, self.typed_context(request, form) | {"is_live": True})

    def typed_context(self, request, form) -> dict:
        """Return the context of the card (`checks_context`) for a bound form."""
        raise NotImplementedError


def checks_context(report: Report, links: LinkChecks = NO_LINKS, **context) -> dict:
    """Return the template context of the card with the checks."""
    count = report.count + len(links.broken)
    return {"report": report, "links": links, "checks_count": count, "checks_text": count_text(count), **context}


def checks_url(opts, row) -> str:
    """Return the URL to which the browser sends the form."""
    name, args = ("checks", [row.pk]) if row and row.pk else ("checks_new", [])
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=args)


def count_text(count: int) -> str:
    """Return how many things there are to look at."""
    return ngettext("%(count)d to look at", "%(count)d to look at", count) % {"count": count} if count else _("none")


def age_text(checked_at: datetime, at: datetime) -> str:
    """Return how long ago a link was checked."""
    if at - checked_at < timedelta(minutes=1):
        return _("checked just now")
    return _("checked %s ago") % timesince(checked_at, at, depth=1)


def working_text(count: int, oldest: datetime, at: datetime) -> str:
    """Return a sentence on the links to other sites that work, and how long ago the oldest result was found."""
    sentence = ngettext("%(count)d link to another site works", "%(count)d links to other sites work", count)
    return f"{sentence % {'count': count}}, {age_text(oldest, at)}."


def checks_card(context) -> Card:
    """Return the card with the checks."""
    is_open = bool(context["checks_count"])
    return Card("checks", _("Checks"), context["checks_text"], CARD_TEMPLATE, is_open=is_open)
