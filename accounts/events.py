"""The log of security events: what happened to which account, by whom, from which network (a keyed hash), and when.

`record` writes one and sends the signal `recorded`; the code that mails notices listens there. Nothing personal is
written beyond the number of the account: no name, no address, nothing that somebody typed.
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

from accounts.models import KEPT, EmailChange, FailedLogin, SecurityEvent
from consular import visitors

log = logging.getLogger("accounts")

Kind = SecurityEvent.Kind
SOON, MARGIN = timedelta(minutes=15), timedelta(hours=1)
recorded = Signal()  # sent with `event` and `request` (None outside a request)

# Bits of an address that count as one network: the provider's part changes seldom, the rest with each connection.
BITS = {4: 24, 6: 48}


def record(kind, *, account=None, actor=None, request=None, detail="", at: datetime | None = None) -> SecurityEvent:
    """Write an event and return it. `account` and `actor` are numbers of users; a request names actor and network."""
    request = request or current_request()
    event = SecurityEvent.objects.create(
        kind=kind,
        account=account,
        actor=actor or actor_of(request),
        network=hash_network(request),
        detail=detail[:100],
        at=at or time_of(request),
    )
    recorded.send(SecurityEvent, event=event, request=request)
    return event


def record_attempt(kind, user, request, at: datetime) -> None:
    """Record what a stranger has tried with a name or an address, `user` being who has it.

    For those that nobody has, one event within 15 minutes and network is enough: strangers must not fill a log that
    nobody may delete. In its place a row is counted that goes after a day, so that the work is the same.
    """
    nobody = SecurityEvent.objects.filter(kind=kind, account=None, network=hash_network(request), at__gt=at - SOON)
    if nobody.exists() and user is None:
        FailedLogin.objects.create(name="", at=at)
    else:
        record(kind, account=user and user.pk, request=request, at=at)


def purge(at: datetime) -> int:
    """Delete the events older than 90 days, record that this was done, and return how many there were.

    The database judges by its own clock. Where it refuses, that clock differs from ours, and nothing is deleted.
    """
    EmailChange.objects.purge(at)
    try:
        with transaction.atomic():
            deleted = SecurityEvent.objects.filter(at__lte=at - KEPT - MARGIN).delete()[0]
    except DatabaseError as error:
        log.warning("Old security events were not deleted (%s): do all clocks agree?", type(error).__name__)
        return 0
    if deleted:
        record(Kind.PURGED, detail=str(deleted), at=at)
    return deleted


# What a request says


def current_request():
    """Return the request that is being answered in this thread, None outside one."""
    return getattr(HistoricalRecords.context, "request", None)


def time_of(request) -> datetime:
    return getattr(request, "at", None) or timezone.now()


def actor_of(request) -> int | None:
    """Return the number of the user who is logged in, None for anybody else."""
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


# Networks


def network_of(request) -> str:
    """Return the network that a request comes from: the /24 of an IPv4 address, the /48 of an IPv6 one; "" unknown."""
    if request is None or not request.META:
        return ""
    try:
        found = ip_address(visitors.network(visitors.address(request)))
    except ValueError:
        return ""
    return str(ip_network(f"{found}/{BITS[found.version]}", strict=False))


def hash_network(request) -> str:
    """Return the keyed hash of the network that a request comes from; "" where it is unknown."""
    network = network_of(request)
    return _hash(network, settings.SECRET_KEY) if network else ""


def is_known_network(account: int | None, request, at: datetime) -> bool:
    """Return whether the account was logged in to from the request's network within 90 days."""
    network = network_of(request)
    hashes = [_hash(network, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)] if network else []
    logins = SecurityEvent.objects.filter(kind=Kind.LOGIN, account=account or 0, at__gt=at - KEPT)
    return logins.filter(network__in=hashes or ["-"]).exists()  # the same query for an account that does not exist


def _hash(network: str, key: str) -> str:
    return salted_hmac("accounts.network", network, secret=key, algorithm="sha256").hexdigest()
