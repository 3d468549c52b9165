"""Remarks (comments, editorial notes): threads of colleagues on a message of the desk.

A remark is never public. It is no version and makes no new edition; it is deleted with the draft that it is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text_fields import LineField, PlainTextField

MAX_TEXT = 2_000  # characters
MAX_QUOTATION = 500  # characters
MAX_REMARKS = 200  # remarks on a message, replies included
MAX_IN_A_ROW, PERIOD = 30, timedelta(minutes=10)  # remarks of one user in this period: each is e-mailed
TIME_TO_DELETE = timedelta(minutes=15)


class RemarkQuerySet(models.QuerySet):
    """Remarks on all messages."""

    def threads(self):
        """Return the remarks that begin a thread."""
        return self.filter(parent__isnull=True)

    def open(self):
        """Return the remarks that begin a thread and are not resolved."""
        return self.threads().filter(resolved_at__isnull=True)

    def write(self, message, author, text: str, *, at: datetime, quotation: str = "", thread=None) -> Remark:
        """Store a remark on a message, or a reply to a thread, which opens it again; return it.

        Raise ValidationError, with a sentence, where there are too many, or where the thread was deleted meanwhile.
        """
        with transaction.atomic():
            lock(message)
            if thread and not self.filter(pk=thread.pk).exists():
                raise ValidationError(_("This remark has been deleted by its author."))
            if self.filter(message=message).count() >= MAX_REMARKS:
                raise ValidationError(_("A message can have %d remarks, and this one has them.") % MAX_REMARKS)
            if self.filter(author=author, written_at__gt=at - PERIOD).count() >= MAX_IN_A_ROW:
                raise ValidationError(_("You have written many remarks in a few minutes. Wait, then try again."))
            if thread:
                thread.reopen()
            return self.create(
                message=message, parent=thread, author=author, written_at=at, text=text, quotation=quotation
            )


class Remark(models.Model):
    """A remark that begins a thread, or a reply in the thread of its `parent`."""

    # A foreign key for each kind of text: docs/adr/0025.
    message = models.ForeignKey(
        "news.Message", models.CASCADE, related_name="remarks", verbose_name=gettext_lazy("message")
    )
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="replies", verbose_name=gettext_lazy("reply to")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=gettext_lazy("who")
    )
    written_at = models.DateTimeField(gettext_lazy("when"))
    text = PlainTextField(gettext_lazy("remark"), max_length=MAX_TEXT)
    quotation = LineField(gettext_lazy("quotation"), max_length=MAX_QUOTATION, blank=True)
    resolved_at = models.DateTimeField(gettext_lazy("resolved at"), null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=gettext_lazy("resolved by")
    )

    objects = RemarkQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("remark")
        verbose_name_plural = gettext_lazy("remarks")
        default_permissions = ()
        ordering = ["written_at", "id"]
        indexes = [models.Index(fields=["author", "written_at"], name="remarks_by_author")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="remarks_have_a_text"),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False, parent__isnull=True),
                name="remarks_threads_are_resolved_by_a_user",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="remarks_do_not_answer_themselves"),
        ]

    def __str__(self):
        return Truncator(" ".join(self.text.split())).chars(60)

    @property
    def is_open(self) -> bool:
        """Return whether the thread that this remark begins is not resolved."""
        return self.resolved_at is None

    def resolve(self, *, at: datetime, by) -> None:
        """Mark the thread as resolved; who was first remains."""
        Remark.objects.filter(pk=self.pk).open().update(resolved_at=at, resolved_by=by)

    def reopen(self) -> None:
        """Mark the thread as open again."""
        Remark.objects.filter(pk=self.pk).update(resolved_at=None, resolved_by=None)

    def can_be_deleted(self, user, at: datetime) -> bool:
        """Return whether `user` wrote this a few minutes ago, and nobody has replied."""
        return self.author_id == user.pk and at < self.written_at + TIME_TO_DELETE and not self.has_replies()

    def delete_own(self, user, at: datetime) -> None:
        """Delete a remark that `user` may delete; raise ValidationError otherwise."""
        with transaction.atomic():
            lock(self.message)
            if not self.can_be_deleted(user, at):
                raise ValidationError(
                    _("You can delete only your own remarks, for 15 minutes, while nobody has replied.")
                )
            self.delete()

    def has_replies(self) -> bool:
        """Return whether this thread has a reply, without a query after `with_replies`."""
        found = getattr(self, "found_replies", None)
        return bool(self.replies.exists() if found is None else found)


def lock(message) -> None:
    """Make other writers of remarks on a message wait until this transaction ends; ValidationError if it is deleted."""
    if not type(message)._base_manager.select_for_update().filter(pk=message.pk).values_list("pk").first():
        raise ValidationError(_("This text has been deleted."))


def with_replies(remarks: Iterable[Remark]) -> list[Remark]:
    """Return the remarks that begin a thread, open ones first, each with its replies as `found_replies`."""
    threads: dict[int, Remark] = {}
    for remark in remarks:
        remark.found_replies = []
        if remark.parent_id is None:
            threads[remark.pk] = remark
        elif remark.parent_id in threads:
            threads[remark.parent_id].found_replies.append(remark)
    return sorted(threads.values(), key=lambda thread: not thread.is_open)
