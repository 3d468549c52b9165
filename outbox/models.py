"""E-mail outbox (transactional outbox): a row for each e-mail, committed together with its subject.

A row holds ids only. Text and address are found when it is sent, so that the queue holds no personal data, and an
e-mail about something that has since been erased is not sent.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox import registry

LEASE = timedelta(minutes=5)  # longer than an SMTP session in which each step takes almost EMAIL_TIMEOUT
FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=5)  # RFC 5321, 4.5.4.1: four or five days
MIN_ATTEMPTS = 12  # attempts (five hours), as the mail server may be unavailable for days
RETENTION = timedelta(days=30)
LATE_AFTER = timedelta(minutes=10)  # an e-mail that waits longer needs attention

ORDER = ("priority", "due_at", "pk")  # of sending

# `last_error` is one of these keys, the name of the exception and the server's codes: "refused SMTPDataError 554".
ERROR_TEXTS = {
    "away": _("the mail server is not responding (%(error)s)"),
    "refused": _("the mail server rejected it (%(error)s)"),
    "address": _("the e-mail address is missing or cannot be used (%(error)s)"),
    "words": _("it could not be rendered (%(error)s)"),
}


class OutboxQuerySet(models.QuerySet):
    def enqueue(
        self,
        kind: str,
        *,
        at: datetime,
        object_id: int | None = None,
        recipient_id: int | None = None,
        once: bool = False,
    ) -> OutboxEmail:
        """Add an e-mail to the outbox: it is sent after this transaction has been committed.

        With `once`, a waiting e-mail of the same type, object and recipient is returned, if there is one.
        """
        if once and (
            waiting := self.waiting()
            .filter(kind=kind, object_id=object_id, recipient_id=recipient_id, claim="")
            .first()
        ):
            return waiting
        priority = registry.priority_of(kind)
        return self.create(
            kind=kind, object_id=object_id, recipient_id=recipient_id, written_at=at, due_at=at, priority=priority
        )

    def waiting(self):
        """Return those that are to be sent."""
        return self.filter(sent_at=None, given_up_at=None)

    def due(self, at):
        """Return those that are due at `at` and that no sender has claimed."""
        return self.waiting().filter(due_at__lte=at).filter(Q(leased_until=None) | Q(leased_until__lte=at))

    def failing(self):
        """Return those whose last attempt failed: they are retried or were given up."""
        return self.filter(sent_at=None).exclude(last_error="")

    def late(self, at):
        """Return those that wait for longer than LATE, or whose last attempt failed."""
        return self.waiting().filter(Q(written_at__lte=at - LATE_AFTER) | ~Q(last_error=""))

    def claim(self, at: datetime) -> OutboxEmail | None:
        """Return the next due e-mail, reserved for this sender until LEASE is over; None if nothing is due.

        If the sender is killed, another one sends it after the lease.
        """
        with transaction.atomic(using=self.db):
            free = self.due(at).order_by(*ORDER).select_for_update(skip_locked=True).first()
            if free is not None:
                free.claim, free.leased_until = secrets.token_hex(8), at + LEASE
                free.save(update_fields=["claim", "leased_until"])
            return free

    def record_outage(self, at: datetime, error: str) -> None:
        """Record on the next due e-mail why nothing can be sent, for the dashboard. It does not count as an attempt."""
        following = self.due(at).order_by(*ORDER).values_list("pk", flat=True).first()
        self.filter(pk=following).exclude(last_error=error).update(last_error=error[:200])

    def purge(self, at: datetime) -> int:
        """Delete those sent or given up longer than KEPT_AFTER ago; return how many."""
        old = at - RETENTION
        return self.filter(Q(sent_at__lt=old) | Q(given_up_at__lt=old)).delete()[0]


class OutboxEmail(models.Model):
    """An e-mail that is to be sent or was sent: its type, the object it is about, the member of staff it is to."""

    kind = models.CharField(_("kind"), max_length=50, help_text=_("E-mail type."))
    object_id = models.BigIntegerField(_("object"), null=True, help_text=_("ID of the related object."))
    recipient_id = models.BigIntegerField(_("recipient"), null=True, help_text=_("ID of a member of staff."))
    written_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("due"), help_text=_("Next attempt."))
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=registry.FIRST, help_text=_("E-mails with a lower number are sent first.")
    )
    claim = models.CharField(max_length=16, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveIntegerField(_("failed attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["priority", "due_at"], name="outbox_waiting", condition=Q(sent_at=None, given_up_at=None)
            ),
            models.Index(fields=["sent_at"], name="outbox_sent"),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"

    @property
    def error_text(self) -> str:
        """The last error as text; "" if there was none."""
        key, _space, error = self.last_error.partition(" ")
        return ERROR_TEXTS[key] % {"error": error} if key in ERROR_TEXTS else self.last_error

    # Results of an attempt, for the sender that has the claim

    def mark_sent(self, at: datetime) -> bool:
        """Record that it was sent; return False if the lease was over and another sender has the claim."""
        return self._settle(sent_at=at, last_error="")

    def discard(self, at: datetime) -> bool:
        """Delete it: it is no longer to be sent."""
        return bool(type(self).objects.filter(pk=self.pk, claim=self.claim).delete()[0])

    def record_failure(self, at: datetime, error: str, is_permanent: bool = False) -> bool:
        """Record an error, and retry with exponential backoff: after 20 seconds, doubling up to an hour.

        It is given up after GIVEN_UP_AFTER and at least TRIED_AT_LEAST attempts, or immediately if the error
        `is_permanent`.
        """
        wait = min(FIRST_WAIT * 2 ** min(self.attempts, 20), LONGEST_WAIT)
        over = is_permanent or (at - self.written_at >= GIVE_UP_AFTER and self.attempts + 1 >= MIN_ATTEMPTS)
        return self._settle(
            attempts=self.attempts + 1, last_error=error[:200], due_at=at + wait, given_up_at=at if over else None
        )

    def _settle(self, **changes) -> bool:
        mine = type(self).objects.filter(pk=self.pk, claim=self.claim, sent_at=None)
        return bool(mine.update(claim="", leased_until=None, **changes))


class SendCount(models.Model):
    """An e-mail counted by the rate limit of a recipient (a keyed hash), see outbox.rate_limits."""

    kind = models.CharField(max_length=50)
    recipient = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "recipient", "-at"], name="outbox_sendcount_recipient"),
            models.Index(fields=["kind", "at"], name="outbox_sendcount_at"),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"
