"""Export a person's enquiries as JSON (GDPR subject access request)."""

import json
import os

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consular import data_requests
from consular.encryption import DecryptionError
from consular.management.commands._person import add_who_argument, find_enquiries


class Command(BaseCommand):
    help = "Write everything stored about a person as JSON, including internal notes. Each enquiry logs the export."

    def add_arguments(self, parser):
        add_who_argument(parser)
        parser.add_argument("--to", metavar="FILE", help="A new file, readable by you alone. Default: standard output.")

    def handle(self, *, who, to, **options):
        found = find_enquiries(who).select_related("topic").prefetch_related("entries")
        try:
            exported = data_requests.export_enquiries(found, timezone.now())
        except DecryptionError as error:
            raise CommandError(str(error)) from None
        text = json.dumps(exported, ensure_ascii=False, indent=2).encode("utf-8", "replace").decode()
        if to is None:
            self.stdout.write(text)
            return
        write_private_file(to, text)
        self.stderr.write(f"{len(exported['enquiries'])} enquiries written.")


def write_private_file(path: str, text: str) -> None:
    """Create a file with mode 0600."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"{path} cannot be created ({error.strerror}). Enter the name of a new file.") from None
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        opened.write(text + "\n")
