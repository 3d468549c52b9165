"""`manage.py mirror DIR`: the whole public site as plain files."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from embassy.mirror.making import mirror


class Command(BaseCommand):
    help = "Write the public site into DIR as plain files. Run it again to bring DIR up to date, or to go on."

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path)

    def handle(self, *, folder, verbosity, **options):
        if folder.is_dir() and any(folder.iterdir()) and not (folder / ".mirror.sqlite3").exists():
            raise CommandError(
                _("%s holds other files, which a mirror could overwrite. Name a folder that is empty or not there yet.")
                % folder
            )
        outcome = None
        try:
            for outcome in mirror(folder):
                if verbosity and self.stderr.isatty():
                    self.stderr.write(f"\r{outcome.asked:,} addresses, {outcome.written:,} files", ending="")
        except OSError as error:
            raise CommandError(_("The mirror can't be written: %s. Run the command again to go on.") % error) from error
        if verbosity:
            self.stdout.write(
                _("%(asked)d addresses asked for, %(written)d files written, %(removed)d taken away.") % vars(outcome)
            )
        if not outcome.is_whole:
            raise CommandError(_("The site changed during every run. What is there is whole; run the command again."))
