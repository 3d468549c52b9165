"""Workflow of an enquiry: the actions of officers and of its visitor, each saved with a log entry."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from consular.access_log import record
from consular.models.entries import EnquiryEntry, EnquiryLogEntry, Erasure
from outbox.models import OutboxEmail


class EnquiryWorkflow:
    """Mixin of Enquiry with one method for each action. `by` is an officer, or None for the visitor."""

    # By officers

    def record_opened(self, by, at: datetime) -> None:
        """Log that an officer has opened it, at most once in ten minutes."""
        record([self.pk], EnquiryLogEntry.Kind.OPENED, by, at)

    def assign(self, to, *, by, at: datetime) -> None:
        """Assign it to an officer, or unassign it. An officer who is assigned by another officer gets an e-mail."""
        with self._act(EnquiryLogEntry.Kind.ASSIGNED, by, at) as now:
            now.assigned_to = to
            if to is not None and to != by:
                OutboxEmail.objects.enqueue("enquiry assigned", object_id=self.pk, recipient_id=to.pk, at=at)

    def note(self, text: str, *, by, at: datetime) -> EnquiryEntry:
        """Save an internal note, which is never shown to the visitor."""
        with self._act(EnquiryLogEntry.Kind.NOTED, by, at):
            return self.entries.create(kind=EnquiryEntry.Kind.NOTE, text=text, by=by, at=at)

    def answer(self, text: str, *, by, at: datetime) -> EnquiryEntry:
        """Save a reply, and enqueue its e-mail to the visitor."""
        with self._act(EnquiryLogEntry.Kind.ANSWERED, by, at) as now:
            entry = self.entries.create(kind=EnquiryEntry.Kind.ANSWER, text=text, by=by, at=at)
            now.answered_at, now.closed_at = at, None
            now.assigned_to = now.assigned_to or by
            OutboxEmail.objects.enqueue("enquiry answer", object_id=entry.pk, at=at)
            return entry

    def close(self, *, by, at: datetime) -> None:
        """Close it. An addition by the visitor reopens it."""
        with self._act(EnquiryLogEntry.Kind.CLOSED, by, at) as now:
            if now.closed_at:
                raise ValidationError(_("This enquiry is already closed."))
            now.closed_at = at

    def reopen(self, *, by, at: datetime) -> None:
        with self._act(EnquiryLogEntry.Kind.REOPENED, by, at) as now:
            if not now.closed_at:
                raise ValidationError(_("This enquiry is not closed."))
            now.closed_at = None

    def mark_not_spam(self, *, by, at: datetime) -> None:
        """Clear the suspicion of spam, and enqueue the e-mails that were held back."""
        with self._act(EnquiryLogEntry.Kind.TRUSTED, by, at) as now:
            if not now.suspicion:
                raise ValidationError(_("This enquiry is not suspected spam."))
            now.suspicion = ""
            if not now.has_receipt:  # it may have had one before an officer marked it as spam
                now.notify(at, is_limited=False)

    def mark_spam(self, suspicion: str, *, by, at: datetime) -> None:
        """Mark it as suspected spam, with the reason."""
        with self._act(EnquiryLogEntry.Kind.SUSPECTED, by, at) as now:
            now.suspicion = suspicion

    # By the visitor

    def add(self, text: str, *, at: datetime) -> EnquiryEntry:
        """Save an addition: the enquiry waits for a reply again, and the topic's mailbox is notified.

        The same text sent twice (a double click) is saved once, unless there was a reply in between.
        """
        with self._act(None, None, at) as now:
            if duplicate := now.unanswered_duplicate(text):
                now.refresh_from_db(fields=["last_activity_at"])  # a duplicate does not prolong the retention
                return duplicate
            entry = self.entries.create(kind=EnquiryEntry.Kind.ADDITION, text=text, at=at)
            if now.state in (now.State.ANSWERED, now.State.CLOSED):
                now.answer_by = now.due_after(at)
            now.visitor_added_at, now.closed_at = at, None
            if not now.suspicion:
                OutboxEmail.objects.enqueue("enquiry added", object_id=self.pk, at=at)
            return entry

    def unanswered_duplicate(self, text: str) -> EnquiryEntry | None:
        """Return an addition with the same text that has had no reply yet; else None."""
        if not self.is_unanswered:
            return None
        added = self.entries.filter(kind=EnquiryEntry.Kind.ADDITION)
        if self.answered_at:
            added = added.filter(at__gt=self.answered_at)
        return next((entry for entry in added if entry.text == text), None)

    # By either

    def erase(self, reason: str, *, at: datetime, by=None) -> None:
        """Delete it with everything that belongs to it; an Erasure records its reference, the time and the reason.

        E-mails about it that are still in the outbox are never sent.
        """
        with transaction.atomic():
            if not type(self).objects.select_for_update(of=("self",)).filter(pk=self.pk).values("pk"):
                return  # already erased
            erasure = {"enquiry_pk": self.pk, "token_hash": self.token_hash, "at": at, "reason": reason, "by": by}
            Erasure.objects.get_or_create(reference=self.reference, defaults=erasure)
            self.entries.defer("text").delete()  # without decrypting: possible even if the key is lost
            self.delete()

    @contextmanager
    def _act(self, kind, by, at):
        """Lock the row, yield its current state, save it with a log entry, and copy the result to `self`."""
        with transaction.atomic():
            now = type(self).objects.select_for_update(of=("self",)).select_related("topic").get(pk=self.pk)
            now.last_activity_at = at
            yield now
            now.save()
            if kind:
                self.log_entries.create(kind=kind, by=by, at=at)
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, getattr(now, field.attname))
