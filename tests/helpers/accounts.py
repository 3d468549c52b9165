"""Staff, how they log in, and their phones and letters, for the tests of accounts."""

import re

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core import mail
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import SecurityEvent
from letters.sending import send_due

LOGIN, CODE, USERS = "/admin/login/", "/admin/login/code/", "/admin/auth/user/"
PASSWORD = "a long password"
KEY = "3132333435363738393031323334353637383930"


def a_member(*groups, username="dora@example.org", password=PASSWORD, **kwargs):
    """Return a member of staff in the named groups."""
    email = username if "@" in username else f"{username}@example.org"
    user = get_user_model().objects.create_user(username, email, password, is_staff=True, **kwargs)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def with_phone(user):
    TOTPDevice.objects.create(user=user, name="phone", key=KEY)
    return user


def shown_code(steps=0):
    return f"{TOTP(bytes.fromhex(KEY), drift=steps).token():06}"


def log_in(client, name="dora@example.org", password=PASSWORD, address=None, **meta):
    if address:
        meta["REMOTE_ADDR"] = address
    return client.post(LOGIN, {"username": name, "password": password}, **meta)


def guess(client, times, name="dora@example.org", address=None, **meta):
    """Enter wrong passwords, and return the statuses of the answers."""
    return [log_in(client, name, f"wrong {number}", address, **meta).status_code for number in range(times)]


def is_in(client):
    return client.get("/admin/").status_code == 200


def kinds():
    """Return the kinds of all security events, the oldest first."""
    return list(SecurityEvent.objects.order_by("pk").values_list("kind", flat=True))


def send_letters():
    send_due(timezone.now)


def letters_to(address):
    """Send what waits, and return the letters that went to an address."""
    send_letters()
    return [letter for letter in mail.outbox if letter.to == [address]]


def link_in(letter):
    return re.search(r"http://testserver(/admin/reset/\S+)", letter.body)[1]
