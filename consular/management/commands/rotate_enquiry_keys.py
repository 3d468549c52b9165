"""Seal what is kept with the newest key."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from consular import keeping, rotation


class Command(BaseCommand):
    help = (
        "Seal everything that is kept of enquiries with the first of ENQUIRY_KEYS. The site may be in use, once every "
        "node has the new key; stopped and started again it goes on where it was."
    )

    def handle(self, *, verbosity, **options):
        if not settings.ENQUIRY_KEYS:
            raise CommandError("ENQUIRY_KEYS is not set: there is no key to seal with but the one of SECRET_KEY.")
        done = rotation.Rotation()
        for done in rotation.rotate():
            if verbosity:
                self.stdout.write(f"{done.seen:,} looked at, {done.renewed:,} sealed anew")
        keeping.sweep()
        if done.closed:
            raise CommandError(
                f"{len(done.closed)} can't be opened with any key: {', '.join(done.closed[:20])}. Put their key back "
                "into ENQUIRY_KEYS, at its end, and run this again. If no key is missing, they were altered."
            )
        if left := rotation.left():
            raise CommandError(
                f"{left} have come in meanwhile that were sealed with an older key: a node still writes with that. "
                "Give it the new ENQUIRY_KEYS, restart it, and run this again."
            )
        self.stdout.write(
            "Everything opens with the first key alone. The older ones may be taken out of ENQUIRY_KEYS; keep them "
            "with the backups that were made until now, which can't be read without them."
        )
