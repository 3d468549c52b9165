"""The way back in for whoever lost their second factor and has nobody to reset it on the desk."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from embassy import people


class Command(BaseCommand):
    help = "Reset somebody's second factor: they log in with their password alone, and hear of it by mail."

    def add_arguments(self, parser):
        parser.add_argument("email", help="the e-mail address, or the name to log in with")

    def handle(self, *, email, **options):
        users = get_user_model().objects.filter(Q(email__iexact=email) | Q(username__iexact=email))[:2]
        if len(users) != 1:
            raise CommandError(f"{email} is nobody's address or name." if not users else f"{email} is several people.")
        user = users[0]
        with transaction.atomic():
            if not people.reset_second_factor(user, timezone.now()):
                raise CommandError(f"{user} has no second factor. There is nothing to reset.")
            LogEntry.objects.log_actions(
                user.pk, [user], CHANGE, "Second factor reset by the command reset_second_factor.", single_object=True
            )
        self.stdout.write(f"Done. {user} logs in with the password alone, and can set up a second factor anew.")
