"""Editing sessions: users with a message open. A heartbeat from the open page, not a lock."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

TIMEOUT = timedelta(seconds=60)  # three missed heartbeats: the page is closed or its computer sleeps


class EditingSessionQuerySet(models.QuerySet):
    """Editing sessions of all users."""

    def active(self, at: datetime):
        """Return the sessions with a heartbeat in the minute before `at`, the oldest session first."""
        return self.filter(last_seen_at__gt=at - TIMEOUT).select_related("user").order_by("started_at", "id")

    def ping(self, message, user, at: datetime, *, is_writing: bool = True) -> None:
        """Record that `user` has `message` open at `at`, and delete all sessions that have lapsed."""
        self.filter(last_seen_at__lte=at - TIMEOUT).delete()
        self.update_or_create(
            message=message,
            user=user,
            defaults={"last_seen_at": at, "is_writing": is_writing},
            create_defaults={"started_at": at, "last_seen_at": at, "is_writing": is_writing},
        )

    def release(self, message, user) -> None:
        """End the session of `user` on `message`."""
        self.filter(message=message, user=user).delete()


class EditingSession(models.Model):
    """A user with a message open: since when, and the time of the last heartbeat."""

    message = models.ForeignKey(
        "news.Message", models.CASCADE, related_name="editing_sessions", verbose_name=_("message")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who"))
    started_at = models.DateTimeField(_("since"))
    last_seen_at = models.DateTimeField(_("last heartbeat"), db_index=True)
    is_writing = models.BooleanField(_("is writing"), default=True)  # otherwise the message is only open

    objects = EditingSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("editing session")
        verbose_name_plural = _("editing sessions")
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="news_editingsession_once")]

    def __str__(self):
        return self.user.get_full_name() or self.user.get_username()
