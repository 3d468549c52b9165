"""Security event log: the event, account, user, network (a keyed hash), and when.

`record` writes an event and sends the signal `recorded`, on which notices are e-mailed. An event holds no personal data
except the account's primary key: no name, no e-mail address, no text that was typed.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import DatabaseError, transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.crypto import salted_hmac
from simple_history.models import HistoricalRecords

from accounts.models import EVENT_RETENTION, EmailChange, FailedLogin, FormSubmission, SecurityEvent
from core import client_ip as visitors
from working_copies.models import WorkingCopy

log = logging.getLogger("accounts")

Kind = SecurityEvent.Kind
ATTEMPT_INTERVAL, CLOCK_TOLERANCE = timedelta(minutes=15), timedelta(hours=1)
event_recorded = Signal()  # sent with `event` and `request` (None outside a request)

# Prefix lengths that count as one network: a provider's part of the address seldom changes, the rest often does.
PREFIX_LENGTHS = {4: 24, 6: 48}


def record_event(
    kind, *, account=None, actor=None, request=None, detail="", at: datetime | None = None
) -> SecurityEvent:
    """Write an event and return it.

    `account` and `actor` are primary keys of users. The actor and the network default to those of the request, and the
    request to the current one.
    """
    request = request or current_request()
    event = SecurityEvent.objects.create(
        kind=kind,
        account=account,
        actor=actor or actor_id(request),
        network=hash_network(request),
        detail=detail[:100],
        at=at or request_time(request),
    )
    event_recorded.send(SecurityEvent, event=event, request=request)
    return event


def record_attempt(kind, user, request, at: datetime) -> None:
    """Record an attempt by a person who is not signed in; `user` is the owner of the name or e-mail address, or None.

    Attempts without an owner are recorded once per network and 15 minutes, so that strangers cannot fill a log that
    nobody can delete. The others are counted in a row that is deleted after a day, so that the database work is the
    same for an existing account.
    """
    recent = SecurityEvent.objects.filter(
        kind=kind, account=None, network=hash_network(request), at__gt=at - ATTEMPT_INTERVAL
    )
    if recent.exists() and user is None:
        FailedLogin.objects.create(name="", at=at)
    else:
        record_event(kind, account=user and user.pk, request=request, at=at)


def purge_events(at: datetime) -> int:
    """Delete the events older than 90 days, record that, and return how many were deleted.

    Changes of e-mail address, processed forms and working copies that have expired are deleted with them.

    A database trigger compares with the database's own clock. If it refuses, the clocks differ and nothing is deleted.
    """
    EmailChange.objects.purge(at)
    FormSubmission.objects.purge(at)
    WorkingCopy.objects.purge(at)
    try:
        with transaction.atomic():
            deleted = SecurityEvent.objects.filter(at__lte=at - EVENT_RETENTION - CLOCK_TOLERANCE).delete()[0]
    except DatabaseError as error:
        log.warning("Old security events were not deleted (%s): do all clocks agree?", type(error).__name__)
        return 0
    if deleted:
        record_event(Kind.PURGED, detail=str(deleted), at=at)
    return deleted


# Facts of a request


def current_request():
    """Return the request that this thread is processing, None outside one."""
    return getattr(HistoricalRecords.context, "request", None)


def request_time(request) -> datetime:
    """Return the time of a request, the current time without one."""
    return getattr(request, "at", None) or timezone.now()


def actor_id(request) -> int | None:
    """Return the primary key of the user who is signed in, None for anybody else."""
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


# Networks


def client_network(request) -> str:
    """Return the network of a request: the /24 of an IPv4 address, the /48 of an IPv6 address; "" if unknown."""
    if request is None or not request.META:
        return ""
    try:
        client_ip = ip_address(visitors.rate_limit_key(visitors.client_ip(request)))
    except ValueError:
        return ""
    return str(ip_network(f"{client_ip}/{PREFIX_LENGTHS[client_ip.version]}", strict=False))


def hash_network(request) -> str:
    """Return the keyed hash of a request's network; "" if it is unknown."""
    network = client_network(request)
    return _network_hash(network, settings.SECRET_KEY) if network else ""


def is_known_network(account: int | None, request, at: datetime) -> bool:
    """Return whether the account has signed in from the request's network within 90 days."""
    network = client_network(request)
    hashes = (
        [_network_hash(network, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
        if network
        else []
    )
    logins = SecurityEvent.objects.filter(kind=Kind.LOGIN, account=account or 0, at__gt=at - EVENT_RETENTION)
    return logins.filter(network__in=hashes or ["-"]).exists()  # the same query for an account that does not exist


def _network_hash(network: str, key: str) -> str:
    return salted_hmac("accounts.network", network, secret=key, algorithm="sha256").hexdigest()
