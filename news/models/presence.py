"""Presence: who has a message open to write on it. A heartbeat, no lock: it ends with the page it comes from."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

LAPSE = timedelta(seconds=60)  # three beats missed: the page is gone, or its machine sleeps


class PresenceQuerySet(models.QuerySet):
    """Who is at work on what."""

    def active(self, at: datetime):
        """Return those heard of within the last minute before `at`, who came first ahead."""
        return self.filter(last_seen_at__gt=at - LAPSE).select_related("user").order_by("started_at", "id")

    def ping(self, message, user, at: datetime, *, is_writing: bool = True) -> None:
        """Record that `user` has `message` open at the moment `at`; forget all those not heard of any more."""
        self.filter(last_seen_at__lte=at - LAPSE).delete()
        self.update_or_create(
            message=message,
            user=user,
            defaults={"last_seen_at": at, "is_writing": is_writing},
            create_defaults={"started_at": at, "last_seen_at": at, "is_writing": is_writing},
        )

    def release(self, message, user) -> None:
        """Forget that `user` is at work on `message`."""
        self.filter(message=message, user=user).delete()


class Presence(models.Model):
    """That somebody is at work on a message, since when, and when that was last heard of."""

    message = models.ForeignKey(
        "news.Message", models.CASCADE, related_name="editing_sessions", verbose_name=_("message")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who"))
    started_at = models.DateTimeField(_("since"))
    last_seen_at = models.DateTimeField(_("last heard of"), db_index=True)
    is_writing = models.BooleanField(_("is writing"), default=True)  # else the message is only open

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="news_presence_once")]

    def __str__(self):
        return self.user.get_full_name() or self.user.get_username()
