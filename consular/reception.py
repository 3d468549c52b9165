"""The reception: what a visitor finds before anything is asked, the offices with their hours and topics with answers.

It is fetched once for an edition. Where the database is away, it is what this process knew last: who has lost a
passport at that moment needs the phone number all the same.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from consular.models import Office, Topic
from editions import edition as editions
from editions.away import DATABASE_IS_AWAY

log = logging.getLogger(__name__)

NAME = "reception"


@dataclass(frozen=True)
class Reception:
    """Offices and topics, in the order of the staff."""

    offices: list[Office]
    topics: list[Topic]
    is_away: bool = False  # the database, so that no question can be kept

    @classmethod
    def fetch(cls) -> Reception:
        return cls(list(Office.objects.with_hours()), list(Topic.objects.shown().prefetch_related("common_questions")))

    @classmethod
    def of(cls, edition) -> Reception:
        """Return the reception in an edition."""
        return edition.get_or_compute(NAME, cls.fetch)


def reception(request) -> Reception:
    """Return the reception at the moment of a request; raise as the database does where nothing was ever known."""
    try:
        return Reception.of(request.edition)
    except DATABASE_IS_AWAY as error:
        return known(request, error)


def known(request, error) -> Reception:
    """Return the reception that was known last, as the database does not answer; raise `error` where none was."""
    last = editions.recall(NAME)
    if last is None:
        raise error
    log.error("The database does not answer (%s): the contact page is of what was known last.", type(error).__name__)
    request.edition = editions.latest()
    request.has_failed = True  # its frame must come as well, whatever it lacks
    return replace(last, is_away=True)
