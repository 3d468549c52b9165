"""Corrections: what was wrong in a published message, and since when it is right. They stand under it for ever."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel, PublicQuerySet
from richtext.plaintext import REASON, PlainTextField


class Correction(PublicModel):
    """A dated public note of what was wrong. `Message.correct` makes it, together with the act that records it."""

    message = models.ForeignKey("news.Message", models.CASCADE, related_name="corrections", verbose_name=_("message"))
    at = models.DateTimeField(_("when"))
    note = PlainTextField(_("note"), max_length=REASON)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["at", "id"]

    def __str__(self):
        return self.note
