"""Workflow log of pages: each step, with time, user and reason. Append-only, by triggers in the database."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text_fields import MAX_REASON, PlainTextField
from core.triggers import append_only


class PageLogEntry(models.Model):
    """One workflow step of a page or of a change of one. A trigger refuses changes to a row."""

    class Kind(models.TextChoices):
        STARTED = "started", _("change begun")
        SUBMITTED = "submitted", _("submitted")
        SENT_BACK = "sent back", _("sent back")
        APPROVED = "approved", _("approved")
        PUBLISHED_NOW = "published now", _("published before its time")
        PUBLISHED = "published", _("in force")
        DISCARDED = "discarded", _("change discarded")

    page = models.ForeignKey("pages.Page", models.PROTECT, related_name="log_entries", verbose_name=_("page"))
    kind = models.CharField(_("action"), max_length=20, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    reason = PlainTextField(_("reason"), max_length=MAX_REASON, blank=True)

    class Meta:
        verbose_name = _("workflow log entry")
        verbose_name_plural = _("workflow log entries")
        ordering = ["-at", "-id"]

    def __str__(self):
        return self.get_kind_display()


LOG_TRIGGERS = append_only("pages_pagelogentry", "A workflow log entry")
