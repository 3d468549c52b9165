"""Login throttling (rate limits for wrong passwords): three limits, of which the longest lock-out counts.

1. Name and IP address: after 5 wrong passwords within 15 minutes, the name is locked at that IP address.
2. IP address: after 50 wrong passwords, for any names, unknown users are locked at that IP address.
3. Name: after 20 wrong passwords within a day, from anywhere, unknown users have to pause between two attempts; after
   100 they are locked for the day. Password reset by e-mail remains available, so no owner loses access.

"Unknown" means from a browser and a network in which that user has not signed in before. Attempts from known ones are
counted separately, so that other people's guessing does not lock the owner out. Limit 2 is skipped if the IP address is
unknown, or all such visitors would share it. django-axes counts limits 1 and 2 in the database, so they hold across
nodes; `FailedLogin` counts limit 3.
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

from accounts import known_devices, notifications, security_events
from accounts.models import FailedLogin, SecurityEvent
from core import client_ip

COOL_OFF = settings.AXES_COOLOFF_TIME
DAY = timedelta(days=1)
NAME_AND_IP_LIMIT = (
    settings.AXES_FAILURE_LIMIT
)  # per name and IP address: one user's typos do not lock the whole office
IP_LIMIT = 50  # per IP address, for one common password tried with many names
NAME_PAUSE_LIMIT = 20  # per name and day: the user is warned, and unknown users have to pause
NAME_DAY_LIMIT = 100  # per name and day
PAUSES = (
    (50, timedelta(minutes=2)),
    (NAME_PAUSE_LIMIT, timedelta(seconds=30)),
)  # (failures, pause between two attempts)

# Who is signing in


def axes_client_ip(request) -> str | None:
    """Return the client IP address (for IPv6 the network) as reported by the trusted proxies; None if unknown."""
    return client_ip.rate_limit_key(client_ip.client_ip(request)) or None


def submitted_username(request, credentials=None) -> str:
    return ((credentials or {}).get("username") or request.POST.get("username") or "").lower()


def hash_username(name: str) -> str:
    """Return the keyed hash under which a name is counted: people type anything into that field."""
    return salted_hmac("accounts.login_throttling", name.lower(), algorithm="sha256").hexdigest()


def axes_username(request, credentials=None) -> str:
    """Return the key under which django-axes counts: a hash of the name, a separate one for a known device."""
    name = submitted_username(request, credentials)
    scope = attempt_scope(request, name)
    return hash_username(f"{name}\0{scope}" if scope.startswith("device ") else name)


def attempt_scope(request, name: str) -> str:
    """Return the scope in which failures of a name are counted: "device …", "network …", "" for all unknown users.

    Cached on the request. The queries are the same for a name that does not exist.
    """
    scopes = request.__dict__.setdefault("_scopes", {})
    if name not in scopes:
        user = get_active_user(name)
        device_id, at = known_devices.device_id_for(request, user), security_events.request_time(request)
        is_known = security_events.is_known_network(user and user.pk, request, at)
        network = f"network {security_events.hash_network(request)[:32]}" if is_known else ""
        scope = f"device {device_id}" if device_id else network
        if scope and failed_logins(hash_username(name), scope, at).count() >= NAME_DAY_LIMIT:
            scope = ""  # so many failures are guesses: the device or network no longer counts as known
        scopes[name] = scope
    return scopes[name]


def get_active_user(name: str):
    """Return the active user with this name, None if there is none."""
    return get_user_model().objects.filter(username__iexact=name.replace("\0", ""), is_active=True).first()


# Counting


class ThrottledBackend(AxesStandaloneBackend):
    """Refuse a locked-out sign-in before its password is checked."""

    def authenticate(self, request, **credentials):
        if request is None:  # a command or a test
            return None
        return super().authenticate(request, **credentials)


class AttemptHandler(AxesDatabaseHandler):
    """Count wrong passwords for all three limits, and record security events."""

    def get_failures(self, request, credentials=None):
        return NAME_AND_IP_LIMIT if locked_until(request, credentials) else 0

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        if request is not None:
            name = submitted_username(request, credentials)
            if request.axes_locked_out:
                record_lockout(request, name)
            else:
                count_failure(request, name)
        super().user_login_failed(sender, credentials, request, **kwargs)

    def user_logged_in(self, sender, request, user, **kwargs):
        super().user_logged_in(sender, request, user, **kwargs)
        name = user.get_username().lower()
        if scope := attempt_scope(request, name):  # the failures of unknown users still count
            failed_logins(hash_username(name), scope, security_events.request_time(request)).delete()


def failed_logins(name_hash: str, scope: str, at: datetime):
    """Return the wrong passwords for a name within the day before `at`."""
    return FailedLogin.objects.filter(name=name_hash, scope=scope, at__gt=at - DAY)


def count_failure(request, name: str) -> None:
    """Count and record a wrong password, and warn the user at the twentieth within a day.

    The database work is the same for a name that does not exist.
    """
    at, user, scope, name_hash = (
        security_events.request_time(request),
        get_active_user(name),
        attempt_scope(request, name),
        hash_username(name),
    )
    with transaction.atomic():
        FailedLogin.objects.filter(at__lte=at - DAY).delete()
        FailedLogin.objects.create(name=name_hash, scope=scope, at=at)
        security_events.record_attempt(security_events.Kind.WRONG_PASSWORD, user, request, at)
        if FailedLogin.objects.filter(name=name_hash, at__gt=at - DAY).count() >= NAME_PAUSE_LIMIT:
            notifications.notify_of_guessing(user, name_hash, at)


def record_lockout(request, name: str) -> None:
    """Record a lock-out, at most once within 15 minutes for an account and a network."""
    at, user, network = (
        security_events.request_time(request),
        get_active_user(name),
        security_events.hash_network(request),
    )
    kind = security_events.Kind.LOCKED_OUT
    recent = SecurityEvent.objects.filter(kind=kind, account=user and user.pk, network=network, at__gt=at - COOL_OFF)
    if not recent.exists():
        security_events.record_event(kind, account=user and user.pk, request=request, at=at)


# The limits


def locked_until(request, credentials=None) -> datetime | None:
    """Return the time until which a sign-in with this name is refused; None if it is allowed."""
    name = submitted_username(request, credentials)
    scope = attempt_scope(request, name)
    ends = [name_and_ip_locked_until(request, credentials), name_locked_until(request, name, scope)]
    if request.axes_ip_address and not scope:
        ends.append(ip_locked_until(request))
    return max(filter(None, ends), default=None)


def name_and_ip_locked_until(request, credentials) -> datetime | None:
    """Return the end of a lock-out by limit 1. If the IP address is unknown, names are still counted separately."""
    attempts = recent_attempts(request, username=get_client_username(request, credentials))
    return lockout_end(attempts, NAME_AND_IP_LIMIT)


def ip_locked_until(request) -> datetime | None:
    """Return the end of a lock-out by limit 2."""
    attempts = recent_attempts(request)
    total = attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0
    return lockout_end(attempts, IP_LIMIT) if total >= IP_LIMIT else None


def name_locked_until(request, name: str, scope: str) -> datetime | None:
    """Return the end of a pause or lock-out by limit 3."""
    at = security_events.request_time(request)
    times = list(
        failed_logins(hash_username(name), scope, at).order_by("-at").values_list("at", flat=True)[:NAME_DAY_LIMIT]
    )
    if len(times) >= NAME_DAY_LIMIT:
        return times[-1] + DAY
    pause = next((pause for count, pause in PAUSES if len(times) >= count), None)
    return times[0] + pause if pause and times[0] + pause > at else None


def recent_attempts(request, **filters):
    """Return django-axes' attempts from the request's IP address that are not older than the cool-off time."""
    since = request.axes_attempt_time - COOL_OFF
    return AccessAttempt.objects.filter(attempt_time__gte=since, ip_address=request.axes_ip_address, **filters)


def lockout_end(attempts, limit: int) -> datetime | None:
    """Return the time at which fewer than `limit` of these failures still count; None if that is so now."""
    rows = list(attempts.order_by("attempt_time").values_list("attempt_time", "failures_since_start"))
    remaining, until = sum(count for _time, count in rows), None
    for time, count in rows:
        if remaining < limit:
            break
        remaining -= count
        until = time + COOL_OFF
    return until


# The response


def lockout_response(request, response=None, credentials=None):
    """Return the response to a locked-out sign-in: 429 with the time at which the lock-out ends."""
    at = security_events.request_time(request)
    until = locked_until(request, credentials) or at + timedelta(minutes=1)  # the lock-out has ended since
    context = {
        **admin.site.each_context(request),
        "has_permission": False,
        "is_nav_sidebar_enabled": False,
        "title": _("Too many wrong passwords"),
        "until": until,
        "is_long": until - at > timedelta(hours=1),
    }
    response = render(request, "accounts/locked_out.html", context, status=429)
    response["Retry-After"] = max(1, round((until - at).total_seconds()))
    response["Cache-Control"] = "no-store"
    return response
