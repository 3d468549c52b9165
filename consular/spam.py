"""What tells spam from questions, without asking a stranger: signs in an enquiry, and how many came from one address.

Nothing is ever dropped for its signs. It is kept apart, with the reason in words, until an officer has looked at it.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from consular.models import Enquiry, Knock
from consular.sealed import keyed_hash
from consular.visitors import network

MANY_LINKS = 3
MANY_OF_A_PAGE = 3  # who puts a slip right goes back and sends again: once, perhaps twice
SAME_WORDS_WITHIN = timedelta(days=1)
LONGEST_REASON = 200

LINK = re.compile(r"https?://|(?<!/)\bwww\.", re.IGNORECASE)

# Signs in an enquiry


def links_in(text: str) -> int:
    """Return how many links a text holds."""
    return len(LINK.findall(text))


@sensitive_variables()
def reason(*, name: str, question: str, honeypot: str = "", twin: str = "", of_a_page: int = 0) -> str:
    """Return why an enquiry may be spam, in words for officers; "" where nothing speaks for it.

    `honeypot` is what stands in the field hidden from people, `twin` the reference of an earlier enquiry in the same
    words, `of_a_page` how many others came from the same showing of the form.
    """
    links = links_in(question)
    reasons = [
        honeypot and _("The field hidden from people was filled in."),
        links_in(name) and _("There is a link in the name."),
        links >= MANY_LINKS and ngettext("It holds %(n)d link.", "It holds %(n)d links.", links) % {"n": links},
        twin and _("The same words came before: %(reference)s.") % {"reference": twin},
        of_a_page >= MANY_OF_A_PAGE and _("Sent %(times)d times from one page.") % {"times": of_a_page + 1},
    ]
    return " ".join(filter(None, reasons))[:LONGEST_REASON]


@sensitive_variables()
def suspicion(*, name: str, question: str, honeypot: str, showing: str, at: datetime) -> str:
    """Return why what came at the moment `at` may be spam, by its own signs and by what came before it."""
    others = Enquiry.objects.like(question).filter(received_at__gt=at - SAME_WORDS_WITHIN)
    twin = others.exclude(**of_showing(showing)).order_by("-received_at").values_list("reference", flat=True).first()
    of_a_page = Enquiry.objects.filter(**of_showing(showing)).count()
    return reason(name=name, question=question, honeypot=honeypot, twin=twin or "", of_a_page=of_a_page)


def of_showing(showing: str) -> dict[str, str]:
    """Return what finds the enquiries that came from one showing of the form: their keys begin with its hash."""
    return {"key__gte": showing, "key__lt": f"{showing}g"}  # the letter after the last digit of a hexadecimal number


# The limit of an address


class TooMany(Exception):
    """As many enquiries came from an address as are taken within an hour; the next one is taken at `until`."""

    def __init__(self, until: datetime):
        super().__init__("Too many enquiries came from one address.")
        self.until = until


def refuse_too_many(address: str, at: datetime) -> None:
    """Raise TooMany where an address has used up its enquiries of this hour. Reads one index, writes nothing."""
    if until := Knock.objects.too_many(address, at):
        raise TooMany(until)


@contextmanager
def in_turn(address: str):
    """A transaction in which an address is alone: its enquiries come one after another, so that none is miscounted.

    SQLite has one writer anyway. On PostgreSQL a lock on the address's hash keeps nobody else waiting.
    """
    with transaction.atomic():
        connection = transaction.get_connection()
        if connection.vendor == "postgresql" and network(address):
            number = int(keyed_hash("origin", network(address))[:15], 16)  # a positive bigint
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        yield
