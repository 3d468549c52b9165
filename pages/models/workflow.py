"""Workflow of pages: a new page and each change of a public one is a draft, approved by a second user (four-eyes rule).

A change of a public page is a row of its own in the pages' table (`change_of`), which is never public itself. It has
the whole text. When it takes effect, immediately or at its moment, what it changes is copied to the page
(docs/adr/0022).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.text_fields import MAX_REASON, clean_text
from editions.models import PublicModel, new_edition
from pages.models.log import PageLogEntry
from versions import comparison
from versions.models import VersionInfo

if TYPE_CHECKING:
    from pages.models import Page

IS_OPEN = Q(change_of__isnull=False, applied_at__isnull=True, discarded_at__isnull=True)
IS_PENDING = Q(approved_at__isnull=False)  # approved, and waiting for its moment

CHANGE_FIELDS = frozenset({"effective_at", "takes_off"})  # fields about a change, not about the page


def time_field(name):
    """Return a field for the time of a workflow step."""
    return models.DateTimeField(name, null=True, blank=True, editable=False)


def user_field():
    """Return a field for the user of a workflow step."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )


class PageWorkflow(PublicModel):
    """The fields and steps of a page's workflow. Each step saves the row and a log entry together."""

    class State(models.TextChoices):
        """The state of a page or of a change: derived, never stored."""

        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        SCHEDULED = "scheduled", _("scheduled")
        PUBLISHED = "published", _("published")
        APPLIED = "applied", _("in force")
        DISCARDED = "discarded", _("discarded")

    change_of = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="changes", verbose_name=_("page")
    )
    takes_off = models.BooleanField(
        _("take this page off the site"),
        default=False,
        help_text=_("Its web address then shows “Page not found”. The text stays on the desk."),
    )
    effective_at = models.DateTimeField(
        _("takes effect at"),
        null=True,
        blank=True,
        help_text=_("When readers see it, once it is approved. Without a time, that is on approval."),
    )
    submitted_at, submitted_by = time_field(_("submitted at")), user_field()
    approved_at, approved_by = time_field(_("approved at")), user_field()  # until it is in force
    applied_at = time_field(_("in force since"))  # a change
    discarded_at = time_field(_("discarded at"))  # a change

    class Meta:
        abstract = True

    # What it is

    @property
    def is_change(self) -> bool:
        """Return whether this row is a proposed change of another page."""
        return self.change_of_id is not None

    @property
    def is_open(self) -> bool:
        """Return whether a change is neither in force nor discarded."""
        return self.is_change and self.applied_at is None and self.discarded_at is None

    @property
    def state(self) -> State:
        """Return the state of the row."""
        if self.shown:
            return self.State.PUBLISHED
        if self.applied_at:
            return self.State.APPLIED
        if self.discarded_at:
            return self.State.DISCARDED
        if self.approved_at:
            return self.State.SCHEDULED
        return self.State.SUBMITTED if self.submitted_at else self.State.DRAFT

    @property
    def is_editable(self) -> bool:
        """Return whether the text may be changed: of a draft, and until it is approved."""
        return self.state in (self.State.DRAFT, self.State.SUBMITTED)

    def open_change(self) -> Page | None:
        """Return the open change of this page; None without one."""
        return self.changes.filter(IS_OPEN).first() if self.pk and not self.is_change else None

    def newest_version(self) -> int:
        """Return the number of the newest version; 0 without versions."""
        return self.history.aggregate(newest=models.Max("history_id"))["newest"] or 0

    def authors(self) -> set[int]:
        """Return the ids of the users who wrote what is to be approved, or submitted it."""
        versions = self.history.exclude(history_user=None)
        if self.is_change:  # who only begins one is not its author
            begun = self.history.order_by("history_id").values("history_id")[:1]
            versions = versions.exclude(history_id__in=list(begun.values_list("history_id", flat=True)))
        elif last := self.log_entries.filter(kind=PageLogEntry.Kind.PUBLISHED).first():  # it was public before
            versions = versions.filter(history_date__gt=last.at)
        return set(versions.values_list("history_user", flat=True)) | ({self.submitted_by_id} - {None})

    # Steps

    def start_change(self, *, at: datetime, by=None) -> tuple[Page, bool]:
        """Return the open change of a public page, and whether it was begun now, from the page's text."""
        if not self.shown:
            raise ValidationError(_("Only public pages are changed by a proposal. Edit the draft itself."))
        with new_edition():
            if found := self.open_change():
                return found, False
            page = type(self).objects.get(pk=self.pk)  # as it is now: the row is locked from here on
            change = type(self)(change_of_id=page.pk, shown=False)
            copy_fields(page, change, [field.name for field in page_fields(type(page))])
            change.save(version=VersionInfo(at))
            PageLogEntry.objects.create(page=change, kind=PageLogEntry.Kind.STARTED, at=at, by=by)
        return change, True

    def submit(self, *, at: datetime, by=None) -> None:
        """Submit a draft for approval, or submit it again after it was changed."""
        if not self.is_editable:
            raise ValidationError(_("Only drafts can be submitted."))
        self.check_change()
        self.submitted_at, self.submitted_by = at, by
        self._record(PageLogEntry.Kind.SUBMITTED, at, by)

    def send_back(self, reason: str, *, at: datetime, by=None) -> None:
        """Make what is submitted or scheduled a draft again."""
        if self.state not in (self.State.SUBMITTED, self.State.SCHEDULED):
            raise ValidationError(_("Only what is submitted or scheduled can be sent back."))
        if not (reason := clean_reason(reason)):
            raise ValidationError(_("Enter what the author should change."))
        was_pending = self.approved_at is not None
        self.submitted_at = self.submitted_by = self.approved_at = self.approved_by = None
        with new_edition(moves=was_pending):  # the site no longer changes at its moment
            self._record(PageLogEntry.Kind.SENT_BACK, at, by, reason)

    def approve(self, *, at: datetime, by, version: int, override: str = "") -> None:
        """Approve a page or a change: it takes effect at its moment, or now where that is past or empty.

        A user approves the `version` that they have read. Raise ValidationError where there is a newer one, and for
        one's own text or a draft without a reason (`override`), which is recorded.
        """
        override = clean_reason(override)
        if not self.is_editable:
            raise ValidationError(_("This has already been approved."))
        if version != self.newest_version():
            raise ValidationError(_("This text was changed after you opened it. Read it again before you approve it."))
        if not override and by.pk in self.authors():
            own_text = _("You have worked on this text. Ask a colleague to approve it, or give a reason for doing so.")
            raise ValidationError({"override": own_text})
        if not override and not self.submitted_at:
            is_draft = _("This is still a draft. Ask the author to submit it, or give a reason for approving it now.")
            raise ValidationError({"override": is_draft})
        self.check_change()
        self.approved_at, self.approved_by = at, by
        with new_edition(moves=True):  # a cached response must not outlive the moment of this change
            self._record(PageLogEntry.Kind.APPROVED, at, by, override)
            if self.effective_at is None or self.effective_at <= at:
                self.apply(at)

    def publish_now(self, *, at: datetime, by=None) -> None:
        """Put what is scheduled in force without waiting for its moment."""
        if self.state != self.State.SCHEDULED:
            raise ValidationError(_("Only what is scheduled can be published now."))
        with new_edition():
            self._record(PageLogEntry.Kind.PUBLISHED_NOW, at, by)
            self.apply(at)

    def discard(self, *, at: datetime, by=None) -> None:
        """Close an open change without applying it. Its text stays readable on the desk."""
        if not self.is_open:
            raise ValidationError(_("Only open changes can be discarded."))
        was_pending, self.discarded_at = self.approved_at is not None, at
        with new_edition(moves=was_pending):
            self._record(PageLogEntry.Kind.DISCARDED, at, by)

    # What it changes

    def changed_names(self) -> list[str]:
        """Return the names of the fields that a change changes: those that differ from the text it was begun from."""
        begun_from = self.history.order_by("history_id").first()
        return [
            field.name
            for field in page_fields(type(self))
            if comparison.stored_value(begun_from, field) != comparison.stored_value(self, field)
        ]

    def check_change(self) -> None:
        """Raise ValidationError where a change changes nothing, or the page itself was changed in the same fields."""
        if not self.is_change:
            return
        page, begun_from = type(self).objects.get(pk=self.change_of_id), self.history.order_by("history_id").first()
        if not page.shown:
            raise ValidationError(_("The page is no longer public. Discard this change and edit the page itself."))
        names = self.changed_names()
        if not names and not self.takes_off:
            raise ValidationError(_("This change does not differ from the page. Change the text, or discard it."))
        for field in page_fields(type(self)):
            was, is_now, proposed = (comparison.stored_value(row, field) for row in (begun_from, page, self))
            if field.name in names and was != is_now != proposed:
                text = _("The page itself was changed after this change was begun (%s). Discard it and begin again.")
                raise ValidationError(text % field.verbose_name)

    def apply(self, at: datetime) -> None:
        """Put what is approved in force as of `at`, in one edition: a new page, or what a change changes."""
        self.check_change()
        by = self.approved_by
        with new_edition():
            page = type(self).objects.get(pk=self.change_of_id) if self.is_change else self
            if self.is_change:
                copy_fields(self, page, self.changed_names())
                self.applied_at = at
                self.save(version=VersionInfo(at))
            page.shown = not self.takes_off
            page.submitted_at = page.submitted_by = page.approved_at = page.approved_by = page.effective_at = None
            page.full_clean()
            page.save(version=VersionInfo(at, by, self.reason_of_change()))
            PageLogEntry.objects.create(page=page, kind=PageLogEntry.Kind.PUBLISHED, at=at, by=by)

    def reason_of_change(self) -> str | None:
        """Return the last reason that was given for a version of a change; None without one, and for a new page."""
        if not self.is_change:
            return None
        return self.history.exclude(history_change_reason=None).values_list("history_change_reason", flat=True).first()

    def _record(self, kind, at, by, reason=""):
        with new_edition():
            self.save(version=VersionInfo(at))
            PageLogEntry.objects.create(page=self, kind=kind, at=at, by=by, reason=reason)


def page_fields(model) -> list:
    """Return the fields that a change can change: all that staff edit on a page."""
    return [field for field in comparison.editable_fields(model) if field.name not in CHANGE_FIELDS]


def copy_fields(source, target, names) -> None:
    """Copy fields from one page to another."""
    for name in names:
        field = target._meta.get_field(name)
        setattr(target, field.attname, comparison.stored_value(source, field))


def clean_reason(reason: str) -> str:
    """Return a reason without invisible characters; raise ValidationError where it is too long."""
    if len(reason) > MAX_REASON:
        raise ValidationError(_("Use at most %d characters for the reason.") % MAX_REASON)
    return clean_text(reason)
