"""Acts: what was done to a message, when, by whom and why. Written once; the database refuses to change or drop one."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from richtext.plaintext import PlainTextField

LONGEST_REASON = 10_000  # characters: it may name twenty attachments and what was done to each


class Act(models.Model):
    """One step on a message's way. `news.ledger` has the database refuse every change to a row."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        SENT_BACK = "sent back", _("sent back")
        APPROVED = "approved", _("approved")
        CHANGED = "changed", _("changed after approval")
        ATTACHED = "attached", _("attachments changed")
        TYPO = "typo", _("typo mended")
        CORRECTION = "correction", _("corrected")
        WITHDRAWN = "withdrawn", _("withdrawn")
        RESTORED = "restored", _("restored")
        REVERTED = "reverted", _("earlier version put back")

    message = models.ForeignKey("news.Message", models.PROTECT, related_name="log_entries", verbose_name=_("message"))
    kind = models.CharField(_("act"), max_length=20, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    reason = PlainTextField(_("why"), max_length=LONGEST_REASON, blank=True)

    class Meta:
        verbose_name = _("act")
        verbose_name_plural = _("acts")
        ordering = ["-at", "-id"]

    def __str__(self):
        return self.get_kind_display()
