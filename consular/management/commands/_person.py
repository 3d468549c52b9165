"""Shared argument of the data request commands: the person, by e-mail address, or one enquiry, by reference."""

import sys

from django.core.management.base import CommandError

from consular import data_requests

WHO_HELP = (
    "An e-mail address (all enquiries from it) or a reference (one enquiry). Use - to read it from standard input, "
    "which keeps it out of the shell history."
)


def add_who_argument(parser):
    parser.add_argument("who", metavar="EMAIL|REFERENCE", help=WHO_HELP)


def find_enquiries(who: str):
    """Return the enquiries; raise CommandError, without repeating the address, if there are none."""
    who = sys.stdin.readline().strip() if who == "-" else who
    try:
        found = data_requests.find_enquiries(who)
    except ValueError as error:
        raise CommandError(str(error)) from None
    if not found.exists():
        raise CommandError("No enquiry has this e-mail address or reference.")
    return found
