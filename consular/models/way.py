"""The way of an enquiry: what officers and its visitor do to it. Each act saves, and leaves its trace."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from consular.access_log import record
from consular.models.entries import Entry, Erasure, Trace
from letters.models import Letter


class Way:
    """What is done to an enquiry, one method for each act. `by` is an officer; None is the visitor."""

    # Officers

    def record_opened(self, by, at: datetime) -> None:
        """Record that an officer has looked at it, once for each look, unless it is erased in the same moment."""
        record([self.pk], Trace.Kind.OPENED, by, at)

    def assign(self, to, *, by, at: datetime) -> None:
        """Give it to an officer, or to nobody. An officer other than the one who does it hears by mail."""
        with self._act(Trace.Kind.ASSIGNED, by, at) as now:
            now.assigned_to = to
            if to is not None and to != by:
                Letter.objects.enqueue("enquiry assigned", object_id=self.pk, recipient_id=to.pk, at=at)

    def note(self, text: str, *, by, at: datetime) -> Entry:
        """Keep an internal note, which the visitor never sees."""
        with self._act(Trace.Kind.NOTED, by, at):
            return self.entries.create(kind=Entry.Kind.NOTE, text=text, by=by, at=at)

    def answer(self, text: str, *, by, at: datetime) -> Entry:
        """Answer the visitor by mail: the answer is kept, and its letter waits in the outbox."""
        with self._act(Trace.Kind.ANSWERED, by, at) as now:
            entry = self.entries.create(kind=Entry.Kind.ANSWER, text=text, by=by, at=at)
            now.answered_at, now.closed_at = at, None
            now.assigned_to = now.assigned_to or by
            Letter.objects.enqueue("enquiry answer", object_id=entry.pk, at=at)
            return entry

    def close(self, *, by, at: datetime) -> None:
        """Close it: nothing more is to be done. What the visitor adds opens it again."""
        with self._act(Trace.Kind.CLOSED, by, at) as now:
            if now.closed_at:
                raise ValidationError(_("This enquiry is closed already."))
            now.closed_at = at

    def reopen(self, *, by, at: datetime) -> None:
        """Take up a closed one again."""
        with self._act(Trace.Kind.REOPENED, by, at) as now:
            if not now.closed_at:
                raise ValidationError(_("This enquiry is not closed."))
            now.closed_at = None

    def mark_not_spam(self, *, by, at: datetime) -> None:
        """Say that a suspected one is none: it joins the others, and its letters leave."""
        with self._act(Trace.Kind.TRUSTED, by, at) as now:
            if not now.suspicion:
                raise ValidationError(_("Nobody suspects this enquiry."))
            now.suspicion = ""
            if not now.has_receipt:
                now.notify(at, is_limited=False)  # once: it may have been announced before it came under suspicion

    def mark_spam(self, suspicion: str, *, by, at: datetime) -> None:
        """Put it with the suspected ones."""
        with self._act(Trace.Kind.SUSPECTED, by, at) as now:
            now.suspicion = suspicion

    # The visitor

    def add(self, text: str, *, at: datetime) -> Entry:
        """Keep what the visitor adds: it waits for an answer again, and the mailbox hears of it.

        The same words twice (a double click, a page sent again) are kept once, until they are answered.
        """
        with self._act(None, None, at) as now:
            if told := now.unanswered_duplicate(text):
                now.refresh_from_db(fields=["last_activity_at"])  # nothing has happened: it is kept no longer for that
                return told
            entry = self.entries.create(kind=Entry.Kind.ADDITION, text=text, at=at)
            if now.state in (now.State.ANSWERED, now.State.CLOSED):
                now.answer_by = now.due_after(at)
            now.visitor_added_at, now.closed_at = at, None
            if not now.suspicion:
                Letter.objects.enqueue("enquiry added", object_id=self.pk, at=at)
            return entry

    def unanswered_duplicate(self, text: str) -> Entry | None:
        """Return what the visitor has added in these very words, and still waits for an answer to; else None."""
        added = self.entries.filter(kind=Entry.Kind.ADDITION)
        if self.answered_at:
            added = added.filter(at__gt=self.answered_at)
        return next((entry for entry in added if entry.text == text), None) if self.is_unanswered else None

    # Whoever may

    def erase(self, reason: str, *, at: datetime, by=None) -> None:
        """Erase it and all that belongs to it. What stays: its reference, when, and why. Its letters never leave."""
        with transaction.atomic():
            if not type(self).objects.select_for_update(of=("self",)).filter(pk=self.pk).values("pk"):
                return  # erased by somebody else meanwhile
            erasure = {"enquiry_pk": self.pk, "token_hash": self.token_hash, "at": at, "reason": reason, "by": by}
            Erasure.objects.get_or_create(reference=self.reference, defaults=erasure)
            self.entries.defer("text").delete()  # unread, so that it can be erased even when its key is lost
            self.delete()

    @contextmanager
    def _act(self, kind, by, at):
        """Do an act to the row as it is now, alone with it, and leave a trace; `self` follows."""
        with transaction.atomic():
            now = type(self).objects.select_for_update(of=("self",)).select_related("topic").get(pk=self.pk)
            now.last_activity_at = at
            yield now
            now.save()
            if kind:
                self.log_entries.create(kind=kind, by=by, at=at)
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, getattr(now, field.attname))
