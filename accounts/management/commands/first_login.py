"""`manage.py first_login`: create the first superuser of a new site and print the initial password."""

import os
import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import passwords

USERNAME = "press"


class Command(BaseCommand):
    help = "Create the first superuser if there are no users, and print the password until it is changed."

    def add_arguments(self, parser):
        parser.add_argument("--sample", action="store_true", help="On a site without users, also load the sample.")

    def handle(self, *, sample=False, **options):
        path = settings.VAR_DIR / "first-login.txt"
        if not get_user_model().objects.exists():
            if sample:
                call_command("load_sample")
            create_login(path)
        elif path.exists() and has_expired():
            create_login(path)
        self.stdout.write(f"Website:     {settings.SITE_URL}/")
        self.stdout.write(f"Press desk:  {settings.SITE_URL}/admin/")
        if not path.exists():
            return
        password = path.read_text().strip()
        if is_password_valid(password):
            self.stdout.write("This first password is valid for 3 days. Choose your own after signing in.")
            self.stdout.write(f"Sign in as:  {USERNAME}, password {password}")
        else:
            self.stdout.write(f"The first password of {USERNAME} has been changed. You can delete var/{path.name}.")


def create_login(path):
    """Create the superuser, or give it a new password, and store the password in a file with mode 0600."""
    password = secrets.token_urlsafe(12)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{password}\n")
    user = get_user_model().objects.filter(username=USERNAME).first()
    if user is None:
        user = get_user_model().objects.create_superuser(USERNAME, password=password)
    else:
        user.set_password(password)
        user.save(update_fields=["password"])
    passwords.mark_password_as_initial(user, timezone.now())


def get_first_user():
    return get_user_model().objects.filter(username=USERNAME, is_active=True).first()


def has_expired():
    """Return whether the first password was not changed in time."""
    user = get_first_user()
    initial = user and passwords.get_initial_password(user)
    return bool(initial) and initial.expires_at <= timezone.now()


def is_password_valid(password):
    user = get_first_user()
    return user is not None and user.check_password(password)
