"""The first staff login of a new site: made once, printed as long as it works."""

import os
import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand

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
        self.stdout.write(f"The site:       {settings.SITE_URL}/")
        self.stdout.write(f"The press desk: {settings.SITE_URL}/admin/")
        if not path.exists():
            return
        password = path.read_text().strip()
        if works(password):
            self.stdout.write(f"Log in as:      {NAME}, password {password}")
        else:
            self.stdout.write(f"The first password of {NAME} has been changed: {path.name} in var/ can go.")


def make_login(path):
    """Make a superuser with a random password, and keep that where only this system's user can read it."""
    password = secrets.token_urlsafe(12)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{password}\n")
    get_user_model().objects.create_superuser(NAME, password=password)


def works(password):
    """Say whether the first login still opens the desk with `password`."""
    user = get_user_model().objects.filter(username=NAME, is_active=True).first()
    return user is not None and user.check_password(password)
