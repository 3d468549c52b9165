"""What `import_messages` and `import_feed` have in common: a file is checked whole, then written in batches."""

import time
from collections import Counter
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news.importing import helper as helping
from news.importing import lines, own_files, writing
from news.importing.pictures import Folder
from news.importing.ready import all_ready
from news.search import index

MOST_FAULTS = 20
MANY = 1_000  # messages, after which the database is tidied


class Import(BaseCommand):
    """A command that imports a file. What it yields of it, `entries` says, and how its parts are called, `place`."""

    place = ""  # with %(number)d and %(fault)s
    metavar = "FILE"
    can_be_helped = False  # by another process, that reads JSON lines

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

    def handle(self, *, file, verbosity, pictures=None, without_missing=False, **options):
        if file == "-":
            raise CommandError(_("The file is read twice, so it can't come through a pipe. Save it, and name it here."))
        self.outcome, self.options, self.notes, self.missing = writing.Outcome(), options, Counter(), []
        try:
            self.folder = Folder(pictures, forgive=without_missing) if pictures else None
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
                    progress(_("Importing: %s") % outcome)
            if self.outcome.added > MANY:
                index.tidy()
        finally:
            progress.end()

    @contextmanager
    def made_ready(self, file):
        """Give the lines of a file, ready to be written, and how far it has been read."""
        if self.can_be_helped and helping.is_worth_while(file):
            with helping.helper(file.name, with_pictures=bool(self.folder)) as helper:
                yield helper
        else:
            yield Here(file, all_ready(lines.sound(self.entries(file)), with_pictures=bool(self.folder)))

    def look_through(self, file, progress):
        """Read everything, write nothing, and name what is bad."""

        def look(number):
            self.number = number
            progress(_("Checking: %d") % number)

        found = lines.faults(file, look, entries=self.entries, also=self.also)
        found = [self.place % {"number": number, "fault": fault} for number, fault in islice(found, MOST_FAULTS)]
        progress.end()
        for words in (*self.missing[:MOST_FAULTS], *(f"{note} ({count})" for note, count in self.notes.items())):
            progress.say(words)
        if len(self.missing) > MOST_FAULTS:
            progress.say(_("Pictures that are missing: %d. Their words stand in their places.") % len(self.missing))
        if found:
            if len(found) == MOST_FAULTS:
                found.append(_("The check stopped here; there may be more."))
            sentence = ngettext(
                "Nothing was imported, because of a line:", "Nothing was imported, because of these lines:", len(found)
            )
            raise CommandError("\n".join([sentence, *found]))

    def also(self, line):
        """Return what is wrong with the files of a message: faults, or notes where missing ones are forgiven."""
        if self.folder is None:
            if "<img" in line.body:
                self.notes[
                    _("Texts with pictures; only this site's own stay in them. --pictures takes the others.")
                ] += 1
            if own_files.has_any(line):
                self.notes[_("Messages with a picture or attachments of their own. --pictures takes these, too.")] += 1
            return ()
        found = [*self.folder.faults(line), *own_files.faults(self.folder, line)]
        if not self.folder.forgive:
            return found
        for fault in found:
            self.missing.append(self.place % {"number": self.number, "fault": fault})
        return ()

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
