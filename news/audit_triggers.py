"""Audit log triggers: entries of the workflow log cannot be changed or deleted."""

from core.triggers import append_only

WORKFLOW_LOG = append_only("news_workflowlogentry", "A workflow log entry")
