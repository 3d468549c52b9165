"""Builds the search index: `python manage.py build_search`."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, reset_queries
from django.utils.translation import gettext as _

from search import indexer
from search.answer_index import build_answers
from search.answer_schema import reset_answers
from search.models import ReindexQueue, SearchDocument


class Command(BaseCommand):
    help = (
        "Index all messages, pages, topics and offices that the search index is missing, in batches, while the site is "
        "running. If it is stopped, run it again to continue. It also deletes words that no message contains."
    )

    def add_arguments(self, parser):
        parser.add_argument("--rebuild", action="store_true", help="Rebuild the whole index.")
        parser.add_argument("--quiet", action="store_const", const=0, dest="verbosity", help="Only print errors.")

    def handle(self, *, verbosity, **options):
        done = 0
        try:
            if options["rebuild"] or indexer.is_outdated():
                indexer.reset_queue()
                reset_answers()
            build_answers()
            missing, start, reported = ReindexQueue.objects.count(), time.monotonic(), 0.0
            interval = 0.5 if self.stdout.isatty() else 10
            for count in indexer.build_in_batches():
                done += count
                reset_queries()  # with DEBUG, Django stores all of them
                if verbosity and time.monotonic() - reported > interval:
                    reported = time.monotonic()
                    self.report(done, max(missing, done), reported - start)
            indexer.prune_words()
            indexer.vacuum()
        except KeyboardInterrupt:
            raise CommandError(_("Stopped. Run the same command again to continue."), returncode=130) from None
        except DatabaseError as error:
            text = _("Database error: %s. Run the same command again to continue.")
            raise CommandError(text % str(error).strip()) from error
        if verbosity:
            text = _("%(done)d messages indexed, %(all)d in the index.")
            self.stdout.write(text % {"done": done, "all": SearchDocument.objects.count()})

    def report(self, done, total, seconds):
        minutes, seconds = divmod(int((total - done) * seconds / done), 60)
        text = _("%(percent)3d %%  %(done)d of %(all)d messages, about %(minutes)d min %(seconds)02d s left")
        numbers = {"percent": done * 100 // total, "done": done, "all": total}
        self.stdout.write(text % (numbers | {"minutes": minutes, "seconds": seconds}))
        self.stdout.flush()
