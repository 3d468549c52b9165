"""Delete the security events that are older than 90 days."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import events


class Command(BaseCommand):
    help = "Delete the security events that are older than 90 days. For a daily timer. (Each login does so, too.)"

    def handle(self, **options):
        self.stdout.write(f"Deleted: {events.purge(timezone.now())}.")
