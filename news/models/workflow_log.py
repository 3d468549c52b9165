"""Workflow log: each step of a message, with time, user and reason. Append-only, by triggers in the database."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text_fields import PlainTextField
from news.workflow_steps import WorkflowStep

MAX_REASON_LENGTH = 10_000  # characters: a reason may name twenty attachments and the change to each


class WorkflowLogEntry(models.Model):
    """One workflow step of a message. The triggers in `news.audit_triggers` refuse changes to a row."""

    Kind = WorkflowStep

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
