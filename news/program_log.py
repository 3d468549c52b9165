"""Log entries for changes of approved messages that a program makes. Staff make theirs by a revision."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from news.workflow_steps import WorkflowStep


def log_changes(changed: Iterable[tuple]) -> None:
    """Log, for each pair of a message and the names of its written fields that were changed, that a program did it."""
    at = timezone.now()
    rows = [(message, names) for message, names in changed if names]
    if not rows:
        return
    entries = type(rows[0][0])._meta.get_field("log_entries").related_model
    entries.objects.bulk_create(
        entries(message=message, kind=WorkflowStep.CHANGED, at=at, reason=_("By a program: %s.") % ", ".join(names))
        for message, names in rows
    )
