"""The way of a message: draft, submitted, approved, scheduled, published, withdrawn; derived from recorded moments."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel, new_edition
from news.hands import versions_written
from news.models.acts import Act
from news.versions import put_back
from richtext.plaintext import REASON, PlainTextField, clean_text

OWN_TEXT = _("You have written on this text yourself. Let a colleague approve it, or say why it can't wait.")


def moment(name):
    """Return a field for a moment on the way: recorded by an act, never typed."""
    return models.DateTimeField(name, null=True, blank=True, editable=False)


def person():
    """Return a field for who did it. People leave, their acts stay."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )


class Way(PublicModel):
    """The moments and people on a message's way, and the acts that record them. Each act is saved with its moment."""

    publish_at = models.DateTimeField(
        _("publish at"),
        null=True,
        blank=True,
        help_text=_("The moment it becomes public, once approved. Empty: as soon as it is approved."),
    )
    submitted_at, submitted_by = moment(_("submitted at")), person()
    approved_at, approved_by = moment(_("approved at")), person()
    withdrawn_at, withdrawn_by = moment(_("withdrawn at")), person()
    withdrawn_reason = PlainTextField(_("reason for the withdrawal"), max_length=REASON, blank=True, editable=False)
    revised_at = moment(_("last public change"))

    class State(models.TextChoices):
        """What a message is at a moment; derived, never stored."""

        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        SCHEDULED = "scheduled", _("scheduled")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Meta:
        abstract = True

    def state(self, at: datetime) -> Way.State:
        """Return what the message is at the moment `at`."""
        if self.withdrawn_at:
            return self.State.WITHDRAWN
        if not self.approved_at:
            return self.State.SUBMITTED if self.submitted_at else self.State.DRAFT
        return self.State.SCHEDULED if self.publish_at > at else self.State.PUBLISHED

    def was_public(self, at: datetime) -> bool:
        """Say whether somebody may have its address: published by the moment `at`, withdrawn since or not."""
        return self.state(at) in (self.State.PUBLISHED, self.State.WITHDRAWN)

    @property
    def updated_at(self) -> datetime:
        """Return when the published message last changed in what it says: published, corrected or restored."""
        return max(self.publish_at, self.revised_at or self.publish_at)

    # The acts

    def submit(self, *, at: datetime | None = None, by=None) -> None:
        """Submit a draft for approval."""
        if self.approved_at or self.submitted_at:
            raise ValidationError(_("Only a draft can be submitted, and this is none any more."))
        self.submitted_at, self.submitted_by = at or timezone.now(), by
        self._record(Act.Kind.SUBMITTED, self.submitted_at, by)

    def send_back(self, reason: str, *, at: datetime | None = None, by=None) -> None:
        """Send a submitted or scheduled message back to its writer: it is a draft again."""
        at = at or timezone.now()
        reason = _given(reason, _("Say what the writer should change."))
        if self.state(at) not in (self.State.SUBMITTED, self.State.SCHEDULED):
            raise ValidationError(_("Only what is submitted or scheduled is sent back. What is public is withdrawn."))
        self.submitted_at = self.submitted_by = self.approved_at = self.approved_by = None
        self._record(Act.Kind.SENT_BACK, at, by, reason)

    def approve(self, *, at: datetime | None = None, by=None, override: str = "") -> None:
        """Approve the message: it is due at `publish_at`, or at once where that is past or empty.

        Nobody approves a text of their own, or one not submitted, but for a reason (`override`), which is recorded.
        """
        at, override = at or timezone.now(), _bounded(override)
        if self.approved_at:
            raise ValidationError(_("This message is approved already."))
        if by and not override:
            if by.pk in self.authors():
                raise ValidationError(OWN_TEXT)
            if not self.submitted_at:
                raise ValidationError(
                    _("This is still being written. Let its writer submit it, or say why it can't wait.")
                )
        self.approved_at, self.approved_by = at, by
        self.publish_at = max(self.publish_at or at, at)
        self._record(Act.Kind.APPROVED, at, by, override)

    def change_approved(self, reason: str, *, at: datetime | None = None, by=None) -> None:
        """Save a change of words to a text that is approved and still ahead, with the reason why it can't wait."""
        at = at or timezone.now()
        reason = _given(reason, _("Somebody approved the text as it was. Say why the change can't wait for approval."))
        if self.state(at) != self.State.SCHEDULED:
            raise ValidationError(_("Only a scheduled message is changed after its approval."))
        self._record(Act.Kind.CHANGED, at, by, reason)

    def withdraw(self, reason: str, *, at: datetime | None = None, by=None) -> None:
        """Take the published message back: its address keeps a notice with the date and the reason.

        Raise ValidationError without a reason, and for a message that is not public.
        """
        at = at or timezone.now()
        reason = _given(reason, _("Say why it is withdrawn: the public reads the reason at its address."))
        if self.state(at) != self.State.PUBLISHED:
            raise ValidationError(_("Only a published message can be withdrawn. A draft can be changed or deleted."))
        self.withdrawn_at, self.withdrawn_reason, self.withdrawn_by = at, reason, by
        self._record(Act.Kind.WITHDRAWN, at, by, reason)

    def restore(self, reason: str = "", *, at: datetime | None = None, by=None) -> None:
        """Put a withdrawn message back to where it was."""
        if not self.withdrawn_at:
            raise ValidationError(_("Only a withdrawn message can be restored."))
        reason = _bounded(reason)
        self.withdrawn_at, self.withdrawn_reason, self.withdrawn_by = None, "", None
        self.revised_at = at or timezone.now()
        self._record(Act.Kind.RESTORED, self.revised_at, by, reason)

    # Changing what is out: the new text is on the message, and is saved with the act

    def fix_typo(self, *, at: datetime | None = None, by=None) -> None:
        """Save a change to what is public that mends a typo. Readers and feeds are told nothing."""
        at = at or timezone.now()
        self._require_out(at)
        self._record(Act.Kind.TYPO, at, by)

    def publish_correction(self, note: str, *, at: datetime | None = None, by=None) -> None:
        """Save a change to what is public as a correction: the note stands under the message, with its date."""
        at = at or timezone.now()
        note = _given(note, _("Say what was wrong: the public reads the note under the message."))
        self._require_out(at)
        self.revised_at = at
        with new_edition():
            self._record(Act.Kind.CORRECTION, at, by, note)
            self.corrections.create(at=at, note=note, by=by)

    def record_attachment_change(self, what: str, *, at: datetime | None = None, by=None) -> None:
        """Record what was done to the attachments, as a version of its own: whoever has the message open is told.

        On what is approved it is an act as well; where the message is public, feeds carry it as an update.
        """
        at = at or timezone.now()
        if self.was_public(at):
            self.revised_at = at
        if self.approved_at:
            self._record(Act.Kind.ATTACHED, at, by, what)
        else:
            with self.written_at(at, by, what):
                self.save(always_version=True)

    def revert(self, version, reason: str = "", *, at: datetime | None = None, by=None) -> None:
        """Put the text of an earlier version back, as a new version."""
        if not put_back(self, version):
            raise ValidationError(_("There is nothing to put back: the text stands like this already."))
        self._record(Act.Kind.REVERTED, at or timezone.now(), by, reason)

    def _require_out(self, at):
        if not self.was_public(at):
            raise ValidationError(_("Only what is public is mended or corrected. Before that, a text is just changed."))

    def authors(self) -> set[int]:
        """Return the ids of those who have written on the text or submitted it."""
        people = versions_written(self.history).values_list("history_user", flat=True)
        return set(people) | ({self.submitted_by_id} - {None})

    def _record(self, kind, at, by, reason=""):
        with new_edition(), self.written_at(at, by, kind):
            self.save(always_version=kind == Act.Kind.ATTACHED)
            Act.objects.create(message=self, kind=kind, at=at, by=by, reason=reason)

    @contextmanager
    def written_at(self, at: datetime, by=None, reason: str | None = None):
        """Have the versions that are saved inside say when, by whom and why: an act and its version have one moment."""
        said = {"_history_date": at, "_change_reason": reason} | ({"_history_user": by} if by else {})
        before = {name: self.__dict__[name] for name in said if name in self.__dict__}
        self.__dict__.update(said)
        try:
            yield
        finally:
            for name in said:
                del self.__dict__[name]
            self.__dict__.update(before)


def _given(reason: str, otherwise) -> str:
    """Return a reason that says something; raise ValidationError where it says nothing (`otherwise`) or is too long."""
    if not (reason := _bounded(reason)):
        raise ValidationError(otherwise)
    return reason


def _bounded(reason: str) -> str:
    """Return a reason without invisible characters; raise ValidationError where it is too long."""
    MaxLengthValidator(REASON)(reason)
    return clean_text(reason)
