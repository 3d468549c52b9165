"""Models: offices and their hours, notices, topics, enquiries."""

from consular.models.enquiries import Enquiry
from consular.models.entries import Entry, Erasure, Trace
from consular.models.knocks import Knock
from consular.models.notices import Notice
from consular.models.offices import Holiday, Office, OpeningHours
from consular.models.topics import CommonQuestion, Template, Topic

__all__ = [
    "CommonQuestion",
    "Enquiry",
    "Entry",
    "Erasure",
    "Holiday",
    "Knock",
    "Notice",
    "Office",
    "OpeningHours",
    "Template",
    "Topic",
    "Trace",
]
