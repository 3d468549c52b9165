"""What `import_messages` and `import_feed` have in common: a file is checked whole, then written in batches."""

import time
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news.importing import bodies, lines, own_files, writing
from news.importing import helper as helping
from news.importing.notes import Notes
from news.importing.pictures import Folder
from news.importing.ready import all_ready
from news.search import index

MOST_FAULTS = 20
MANY = 1_000  # messages, after which the database is tidied
PICTURES = {"foreign_picture", "local_picture"}  # losses that a folder of files would spare


class Import(BaseCommand):
    """A command that imports a file. What it yields of it, `entries` says, and how its parts are called, `place`."""

    place = ""  # with %(number)d and %(fault)s
    metavar = "FILE"
    can_be_helped = False  # by another process, that reads JSON lines
    names_files = True  # by keys: a file that is missing is then a fault; else the message comes without it

    def entries(self, file):
        """Yield each message of a file, or its fault, with its number."""
        raise NotImplementedError

    def add_arguments(self, parser):
        parser.add_argument("file", metavar=self.metavar)
        parser.add_argument("--quiet", action="store_const", const=0, dest="verbosity", help="Say nothing but faults.")
        parser.add_argument(
            "--pictures",
            metavar="DIR",
            help="Where the pictures and other files that the messages name lie: by path, or by name.",
        )
        parser.add_argument(
            "--without-missing",
            action="store_true",
            help="Go on where a file is missing or broken: words stand in the place of a picture in a text.",
        )
        parser.add_argument(
            "--skip-faults",
            action="store_true",
            help="Name what is bad and leave it out, and import the rest.",
        )

    def handle(self, *, file, verbosity, pictures=None, without_missing=False, skip_faults=False, **options):
        if file == "-":
            raise CommandError(_("The file is read twice, so it can't come through a pipe. Save it, and name it here."))
        self.outcome, self.options, self.notes, self.missing = writing.Outcome(), options, Notes(), []
        self.skip_faults, self.skipped = skip_faults, frozenset()
        try:
            forgive_own = without_missing or not self.names_files
            self.folder = Folder(pictures, forgive=without_missing, forgive_own=forgive_own) if pictures else None
            with Path(file).open("rb") as opened:
                if not opened.seekable():
                    raise CommandError(_("The file is read twice, and this is a pipe. Save it, and name it here."))
                with helping.seldom_collecting():
                    self.work(opened, Progress(self.stderr, opened, shown=verbosity > 0))
        except OSError as error:
            named = error.filename or file
            raise CommandError(_("%(file)s can't be read: %(why)s.") % {"file": named, "why": error.strerror}) from None
        except lines.Fault as fault:
            raise self.stopped(_("The file was changed while it was read: %s") % fault) from None
        except DatabaseError as error:
            raise self.stopped(_("The database refused: %s.") % str(error).strip()) from error
        except helping.Died as error:
            raise self.stopped(str(error)) from error
        except KeyboardInterrupt:
            raise self.stopped(_("Stopped."), returncode=130) from None
        if verbosity:
            for sentence in self.outcome.notes.sentences():
                self.stderr.write(sentence, lambda text: text)
            self.stdout.write(str(self.outcome))

    def work(self, file, progress):
        """Check the whole file, then write it."""
        try:
            self.look_through(file, progress)
            file.seek(0)
            self.notes.clear()
            with self.made_ready(file) as made:
                progress.file = made
                for outcome in writing.write_ready(made, self.folder):
                    self.outcome = outcome
                    outcome.skipped = len(self.skipped)
                    progress(_("Importing: %s") % outcome)
            if self.outcome.added > MANY:
                index.tidy()
        finally:
            progress.end()

    @contextmanager
    def made_ready(self, file):
        """Give the lines of a file, ready to be written, and how far it has been read."""
        if self.can_be_helped and helping.is_worth_while(file):
            with helping.helper(file.name, bool(self.folder), self.skipped) as helper:
                yield helper
        else:
            yield Here(file, all_ready(lines.sound(self.entries(file), self.skipped), bool(self.folder)))

    def look_through(self, file, progress):
        """Read everything, write nothing, and name what is bad."""

        def look(number):
            self.number, self.count = number, self.count + 1
            progress(_("Checking: %d") % number)

        self.count, bad, named = 0, set(), []
        for number, fault in lines.faults(file, look, entries=self.entries, also=self.also):
            bad.add(number)
            if len(named) < MOST_FAULTS:
                named.append(self.place % {"number": number, "fault": fault})
            if len(named) == MOST_FAULTS and not self.skip_faults:
                break
        progress.end()
        for words in (*self.missing[:MOST_FAULTS], *self.notes.sentences()):
            progress.say(words)
        if len(self.missing) > MOST_FAULTS:
            progress.say(_("Files that are missing: %d. The messages come without them.") % len(self.missing))
        if not bad:
            return
        if not self.skip_faults or len(bad) == self.count:
            raise CommandError("\n".join(self.refusal(named, more=len(named) == MOST_FAULTS)))
        self.skipped = frozenset(bad)
        sentence = ngettext("Left out, because of a fault:", "Left out, because of %d faults:", len(bad))
        for words in [sentence % len(bad) if len(bad) > 1 else sentence, *named]:
            self.stderr.write(words, lambda text: text)
        if len(bad) > len(named):
            self.stderr.write(_("And %d more.") % (len(bad) - len(named)), lambda text: text)

    def refusal(self, named, *, more):
        """Return the sentences that say why nothing was imported, and how to go on."""
        sentence = ngettext(
            "Nothing was imported, because of a line:", "Nothing was imported, because of these lines:", len(named)
        )
        found = [sentence, *named]
        if self.count > len(named) and not self.skip_faults:
            found.append(_("Correct the file, or import the rest with --skip-faults."))
        if more:
            found.append(_("The check stopped here; there may be more."))
        return found

    def also(self, line):
        """Return what is wrong with the text and the files of a message, and note what is left out of it."""
        try:
            self.note_losses(line)
        except lines.Fault as fault:
            return [str(fault)]
        if self.folder is None:
            if own_files.has_any(line):
                words = _("A picture or attachments of a message's own are left out. --pictures DIR takes these, too.")
                self.notes.add(words, line.headline)
            return ()
        found, own = list(self.folder.faults(line)), list(own_files.faults(self.folder, line))
        forgiven = (found if self.folder.forgive else []) + (own if self.folder.forgive_own else [])
        for fault in forgiven:
            self.missing.append(self.place % {"number": self.number, "fault": fault})
        return [fault for fault in [*found, *own] if fault not in forgiven]

    def note_losses(self, line):
        """Note what the text of a message loses here; raise Fault for one that cannot be read."""
        _html, losses = bodies.losses(line.body, keep_pictures=self.folder is not None)
        pictures = sum(loss.kind in PICTURES for loss in losses)
        if pictures:
            words = _("Pictures of other sites are left out of a text. --pictures DIR takes those that a folder has.")
            self.notes.add(words, line.headline, pictures)
        for sentence in bodies.sentences([loss for loss in losses if loss.kind not in PICTURES]):
            self.notes.add(sentence, line.headline)

    def stopped(self, why, **kwargs):
        """Return the error that says why it goes no further, and how to go on."""
        words = _("%(why)s So far: %(outcome)s The same command goes on from here.")
        return CommandError(words % {"why": why, "outcome": self.outcome}, **kwargs)


class Here:
    """The lines of a file that this process makes ready itself, and how far it has read."""

    def __init__(self, file, made):
        self.tell, self.made = file.tell, made

    def __iter__(self):
        return iter(self.made)


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

    def say(self, words):
        """Say something that stays."""
        if self.shown:
            self.stream.write(words, lambda text: text)

    def end(self):
        """Leave the line on the terminal as it was before."""
        if self.width:
            self.stream.write("\r" + " " * self.width + "\r", lambda text: text, ending="")
            self.width = 0
