"""Whose hand a text is of: who has written on a message, by its versions. Who has may not approve it."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

from news.models.acts import Act

# The acts whose versions hold nobody's words: who sends a text back may approve it when it comes again.
WITHOUT_WRITING = [Act.Kind.SENT_BACK, Act.Kind.APPROVED, Act.Kind.WITHDRAWN, Act.Kind.RESTORED]
LATELY = 2_000  # versions of one officer, the newest, that are looked through: years of work


def versions_written(versions):
    """Return those versions in which somebody has written."""
    return versions.exclude(history_user=None).exclude(history_change_reason__in=WITHOUT_WRITING)


class HandsQuerySet(models.QuerySet):
    """Messages, by who has written on them."""

    def authored_by(self, user):
        """Return the messages on which `user` has written of late."""
        versions = versions_written(self.model.history.filter(history_user=user)).order_by("-history_id")
        return self.filter(pk__in=versions.values("id")[:LATELY])

    def not_authored_by(self, user):
        """Return the messages that `user` has neither written on nor submitted, and so may approve.

        Whose the version is stands as a double denial, so that SQLite looks up the few versions of the message and
        not the many of the user.
        """
        versions = versions_written(self.model.history.filter(~Q(~Q(history_user=user)), id=OuterRef("pk")))
        return self.exclude(submitted_by=user).filter(~Exists(versions))

    def with_rejections(self):
        """Fetch with each message, as `answers`, why and by whom it was sent back, the latest first."""
        acts = Act.objects.filter(kind=Act.Kind.SENT_BACK).select_related("by")
        return self.prefetch_related(Prefetch("log_entries", acts, to_attr="rejections"))
