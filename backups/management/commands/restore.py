"""A backup is restored into an empty site: `python manage.py restore FILE`. `--check` only looks it through."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backups import Refused, restoring
from backups.keys import the_key
from backups.stopping import stopped_by_a_signal
from letters.models import Letter


class Command(BaseCommand):
    help = (
        "Fill an empty site with a backup, whichever database it was made on. The whole file is looked through first; "
        "one that was cut off or altered is refused, and nothing is touched. Then everything is restored, or nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--key-file", metavar="KEYFILE", help="A file with the passphrase, in place of BACKUP_KEY.")
        parser.add_argument("--check", action="store_true", help="Look the whole file through, and restore nothing.")

        parser.add_argument(
            "--unsealed", action="store_true", help="Accept a file that is not sealed, although a key is given."
        )

    def handle(self, *, file, key_file=None, check=False, unsealed=False, verbosity=1, **options):
        try:
            with Path(file).open("rb") as backup, stopped_by_a_signal():
                key = the_key(key_file)
                found = restoring.look_through(backup, key, unsealed=unsealed)
                if verbosity:
                    self.stdout.write(self.told(found))
                    self.stdout.flush()
                if check:
                    return
                restoring.restore(backup, key, found)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        except OSError as error:
            words = _("%(file)s: %(why)s. Nothing was restored.")
            why = error.strerror or type(error).__name__
            raise CommandError(words % {"file": error.filename or file, "why": why}) from error
        except DatabaseError as error:
            words = _("The database does not answer as it should: %s")
            raise CommandError(words % (str(error).strip().splitlines() or [""])[0]) from error
        self.finish(verbosity)
        restoring.make_ready(verbosity, self.stdout)

    def told(self, found):
        words = _(
            "The file is whole: %(rows)d rows and %(files)d files of %(site)s, of %(at)s, release %(release)s; %(how)s."
        )
        sealed, plain = _("sealed with this key"), _("NOT SEALED: nothing shows who made it")
        manifest = found.manifest
        facts = {"rows": found.rows, "files": found.files, "site": manifest.site, "release": manifest.release}
        facts["how"] = sealed if found.is_sealed else plain
        return words % (facts | {"at": f"{manifest.taken_at:%Y-%m-%d %H:%M:%S %Z}"})

    def finish(self, verbosity):
        if verbosity:
            self.stdout.write(_("Restored, and compared: every row is as it was. Now restart the site's processes."))
            if waiting := Letter.objects.waiting().count():
                words = ngettext(
                    "%d letter waited in the outbox then. It leaves with the next send_letters, though it may have "
                    "been sent since. For a trial, set EMAIL_URL=consolemail:// first.",
                    "%d letters waited in the outbox then. They leave with the next send_letters, though they may have "
                    "been sent since. For a trial, set EMAIL_URL=consolemail:// first.",
                    waiting,
                )
                self.stdout.write(self.style.WARNING(words % waiting))
        if restoring.can_not_be_opened():
            words = _(
                "THE ENQUIRIES CAN'T BE READ HERE: they were sealed with keys that this site does not have. Put the "
                "ENQUIRY_KEYS and the SECRET_KEY of the old site back."
            )
            self.stderr.write(words)
