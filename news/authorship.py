"""Authorship, for the four-eyes rule: the users who worked on a message, by its versions, and so may not approve it."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

from news.workflow_steps import WorkflowStep

# Steps whose versions contain no new text: who sends a text back may approve it later.
STEPS_WITHOUT_TEXT = [
    WorkflowStep.SENT_BACK,
    WorkflowStep.APPROVED,
    WorkflowStep.PUBLISHED_NOW,
    WorkflowStep.DISCARDED,
    WorkflowStep.ADDED,
    WorkflowStep.REMOVED,
    WorkflowStep.RELEASED,
    WorkflowStep.UNFEATURED,
    WorkflowStep.WITHDRAWN,
    WorkflowStep.RESTORED,
]
MAX_VERSIONS = 2_000  # versions of one user, the newest, that are searched: several years of work


def authored_versions(versions):
    """Return the versions in which a user has changed something."""
    return versions.exclude(history_user=None).exclude(history_change_reason__in=STEPS_WITHOUT_TEXT)


class AuthorshipQuerySet(models.QuerySet):
    """Messages by author."""

    def authored_by(self, user):
        """Return the messages that `user` has worked on recently."""
        versions = authored_versions(self.model.history.filter(history_user=user)).order_by("-history_id")
        return self.filter(pk__in=versions.values("id")[:MAX_VERSIONS])

    def not_authored_by(self, user):
        """Return the messages that `user` has neither worked on nor submitted, and so may approve.

        The double negation keeps SQLite from using the index on the user: a message has few versions, a user many.
        """
        versions = authored_versions(self.model.history.filter(~Q(~Q(history_user=user)), id=OuterRef("pk")))
        return self.exclude(submitted_by=user).filter(~Exists(versions))

    def with_rejections(self):
        """Prefetch as `rejections` the log entries that sent each message back, newest first."""
        entries = self.model._meta.get_field("log_entries").related_model.objects.filter(kind=WorkflowStep.SENT_BACK)
        return self.prefetch_related(Prefetch("log_entries", entries.select_related("by"), to_attr="rejections"))
