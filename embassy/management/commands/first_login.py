"""The first staff login of a new site: made once, printed as long as it works."""

import os
import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import passwords

NAME = "press"


class Command(BaseCommand):
    help = "Make the first staff login where there is none, and print it for as long as its password is the first one."

    def add_arguments(self, parser):
        parser.add_argument("--sample", action="store_true", help="On a site without staff, load the sample too.")

    def handle(self, *, sample=False, **options):
        path = settings.VAR_DIR / "first-login.txt"
        if not get_user_model().objects.exists():
            if sample:
                call_command("load_sample")
            make_login(path)
        elif path.exists() and has_expired():
            make_login(path)
        self.stdout.write(f"The site:       {settings.SITE_URL}/")
        self.stdout.write(f"The press desk: {settings.SITE_URL}/admin/")
        if not path.exists():
            return
        password = path.read_text().strip()
        if works(password):
            self.stdout.write("The first login works for 3 days: choose one of your own there.")
            self.stdout.write(f"Log in as:      {NAME}, password {password}")
        else:
            self.stdout.write(f"The first password of {NAME} has been changed: {path.name} in var/ can go.")


def make_login(path):
    """Make a superuser with a random password, and keep that where only this system's user can read it.

    One whose first password has expired unused gets another one.
    """
    password = secrets.token_urlsafe(12)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{password}\n")
    user = get_user_model().objects.filter(username=NAME).first()
    if user is None:
        user = get_user_model().objects.create_superuser(NAME, password=password)
    else:
        user.set_password(password)
        user.save(update_fields=["password"])
    passwords.set_initial(user, timezone.now())


def has_expired():
    """Say whether nobody has used the first password in time, nor chosen another one."""
    user = get_user_model().objects.filter(username=NAME, is_active=True).first()
    initial = user and passwords.initial_of(user)
    return bool(initial) and initial.expires_at <= timezone.now()


def works(password):
    """Say whether the first login still opens the desk with `password`."""
    user = get_user_model().objects.filter(username=NAME, is_active=True).first()
    return user is not None and user.check_password(password)
