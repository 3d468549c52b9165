"""Corrections and updates: dated public notes below a message about changes of its text."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text_fields import MAX_REASON, PlainTextField
from editions.models import PublicModel, PublicQuerySet


class Correction(PublicModel):
    """A note on a change. `Message.publish_correction` creates it together with its workflow log entry."""

    class Kind(models.TextChoices):
        """Why the text changed: it was wrong, or the facts have changed since it was published."""

        CORRECTION = "correction", _("Correction")
        UPDATE = "update", _("Update")

    message = models.ForeignKey("news.Message", models.CASCADE, related_name="corrections", verbose_name=_("message"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.CORRECTION)
    at = models.DateTimeField(_("when"))
    note = PlainTextField(_("note"), max_length=MAX_REASON)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    # The version whose headline, lead or body it replaced: null where it left them as they were, and when imported.
    earlier_version = models.PositiveIntegerField(null=True, editable=False)
    # Made while the message was withdrawn: what it was until then stays withdrawn, when the message returns.
    while_withdrawn = models.BooleanField(default=False, editable=False)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["at", "id"]

    def __str__(self):
        return self.note


def replaced_version(message, since: int, at: datetime) -> int | None:
    """Return the version whose text a change has replaced in public; None where it replaced no text, or none in public.

    `since` is the newest version before the change. An imported message may have none (0): its first change saves the
    text before it as a version as well.
    """
    versions = message.history.order_by("history_id")
    before = versions.filter(history_id__lte=since).last() or versions.first()
    if before is None or not before.approved_at or before.publish_at > at:
        return None
    is_changed = any(getattr(before, name) != getattr(message, name) for name in message.text_fields)
    return before.history_id if is_changed else None
