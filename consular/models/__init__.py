"""The consul: where and when, what is said above every page, what one may ask about, and what was asked."""

from consular.models.enquiries import Enquiry, Topic
from consular.models.notices import Notice
from consular.models.offices import Holiday, Office, OpeningHours

__all__ = ["Enquiry", "Holiday", "Notice", "Office", "OpeningHours", "Topic"]
