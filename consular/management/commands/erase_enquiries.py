"""Erase a person's enquiries (GDPR erasure request)."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consular import keeping, persons
from consular.management.commands._person import add_who, enquiries_of
from consular.models import Enquiry
from consular.sealed import sealed_fields


class Command(BaseCommand):
    help = (
        "Erase all enquiries of a person, or one enquiry, with everything that belongs to them. This cannot be undone."
    )

    def add_arguments(self, parser):
        add_who(parser)
        parser.add_argument("--yes", action="store_true", help="Do not ask for confirmation.")

    def handle(self, *, who, yes, **options):
        if who == "-" and not yes:
            raise CommandError("Confirmation is not possible with -. Add --yes.")
        found = list(enquiries_of(who).defer(*sealed_fields(Enquiry)))
        for enquiry in found:
            self.stdout.write(f"{enquiry.reference}, received {persons.moment(enquiry.received_at)}: {enquiry.state}")
        if not (yes or agreed("Erase permanently? Type yes: ")):
            raise CommandError("Nothing was erased.")
        references = persons.erase(found, timezone.now())
        keeping.sweep()
        self.stdout.write(
            f"{len(references)} erased: {', '.join(references)}. Tell the person that e-mails already sent "
            "and backups still contain data."
        )


def agreed(question: str) -> bool:
    """Return whether the user types yes; without a terminal, no."""
    try:
        return input(question).strip().lower() == "yes"
    except EOFError:
        return False
