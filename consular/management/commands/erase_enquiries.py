"""Erase a person's enquiries (GDPR erasure request)."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consular import data_requests, retention
from consular.encryption import encrypted_fields
from consular.management.commands._person import add_who_argument, find_enquiries
from consular.models import Enquiry


class Command(BaseCommand):
    help = (
        "Erase all enquiries of a person, or one enquiry, with everything that belongs to them. This cannot be undone."
    )

    def add_arguments(self, parser):
        add_who_argument(parser)
        parser.add_argument("--yes", action="store_true", help="Do not ask for confirmation.")

    def handle(self, *, who, yes, **options):
        if who == "-" and not yes:
            raise CommandError("Confirmation is not possible with -. Add --yes.")
        found = list(find_enquiries(who).defer(*encrypted_fields(Enquiry)))
        for enquiry in found:
            self.stdout.write(
                f"{enquiry.reference}, received {data_requests.format_time(enquiry.received_at)}: {enquiry.state}"
            )
        if not (yes or confirm("Erase permanently? Type yes: ")):
            raise CommandError("Nothing was erased.")
        references = data_requests.erase_enquiries(found, timezone.now())
        retention.vacuum()
        self.stdout.write(
            f"{len(references)} erased: {', '.join(references)}. Tell the person that e-mails already sent "
            "and backups still contain data."
        )


def confirm(question: str) -> bool:
    """Return whether the user types yes; without a terminal, no."""
    try:
        return input(question).strip().lower() == "yes"
    except EOFError:
        return False
