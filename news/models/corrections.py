"""Corrections: dated public notes below a message about errors in its text."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text_fields import MAX_REASON, PlainTextField
from editions.models import PublicModel, PublicQuerySet


class Correction(PublicModel):
    """A correction note. `Message.publish_correction` creates it together with its workflow log entry."""

    message = models.ForeignKey("news.Message", models.CASCADE, related_name="corrections", verbose_name=_("message"))
    at = models.DateTimeField(_("when"))
    note = PlainTextField(_("note"), max_length=MAX_REASON)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["at", "id"]

    def __str__(self):
        return self.note
