"""The messages go out, as `import_messages` reads them: `python manage.py export_messages [FILE.jsonl]`."""

import sys
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news import exporting
from news.importing import lines

MOST_FAULTS = 20


class Command(BaseCommand):
    help = (
        "Write all messages, drafts and withdrawn ones too, to a file (or to the standard output) from which "
        "import_messages makes the same messages. The site stays in use. Files are only named in it: "
        "give import_messages the media folder (--pictures)."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.jsonl", nargs="?", default="-")

    def handle(self, *, file="-", verbosity=1, **options):
        count, faults = 0, []
        try:
            with opened(file) as out:
                for message, line in exporting.lines():
                    out.write(line)
                    count += 1
                    if len(faults) < MOST_FAULTS and (fault := unreadable(line)):
                        faults.append(_("Message %(pk)d: %(fault)s") % {"pk": message.pk, "fault": fault})
        except OSError as error:
            raise CommandError(
                _("%(file)s can't be written: %(why)s.") % {"file": file, "why": error.strerror}
            ) from None
        for fault in faults:
            self.stderr.write(fault, lambda text: text)
        if verbosity:
            self.stderr.write(ngettext("%d message written.", "%d messages written.", count) % count, lambda text: text)
            if left := exporting.with_files():
                words = ngettext(
                    "%d message has files of its own. Take the media folder along: import_messages --pictures DIR.",
                    "%d messages have files of their own. Take the media folder along: import_messages --pictures DIR.",
                    left,
                )
                self.stderr.write(words % left, lambda text: text)
        if faults:
            raise CommandError(_("import_messages would refuse those that are named. Mend them on the desk."))


@contextmanager
def opened(file):
    """Open a file to write to, whole or not at all: it has its name when all is in it."""
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


def unreadable(line: bytes) -> str:
    """Return why an import would refuse a line; nothing where it wouldn't."""
    try:
        lines.read(line)
    except lines.Fault as fault:
        return str(fault)
    return ""
