"""Knocks: how many enquiries came from one address within the hour, and nothing more about who that is."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from consular.sealed import keyed_hash, keyed_hashes
from consular.visitors import network

HOUR = timedelta(hours=1)


class KnockQuerySet(models.QuerySet):
    def of(self, address: str, at: datetime):
        """Return the knocks of an address within the hour before `at`."""
        return self.filter(origin__in=keyed_hashes("origin", network(address)), at__gt=at - HOUR)

    def too_many(self, address: str, at: datetime) -> datetime | None:
        """Return when the next enquiry from this address is taken; None where one is taken now.

        An unknown address has no limit: all visitors would share it.
        """
        if not network(address):
            return None
        moments = list(self.of(address, at).order_by("-at").values_list("at", flat=True)[: settings.ENQUIRIES_PER_HOUR])
        return moments[-1] + HOUR if len(moments) >= settings.ENQUIRIES_PER_HOUR else None

    def forget(self, at: datetime) -> int:
        """Forget those that no longer count, and return how many those were."""
        return self.filter(at__lte=at - HOUR).delete()[0]

    def knock(self, address: str, at: datetime) -> None:
        """Count an enquiry from this address, and forget those that no longer count."""
        self.forget(at)
        if not network(address):
            return
        self.create(origin=keyed_hash("origin", network(address)), at=at)


class Knock(models.Model):
    """That an enquiry came from somewhere: a keyed hash of the network, gone after an hour, tied to no enquiry."""

    origin = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    objects = KnockQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["origin", "-at"], name="consular_knock_origin")]
