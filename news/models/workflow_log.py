"""Workflow log: each step of a message, with time, user and reason. Append-only, by triggers in the database."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text_fields import PlainTextField

MAX_REASON_LENGTH = 10_000  # characters: a reason may name twenty attachments and the change to each


class WorkflowLogEntry(models.Model):
    """One workflow step of a message. The triggers in `news.audit_triggers` refuse changes to a row."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        SENT_BACK = "sent back", _("sent back")
        APPROVED = "approved", _("approved")
        CHANGED = "changed", _("changed after approval")
        ATTACHED = "attached", _("attachments changed")
        TYPO = "typo", _("typo fixed")
        CORRECTION = "correction", _("corrected")
        WITHDRAWN = "withdrawn", _("withdrawn")
        RESTORED = "restored", _("restored")
        REVERTED = "reverted", _("earlier version restored")

    message = models.ForeignKey("news.Message", models.PROTECT, related_name="log_entries", verbose_name=_("message"))
    kind = models.CharField(_("action"), max_length=20, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    reason = PlainTextField(_("reason"), max_length=MAX_REASON_LENGTH, blank=True)

    class Meta:
        verbose_name = _("workflow log entry")
        verbose_name_plural = _("workflow log entries")
        ordering = ["-at", "-id"]

    def __str__(self):
        return self.get_kind_display()
