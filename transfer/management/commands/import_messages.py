"""Import messages from JSON lines: `python manage.py import_messages FILE.jsonl`."""

from django.utils.translation import gettext_lazy as _

from transfer.importer import jsonl
from transfer.importer.base_command import ImportCommand


class Command(ImportCommand):
    help = (
        "Import messages from a file with one JSON object per line (keys: docs/operators/import-export.md). "
        "All lines are checked before the first is written. If an import is interrupted, run it again to continue; "
        "messages that were imported before are not changed."
    )
    error_format = _("Line %(number)d: %(fault)s")
    metavar = "FILE.jsonl"
    uses_worker = True

    def entries(self, file):
        return jsonl.read_entries(file)
