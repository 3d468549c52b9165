"""Revisions: proposed changes to a message that is approved or public, each a row of the message's own table.

A revision has everything that a draft has: text, image, attachments, versions, workflow, previews. It is never
`approved_at`, the condition of everything public, so that no list, feed or search can show it by mistake; it is
`accepted_at`. When it takes effect, `apply` copies its text to the message. See docs/adr/0018.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.text_fields import MAX_REASON, PlainTextField
from editions.models import new_edition
from news.differences import REVISION_FIELDS, attachment_list, copy_fields, differences
from news.models.workflow import NOTE_MISSING, WorkflowModel, time_field, user_field
from news.models.workflow_log import WorkflowLogEntry
from news.typo_rule import typo_error
from versions import comparison
from versions.models import VersionInfo

if TYPE_CHECKING:
    from news.models import Message

IS_OPEN = Q(applied_at__isnull=True, discarded_at__isnull=True)
IS_PENDING = IS_OPEN & Q(accepted_at__isnull=False)  # approved, and waiting for its moment


class RevisionModel(WorkflowModel):
    """The fields and steps of a revision. The fields are empty on other messages."""

    class ChangeKind(models.TextChoices):
        """What a revision does to a public message."""

        TYPO = "typo", _("Typo: the meaning is unchanged. Readers are not notified.")
        CORRECTION = "correction", _("Correction: the text was wrong. A dated note is shown below the message.")
        UPDATE = "update", _("Update: the facts have changed since. A dated note is shown below the message.")
        WITHDRAWAL = "withdrawal", _("Withdrawal: the web address shows a notice with the reason instead of the text.")

    revision_of = models.ForeignKey(
        "news.Message",
        models.PROTECT,
        null=True,
        editable=False,
        db_index=False,  # partial, in Message.Meta: of nearly all rows it is NULL, and SQLite would search for those
        related_name="revisions",
        verbose_name=_("message"),
    )
    change_kind = models.CharField(_("type of change"), max_length=12, choices=ChangeKind.choices, blank=True)
    change_note = PlainTextField(_("note"), max_length=MAX_REASON, blank=True)
    effective_at = models.DateTimeField(
        _("takes effect at"),
        null=True,
        blank=True,
        help_text=_("When readers see the change, once it is approved. Without a time, that is on approval."),
    )
    accepted_at, accepted_by = time_field(_("change approved at")), user_field()
    applied_at = time_field(_("in force since"))
    discarded_at = time_field(_("discarded at"))
    release = models.ForeignKey(
        "news.Release",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,  # like that of `revision_of`
        related_name="items",
        verbose_name=_("release"),
    )
    release_order = models.PositiveSmallIntegerField(_("order"), default=0, editable=False)

    class Meta:
        abstract = True

    # What it is

    @property
    def is_revision(self) -> bool:
        """Return whether this row is a proposed change to another message."""
        return self.revision_of_id is not None

    @property
    def is_open(self) -> bool:
        """Return whether a revision is neither in force nor discarded."""
        return self.is_revision and self.applied_at is None and self.discarded_at is None

    @property
    def due_at(self) -> datetime | None:
        """Return when this row becomes public, or when this revision takes effect; None for on approval."""
        if self.release_id and self.accepted_at:
            return self.release.moment
        return self.effective_at if self.is_revision else self.publish_at

    def state(self, at: datetime) -> WorkflowModel.State:
        if not self.is_revision:  # accepted: approved as a part of a release
            return self.State.SCHEDULED if self.accepted_at else super().state(at)
        if self.applied_at:
            return self.State.APPLIED
        if self.discarded_at:
            return self.State.DISCARDED
        return self.State.SCHEDULED if self.accepted_at else self.unapproved_state()

    def open_revision(self) -> Message | None:
        """Return the open revision of this message; None without one."""
        return self.revisions.filter(IS_OPEN).first() if self.pk and not self.is_revision else None

    # Steps

    def start_revision(self, *, at: datetime, by=None) -> tuple[Message, bool]:
        """Return the open revision of an approved message, and whether it was made now from the message's text."""
        if self.is_revision or not self.approved_at:
            raise ValidationError(_("Only approved or published messages are changed by a revision."))
        with new_edition():
            if found := self.open_revision():
                return found, False
            message = type(self).objects.get(pk=self.pk)  # as it is now: the row is locked from here on
            revision = type(self)(revision_of_id=self.pk)
            copy_fields(message, revision)
            revision.save(version=VersionInfo(at))  # by nobody: who only begins a change is not its author
            revision.attachments.model.objects.copy(self, revision)
            WorkflowLogEntry.objects.create(message=revision, kind=WorkflowLogEntry.Kind.STARTED, at=at, by=by)
        return revision, True

    def schedule_withdrawal(self, reason: str, moment: datetime, *, at: datetime, by=None) -> Message:
        """Approve the withdrawal of a public message at a moment ahead; return the revision that does it.

        One user may withdraw at once with a reason, and so may schedule it.
        """
        with new_edition():
            revision, is_new = self.start_revision(at=at, by=by)
            if not is_new:
                raise ValidationError(_("A change of this message is open. Discard it or wait until it is in force."))
            revision.change_kind, revision.change_note = self.ChangeKind.WITHDRAWAL, reason
            revision.effective_at = moment
            revision.save(version=VersionInfo(at, by))
            revision.approve(at=at, by=by, version=revision.newest_version(), override=reason)
        return revision

    def discard(self, *, at: datetime, by=None) -> None:
        """Close an open revision without applying it. Its text stays readable on the desk."""
        if not self.is_open:
            raise ValidationError(_("Only open changes can be discarded."))
        was_pending, self.discarded_at = self.accepted_at is not None, at
        self._leave_release(at, by)
        with new_edition(moves=was_pending):
            self._record(WorkflowLogEntry.Kind.DISCARDED, at, by)

    def unschedule(self, reason: str, *, at: datetime, by=None) -> None:
        """Make a scheduled message, or an approved revision, a draft again."""
        if self.state(at) != self.State.SCHEDULED:
            raise ValidationError(_("Only what is scheduled can be unscheduled."))
        self.send_back(reason, at=at, by=by)

    def publish_now(self, *, at: datetime, by=None) -> None:
        """Publish a scheduled message, or put an approved revision in force, without waiting for its moment."""
        if self.state(at) != self.State.SCHEDULED:
            raise ValidationError(_("Only what is scheduled can be published now."))
        if self.release_id:
            raise ValidationError(_("It appears together with its release."))
        if self.is_revision:
            self.effective_at = at
        else:
            self.publish_at = at
        with new_edition(moves=True):
            self._record(WorkflowLogEntry.Kind.PUBLISHED_NOW, at, by)
            if self.is_revision:
                self.apply(at)

    # What it changes

    def check_change(self, at: datetime) -> None:
        """Raise ValidationError where the revision changes nothing, or its type and note do not fit the change."""
        message, kinds = self.revision_of, self.ChangeKind
        is_public = message.was_public(at)
        if message.withdrawn_at and self.change_kind == kinds.WITHDRAWAL:
            raise ValidationError(_("The message has been withdrawn already. Discard this change."))
        if begun_from := self.history.order_by("history_id").first():
            if set(differences(begun_from, message)) - {"publish_at"}:
                raise ValidationError(
                    _("The message itself was changed after this change was begun. Discard it and begin again.")
                )
        if is_public and not self.change_kind:
            raise ValidationError({"change_kind": _("This message is public. Select the type of your change.")})
        if not is_public and self.change_kind == kinds.WITHDRAWAL:
            raise ValidationError({"change_kind": _("Only published messages can be withdrawn. Unschedule this one.")})
        if self.change_kind == kinds.TYPO and is_public:
            if error := typo_error(message, self):
                raise ValidationError({"change_kind": error})
        elif not self.change_note.strip():
            raise ValidationError({"change_note": self.note_required(is_public)})
        if self.change_kind != kinds.WITHDRAWAL and not self.differs():
            raise ValidationError(_("This change does not differ from the message. Change the text, or discard it."))

    def differs(self) -> bool:
        """Return whether anything, the presentation included, differs from the message."""
        fields = {field.name for field in comparison.changed_fields(type(self), self.revision_of, self)}
        return bool(fields - REVISION_FIELDS or attachment_list(self.revision_of) != attachment_list(self))

    def note_required(self, is_public: bool):
        """Return the sentence that asks for the note of this revision."""
        if not is_public:
            return _("This text has been approved. Give a reason for the change.")
        if self.change_kind == self.ChangeKind.WITHDRAWAL:
            return _("Enter the reason for the withdrawal. It will be public.")
        return NOTE_MISSING.get(self.change_kind, NOTE_MISSING["correction"])

    def permission(self) -> str:
        """Return the permission that an approval of this revision needs in addition."""
        kinds = self.ChangeKind
        return {
            kinds.CORRECTION: "news.correct_message",
            kinds.UPDATE: "news.correct_message",
            kinds.WITHDRAWAL: "news.withdraw_message",
        }.get(self.change_kind, "")

    def approve_revision(self, at: datetime, by, override: str) -> None:
        """Accept the revision: it is applied at its moment, or now where that is past, empty or before publication."""
        self.check_change(at)
        if by and (name := self.permission()) and not by.has_perm(name):
            raise ValidationError(_("You may approve typos only. Ask an editor to approve this change."))
        if self.revision_of.was_public(at):
            self.effective_at = max(self.effective_at or at, at)
        else:
            self.effective_at = at
        self.accepted_at, self.accepted_by = at, by
        if self.release_id:
            self.effective_at = None
            self._record(WorkflowLogEntry.Kind.APPROVED, at, by, override)
            return
        with new_edition(moves=True):  # a cached page must not outlive the moment of this change
            self._record(WorkflowLogEntry.Kind.APPROVED, at, by, override)
            if self.effective_at <= at:
                self.apply(at)

    def accept_for_release(self, at: datetime, by, override: str) -> None:
        """Approve a message as a part of its release, with which it becomes public."""
        self.accepted_at, self.accepted_by, self.effective_at = at, by, None
        self._record(WorkflowLogEntry.Kind.APPROVED, at, by, override)

    def publish_in_release(self, at: datetime) -> None:
        """Publish an approved item of a release as of `at`: a message, or a revision, which is applied."""
        if not self.accepted_at:
            raise ValidationError(_("It is not approved."))
        if self.is_revision:
            self.effective_at = at
            self.apply(at)
            return
        self.approved_at, self.approved_by = self.accepted_at, self.accepted_by
        self.accepted_at = self.accepted_by = self.effective_at = None
        self.publish_at = at
        self._record(WorkflowLogEntry.Kind.RELEASED, at, self.approved_by, self.release.name)

    def record_step(self, kind: str, at: datetime, by, reason: str = "") -> None:
        """Save the row with a log entry of a step that its release took."""
        self._record(kind, at, by, reason)

    def _leave_release(self, at: datetime, by) -> None:
        """Leave the release, which then has to be approved again."""
        if self.release_id:
            self.release.item_changed(self, at=at, by=by)
            self.release = None

    def apply(self, at: datetime) -> None:
        """Put an accepted revision in force, as of `at`: copy its text to the message, with log entry and note."""
        self.check_change(at)
        message = type(self).objects.get(pk=self.revision_of_id)
        by, kinds = self.accepted_by, self.ChangeKind
        with new_edition():
            if self.change_kind == kinds.WITHDRAWAL:
                message.withdraw(self.change_note, at=at, by=by)
            else:
                was_public, has_new_files = message.was_public(at), attachment_list(message) != attachment_list(self)
                copy_fields(self, message)
                message.publish_at = message.publish_at if was_public else max(self.publish_at or at, at)
                if not was_public:
                    message.change_approved(self.change_note, at=at, by=by)
                elif self.change_kind == kinds.TYPO:
                    message.fix_typo(at=at, by=by)
                else:
                    message.publish_correction(self.change_note, kind=self.change_kind, at=at, by=by)
                if has_new_files:
                    message.attachments.model.objects.copy(self, message)
                    names = ", ".join(name for _file, name in attachment_list(message))
                    message.record_attachment_change(_("now: %s") % (names or _("none")), at=at, by=by)
            self.applied_at = at
            self.save(version=VersionInfo(at, self.accepted_by, WorkflowLogEntry.Kind.APPROVED))
