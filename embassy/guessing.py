"""Password guessing: five wrong tries of a name from an address, or fifty of any names from it, and it has to wait.

django-axes counts, in the database, so that every node knows. What it keeps is forgotten after `COOL_OFF`.
"""

from __future__ import annotations

from datetime import timedelta

from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.db.models import Sum
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from consular import visitors

COOL_OFF = settings.AXES_COOLOFF_TIME
OF_A_NAME = (
    settings.AXES_FAILURE_LIMIT
)  # wrong tries of one name from one address: a colleague's typos shut out nobody else in the office
OF_AN_ADDRESS = 50  # whatever the names: many names with one password each are guessing, too

# Who asks


def address_of(request) -> str | None:
    """Return the address that a request comes from, as our own proxies have seen it; of IPv6 the network."""
    return visitors.network(visitors.address(request)) or None


def name_of(request, credentials=None) -> str:
    """Return what stands for a name in the table: a keyed hash, as what is typed there may be anything."""
    said = (credentials or {}).get("username") or request.POST.get("username") or ""
    return salted_hmac("embassy.guessing", said.lower(), algorithm="sha256").hexdigest()


# Counting


class Guard(AxesStandaloneBackend):
    """Refuses a login before its password is looked at, where too many were wrong."""

    def authenticate(self, request, **credentials):
        if request is None:  # a command or a test: nobody who guesses
            return None
        return super().authenticate(request, **credentials)


class Tries(AxesDatabaseHandler):
    """The wrong tries, counted by name and address; those of an address weigh a tenth."""

    def get_failures(self, request, credentials=None):
        of_address = counting(request, ip_address=request.axes_ip_address)
        total = of_address.aggregate(all=Sum("failures_since_start"))["all"] or 0
        return max(super().get_failures(request, credentials), total * OF_A_NAME // OF_AN_ADDRESS)


def counting(request, **which):
    """Return the tries that count at the moment of a request."""
    return AccessAttempt.objects.filter(attempt_time__gte=request.axes_attempt_time - COOL_OFF, **which)


# The refusal


def refused(request, response=None, credentials=None):
    """Say that it has to wait, until when, and what to do about a password that is lost. An answer of 429."""
    until = free_again(request, credentials)
    context = {
        **admin.site.each_context(request),
        "has_permission": False,
        "is_nav_sidebar_enabled": False,
        "title": _("Too many wrong tries"),
        "until": until,
    }
    answer = render(request, "second_factor/wait.html", context, status=429)
    answer["Retry-After"] = max(1, round((until - request.axes_attempt_time).total_seconds()))
    answer["Cache-Control"] = "no-store"
    return answer


def free_again(request, credentials=None):
    """Return the moment at which neither the name nor the address has too many tries any more."""
    address = {"ip_address": request.axes_ip_address}
    name = {"username": get_client_username(request, credentials)}
    until = request.axes_attempt_time + timedelta(minutes=1)  # none, where somebody has forgiven them meanwhile
    for rows, limit in (
        (counting(request, **address, **name), OF_A_NAME),
        (counting(request, **address), OF_AN_ADDRESS),
    ):
        rows = list(rows.order_by("attempt_time").values_list("attempt_time", "failures_since_start"))
        left = sum(tries for _moment, tries in rows)
        for moment, tries in rows:
            if left < limit:
                break
            left -= tries
            until = max(until, moment + COOL_OFF)
    return until
