"""`manage.py purge_security_events`: delete the security events that are older than 90 days."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import security_events


class Command(BaseCommand):
    help = "Delete security events older than 90 days. Run it daily. (Each sign-in also deletes them.)"

    def handle(self, **options):
        self.stdout.write(f"Deleted: {security_events.purge_events(timezone.now())}.")
