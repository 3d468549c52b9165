"""The whole site goes into one file: `python manage.py backup FILE`."""

import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from backups import Refused, taking
from backups.keys import the_key
from backups.models import Backup
from backups.stopping import stopped_by_a_signal

SOME = 10  # files that are named


class Command(BaseCommand):
    help = (
        "Write the database and the media into a new file, while the site is in use. Where BACKUP_KEY or a key file "
        "is given, the file is sealed (encrypted). ENQUIRY_KEYS and SECRET_KEY are never in it: keep them elsewhere."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="The file to write. One that is there is not written over.")
        parser.add_argument("--key-file", metavar="KEYFILE", help="A file with the passphrase, in place of BACKUP_KEY.")
        parser.add_argument("--sealed", action="store_true", help="Write nothing where no key is given.")

    def handle(self, *, file, key_file=None, sealed=False, verbosity=1, **options):
        path, began = Path(file), time.monotonic()
        try:
            key = the_key(key_file)
            if sealed and not key:
                raise Refused(_("There is no key to seal the backup with. Give one in BACKUP_KEY or with --key-file."))
            with stopped_by_a_signal():
                taken = taking.take(path, key, timezone.now())
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        except OSError as error:
            words = _("%(file)s can't be written: %(why)s. Nothing was kept of it.")
            why = error.strerror or type(error).__name__
            raise CommandError(words % {"file": error.filename or path, "why": why}) from error
        except DatabaseError as error:
            words = _("The database could not be read: %s. Nothing was kept.")
            raise CommandError(words % (str(error).strip().splitlines() or [""])[0]) from error
        self.note(path, taken, bool(key))
        if verbosity:
            self.tell(path, taken, bool(key), time.monotonic() - began)
        self.warn(taken)

    def note(self, path, taken, sealed):
        """Note it for whoever watches over the site."""
        facts = {"rows": taken.rows, "files": taken.files, "size": taken.size, "sealed": sealed}
        try:
            Backup.objects.create(taken_at=taken.at, **facts)
        except DatabaseError as error:
            words = _("%s is written and whole, but the database did not take the note that it was made.")
            raise CommandError(words % path) from error

    def tell(self, path, taken, sealed, seconds):
        words = _("%(file)s: %(rows)d rows of %(tables)d tables and %(files)d files, %(size)s, %(how)s; %(seconds)d s.")
        facts = {"file": path, "rows": taken.rows, "tables": taken.tables, "files": taken.files}
        facts |= {"size": filesizeformat(taken.size).replace("\xa0", " "), "seconds": round(seconds)}
        how = _("sealed") if sealed else _("NOT SEALED: whoever has it reads it")
        self.stdout.write(words % (facts | {"how": how}))
        self.stdout.write(
            self.style.WARNING(
                _(
                    "NOT IN IT: ENQUIRY_KEYS and SECRET_KEY%s. Keep them elsewhere: without them nobody can ever read "
                    "the enquiries."
                )
                % (_(", and the key that it is sealed with") if sealed else "")
            )
        )

    def warn(self, taken):
        for names, words in (
            (
                taken.missing,
                _("%(number)d files that rows name are not in the storage, so not in the backup: %(some)s"),
            ),
            (taken.left_out, _("%(number)d files were left out, half written or oddly named: %(some)s")),
        ):
            if names:
                some = ", ".join(name.encode(errors="replace").decode() for name in names[:SOME])
                some += " …" if len(names) > SOME else ""
                self.stderr.write(words % {"number": len(names), "some": some})
