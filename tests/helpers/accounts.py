"""Staff, their sign-in, phones and e-mails, for the tests of accounts."""

import re

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core import mail
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import SecurityEvent
from outbox.delivery import send_due

LOGIN, CODE, USERS = "/admin/login/", "/admin/login/code/", "/admin/auth/user/"
PASSWORD = "a long password"
DORA = "dora@example.org"
KEY = "3132333435363738393031323334353637383930"


def a_member(*groups, username=None, password=PASSWORD, **kwargs):
    """Return a member of staff in the named groups; without a `username` it is made from the first group's name."""
    username = username or (groups[0].lower().replace(" ", ".") if groups else "nobody")
    email = username if "@" in username else f"{username}@example.org"
    user = get_user_model().objects.create_user(username, email, password, is_staff=True, **kwargs)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def with_phone(user):
    TOTPDevice.objects.create(user=user, name="phone", key=KEY)
    return user


def shown_code(steps=0, key=KEY):
    """Return the code that a phone with this key shows now, or a number of half minutes away."""
    return f"{TOTP(bytes.fromhex(key), drift=steps).token():06}"


def sign_in(client, name=DORA, password=PASSWORD, address=None, then=None, **meta):
    """Send the sign-in form, from an IP `address`, with `then` as the page to go to, and return the response."""
    if address:
        meta["REMOTE_ADDR"] = address
    target = LOGIN if then is None else f"{LOGIN}?next={then}"
    return client.post(target, {"username": name, "password": password}, **meta)


def enter_wrong_passwords(client, times, name=DORA, address=None, **meta):
    """Enter wrong passwords, and return the statuses of the responses."""
    return [sign_in(client, name, f"wrong {number}", address, **meta).status_code for number in range(times)]


def is_signed_in(client):
    return client.get("/admin/").status_code == 200


def security_event_kinds():
    """Return the kinds of all security events, the oldest first."""
    return list(SecurityEvent.objects.order_by("pk").values_list("kind", flat=True))


def send_emails():
    send_due(timezone.now)


def letters_to(address):
    """Send the queued e-mails, and return those to an address."""
    send_emails()
    return [letter for letter in mail.outbox if letter.to == [address]]


def link_in(letter):
    return re.search(r"http://testserver(/admin/reset/\S+)", letter.body)[1]
