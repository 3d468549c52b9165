"""`manage.py restore FILE`: restore a backup into an empty site. With `--check`, only verify the file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backups import BackupError, encryption, restore
from backups.interrupts import exit_on_sigterm
from outbox.models import OutboxEmail


class Command(BaseCommand):
    help = (
        "Fill an empty site with a backup, made on either database. The whole file is checked first; if it is "
        "truncated or altered, nothing is changed. Then all of it is restored, or nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--identity", metavar="IDENTITY", help="The file with the private key, instead of BACKUP_IDENTITY_FILE."
        )
        parser.add_argument("--check", action="store_true", help="Check the whole file, and restore nothing.")
        parser.add_argument("--unencrypted", action="store_true", help="Accept a file that is not encrypted.")

    def handle(self, *, file, identity=None, check=False, unencrypted=False, verbosity=1, **options):
        try:
            with Path(file).open("rb") as backup, exit_on_sigterm():
                identities = encryption.read_identities(identity)
                found = restore.verify(backup, identities, unencrypted=unencrypted)
                if verbosity:
                    self.stdout.write(self.summary(found))
                    self.stdout.flush()
                if check:
                    return
                restore.restore_backup(backup, identities, found)
        except BackupError as refused:
            raise CommandError(str(refused)) from refused
        except OSError as error:
            words = _("%(file)s: %(why)s. Nothing was restored.")
            why = error.strerror or type(error).__name__
            raise CommandError(words % {"file": error.filename or file, "why": why}) from error
        except DatabaseError as error:
            words = _("The database reported an error: %s")
            raise CommandError(words % (str(error).strip().splitlines() or [""])[0]) from error
        self.report(verbosity)
        restore.rebuild_derived_data(verbosity, self.stdout)

    def summary(self, found):
        words = _(
            "The file is complete: %(rows)d rows and %(files)d files of %(site)s, from %(at)s, release %(release)s; "
            "%(how)s."
        )
        encrypted, plain = _("encrypted for this identity"), _("NOT ENCRYPTED: anybody could have made it")
        manifest = found.manifest
        values = {"rows": found.rows, "files": found.files, "site": manifest.site, "release": manifest.release}
        values["how"] = encrypted if found.is_encrypted else plain
        return words % (values | {"at": f"{manifest.taken_at:%Y-%m-%d %H:%M:%S %Z}"})

    def report(self, verbosity):
        if verbosity:
            self.stdout.write(_("Restored. Every row is the same as in the backup. Now restart the site's processes."))
            if waiting := OutboxEmail.objects.waiting().count():
                words = ngettext(
                    "%d e-mail was waiting in the outbox when the backup was made. It will be sent by the next "
                    "send_emails, although it may have been sent since. For a trial, set EMAIL_URL=consolemail:// "
                    "first.",
                    "%d e-mails were waiting in the outbox when the backup was made. They will be sent by the next "
                    "send_emails, although they may have been sent since. For a trial, set EMAIL_URL=consolemail:// "
                    "first.",
                    waiting,
                )
                self.stdout.write(self.style.WARNING(words % waiting))
        if restore.has_undecryptable_enquiries():
            words = _(
                "THE ENQUIRIES CANNOT BE READ HERE: they were encrypted with keys that this site does not have. Set "
                "ENQUIRY_KEYS and SECRET_KEY to those of the old site."
            )
            self.stderr.write(words)
