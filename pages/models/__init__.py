"""Models of the pages: their texts, the workflow of their changes, and its log."""

from pages.models.log import PageLogEntry
from pages.models.pages import Page
from pages.models.workflow import PageWorkflow

__all__ = ["Page", "PageLogEntry", "PageWorkflow"]
