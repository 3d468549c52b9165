"""What the commands about one person have in common: how the person is named."""

import sys

from django.core.management.base import CommandError

from consular import persons

WHO = (
    "An e-mail address (all of that person's enquiries) or a reference (that one). - reads it from standard input, so "
    "that it stands in no history of commands."
)


def add_who(parser):
    parser.add_argument("who", metavar="EMAIL|REFERENCE", help=WHO)


def enquiries_of(who: str):
    """Return a person's enquiries; a CommandError that does not repeat the address where there are none."""
    said = sys.stdin.readline().strip() if who == "-" else who
    try:
        found = persons.enquiries_of(said)
    except ValueError as error:
        raise CommandError(str(error)) from None
    if not found.exists():
        raise CommandError("Nothing is kept under this address or reference.")
    return found
