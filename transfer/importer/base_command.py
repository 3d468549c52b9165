"""Base command of `import_messages` and `import_feed`: check the whole file, then write it in batches."""

import time
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from search import indexer
from transfer.importer import bodies, jsonl, message_files, writer
from transfer.importer import worker as helping
from transfer.importer.images import ImportFolder
from transfer.importer.notes import Notes
from transfer.importer.prepare import prepared_records

MAX_ERRORS_SHOWN = 20
VACUUM_AFTER = 1_000  # messages
IMAGE_LOSSES = {"foreign_picture", "local_picture"}  # that --pictures DIR avoids


READ_TWICE = _lazy("The file is read twice, so it cannot be a pipe. Save it and give its path.")


class ImportCommand(BaseCommand):
    """A command that imports a file. Subclasses define how to read it (`entries`) and how to report an error."""

    error_format = ""  # with %(number)d and %(fault)s
    metavar = "FILE"
    uses_worker = False  # a second process reads and cleans the lines
    requires_files = True  # a missing file is an error; otherwise the message is imported without it

    def entries(self, file):
        """Yield (number, message or fault) for each entry of a file."""
        raise NotImplementedError

    def add_arguments(self, parser):
        parser.add_argument("file", metavar=self.metavar)
        parser.add_argument("--quiet", action="store_const", const=0, dest="verbosity", help="Only print errors.")
        parser.add_argument(
            "--pictures",
            metavar="DIR",
            help="Folder with the images and other files of the messages; files are looked up by path, then by name.",
        )
        parser.add_argument(
            "--without-missing",
            action="store_true",
            help="Continue if a file is missing or damaged; the alternative text replaces a missing image.",
        )
        parser.add_argument(
            "--skip-faults",
            action="store_true",
            help="Report invalid entries, skip them and import the rest.",
        )

    def handle(self, *, file, verbosity, pictures=None, without_missing=False, skip_faults=False, **options):
        if file == "-":
            raise CommandError(READ_TWICE)
        self.outcome, self.notes, self.missing = writer.ImportResult(), Notes(), []
        self.skip_faults, self.skipped = skip_faults, frozenset()
        try:
            ignore_own = without_missing or not self.requires_files
            self.folder = (
                ImportFolder(pictures, ignore_missing=without_missing, ignore_missing_own=ignore_own)
                if pictures
                else None
            )
            with Path(file).open("rb") as opened:
                if not opened.seekable():
                    raise CommandError(READ_TWICE)
                with helping.reduced_gc():
                    self.import_file(opened, Progress(self.stderr, opened, shown=verbosity > 0))
        except OSError as error:
            raise CommandError(
                _("Cannot read %(file)s: %(why)s.") % {"file": error.filename or file, "why": error.strerror}
            ) from None
        except jsonl.ImportFault as fault:
            raise self.stopped(_("The file changed while it was being read: %s") % fault) from None
        except DatabaseError as error:
            raise self.stopped(_("Database error: %s.") % str(error).strip()) from error
        except helping.WorkerDied as error:
            raise self.stopped(str(error)) from error
        except KeyboardInterrupt:
            raise self.stopped(_("Interrupted."), returncode=130) from None
        if verbosity:
            for sentence in self.outcome.notes.sentences():
                self.stderr.write(sentence, lambda text: text)
            self.stdout.write(str(self.outcome))

    def import_file(self, file, progress):
        try:
            self.validate_file(file, progress)
            file.seek(0)
            self.notes.clear()
            with self.prepared(file) as (records, progress.file):
                for outcome in writer.import_prepared(records, self.folder):
                    self.outcome = outcome
                    outcome.skipped = len(self.skipped)
                    progress(_("Importing: %s") % outcome)
            if self.outcome.added > VACUUM_AFTER:
                indexer.vacuum()
        finally:
            progress.end()

    @contextmanager
    def prepared(self, file):
        """Give the prepared lines of a file, and an object whose `tell()` is the progress in it."""
        if self.uses_worker and helping.is_worth_while(file):
            with helping.start_worker(file.name, bool(self.folder), self.skipped) as helper:
                yield helper, helper
        else:
            yield prepared_records(jsonl.valid_records(self.entries(file), self.skipped), bool(self.folder)), file

    def validate_file(self, file, progress):
        """Read the whole file without writing, and report invalid entries."""

        def count_entry(number):
            self.number, self.count = number, self.count + 1
            progress(_("Checking: %d") % number)

        self.count, invalid, errors = 0, set(), []
        for number, fault in jsonl.find_faults(file, count_entry, entries=self.entries, also=self.check_content):
            invalid.add(number)
            if len(errors) < MAX_ERRORS_SHOWN:
                errors.append(self.error_format % {"number": number, "fault": fault})
            if len(errors) == MAX_ERRORS_SHOWN and not self.skip_faults:
                break
        progress.end()
        for sentence in (*self.missing[:MAX_ERRORS_SHOWN], *self.notes.sentences()):
            progress.say(sentence)
        if len(self.missing) > MAX_ERRORS_SHOWN:
            progress.say(_("Missing files: %d. The messages are imported without them.") % len(self.missing))
        if not invalid:
            return
        if not self.skip_faults or len(invalid) == self.count:
            raise CommandError("\n".join(self.error_report(errors, may_be_more=len(errors) == MAX_ERRORS_SHOWN)))
        self.skipped = frozenset(invalid)
        heading = ngettext("%d invalid entry skipped:", "%d invalid entries skipped:", len(invalid)) % len(invalid)
        for sentence in [heading, *errors]:
            self.stderr.write(sentence, lambda text: text)
        if len(invalid) > len(errors):
            self.stderr.write(_("And %d more.") % (len(invalid) - len(errors)), lambda text: text)

    def error_report(self, errors, *, may_be_more):
        """Return the sentences that say why nothing was imported and what to do."""
        heading = ngettext(
            "Nothing was imported. Invalid entry:", "Nothing was imported. Invalid entries:", len(errors)
        )
        report = [heading, *errors]
        if self.count > len(errors) and not self.skip_faults:
            report.append(_("Correct the file, or import the rest with --skip-faults."))
        if may_be_more:
            report.append(_("The check stopped here; there may be more errors."))
        return report

    def check_content(self, line):
        """Return the errors in the text and files of a message, and note the parts left out of it."""
        try:
            self.note_losses(line)
        except jsonl.ImportFault as fault:
            return [str(fault)]
        if self.folder is None:
            if message_files.has_files(line):
                note = _("The lead image and attachments of a message are left out. Use --pictures DIR to import them.")
                self.notes.add(note, line.headline)
            return ()
        in_body, own = list(self.folder.faults(line)), list(message_files.file_faults(self.folder, line))
        ignored = (in_body if self.folder.ignore_missing else []) + (own if self.folder.ignore_missing_own else [])
        for fault in ignored:
            self.missing.append(self.error_format % {"number": self.number, "fault": fault})
        return [fault for fault in [*in_body, *own] if fault not in ignored]

    def note_losses(self, line):
        """Note the losses in the text of a message; raise Fault for one that cannot be read."""
        _html, losses = bodies.converted(line.body, keep_pictures=self.folder is not None)
        if images := sum(loss.kind in IMAGE_LOSSES for loss in losses):
            note = _("Images from other sites are left out of texts. Use --pictures DIR to import them from a folder.")
            self.notes.add(note, line.headline, images)
        for sentence in bodies.loss_sentences([loss for loss in losses if loss.kind not in IMAGE_LOSSES]):
            self.notes.add(sentence, line.headline)

    def stopped(self, why, **kwargs):
        """Return the error that ends an interrupted import and says how to resume it."""
        message = _("%(why)s So far: %(outcome)s Run the same command again to continue.")
        return CommandError(message % {"why": why, "outcome": self.outcome}, **kwargs)


class Progress:
    """Progress line: updated in place on a terminal, printed every ten seconds elsewhere."""

    def __init__(self, stream, file, *, shown):
        self.stream, self.file, self.shown = stream, file, shown
        self.is_terminal = stream.isatty()
        self.every = 0.2 if self.is_terminal else 10
        self.size = file.seek(0, 2) or 1
        file.seek(0)
        self.last = time.monotonic()
        self.width = 0

    def __call__(self, message):
        """Print the message with the percentage read, unless the last one is too recent."""
        if not self.shown or time.monotonic() - self.last < self.every:
            return
        self.last = time.monotonic()
        line = f"{self.file.tell() * 100 // self.size:3d} %  {message}"
        if self.is_terminal:
            self.stream.write("\r" + line.ljust(self.width), lambda text: text, ending="")
            self.width = len(line)
        else:
            self.stream.write(line, lambda text: text)
        self.stream.flush()

    def say(self, message):
        """Print a line that is not overwritten."""
        if self.shown:
            self.stream.write(message, lambda text: text)

    def end(self):
        """Clear the progress line of a terminal."""
        if self.width:
            self.stream.write("\r" + " " * self.width + "\r", lambda text: text, ending="")
            self.width = 0
