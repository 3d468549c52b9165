"""The archive of an older site comes in: `python manage.py import_messages FILE.jsonl`."""

import time
from itertools import islice
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news.importing import lines, writing

MOST_FAULTS = 20


class Command(BaseCommand):
    help = (
        "Import messages from a file that holds a JSON object a line: headline, category, publish_at, and optionally "
        "lead, body, delivered_on, source_name, source_url, featured, slug. Every line is checked before the first is "
        "written. A stopped import goes on where it was when it is started again; what is there already stays as it is."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.jsonl")
        parser.add_argument("--quiet", action="store_const", const=0, dest="verbosity", help="Say nothing but faults.")

    def handle(self, *, file, verbosity, **options):
        if file == "-":
            raise CommandError(_("The file is read twice, so it can't come through a pipe. Save it, and name it here."))
        self.outcome = writing.Outcome()
        try:
            with Path(file).open("rb") as opened:
                if not opened.seekable():
                    raise CommandError(_("The file is read twice, and this is a pipe. Save it, and name it here."))
                self.work(opened, Progress(self.stderr, opened, shown=verbosity > 0))
        except OSError as error:
            raise CommandError(_("%(file)s can't be read: %(why)s.") % {"file": file, "why": error.strerror}) from None
        except lines.Fault as fault:
            raise self.stopped(_("The file was changed while it was read: %s") % fault) from None
        except DatabaseError as error:
            raise self.stopped(_("The database refused: %s.") % str(error).strip()) from error
        except KeyboardInterrupt:
            raise self.stopped(_("Stopped."), returncode=130) from None
        if verbosity:
            self.stdout.write(str(self.outcome))

    def work(self, file, progress):
        """Check the whole file, then write it."""
        try:
            check(file, progress)
            file.seek(0)
            for self.outcome in writing.write(lines.read(raw) for _number, raw in lines.raw_lines(file)):
                progress(_("Importing: %s") % self.outcome)
        finally:
            progress.end()

    def stopped(self, why, **kwargs):
        """Return the error that says why it goes no further, and how to go on."""
        words = _("%(why)s So far: %(outcome)s The same command goes on from here.")
        return CommandError(words % {"why": why, "outcome": self.outcome}, **kwargs)


def check(file, progress):
    """Read every line, write nothing, and name the bad ones."""

    def look(number):
        progress(_("Checking: line %d") % number)

    found = list(islice(lines.faults(file, look), MOST_FAULTS))
    progress.end()
    if found:
        if len(found) == MOST_FAULTS:
            found.append(_("The check stopped here; there may be more."))
        sentence = ngettext(
            "Nothing was imported, because of a line:", "Nothing was imported, because of these lines:", len(found)
        )
        raise CommandError("\n".join([sentence, *found]))


class Progress:
    """How far a file has been read: one line that changes on a terminal, one every ten seconds elsewhere."""

    def __init__(self, stream, file, *, shown):
        self.stream, self.file, self.shown = stream, file, shown
        self.is_terminal = stream.isatty()
        self.every = 0.2 if self.is_terminal else 10
        self.size = file.seek(0, 2) or 1
        file.seek(0)
        self.last = time.monotonic()
        self.width = 0

    def __call__(self, words):
        """Say it, if it is time to."""
        if not self.shown or time.monotonic() - self.last < self.every:
            return
        self.last = time.monotonic()
        line = f"{self.file.tell() * 100 // self.size:3d} %  {words}"
        if self.is_terminal:
            self.stream.write("\r" + line.ljust(self.width), lambda text: text, ending="")
            self.width = len(line)
        else:
            self.stream.write(line, lambda text: text)
        self.stream.flush()

    def end(self):
        """Leave the line on the terminal as it was before."""
        if self.width:
            self.stream.write("\r" + " " * self.width + "\r", lambda text: text, ending="")
            self.width = 0
