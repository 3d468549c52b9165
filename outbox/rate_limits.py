"""Rate limits of e-mails per recipient, and in total per hour.

They apply to every e-mail that a visitor without an account can cause (receipt, password reset, subscription):

    rate_limits.set_limit("enquiry receipt", 3, per_hour=200)                      # once
    if rate_limits.may_send("enquiry receipt", rate_limits.hash_recipient(email), at):  # each time
        OutboxEmail.objects.enqueue("enquiry receipt", object_id=enquiry.pk, at=at)

Recipients are stored as keyed hashes, which are deleted after the limit's period.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connections, router, transaction
from django.utils.crypto import salted_hmac

from core.email_addresses import normalise_email
from outbox.models import SendCount

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Limit(NamedTuple):
    """At most `count` e-mails to one recipient within `period`, and `per_hour` in all (None: no ceiling)."""

    count: int
    period: timedelta
    per_hour: int | None


_limits: dict[str, Limit] = {}


def set_limit(kind: str, count: int, period: timedelta = DAY, per_hour: int | None = None) -> None:
    """Set the limit of an e-mail type: `count` to one recipient within `period`, `per_hour` to all recipients."""
    _limits[kind] = Limit(count, period, per_hour)


def hash_recipient(email: str) -> str:
    """Return a keyed hash of an e-mail address, the same for every spelling of one mailbox (64 characters)."""
    return salted_hmac("outbox.rate_limits", normalise_email(email), algorithm="sha256").hexdigest()


def may_send(kind: str, recipient_hash: str, at: datetime) -> bool:
    """Return whether an e-mail of this type may be sent to this recipient, and count it if so.

    It runs the same queries for every recipient, known or not. KeyError if the type has no limit.
    """
    limit = _limits[kind]
    with transaction.atomic(using=router.db_for_write(SendCount)):
        _lock_recipient(kind, recipient_hash)
        SendCount.objects.filter(kind=kind, at__lte=at - max(limit.period, HOUR)).delete()
        sent = SendCount.objects.filter(kind=kind, recipient=recipient_hash, at__gt=at - limit.period).count()
        if sent >= limit.count or is_ceiling_reached(kind, at):
            return False
        SendCount.objects.create(kind=kind, recipient=recipient_hash, at=at)
        return True


def is_ceiling_reached(kind: str, at: datetime) -> bool:
    """Return whether the hourly limit of this e-mail type, to all recipients, is reached."""
    ceiling = _limits[kind].per_hour
    return ceiling is not None and SendCount.objects.filter(kind=kind, at__gt=at - HOUR).count() >= ceiling


def _lock_recipient(kind: str, recipient_hash: str) -> None:
    """Lock a recipient until the end of the transaction. (SQLite has one writer at a time anyway.)"""
    connection = connections[router.db_for_write(SendCount)]
    if connection.vendor == "postgresql":
        number = int(salted_hmac("outbox.rate_limits.lock", f"{kind} {recipient_hash}").hexdigest()[:15], 16)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
