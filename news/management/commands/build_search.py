"""The search's index is built: `python manage.py build_search`."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, reset_queries
from django.utils.translation import gettext as _

from news.search import index
from news.search.models import Entry, Stale


class Command(BaseCommand):
    help = (
        "Make what the search's index lacks, in batches, while the site is in use. Stopped, it goes on where it was "
        "when it is started again. It also forgets words that no message has any more."
    )

    def add_arguments(self, parser):
        parser.add_argument("--anew", action="store_true", help="Make every entry anew, also those that are there.")
        parser.add_argument("--quiet", action="store_const", const=0, dest="verbosity", help="Say nothing but faults.")

    def handle(self, *, anew, verbosity, **options):
        made = 0
        try:
            if anew or index.is_outdated():
                index.begin_anew()
            missing, began, said = Stale.objects.count(), time.monotonic(), 0.0
            every = 0.5 if self.stdout.isatty() else 10
            for some in index.batches():
                made += some
                reset_queries()  # with DEBUG on, Django keeps them all
                if verbosity and time.monotonic() - said > every:
                    said = time.monotonic()
                    self.say(made, max(missing, made), said - began)
            index.prune()
            index.tidy()
        except KeyboardInterrupt:
            raise CommandError(_("Stopped. The same command goes on from here."), returncode=130) from None
        except DatabaseError as error:
            words = _("The database refused: %s. The same command goes on from here.")
            raise CommandError(words % str(error).strip()) from error
        if verbosity:
            self.stdout.write(_("%(made)d messages indexed; %(all)d can be found.") % {"made": made, "all": known()})

    def say(self, made, missing, seconds):
        left = (missing - made) * seconds / made
        words = _("%(percent)3d %%  %(made)d of %(all)d messages, about %(minutes)d min %(seconds)02d s to go")
        minutes, seconds = divmod(int(left), 60)
        numbers = {"percent": made * 100 // missing, "made": made, "all": missing}
        self.stdout.write(words % (numbers | {"minutes": minutes, "seconds": seconds}))
        self.stdout.flush()


def known() -> int:
    return Entry.objects.count()
