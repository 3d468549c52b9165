"""Audit log triggers: workflow log entries and corrections cannot be changed or deleted.

Nor can versions of a text: `core.apps` registers the triggers of all version tables.
"""

from core.triggers import append_only

WORKFLOW_LOG = append_only("news_workflowlogentry", "A workflow log entry")
RELEASE_LOG = append_only("news_releaselogentry", "A log entry of a release")
CORRECTIONS = append_only("news_correction", "A correction")
