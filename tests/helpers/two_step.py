"""Two-step verification: setting up a phone, its codes, and signing in with it."""

import re
from base64 import b32decode

from tests.helpers.accounts import CODE, DORA, PASSWORD, log_in, shown_code

OVERVIEW = "/admin/second-factor/"
SET_UP, CODES, REMOVE = f"{OVERVIEW}set-up/", f"{OVERVIEW}codes/", f"{OVERVIEW}remove/"


def half_way(client, name=DORA, then=None):
    return log_in(client, name, then=then)


def give(client, code):
    return client.post(CODE, {"code": code})


def log_in_whole(client, name=DORA):
    half_way(client, name)
    return give(client, shown_code())


def key_in(page):
    return b32decode(re.search(r'class="key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")).hex()


def set_up(client, **kwargs):
    """Set up the phone as its owner does, and return the page that follows."""
    key = key_in(client.get(SET_UP).content.decode())
    return client.post(SET_UP, {"code": shown_code(key=key), "password": PASSWORD} | kwargs)


def codes_on(answer):
    return re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", answer.content.decode())
