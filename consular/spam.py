"""Spam filter and rate limit of the enquiry form, without a CAPTCHA.

Suspected spam is never dropped: it is stored apart, with the reason, until an officer has checked it.
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

from consular.encryption import keyed_hash, normalise_text
from consular.models import Enquiry, EnquirySubmission
from core.client_ip import rate_limit_key

MANY_LINKS = 3  # with hardly a word beside them
TOO_MANY_LINKS = 10  # however many words
WORDS_PER_LINK = 8  # beside each link, in a text by a person
MAX_DUPLICATES = 3  # other people with the same text and a link: advertising; without a link it may be a campaign
MAX_PER_FORM = 6  # a family fills in one form after the other, going back each time
DUPLICATE_PERIOD = timedelta(days=1)
LONGEST_REASON = 200

LINK = re.compile(r"https?://|(?<!/)\bwww\.", re.IGNORECASE)

# Signs of spam


def count_links(text: str) -> int:
    """Return the number of links in a text."""
    return len(LINK.findall(text))


def is_mostly_links(text: str) -> bool:
    """Return whether a text has many links with few words beside each."""
    links = count_links(text)
    words = sum(not LINK.search(word) for word in text.split())
    return links >= MANY_LINKS and (links >= TOO_MANY_LINKS or words < links * WORDS_PER_LINK)


def is_autofilled(honeypot: str, typed: Collection[str]) -> bool:
    """Return whether the honeypot holds the visitor's own data: browsers and password managers fill it in too."""
    filled = normalise_text(honeypot)
    known = {normalise_text(part) for text in typed for part in (text, *text.split(), text.rpartition("@")[2])}
    return filled in known or ("@" in filled and any("@" in text for text in typed))


@sensitive_variables()
def spam_reason(
    *, name: str, question: str, honeypot: str = "", typed: Collection[str] = (), twins: int = 0, of_a_page: int = 0
) -> str:
    """Return why an enquiry may be spam, as text for officers; "" if there is no sign of it.

    `honeypot` is the content of the hidden field, `typed` that of the visitor's other short fields, `twins` the
    number of other people who sent the same text, `of_a_page` the number of other enquiries from the same form.
    """
    links = count_links(question)
    reasons = [
        honeypot and not is_autofilled(honeypot, typed) and _("The hidden field was filled in."),
        count_links(name) and _("The name contains a link."),
        is_mostly_links(question)
        and ngettext("The text contains %(n)d link.", "The text contains %(n)d links.", links) % {"n": links},
        links
        and twins >= MAX_DUPLICATES
        and ngettext(
            "The same text, with a link, came from %(n)d other person.",
            "The same text, with a link, came from %(n)d other people.",
            twins,
        )
        % {"n": twins},
        of_a_page >= MAX_PER_FORM and _("Sent %(times)d times from one page.") % {"times": of_a_page + 1},
    ]
    return " ".join(filter(None, reasons))[:LONGEST_REASON]


@sensitive_variables()
def check_for_spam(
    *, name: str, email: str, phone: str, question: str, honeypot: str, form_instance_id: str, at: datetime
) -> str:
    """Return why an enquiry received at `at` may be spam, by its content and by earlier enquiries; "" if not."""
    others = Enquiry.objects.with_question(question).filter(received_at__gt=at - DUPLICATE_PERIOD)
    others = others.exclude(pk__in=Enquiry.objects.from_email(email))
    return spam_reason(
        name=name,
        question=question,
        honeypot=honeypot,
        typed=[name, email, phone],
        twins=others.order_by().values("email_hash").distinct().count(),
        of_a_page=Enquiry.objects.filter(**same_form_filter(form_instance_id)).count(),
    )


def same_form_filter(form_instance_id: str) -> dict[str, str]:
    """Return the filter for the enquiries of one form instance: their keys begin with its hash."""
    return {"key__gte": form_instance_id, "key__lt": f"{form_instance_id}g"}  # "g" follows the hexadecimal digits


# Rate limit by client IP


class RateLimited(Exception):
    """A client has reached the hourly limit; the next enquiry is accepted at `until`."""

    def __init__(self, until: datetime):
        super().__init__("Too many enquiries came from one address.")
        self.until = until


def check_rate_limit(address: str, at: datetime) -> None:
    """Raise RateLimited if an IP address has reached its hourly limit. Reads one index and writes nothing."""
    if until := EnquirySubmission.objects.retry_at(address, at):
        raise RateLimited(until)


@contextmanager
def rate_limit_lock(address: str):
    """A transaction in which the enquiries of one IP address are counted one after the other.

    On PostgreSQL that is an advisory lock on the hash of the address; SQLite has only one writer anyway.
    """
    with transaction.atomic():
        connection = transaction.get_connection()
        if connection.vendor == "postgresql" and rate_limit_key(address):
            number = int(keyed_hash("origin", rate_limit_key(address))[:15], 16)  # a positive bigint
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        yield
