"""What the versions of a message say beyond its fields: changes to the attachments."""

from __future__ import annotations

from news.workflow_steps import WorkflowStep


def change_reason_text(version) -> str:
    """Return the text of a version about changes to the attachments, which are in none of its fields."""
    reason = version.history_change_reason or ""
    return "" if reason in WorkflowStep.values else reason


def attachment_changes(message, since: int) -> list[str]:
    """Return the changes to the attachments after the version `since`, from versions and from log entries."""
    rows = message.history.filter(history_id__gt=since).order_by("history_id")
    times = [row.history_date for row in rows]
    entries = message.log_entries.filter(kind=WorkflowStep.ATTACHED, at__in=times).order_by("at", "id")
    return [text for text in map(change_reason_text, rows) if text] + [entry.reason for entry in entries]
