"""`manage.py mirror DIR`: export the public site as static files."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from mirror.build import build_mirror


class Command(BaseCommand):
    help = "Export the public site into DIR as static files. Run it again to update DIR or to continue."

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path)

    def handle(self, *, folder, verbosity, **options):
        if folder.is_dir() and any(folder.iterdir()) and not (folder / ".mirror.sqlite3").exists():
            raise CommandError(
                _("%s contains other files, which could be overwritten. Choose an empty or new folder.") % folder
            )
        outcome = None
        try:
            for outcome in build_mirror(folder):
                if verbosity and self.stderr.isatty():
                    self.stderr.write(f"\r{outcome.fetched:,} URLs, {outcome.written:,} files", ending="")
        except OSError as error:
            raise CommandError(
                _("The export cannot be written: %s. Run the command again to continue.") % error
            ) from error
        if verbosity:
            self.stdout.write(
                _("%(fetched)d URLs fetched, %(written)d files written, %(removed)d removed.") % vars(outcome)
            )
        if not outcome.is_complete:
            raise CommandError(_("The site changed during every run, so the files may differ in age. Run it again."))
