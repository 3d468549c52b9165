"""Contact data: the offices with their hours and the topics with their FAQs, cached for the edition.

During a database outage the last known data is shown: a visitor without a passport still needs the phone number.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from consular.models import Office, Topic
from core.db_errors import DATABASE_UNAVAILABLE
from editions import edition as editions

log = logging.getLogger(__name__)

CACHE_NAME = "reception"


@dataclass(frozen=True)
class ContactData:
    """Offices and topics in the order that staff gave them."""

    offices: list[Office]
    topics: list[Topic]
    is_away: bool = False  # the database is unavailable: no enquiry can be saved

    @classmethod
    def fetch(cls) -> ContactData:
        return cls(list(Office.objects.with_hours()), list(Topic.objects.shown().prefetch_related("common_questions")))

    @classmethod
    def of(cls, edition) -> ContactData:
        """Return the contact data of an edition."""
        return edition.get_or_compute(CACHE_NAME, cls.fetch)


def get_contact_data(request) -> ContactData:
    """Return the contact data for a request; raise the database's error if there is neither a database nor a copy."""
    try:
        data = ContactData.of(request.edition)
    except DATABASE_UNAVAILABLE as error:
        return last_known(request, error)
    return replace(data, is_away=True) if getattr(request, "has_failed", False) else data


def last_known(request, error) -> ContactData:
    """Return the last known contact data during a database outage; raise `error` if there is none."""
    last = editions.last_known(CACHE_NAME)
    if last is None:
        raise error
    log.error("The database is unavailable (%s). The contact page shows the last known data.", type(error).__name__)
    request.edition = editions.latest()
    request.has_failed = True  # the rest of the page must be rendered without the database too
    return replace(last, is_away=True)
