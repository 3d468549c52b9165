"""Password guessing: limits per name and address, per address, and per name from everywhere.

1. Five wrong passwords for a name from an address within 15 minutes: that name waits at that address.
2. Fifty from an address, whatever the names: strangers wait at that address.
3. Twenty for a name within a day, wherever they come from: strangers wait between two tries; after a hundred they wait
   for the day. Django's own link for a lost password stays open, so nobody is shut out of their account.

"Strangers" are browsers and networks from which that person has not logged in before. Known ones are counted apart,
so that nobody else's guessing shuts them out. An address that is not known is never counted as one for all (rule 2).
django-axes counts 1 and 2, in the database, so that every node knows; `FailedLogin` counts 3.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Sum
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts import devices, events
from accounts.models import FailedLogin, SecurityEvent
from consular import visitors
from embassy import notices

COOL_OFF = settings.AXES_COOLOFF_TIME
DAY = timedelta(days=1)
OF_A_NAME = settings.AXES_FAILURE_LIMIT  # from one address: a colleague's typos shut out nobody else in the office
OF_AN_ADDRESS = 50  # whatever the names: many names with one password each are guessing, too
MANY = 20  # of a name in a day: the person hears of it, and strangers wait between two tries
MOST = 100  # of a name in a day
PAUSES = ((50, timedelta(minutes=2)), (MANY, timedelta(seconds=30)))  # between two tries, after so many

# Who asks


def address_of(request) -> str | None:
    """Return the address that a request comes from, as our own proxies have seen it; of IPv6 the network."""
    return visitors.network(visitors.address(request)) or None


def typed_name(request, credentials=None) -> str:
    return ((credentials or {}).get("username") or request.POST.get("username") or "").lower()


def hash_name(name: str) -> str:
    """Return the keyed hash under which a name is counted, as what is typed there may be anything."""
    return salted_hmac("embassy.guessing", name.lower(), algorithm="sha256").hexdigest()


def name_of(request, credentials=None) -> str:
    """Return under what wrong passwords are counted: a hash of the name, and apart for a browser known for it."""
    name = typed_name(request, credentials)
    scope = scope_of(request, name)
    return hash_name(f"{name}\0{scope}" if scope.startswith("device ") else name)


def scope_of(request, name: str) -> str:
    """Return where wrong passwords for a name are counted: "device …", "network …", or "" for all strangers together.

    Asked once for a request. It runs the same queries for a name that nobody has.
    """
    asked = request.__dict__.setdefault("_scopes", {})
    if name not in asked:
        user = user_of(name)
        device, at = devices.id_of(request, user), events.time_of(request)
        is_known = events.is_known_network(user and user.pk, request, at)
        scope = f"device {device}" if device else f"network {events.hash_network(request)[:32]}" if is_known else ""
        if scope and failures(hash_name(name), scope, at).count() >= MOST:
            scope = ""  # somebody guesses from there: it is known no more
        asked[name] = scope
    return asked[name]


def user_of(name: str):
    """Return the active user of this name, None where nobody has it."""
    return get_user_model().objects.filter(username__iexact=name.replace("\0", ""), is_active=True).first()


# Counting


class Guard(AxesStandaloneBackend):
    """Refuses a login before its password is looked at, where too many were wrong."""

    def authenticate(self, request, **credentials):
        if request is None:  # a command or a test: nobody who guesses
            return None
        return super().authenticate(request, **credentials)


class Tries(AxesDatabaseHandler):
    """Counts wrong passwords by all three rules, and records them."""

    def get_failures(self, request, credentials=None):
        return OF_A_NAME if waits_until(request, credentials) else 0

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        if request is not None:
            name = typed_name(request, credentials)
            if request.axes_locked_out:
                record_lock_out(request, name)
            else:
                count_failure(request, name)
        super().user_login_failed(sender, credentials, request, **kwargs)

    def user_logged_in(self, sender, request, user, **kwargs):
        super().user_logged_in(sender, request, user, **kwargs)
        name = user.get_username().lower()
        if scope := scope_of(request, name):  # strangers' guesses still count after their victim's own login
            failures(hash_name(name), scope, events.time_of(request)).delete()


def failures(name: str, scope: str, at: datetime):
    """Return the wrong passwords for a hashed name within a day before `at`."""
    return FailedLogin.objects.filter(name=name, scope=scope, at__gt=at - DAY)


def count_failure(request, name: str) -> None:
    """Count and record a wrong password; mail its owner at the twentieth within a day. Equal work for every name."""
    at, user, scope, hashed = events.time_of(request), user_of(name), scope_of(request, name), hash_name(name)
    with transaction.atomic():
        FailedLogin.objects.filter(at__lte=at - DAY).delete()
        FailedLogin.objects.create(name=hashed, scope=scope, at=at)
        events.record_attempt(events.Kind.WRONG_PASSWORD, user, request, at)
        if FailedLogin.objects.filter(name=hashed, at__gt=at - DAY).count() >= MANY:
            notices.warn_of_guessing(user, hashed, at)


def record_lock_out(request, name: str) -> None:
    """Record that a login was refused unseen: once within 15 minutes for an account and a network."""
    at, user, network = events.time_of(request), user_of(name), events.hash_network(request)
    kind = events.Kind.LOCKED_OUT
    recent = SecurityEvent.objects.filter(kind=kind, account=user and user.pk, network=network, at__gt=at - COOL_OFF)
    if not recent.exists():
        events.record(kind, account=user and user.pk, request=request, at=at)


def counting(request, **which):
    """Return the tries that count at the moment of a request."""
    return AccessAttempt.objects.filter(attempt_time__gte=request.axes_attempt_time - COOL_OFF, **which)


def waits_until(request, credentials=None) -> datetime | None:
    """Return until when a login with this name is not looked at; None where it is."""
    name = typed_name(request, credentials)
    scope = scope_of(request, name)
    moments = [of_name_at_address(request, credentials), of_name(request, name, scope)]
    if request.axes_ip_address and not scope:
        moments.append(of_address(request))
    return max((moment for moment in moments if moment), default=None)


def of_name_at_address(request, credentials) -> datetime | None:
    """Rule 1. Where the address is unknown, the names are still counted apart."""
    name = {"username": get_client_username(request, credentials)}
    return free_again(counting(request, ip_address=request.axes_ip_address, **name), OF_A_NAME)


def of_address(request) -> datetime | None:
    """Rule 2."""
    rows = counting(request, ip_address=request.axes_ip_address)
    if (rows.aggregate(all=Sum("failures_since_start"))["all"] or 0) < OF_AN_ADDRESS:
        return None
    return free_again(rows, OF_AN_ADDRESS)


def of_name(request, name: str, scope: str) -> datetime | None:
    """Rule 3."""
    at = events.time_of(request)
    moments = list(failures(hash_name(name), scope, at).order_by("-at").values_list("at", flat=True)[:MOST])
    if len(moments) >= MOST:
        return moments[-1] + DAY
    pause = next((pause for count, pause in PAUSES if len(moments) >= count), None)
    return moments[0] + pause if pause and moments[0] + pause > at else None


def free_again(rows, limit: int) -> datetime | None:
    """Return the moment at which fewer than `limit` of these tries still count; None where that is so now."""
    rows = list(rows.order_by("attempt_time").values_list("attempt_time", "failures_since_start"))
    left, until = sum(tries for _moment, tries in rows), None
    for moment, tries in rows:
        if left < limit:
            break
        left -= tries
        until = moment + COOL_OFF
    return until


# The refusal


def refused(request, response=None, credentials=None):
    """Say that it has to wait, until when, and what to do about a password that is lost. An answer of 429."""
    at = events.time_of(request)
    until = waits_until(request, credentials) or at + timedelta(minutes=1)  # somebody has forgiven them meanwhile
    context = {
        **admin.site.each_context(request),
        "has_permission": False,
        "is_nav_sidebar_enabled": False,
        "title": _("Too many wrong passwords"),
        "until": until,
        "is_long": until - at > timedelta(hours=1),
    }
    answer = render(request, "second_factor/wait.html", context, status=429)
    answer["Retry-After"] = max(1, round((until - at).total_seconds()))
    answer["Cache-Control"] = "no-store"
    return answer
