"""`manage.py reset_two_factor`: reset two-step verification of a user if no site manager can do it."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import staff


class Command(BaseCommand):
    help = "Reset two-step verification of a user: they sign in with their password alone and are notified by e-mail."

    def add_arguments(self, parser):
        parser.add_argument("email", help="e-mail address or user name")

    def handle(self, *, email, **options):
        users = get_user_model().objects.filter(Q(email__iexact=email) | Q(username__iexact=email))[:2]
        if len(users) != 1:
            raise CommandError(f"No user has the address or name {email}." if not users else f"{email} is ambiguous.")
        user = users[0]
        with transaction.atomic():
            if not staff.reset_two_factor(user, timezone.now()):
                raise CommandError(f"{user} has not set up two-step verification. Nothing to reset.")
            LogEntry.objects.log_actions(
                user.pk, [user], CHANGE, "Two-step verification reset by a command.", single_object=True
            )
        self.stdout.write(f"Done. {user} can sign in with the password alone and set up two-step verification again.")
