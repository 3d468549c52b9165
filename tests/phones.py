"""A phone that shows codes, how its owner sets it up, and how one logs in with it."""

import re

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.test_login import PASSWORD, log_in

CODE = "/admin/login/code/"
OVERVIEW = "/admin/two-factor/"
SET_UP, CODES, REMOVE = f"{OVERVIEW}set-up/", f"{OVERVIEW}codes/", f"{OVERVIEW}remove/"
KEY = "3132333435363738393031323334353637383930"
USERS = "/admin/auth/user/"


def with_phone(user):
    TOTPDevice.objects.create(user=user, name="phone", key=KEY)
    return user


def shown(key=KEY, steps=0):
    """Return the code that a phone with this secret shows now, or some half minutes away."""
    clock = TOTP(bytes.fromhex(key), drift=steps)
    return f"{clock.token():06}"


def half_way(client, name="dora@example.org", then=None):
    return log_in(client, name, then=then)


def give(client, code):
    return client.post(CODE, {"code": code})


def log_in_whole(client, name="dora@example.org"):
    half_way(client, name)
    return give(client, shown())


def key_in(page):
    from base64 import b32decode

    return b32decode(re.search(r'class="key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")).hex()


def set_up(client, **kwargs):
    """Set up the phone as its owner does, and return the page that follows."""
    key = key_in(client.get(SET_UP).content.decode())
    return client.post(SET_UP, {"code": shown(key), "password": PASSWORD} | kwargs)


def codes_on(answer):
    return re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", answer.content.decode())
