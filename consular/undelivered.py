"""E-mails to visitors that could not be delivered: which enquiries they belong to, and why.

A mail server that is away is no such case: the outbox tries again, and the dashboard says so by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from letters.models import Letter

MOST = 1000  # letters that are looked at
KINDS = ("enquiry receipt", "enquiry answer")
# Refused by the mail server, impossible to address, or given up after days.
FAILED = Q(sent_at=None) & (
    Q(given_up_at__isnull=False) | Q(last_error__startswith="refused") | Q(last_error__startswith="address")
)


def failed_letters(enquiries: Iterable[int] | None = None) -> dict[int, list[Letter]]:
    """Return the e-mails to visitors that failed, by the enquiry's number, the oldest first; of these, or of all."""
    from consular.models import Entry

    numbers = None if enquiries is None else set(enquiries)
    letters = Letter.objects.filter(FAILED, kind__in=KINDS).order_by("-pk")[:MOST]
    letters = sorted(letters, key=lambda letter: letter.pk)
    answers = [letter.object_id for letter in letters if letter.kind == "enquiry answer"]
    owners = dict(Entry.objects.filter(pk__in=answers).values_list("pk", "enquiry_id"))
    found = defaultdict(list)
    for letter in letters:
        number = owners.get(letter.object_id) if letter.kind == "enquiry answer" else letter.object_id
        if number is not None and (numbers is None or number in numbers):
            found[number].append(letter)
    return dict(found)


def add_failed_letters(enquiries: Iterable) -> None:
    """Give each enquiry the list `failed_letters`: those that failed and were not settled by closing it later."""
    enquiries = list(enquiries)
    found = failed_letters(enquiry.pk for enquiry in enquiries) if enquiries else {}
    for enquiry in enquiries:
        enquiry.failed_emails = [
            letter for letter in found.get(enquiry.pk, []) if not is_settled(letter, enquiry.closed_at)
        ]


def is_settled(letter: Letter, closed_at) -> bool:
    """Say whether an officer closed the enquiry after the e-mail was given up: the person was reached otherwise."""
    return closed_at is not None and letter.given_up_at is not None and closed_at > letter.given_up_at
