"""What tells spam from questions, without asking a stranger: signs in an enquiry, and how many came from one address.

Nothing is ever dropped for its signs. It is kept apart, with the reason in words, until an officer has looked at it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from consular.models import Enquiry, Knock
from consular.sealed import keyed_hash, plain_text
from consular.visitors import network

MANY_LINKS = 3  # with hardly a word beside them
TOO_MANY_LINKS = 10  # however many words
WORDS_OF_A_LINK = 8  # beside each link, in what a person writes
MANY_TWINS = 3  # others in the same words, with a link: advertising; without one it may be a class or a campaign
MANY_OF_A_PAGE = 6  # a family fills in one form after the other, going back each time
SAME_WORDS_WITHIN = timedelta(days=1)
LONGEST_REASON = 200

LINK = re.compile(r"https?://|(?<!/)\bwww\.", re.IGNORECASE)

# Signs in an enquiry


def links_in(text: str) -> int:
    """Return how many links a text holds."""
    return len(LINK.findall(text))


def is_mostly_links(text: str) -> bool:
    """Say whether a text is a list of links: many of them, with few words beside each."""
    links = links_in(text)
    words = sum(not LINK.search(word) for word in text.split())
    return links >= MANY_LINKS and (links >= TOO_MANY_LINKS or words < links * WORDS_OF_A_LINK)


def is_autofilled(honeypot: str, typed: Collection[str]) -> bool:
    """Say whether the hidden field holds the visitor's own data: browsers and password managers fill in fields, too."""
    filled = plain_text(honeypot)
    known = {plain_text(part) for text in typed for part in (text, *text.split(), text.rpartition("@")[2])}
    return filled in known or ("@" in filled and any("@" in text for text in typed))


@sensitive_variables()
def reason(
    *, name: str, question: str, honeypot: str = "", typed: Collection[str] = (), twins: int = 0, of_a_page: int = 0
) -> str:
    """Return why an enquiry may be spam, in words for officers; "" where nothing speaks for it.

    `honeypot` is what the field hidden from people holds, `typed` what the visitor's other short fields hold, `twins`
    how many earlier enquiries of other people have the same words, `of_a_page` how many others came from the same
    showing of the form.
    """
    links = links_in(question)
    reasons = [
        honeypot and not is_autofilled(honeypot, typed) and _("The field hidden from people was filled in."),
        links_in(name) and _("There is a link in the name."),
        is_mostly_links(question) and ngettext("It holds %(n)d link.", "It holds %(n)d links.", links) % {"n": links},
        links
        and twins >= MANY_TWINS
        and ngettext(
            "The same words, with a link, came from %(n)d other person.",
            "The same words, with a link, came from %(n)d other people.",
            twins,
        )
        % {"n": twins},
        of_a_page >= MANY_OF_A_PAGE and _("Sent %(times)d times from one page.") % {"times": of_a_page + 1},
    ]
    return " ".join(filter(None, reasons))[:LONGEST_REASON]


@sensitive_variables()
def suspicion(*, name: str, email: str, phone: str, question: str, honeypot: str, showing: str, at: datetime) -> str:
    """Return why what came at the moment `at` may be spam, by its own signs and by what came before it."""
    others = Enquiry.objects.with_question(question).filter(received_at__gt=at - SAME_WORDS_WITHIN)
    others = others.exclude(pk__in=Enquiry.objects.from_email(email))
    return reason(
        name=name,
        question=question,
        honeypot=honeypot,
        typed=[name, email, phone],
        twins=others.order_by().values("email_hash").distinct().count(),
        of_a_page=Enquiry.objects.filter(**of_showing(showing)).count(),
    )


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
    if until := Knock.objects.retry_at(address, at):
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
