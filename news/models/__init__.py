"""Models of the press office: messages, categories, attachments, workflow log, redirects, preview links."""

from news.importing.models import Imported
from news.models.acts import Act
from news.models.attachments import Attachment
from news.models.categories import Category
from news.models.corrections import Correction
from news.models.messages import Message
from news.models.presence import Presence
from news.models.previews import PreviewLink, PreviewOpening
from news.models.redirects import Redirect
from news.models.tallies import DayTally, Tally

__all__ = [
    "Act",
    "Attachment",
    "Category",
    "Correction",
    "DayTally",
    "Imported",
    "Message",
    "Presence",
    "PreviewLink",
    "PreviewOpening",
    "Redirect",
    "Tally",
]
