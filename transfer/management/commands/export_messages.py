"""Export all messages as JSON lines: `python manage.py export_messages [FILE.jsonl]`."""

import sys
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from transfer import export
from transfer.importer import jsonl

MAX_ERRORS_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Write the messages, including withdrawn ones and drafts that are not limited to named people, to a file or to "
        "standard output, for "
        "import_messages. The site stays available. The export does not contain images and attachments: "
        "give import_messages the media folder (--pictures)."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.jsonl", nargs="?", default="-")

    def handle(self, *, file="-", verbosity=1, **options):
        count, faults = 0, []
        try:
            with open_atomically(file) as out:
                for message, line in export.export_lines():
                    out.write(line)
                    count += 1
                    if len(faults) < MAX_ERRORS_SHOWN and (fault := import_fault(line)):
                        faults.append(_("Message %(pk)d: %(fault)s") % {"pk": message.pk, "fault": fault})
        except OSError as error:
            raise CommandError(_("Cannot write %(file)s: %(why)s.") % {"file": file, "why": error.strerror}) from None
        for fault in faults:
            self.stderr.write(fault, lambda text: text)
        if verbosity:
            self.stderr.write(
                ngettext("%d message exported.", "%d messages exported.", count) % count, lambda text: text
            )
            if count := export.count_limited():
                note = ngettext(
                    "%d draft is limited to named people and was left out.",
                    "%d drafts are limited to named people and were left out.",
                    count,
                )
                self.stderr.write(note % count, lambda text: text)
            if count := export.count_with_files():
                note = ngettext(
                    "%d message has files. Copy the media folder as well, for import_messages --pictures DIR.",
                    "%d messages have files. Copy the media folder as well, for import_messages --pictures DIR.",
                    count,
                )
                self.stderr.write(note % count, lambda text: text)
        if faults:
            raise CommandError(_("import_messages would reject these messages. Correct them on the press desk."))


@contextmanager
def open_atomically(file):
    """Open a file for atomic writing: it gets its name when it is complete."""
    if file == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(file)
    if path.exists() and not path.is_file():  # a device, a pipe
        with path.open("wb") as out:
            yield out
        return
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as out:
            yield out
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def import_fault(line: bytes) -> str:
    """Return why the import would reject a line; "" if it would not."""
    try:
        jsonl.read_line(line)
    except jsonl.ImportFault as fault:
        return str(fault)
    return ""
