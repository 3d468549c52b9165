"""E-mails to visitors that could not be delivered, by enquiry.

An outage of the mail server does not count: the outbox tries again, and the dashboard reports it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.apps import apps
from django.db.models import Q

from outbox.models import OutboxEmail

MAX_EMAILS = 1000  # e-mails that are read
KINDS = ("enquiry receipt", "enquiry answer")
# Refused by the mail server, impossible to address, or given up after days.
FAILED = Q(sent_at=None) & (
    Q(given_up_at__isnull=False) | Q(last_error__startswith="refused") | Q(last_error__startswith="address")
)


def failed_emails_by_enquiry(enquiries: Iterable[int] | None = None) -> dict[int, list[OutboxEmail]]:
    """Return the failed e-mails to visitors by enquiry id, oldest first; of these enquiries or of all."""
    wanted = None if enquiries is None else set(enquiries)
    emails = OutboxEmail.objects.filter(FAILED, kind__in=KINDS).order_by("-pk")[:MAX_EMAILS]
    emails = sorted(emails, key=lambda email: email.pk)
    answers = [email.object_id for email in emails if email.kind == "enquiry answer"]
    entries = apps.get_model("consular", "EnquiryEntry").objects.filter(pk__in=answers)
    owners = dict(entries.values_list("pk", "enquiry_id"))
    found = defaultdict(list)
    for email in emails:
        pk = owners.get(email.object_id) if email.kind == "enquiry answer" else email.object_id
        if pk is not None and (wanted is None or pk in wanted):
            found[pk].append(email)
    return dict(found)


def annotate_failed_emails(enquiries: Iterable) -> None:
    """Set `failed_emails` on each enquiry: those that failed and were not settled by closing it later."""
    enquiries = list(enquiries)
    found = failed_emails_by_enquiry(enquiry.pk for enquiry in enquiries) if enquiries else {}
    for enquiry in enquiries:
        enquiry.failed_emails = [
            email for email in found.get(enquiry.pk, []) if not is_settled(email, enquiry.closed_at)
        ]


def is_settled(email: OutboxEmail, closed_at) -> bool:
    """Return whether an officer closed the enquiry after the e-mail was given up: the visitor was reached otherwise."""
    return closed_at is not None and email.given_up_at is not None and closed_at > email.given_up_at
