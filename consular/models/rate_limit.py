"""Rate limit: enquiries per client IP address and hour, stored as keyed hashes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from consular.encryption import keyed_hash, keyed_hashes
from core.client_ip import rate_limit_key

HOUR = timedelta(hours=1)


class EnquirySubmissionQuerySet(models.QuerySet):
    def recent(self, address: str, at: datetime):
        """Return the enquiries of an IP address within the hour before `at`."""
        return self.filter(network_hash__in=keyed_hashes("origin", rate_limit_key(address)), at__gt=at - HOUR)

    def retry_at(self, address: str, at: datetime) -> datetime | None:
        """Return when the next enquiry from this IP address is accepted; None if that is now.

        An unknown address has no limit: all visitors would share it.
        """
        if not rate_limit_key(address):
            return None
        times = list(
            self.recent(address, at).order_by("-at").values_list("at", flat=True)[: settings.ENQUIRIES_PER_HOUR]
        )
        return times[-1] + HOUR if len(times) >= settings.ENQUIRIES_PER_HOUR else None

    def purge(self, at: datetime) -> int:
        """Delete the rows that no longer count, and return how many."""
        return self.filter(at__lte=at - HOUR).delete()[0]

    def record(self, address: str, at: datetime) -> None:
        """Count an enquiry from this IP address, and delete the rows that no longer count."""
        self.purge(at)
        if not rate_limit_key(address):
            return
        self.create(network_hash=keyed_hash("origin", rate_limit_key(address)), at=at)


class EnquirySubmission(models.Model):
    """An enquiry was sent from a network (a keyed hash). Deleted after an hour, and not linked to the enquiry."""

    network_hash = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    objects = EnquirySubmissionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["network_hash", "-at"], name="consular_submission_origin")]
