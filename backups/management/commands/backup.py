"""`manage.py backup FILE`: write the database and the media to one encrypted file."""

import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backups import BackupError, create, encryption
from backups.interrupts import exit_on_sigterm
from backups.models import Backup

MAX_LISTED = 10  # files that a warning lists


class Command(BaseCommand):
    help = (
        "Write the database and the media to a new file, encrypted for the public keys in BACKUP_RECIPIENT. The site "
        "can stay in use. ENQUIRY_KEYS and SECRET_KEY are not included: store them elsewhere."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="The file to write. An existing file is not overwritten.")
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument("--unencrypted", action="store_true", help="Do not encrypt the backup.")
        kind.add_argument(
            "--new-identity",
            action="store_true",
            help="Write a new private key to FILE instead of a backup, and print its public key. Run this on another "
            "machine than the server.",
        )

    def handle(self, *, file, unencrypted=False, new_identity=False, verbosity=1, **options):
        path, began = Path(file), time.monotonic()
        try:
            if new_identity:
                self.create_identity(path)
                return
            recipients = [] if unencrypted else encryption.read_recipients()
            if not recipients and not unencrypted:
                words = _(
                    "BACKUP_RECIPIENT is not set, so the backup cannot be encrypted. Set it to the public key that "
                    "“backup --new-identity” or age-keygen printed. For an unencrypted backup, add --unencrypted."
                )
                raise BackupError(words)
            with exit_on_sigterm():
                taken = create.create_backup(path, recipients, timezone.now())
        except BackupError as refused:
            raise CommandError(str(refused)) from refused
        except OSError as error:
            words = _("%(file)s cannot be written: %(why)s. The incomplete file was deleted.")
            why = error.strerror or type(error).__name__
            raise CommandError(words % {"file": error.filename or path, "why": why}) from error
        except DatabaseError as error:
            words = _("The database could not be read: %s. The incomplete file was deleted.")
            raise CommandError(words % (str(error).strip().splitlines() or [""])[0]) from error
        self.record(path, taken, bool(recipients))
        if verbosity:
            self.report(path, taken, bool(recipients), time.monotonic() - began)
        self.warn(taken)

    def create_identity(self, path):
        try:
            recipient = encryption.create_identity(path)
        except FileExistsError:
            raise BackupError(_("%s already exists and is not overwritten. Enter another file name.") % path) from None
        words = _("The private key is in %s. Store it away from the server and its backups. Set this on the server:")
        self.stdout.write(words % path)
        self.stdout.write(f"BACKUP_RECIPIENT={recipient}")

    def record(self, path, taken, encrypted):
        """Save when the backup was made, for monitoring."""
        values = {"rows": taken.rows, "files": taken.files, "size": taken.size, "encrypted": encrypted}
        try:
            Backup.objects.create(taken_at=taken.at, **values)
        except DatabaseError as error:
            words = _("%s is complete, but the database could not record that it was made.")
            raise CommandError(words % path) from error

    def report(self, path, taken, encrypted, seconds):
        words = _("%(file)s: %(rows)d rows in %(tables)d tables and %(files)d files, %(size)s, %(how)s, %(seconds)d s.")
        values = {"file": path, "rows": taken.rows, "tables": taken.tables, "files": taken.files}
        values |= {"size": filesizeformat(taken.size).replace("\xa0", " "), "seconds": round(seconds)}
        values["how"] = _("encrypted") if encrypted else _("NOT ENCRYPTED: any person with the file can read it")
        self.stdout.write(words % values)
        words = _(
            "NOT INCLUDED: ENQUIRY_KEYS and SECRET_KEY. Store them elsewhere: without them, the enquiries in this "
            "backup can never be read."
        )
        self.stdout.write(self.style.WARNING(words))

    def warn(self, taken):
        missing = ngettext(
            "%(number)d file is not in the storage, so not in the backup, but is referred to: %(some)s",
            "%(number)d files are not in the storage, so not in the backup, but are referred to: %(some)s",
            len(taken.missing),
        )
        left_out = ngettext(
            "%(number)d file was left out, because it may be incomplete or its name is not portable: %(some)s",
            "%(number)d files were left out, because they may be incomplete or their names are not portable: %(some)s",
            len(taken.left_out),
        )
        for names, words in ((taken.missing, missing), (taken.left_out, left_out)):
            if names:
                some = ", ".join(name.encode(errors="replace").decode() for name in names[:MAX_LISTED])
                some += " …" if len(names) > MAX_LISTED else ""
                self.stderr.write(words % {"number": len(names), "some": some})
