"""Presence: who has a message open to write on it. A heartbeat, no lock: it ends with the page it comes from."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

LAPSE = timedelta(seconds=60)  # three beats missed: the page is gone, or its machine sleeps


class PresenceQuerySet(models.QuerySet):
    """Who is at work on what."""

    def live(self, at: datetime):
        """Return those heard of within the last minute before `at`, who came first ahead."""
        return self.filter(seen__gt=at - LAPSE).select_related("user").order_by("since", "id")

    def beat(self, message, user, at: datetime, *, is_writing: bool = True) -> None:
        """Record that `user` has `message` open at the moment `at`; forget all those not heard of any more."""
        self.filter(seen__lte=at - LAPSE).delete()
        self.update_or_create(
            message=message,
            user=user,
            defaults={"seen": at, "is_writing": is_writing},
            create_defaults={"since": at, "seen": at, "is_writing": is_writing},
        )

    def leave(self, message, user) -> None:
        """Forget that `user` is at work on `message`."""
        self.filter(message=message, user=user).delete()


class Presence(models.Model):
    """That somebody is at work on a message, since when, and when that was last heard of."""

    message = models.ForeignKey("news.Message", models.CASCADE, related_name="presences", verbose_name=_("message"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who"))
    since = models.DateTimeField(_("since"))
    seen = models.DateTimeField(_("last heard of"), db_index=True)
    is_writing = models.BooleanField(_("is writing"), default=True)  # else the message is only open

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="news_presence_once")]

    def __str__(self):
        return self.user.get_full_name() or self.user.get_username()
