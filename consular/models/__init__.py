"""Models: offices and their hours, notices, topics, enquiries."""

from consular.models.enquiries import Enquiry
from consular.models.entries import EnquiryEntry, EnquiryLogEntry, Erasure
from consular.models.notices import Notice
from consular.models.office_hours import Holiday, OpeningHours
from consular.models.offices import Office
from consular.models.rate_limit import EnquirySubmission
from consular.models.topics import AnswerTemplate, CommonQuestion, Topic

__all__ = [
    "AnswerTemplate",
    "CommonQuestion",
    "Enquiry",
    "EnquiryEntry",
    "EnquiryLogEntry",
    "EnquirySubmission",
    "Erasure",
    "Holiday",
    "Notice",
    "Office",
    "OpeningHours",
    "Topic",
]
