"""Erase what is kept about a person, at the person's wish."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consular import keeping, persons
from consular.management.commands._person import add_who, enquiries_of
from consular.models import Enquiry
from consular.sealed import sealed_fields


class Command(BaseCommand):
    help = "Erase all enquiries of a person, or one, with everything that belongs to them. It can't be undone."

    def add_arguments(self, parser):
        add_who(parser)
        parser.add_argument("--yes", action="store_true", help="Erase without asking.")

    def handle(self, *, who, yes, **options):
        if who == "-" and not yes:
            raise CommandError("With - there is nobody to ask: say --yes, too.")
        found = list(enquiries_of(who).defer(*sealed_fields(Enquiry)))
        for enquiry in found:
            self.stdout.write(f"{enquiry.reference}, received {persons.moment(enquiry.received_at)}: {enquiry.state}")
        if not (yes or agreed("Erase this, for ever? Write yes: ")):
            raise CommandError("Nothing was erased.")
        references = persons.erase(found, timezone.now())
        keeping.sweep()
        self.stdout.write(
            f"{len(references)} erased: {', '.join(references)}. Letters that have left, and backups, are not in our "
            "hands: say so to the person."
        )


def agreed(question: str) -> bool:
    """Ask, and say whether the answer was yes; nobody there to answer is a no."""
    try:
        return input(question).strip().lower() == "yes"
    except EOFError:
        return False
