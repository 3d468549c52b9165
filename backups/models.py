"""That backups were made, and when: for whoever watches over the site. The files themselves are the operator's."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Backup(models.Model):
    """That a backup was written whole: of which moment, and how much is in it."""

    taken_at = models.DateTimeField(_("taken at"), db_index=True, help_text=_("What it holds is of this moment."))
    rows = models.BigIntegerField(_("rows"))
    files = models.BigIntegerField(_("files"))
    size = models.BigIntegerField(_("size"), help_text=_("Bytes."))
    sealed = models.BooleanField(_("sealed"), help_text=_("Whether it was encrypted."))

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")

    def __str__(self):
        return f"{self.taken_at:%Y-%m-%d %H:%M}"


def last_backup() -> datetime | None:
    """Return the moment that the newest backup holds; None where none was made of this site."""
    return Backup.objects.order_by("-taken_at").values_list("taken_at", flat=True).first()
