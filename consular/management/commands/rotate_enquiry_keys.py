"""Encrypt all enquiries with the first of ENQUIRY_KEYS (key rotation)."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from consular import key_rotation, retention


class Command(BaseCommand):
    help = (
        "Encrypt all enquiries with the first of ENQUIRY_KEYS. The site can be in use once every node has the new key. "
        "If it is stopped, run it again."
    )

    def handle(self, *, verbosity, **options):
        if not settings.ENQUIRY_KEYS:
            raise CommandError("ENQUIRY_KEYS is not set.")
        done = key_rotation.RotationProgress()
        for done in key_rotation.rotate_keys():
            if verbosity:
                self.stdout.write(f"{done.seen:,} checked, {done.renewed:,} encrypted again")
        retention.vacuum()
        if done.closed:
            raise CommandError(
                f"{len(done.closed)} cannot be decrypted with any key: {', '.join(done.closed[:20])}. Add their key at "
                "the end of ENQUIRY_KEYS and run this again. If no key is missing, they were altered."
            )
        if remaining := key_rotation.count_not_rotated():
            raise CommandError(
                f"{remaining} new rows were encrypted with an older key, so a node still uses it. Set the new "
                "ENQUIRY_KEYS there, restart it, and run this again."
            )
        self.stdout.write(
            "The first key decrypts everything. You can remove the older keys from ENQUIRY_KEYS. Keep them with the "
            "backups made so far, which need them."
        )
