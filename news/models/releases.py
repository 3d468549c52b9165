"""Releases: messages, changes and withdrawals that appear at one moment, approved and moved as a whole.

An item that is approved while it is in a release is `accepted_at`, never `approved_at`, so that the filter by time
cannot show it. The items of an approved release have its moment as `effective_at`. At that moment all of them are
published in one transaction, with one new edition (`news.scheduled_revisions`), or none.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core.text_fields import MAX_REASON, LineField, PlainTextField, clean_text
from editions.models import new_edition
from news.models.messages import Message
from news.models.workflow import CHANGED_SINCE_READ, time_field, user_field
from news.models.workflow_log import WorkflowLogEntry
from richtext.fields import images_without_alternative

State = Message.State
MAX_LOGGED = MAX_REASON + 200  # characters: a reason, and a note of what was accepted
MAX_ITEMS = 100
ADDABLE = frozenset({State.DRAFT, State.SUBMITTED, State.SCHEDULED})


class ItemRefused(ValidationError):
    """An item of a release cannot be published."""

    def __init__(self, sentences: list[str], item: Message):
        super().__init__(sentences)
        self.item = item


class Release(models.Model):
    """Messages and revisions, in an order, that become public together."""

    name = LineField(_("name"), max_length=120, help_text=_("Not public, for example “Visit to Geneva”."))
    moment = models.DateTimeField(
        _("moment"),
        null=True,
        blank=True,
        help_text=_("When everything in it appears. Without a time, that is on approval."),
    )
    approved_at, approved_by = time_field(_("approved at")), user_field()
    published_at = time_field(_("published at"))

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = [models.F("published_at").desc(nulls_first=True), "moment", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_at__isnull=True) | models.Q(moment__isnull=False),
                name="news_approved_release_has_moment",
            ),
        ]

    def __str__(self):
        return self.name

    def get_state(self) -> str:
        """Return the state as text."""
        if self.published_at:
            return _t("published")
        return _t("approved") if self.approved_at else _t("being prepared")

    def ordered_items(self):
        """Return the items in the order in which they are published."""
        return self.items.select_related("category", "revision_of").order_by("release_order", "id")

    def versions(self) -> dict[int, int]:
        """Return the newest version of each item, by its id: what a user has read when approving it all."""
        return {item.pk: item.newest_version() for item in self.items.all()}

    def fingerprint(self) -> str:
        """Return a short hash of name, moment, approval and items in order: it differs after any save of a form."""
        items = list(self.ordered_items().values_list("pk", "release_order"))
        return sha256(repr((self.name, self.moment, self.approved_at, items)).encode()).hexdigest()[:16]

    # Composing

    def add(self, message: Message, *, at: datetime, by=None) -> None:
        """Add a draft, a submitted or scheduled message, or an open revision. The release must be approved again."""
        with new_edition():
            self._require_unpublished()
            message = Message.objects.get(pk=message.pk)
            if message.release_id and message.release_id != self.pk:
                raise ValidationError(_("“%s” is in another release.") % message.headline)
            if message.release_id == self.pk:
                return
            if message.state(at) not in ADDABLE:
                raise ValidationError(_("“%s” is public, or a closed change. It cannot be added.") % message.headline)
            if message.open_revision():  # it would have nothing to change until the release
                raise ValidationError(_("“%s” has an open change. Approve or discard that first.") % message.headline)
            if self.items.count() >= MAX_ITEMS:
                raise ValidationError(_("A release holds at most %d items.") % MAX_ITEMS)
            last = self.items.aggregate(last=models.Max("release_order"))["last"] or 0
            message.release, message.release_order, message.effective_at = self, last + 1, None
            if message.approved_at:  # it waits for the release now, and no longer for its own time
                message.accepted_at, message.accepted_by = message.approved_at, message.approved_by
                message.approved_at = message.approved_by = None
            self.take_back_approval(at=at, by=by, item=message)
            message.record_step(WorkflowLogEntry.Kind.ADDED, at, by, self.name)
            ReleaseLogEntry.objects.create(release=self, kind="added", at=at, by=by, item=message)

    def remove(self, message: Message, *, at: datetime, by=None) -> None:
        """Take an item out: it is a draft again, or submitted. The release must be approved again."""
        with new_edition():
            self._require_unpublished()
            message = self.items.get(pk=message.pk)
            message.release, message.effective_at = None, None
            message.accepted_at = message.accepted_by = None
            self.take_back_approval(at=at, by=by, item=message)
            message.record_step(WorkflowLogEntry.Kind.REMOVED, at, by, self.name)
            ReleaseLogEntry.objects.create(release=self, kind="removed", at=at, by=by, item=message)

    def set_order(self, numbers: dict[int, int], *, at: datetime, by=None) -> None:
        """Order the items by the numbers given for their ids. Where one differs, the release must be approved again."""
        with new_edition():
            changed = [
                item for item in self.items.all() if numbers.get(item.pk, item.release_order) != item.release_order
            ]
            for item in changed:
                self.items.filter(pk=item.pk).update(release_order=numbers[item.pk])
            if changed:
                self.take_back_approval(at=at, by=by, reason=_t("The order was changed."))

    # Checking and approving

    def check_items(self, at: datetime) -> list[str]:
        """Return a sentence for each reason for which it cannot be published.

        The form refuses an image without alternative text, but a text that was imported may have one.
        """
        problems = []
        items = list(self.ordered_items())
        if not items:
            problems.append(_t("It is empty. Add a message or a change."))
        for item in items:
            if not item.accepted_at:
                problems.append(_t("“%s” is not approved.") % item.headline)
            elif item.is_revision:
                try:
                    item.check_change(at)
                except ValidationError as error:
                    problems.append(f"“{item.headline}”: {' '.join(error.messages)}")
            if item.change_kind != Message.ChangeKind.WITHDRAWAL and images_without_alternative(item.body):
                problems.append(_t("“%s” has an image in its text without alternative text. Add it.") % item.headline)
        return problems

    def approve(
        self, *, at: datetime, by=None, versions: dict[int, int] | None = None, override: str = "", note: str = ""
    ) -> None:
        """Approve all of it for its moment, or publish it now where that is past or empty.

        A user names the `versions` that they have read. Who has worked on an item needs a reason (`override`). The log
        has the reason and the `note`.
        """
        override = clean_text(override)
        with new_edition():
            self._require_unpublished()
            if self.approved_at:
                raise ValidationError(_("This release has already been approved."))
            if by and versions != self.versions():
                raise ValidationError(CHANGED_SINCE_READ)
            if problems := self.check_items(at):
                raise ValidationError(problems)
            if by and not override and any(by.pk in item.authors() for item in self.items.all()):
                raise ValidationError(
                    _("You have worked on an item. Ask a colleague to approve the release, or give a reason.")
                )
            self.moment = max(self.moment or at, at)
            self.approved_at, self.approved_by = at, by
            self._record("approved", at, by, " ".join(filter(None, [override, note])))
            self._set_moment_of_items(at)
            if self.moment <= at:
                self.publish(at)

    def move(self, moment: datetime, *, at: datetime, by=None) -> None:
        """Give the release another moment ahead; an approval stays."""
        with new_edition():
            self._require_unpublished()
            if moment <= at:
                raise ValidationError(_("This time is in the past. Choose a later time."))
            self.moment = moment
            self._record("moved", at, by)
            self._set_moment_of_items(at)

    def hold(self, reason: str, *, at: datetime, by=None) -> None:
        """Take the approval back: nothing of it appears until it is approved again."""
        with new_edition():
            self._require_unpublished()
            if not self.approved_at:
                raise ValidationError(_("Only an approved release can be held."))
            self.take_back_approval(at=at, by=by, reason=clean_text(reason))

    def take_back_approval(self, *, at: datetime, by=None, reason: str = "", item: Message | None = None) -> None:
        """Take the approval back, because of an item or for a reason, with a log entry, if there is one."""
        if not self.approved_at:
            return
        self.approved_at = self.approved_by = None
        self._record("held", at, by, reason, item)
        self._set_moment_of_items(at)

    def item_changed(self, item: Message, *, at: datetime, by=None) -> None:
        """Take the approval back because an item is not approved any more."""
        self.take_back_approval(at=at, by=by, reason=_t("It is not approved any more."), item=item)

    def publish_now(self, *, at: datetime, by=None) -> None:
        """Publish an approved release without waiting for its moment."""
        with new_edition():
            self._require_unpublished()
            if not self.approved_at:
                raise ValidationError(_("Only an approved release can be published."))
            self.moment = at
            self._record("moved", at, by)
            self.publish(at)

    def publish(self, at: datetime) -> None:
        """Publish all items as of `at`. Raise ItemRefused where one cannot be."""
        with new_edition(moves=True):
            for item in self.ordered_items():
                try:
                    item.publish_in_release(at)
                except ValidationError as error:
                    raise ItemRefused(error.messages, item) from error
            self.published_at = at
            self._record("published", at, self.approved_by)

    def _require_unpublished(self) -> None:
        """Read the row again, which is locked from here on; raise ValidationError where it is published."""
        self.refresh_from_db()
        if self.published_at:
            raise ValidationError(_("This release has been published."))

    def _set_moment_of_items(self, at) -> None:
        """Give the items the moment of an approved release, else none. A cached page must not outlive it."""
        with new_edition(moves=True):
            self.items.update(effective_at=self.moment if self.approved_at else None)

    def _record(self, kind: str, at, by, reason: str = "", item: Message | None = None) -> None:
        self.save()
        ReleaseLogEntry.objects.create(release=self, kind=kind, at=at, by=by, reason=reason, item=item)


class ReleaseLogEntry(models.Model):
    """One step of a release. Triggers in the database refuse changes to a row (`news.audit_triggers`)."""

    class Kind(models.TextChoices):
        """What was done."""

        ADDED = "added", _("item added")
        REMOVED = "removed", _("item removed")
        APPROVED = "approved", _("approved")
        MOVED = "moved", _("moved")
        HELD = "held", _("held")
        PUBLISHED = "published", _("published")

    release = models.ForeignKey(Release, models.PROTECT, related_name="log_entries", verbose_name=_("release"))
    kind = models.CharField(_("action"), max_length=20, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    reason = PlainTextField(_("reason"), max_length=MAX_LOGGED, blank=True)
    # Its headline is not copied: the item may be a draft that not everybody may see.
    item = models.ForeignKey(Message, models.PROTECT, null=True, related_name="+", verbose_name=_("item"))

    class Meta:
        verbose_name = _("log entry of a release")
        verbose_name_plural = _("log entries of releases")
        ordering = ["-at", "-id"]

    def __str__(self):
        return self.get_kind_display()
