"""Log of completed backups, for monitoring. The files themselves are managed by the operator."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Backup(models.Model):
    """A backup that was completed."""

    taken_at = models.DateTimeField(_("taken at"), db_index=True, help_text=_("The time whose data it holds."))
    rows = models.BigIntegerField(_("rows"))
    files = models.BigIntegerField(_("files"))
    size = models.BigIntegerField(_("size"), help_text=_("In bytes."))
    encrypted = models.BooleanField(_("encrypted"))

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")

    def __str__(self):
        return f"{self.taken_at:%Y-%m-%d %H:%M}"


def last_backup() -> datetime | None:
    """Return the time whose data the newest backup holds, None if there is no backup."""
    return Backup.objects.order_by("-taken_at").values_list("taken_at", flat=True).first()
