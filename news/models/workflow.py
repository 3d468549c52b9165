"""Workflow of a message: draft, submitted, scheduled, published, withdrawn; derived from recorded times."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text_fields import MAX_REASON, PlainTextField, clean_text
from editions.models import PublicModel, new_edition
from news.authorship import authored_versions
from news.models.corrections import Correction, replaced_version
from news.models.workflow_log import WorkflowLogEntry
from richtext.fields import images_without_alternative
from versions.comparison import restore_fields
from versions.models import VersionInfo

OWN_TEXT = _("You have worked on this text. Ask a colleague to approve it, or give a reason for approving it yourself.")

CHANGED_SINCE_READ = _("This text was changed after you opened it. Read it again before you approve it.")

NOTE_MISSING = {
    Correction.Kind.CORRECTION: _("Enter what was wrong. The note is shown below the message."),
    Correction.Kind.UPDATE: _("Enter what has changed. The note is shown below the message."),
}


def time_field(name):
    """Return a field for the time of a workflow step."""
    return models.DateTimeField(name, null=True, blank=True, editable=False)


def user_field():
    """Return a field for the user of a workflow step."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )


class WorkflowModel(PublicModel):
    """The times and users of a message's workflow steps. Each step saves the row and a log entry together."""

    publish_at = models.DateTimeField(
        _("publish at"),
        null=True,
        blank=True,
        help_text=_("Publication time, once approved. Without a time, it is published on approval."),
    )
    submitted_at, submitted_by = time_field(_("submitted at")), user_field()
    approved_at, approved_by = time_field(_("approved at")), user_field()
    withdrawn_at, withdrawn_by = time_field(_("withdrawn at")), user_field()
    withdrawn_reason = PlainTextField(_("reason for the withdrawal"), max_length=MAX_REASON, blank=True, editable=False)
    revised_at = time_field(_("last public change"))

    class State(models.TextChoices):
        """The state of a message at a given time: derived, never stored."""

        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        SCHEDULED = "scheduled", _("scheduled")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")
        APPLIED = "applied", _("in force")  # a revision
        DISCARDED = "discarded", _("discarded")  # a revision

    class Meta:
        abstract = True

    def state(self, at: datetime) -> WorkflowModel.State:
        """Return the state at `at`."""
        if self.withdrawn_at:
            return self.State.WITHDRAWN
        if not self.approved_at:
            return self.unapproved_state()
        return self.State.SCHEDULED if self.publish_at > at else self.State.PUBLISHED

    def unapproved_state(self) -> WorkflowModel.State:
        """Return whether something that is not approved is submitted or a draft."""
        return self.State.SUBMITTED if self.submitted_at else self.State.DRAFT

    def was_public(self, at: datetime) -> bool:
        """Return whether it was published by `at`, withdrawn since or not: its URL may be known."""
        return self.state(at) in (self.State.PUBLISHED, self.State.WITHDRAWN)

    @property
    def updated_at(self) -> datetime:
        """Return the time of the last public change: publication, correction or restoring."""
        return max(self.publish_at, self.revised_at or self.publish_at)

    # Workflow steps

    def submit(self, *, at: datetime | None = None, by=None) -> None:
        """Submit a draft for approval."""
        at = at or timezone.now()
        if self.state(at) != self.State.DRAFT:
            raise ValidationError(_("Only drafts can be submitted."))
        if self.is_revision:
            self.check_change(at)
        self.submitted_at, self.submitted_by = at, by
        self._record(WorkflowLogEntry.Kind.SUBMITTED, at, by)

    def send_back(self, reason: str, *, at: datetime | None = None, by=None) -> None:
        """Make a submitted or scheduled message or revision a draft again."""
        at = at or timezone.now()
        reason = _require_reason(reason, _("Enter what the author should change."))
        if self.state(at) not in (self.State.SUBMITTED, self.State.SCHEDULED):
            raise ValidationError(
                _("Only submitted or scheduled messages can be sent back. Withdraw a published message instead.")
            )
        was_pending = self.accepted_at is not None
        if self.release_id:
            self.release.item_changed(self, at=at, by=by)
            self.effective_at = None
        self.submitted_at = self.submitted_by = self.approved_at = self.approved_by = None
        self.accepted_at = self.accepted_by = None
        with new_edition(moves=was_pending):  # the site no longer changes at its moment
            self._record(WorkflowLogEntry.Kind.SENT_BACK, at, by, reason)

    def submit_again(self, *, at: datetime, by=None) -> None:
        """Submit a text again that was changed after it was submitted, so that the log says which text was read."""
        if self.state(at) != self.State.SUBMITTED:
            raise ValidationError(_("Only submitted messages can be submitted again."))
        self.submitted_at, self.submitted_by = at, by
        self._record(WorkflowLogEntry.Kind.SUBMITTED, at, by, _("The text was changed after it was submitted."))

    def approve(self, *, at: datetime | None = None, by=None, version: int | None = None, override: str = "") -> None:
        """Approve the message: it is published at `publish_at`, or immediately where that is past or empty.

        A user approves the `version` that they have read; raise ValidationError where there is a newer one. Four-eyes
        rule: users cannot approve their own text or a draft, except for a reason (`override`), which is recorded.
        """
        at, override = at or timezone.now(), _clean_reason(override)
        if by and version is None:
            raise TypeError("A user approves a version: pass the number of the one that was read.")
        if self.state(at) not in (self.State.DRAFT, self.State.SUBMITTED):
            raise ValidationError(_("This message has already been approved."))
        if by and version != self.newest_version():
            raise ValidationError(CHANGED_SINCE_READ)
        if by and self.change_kind != "withdrawal" and images_without_alternative(self.body):
            raise ValidationError(_("The text has an image without alternative text. Describe the image."))
        if by and not override:
            if by.pk in self.authors():
                raise ValidationError(OWN_TEXT)
            if not self.submitted_at:
                raise ValidationError(
                    _("This is still a draft. Ask the author to submit it, or give a reason for approving it now.")
                )
        if self.is_revision:
            self.approve_revision(at, by, override)
            return
        if self.release_id:
            self.accept_for_release(at, by, override)
            return
        self.approved_at, self.approved_by = at, by
        self.publish_at = max(self.publish_at or at, at)
        self._record(WorkflowLogEntry.Kind.APPROVED, at, by, override)

    def newest_version(self) -> int:
        """Return the number of the newest version; 0 without versions."""
        return self.history.aggregate(newest=models.Max("history_id"))["newest"] or 0

    def change_approved(self, reason: str, *, at: datetime | None = None, by=None) -> None:
        """Save a change of a scheduled message, with its reason. It may be one of its time, and have made it public."""
        at = at or timezone.now()
        reason = _require_reason(
            reason, _("This text has been approved. Give a reason for changing it without a new approval.")
        )
        if not self.approved_at or self.withdrawn_at:
            raise ValidationError(_("Only scheduled messages can be changed after approval."))
        self._record(WorkflowLogEntry.Kind.CHANGED, at, by, reason)

    def withdraw(self, reason: str, *, at: datetime | None = None, by=None) -> None:
        """Withdraw a published message: its URL shows a notice with the date and the reason.

        Raise ValidationError without a reason, and for a message that is not public.
        """
        at = at or timezone.now()
        reason = _require_reason(reason, _("Enter the reason for the withdrawal. It will be public."))
        if self.state(at) != self.State.PUBLISHED:
            raise ValidationError(_("Only published messages can be withdrawn. You can change or delete a draft."))
        self.withdrawn_at, self.withdrawn_reason, self.withdrawn_by = at, reason, by
        self._record(WorkflowLogEntry.Kind.WITHDRAWN, at, by, reason)

    def restore(self, reason: str = "", *, at: datetime | None = None, by=None) -> None:
        """Make a withdrawn message public again."""
        if not self.withdrawn_at:
            raise ValidationError(_("Only withdrawn messages can be restored."))
        reason = _clean_reason(reason)
        self.withdrawn_at, self.withdrawn_reason, self.withdrawn_by = None, "", None
        self.revised_at = at or timezone.now()
        self._record(WorkflowLogEntry.Kind.RESTORED, self.revised_at, by, reason)

    def stop_featuring(self, *, at: datetime, by=None) -> None:
        """Let newer messages lead the home page. Where this one appears changes, and not what it says."""
        if not self.featured or self.state(at) != self.State.PUBLISHED:
            raise ValidationError(_("This message is not at the top of the home page."))
        self.featured = False
        self._record(WorkflowLogEntry.Kind.UNFEATURED, at, by)

    # Changes to approved text: the new text is on the instance and is saved together with the log entry. Staff make
    # them by a revision.

    def fix_typo(self, *, at: datetime | None = None, by=None) -> None:
        """Save a typo fix to a public text. Readers and feeds are not notified."""
        at = at or timezone.now()
        self._require_public(at)
        self._record(WorkflowLogEntry.Kind.TYPO, at, by)

    def publish_correction(
        self,
        note: str,
        *,
        kind: str = Correction.Kind.CORRECTION,
        at: datetime | None = None,
        by=None,
    ) -> None:
        """Save a correction or an update of a public text, with a public note and its date below the message."""
        at, kind = at or timezone.now(), Correction.Kind(kind)
        note = _require_reason(note, NOTE_MISSING[kind])
        self._require_public(at)
        self.revised_at = at
        with new_edition():
            since = self.newest_version()
            self._record(WorkflowLogEntry.Kind(kind.value), at, by, note)
            self.corrections.create(
                kind=kind,
                at=at,
                note=note,
                by=by,
                earlier_version=replaced_version(self, since, at),
                while_withdrawn=self.withdrawn_at is not None,
            )

    def record_attachment_change(self, what: str, *, at: datetime | None = None, by=None) -> None:
        """Save a version that describes a change to the attachments, so that conflicts with it are detected.

        An approved message gets a log entry as well; feeds carry that of a public one as an update.
        """
        at = at or timezone.now()
        if self.was_public(at):
            self.revised_at = at
        if self.approved_at:
            self._record(WorkflowLogEntry.Kind.ATTACHED, at, by, what)
        else:
            self.save(version=VersionInfo(at, by, what), always_version=True)

    def revert(self, version, reason: str = "", *, at: datetime | None = None, by=None) -> None:
        """Restore the text of an earlier version, as a new version of a draft or of a revision."""
        if self.state(at or timezone.now()) not in (self.State.DRAFT, self.State.SUBMITTED):
            raise ValidationError(_("This text has been approved. Restore the version as a change to it."))
        if not restore_fields(self, version):
            raise ValidationError(_("Nothing to restore: the text is already the same."))
        self._record(WorkflowLogEntry.Kind.REVERTED, at or timezone.now(), by, reason)

    def _require_public(self, at):
        if not self.was_public(at):
            raise ValidationError(_("Corrections apply to published messages only."))

    def authors(self) -> set[int]:
        """Return the ids of the users who have changed the text or submitted it."""
        users = authored_versions(self.history).values_list("history_user", flat=True)
        return set(users) | ({self.submitted_by_id} - {None})

    def is_own_draft(self, user) -> bool:
        """Return whether this is a draft that nobody but `user` has written, and that was never submitted."""
        is_draft = not (self.submitted_at or self.approved_at or self.is_revision or self.release_id)
        return is_draft and self.authors() == {user.pk} and not self.log_entries.exists()

    def _record(self, kind, at, by, reason=""):
        with new_edition():
            self.save(version=VersionInfo(at, by, kind), always_version=kind == WorkflowLogEntry.Kind.ATTACHED)
            WorkflowLogEntry.objects.create(message=self, kind=kind, at=at, by=by, reason=reason)


def _require_reason(reason: str, error) -> str:
    """Return the cleaned reason; raise ValidationError where it is empty (`error`) or too long."""
    if not (reason := _clean_reason(reason)):
        raise ValidationError(error)
    return reason


def _clean_reason(reason: str) -> str:
    """Return the reason without invisible characters; raise ValidationError where it is too long."""
    MaxLengthValidator(MAX_REASON)(reason)
    return clean_text(reason)
