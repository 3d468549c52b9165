"""Models of the press office: messages, categories, attachments, workflow log, preview links."""

from news.models.attachments import Attachment
from news.models.categories import Category
from news.models.corrections import Correction
from news.models.counts import DailyCount, MonthlyCount
from news.models.editing_sessions import EditingSession
from news.models.messages import Message
from news.models.previews import PreviewLink, PreviewVisit
from news.models.releases import Release, ReleaseLogEntry
from news.models.workflow_log import WorkflowLogEntry

__all__ = [
    "Attachment",
    "Category",
    "Correction",
    "DailyCount",
    "EditingSession",
    "Message",
    "MonthlyCount",
    "PreviewLink",
    "PreviewVisit",
    "Release",
    "ReleaseLogEntry",
    "WorkflowLogEntry",
]
