"""The outbox: a row for each letter that is to leave, written in the transaction of what it tells of.

A row names ids only. The words and the address are found when it is sent, so that the queue holds nobody's data, and a
letter about something that has been erased meanwhile is never sent.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from letters import kinds

LEASE = timedelta(minutes=5)  # longer than a mail server may take that needs almost EMAIL_TIMEOUT for each step
FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=5)  # RFC 5321, 4.5.4.1: four or five days
TRIED_AT_LEAST = 12  # times (five hours): five days may pass while no mail server is there to be asked
KEPT_AFTER = timedelta(days=30)
LATE = timedelta(minutes=10)  # a letter that waits for so long is something for a person to look into

ORDER = ("priority", "due_at", "pk")  # in which letters leave

# A fault is kept as one of these words and the name of an error with the server's codes: "refused SMTPDataError 554".
FAULTS = {
    "away": _("the mail server does not answer (%(why)s)"),
    "refused": _("the mail server did not take it (%(why)s)"),
    "address": _("there is no address, or none that a letter can be sent to (%(why)s)"),
    "words": _("it can't be worded (%(why)s)"),
}


class LetterQuerySet(models.QuerySet):
    def enqueue(
        self,
        kind: str,
        *,
        at: datetime,
        object_id: int | None = None,
        recipient_id: int | None = None,
        once: bool = False,
    ) -> Letter:
        """Put a letter into the outbox: it leaves once this transaction is committed, and never if it isn't.

        With `once`, a letter of the same kind, about the same row, that still waits for this reader is returned.
        """
        if once and (
            waiting := self.waiting()
            .filter(kind=kind, object_id=object_id, recipient_id=recipient_id, claim="")
            .first()
        ):
            return waiting
        priority = kinds.priority_of(kind)
        return self.create(
            kind=kind, object_id=object_id, recipient_id=recipient_id, written_at=at, due_at=at, priority=priority
        )

    def waiting(self):
        """Return the letters that have yet to leave."""
        return self.filter(sent_at=None, given_up_at=None)

    def due(self, at):
        """Return those that may be tried at the moment `at`: it is their time, and no sender has them in hand."""
        return self.waiting().filter(due_at__lte=at).filter(Q(leased_until=None) | Q(leased_until__lte=at))

    def failing(self):
        """Return those that could not leave when they were tried: they are tried again, or were given up."""
        return self.filter(sent_at=None).exclude(last_error="")

    def late(self, at):
        """Return those that should have left by now, or could not when they were tried."""
        return self.waiting().filter(Q(written_at__lte=at - LATE) | ~Q(last_error=""))

    def claim(self, at: datetime) -> Letter | None:
        """Take the next letter in hand, for LEASE: nobody else gets it meanwhile. None when nothing is due.

        A sender who is killed leaves it to the next one, when the lease has run out.
        """
        with transaction.atomic(using=self.db):
            free = self.due(at).order_by(*ORDER).select_for_update(skip_locked=True).first()
            if free is not None:
                free.claim, free.leased_until = secrets.token_hex(8), at + LEASE
                free.save(update_fields=["claim", "leased_until"])
            return free

    def record_outage(self, at: datetime, error: str) -> None:
        """Note with the letter that is next why none can leave: the desk reads it there. It counts as no attempt."""
        following = self.due(at).order_by(*ORDER).values_list("pk", flat=True).first()
        self.filter(pk=following).exclude(last_error=error).update(last_error=error[:200])

    def purge(self, at: datetime) -> int:
        """Forget the letters that left, or were given up, long ago; return how many."""
        old = at - KEPT_AFTER
        return self.filter(Q(sent_at__lt=old) | Q(given_up_at__lt=old)).delete()[0]


class Letter(models.Model):
    """A letter that is to leave by mail, or has left: what kind, about which row, to which member of staff."""

    kind = models.CharField(_("kind"), max_length=50, help_text=_("Which room's, and which of its letters."))
    object_id = models.BigIntegerField(_("about"), null=True, help_text=_("The number of the row that it tells of."))
    recipient_id = models.BigIntegerField(_("reader"), null=True, help_text=_("The number of a member of staff."))
    written_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("due"), help_text=_("Not tried before."))
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=kinds.FIRST, help_text=_("Letters with a lower number leave first.")
    )
    claim = models.CharField(max_length=16, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveIntegerField(_("attempts that failed"), default=0)
    last_error = models.CharField(_("last fault"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["priority", "due_at"], name="letters_waiting", condition=Q(sent_at=None, given_up_at=None)
            ),
            models.Index(fields=["sent_at"], name="letters_sent"),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"

    @property
    def error_text(self) -> str:
        """Why it did not leave when it was tried last; "" where it has not been tried, or nothing stood in its way."""
        what, _space, why = self.last_error.partition(" ")
        return FAULTS[what] % {"why": why} if what in FAULTS else self.last_error

    # What becomes of it. Only the sender that has it in hand may say so.

    def mark_sent(self, at: datetime) -> bool:
        """Record that it left; False where the lease had run out and another sender has it."""
        return self._settle(sent_at=at, last_error="")

    def discard(self, at: datetime) -> bool:
        """Take it out of the outbox: there is nobody to read it any more."""
        return bool(type(self).objects.filter(pk=self.pk, claim=self.claim).delete()[0])

    def record_failure(self, at: datetime, error: str, is_permanent: bool = False) -> bool:
        """Record why it did not leave, and try again: after 20 seconds, then twice as long each time, up to an hour.

        After GIVEN_UP_AFTER, and no fewer than TRIED_AT_LEAST attempts, it is given up, and the desk says so. It is
        given up immediately where the refusal `is_permanent`: another attempt would have the same answer.
        """
        wait = min(FIRST_WAIT * 2 ** min(self.attempts, 20), LONGEST_WAIT)
        over = is_permanent or (at - self.written_at >= GIVEN_UP_AFTER and self.attempts + 1 >= TRIED_AT_LEAST)
        return self._settle(
            attempts=self.attempts + 1, last_error=error[:200], due_at=at + wait, given_up_at=at if over else None
        )

    def _settle(self, **changes) -> bool:
        mine = type(self).objects.filter(pk=self.pk, claim=self.claim, sent_at=None)
        return bool(mine.update(claim="", leased_until=None, **changes))


class SendCount(models.Model):
    """That an e-mail of a kind was counted for a recipient (a keyed hash): see letters.limits. Kept for a day."""

    kind = models.CharField(max_length=50)
    recipient = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "recipient", "-at"], name="letters_sendcount_recipient"),
            models.Index(fields=["kind", "at"], name="letters_sendcount_at"),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"
