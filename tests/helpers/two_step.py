"""Two-step verification: setting up a phone, its codes, and signing in with it."""

import re
from base64 import b32decode

from tests.helpers.accounts import CODE, DORA, PASSWORD, shown_code, sign_in

OVERVIEW = "/admin/two-factor/"
SET_UP, CODES, REMOVE = f"{OVERVIEW}set-up/", f"{OVERVIEW}codes/", f"{OVERVIEW}remove/"


def enter_password(client, name=DORA, then=None):
    return sign_in(client, name, then=then)


def enter_code(client, code):
    return client.post(CODE, {"code": code})


def sign_in_with_code(client, name=DORA):
    enter_password(client, name)
    return enter_code(client, shown_code())


def key_on_page(page):
    return b32decode(re.search(r'class="key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")).hex()


def set_up_phone(client, **kwargs):
    """Set up the phone as its owner does, and return the page that follows."""
    key = key_on_page(client.get(SET_UP).content.decode())
    return client.post(SET_UP, {"code": shown_code(key=key), "password": PASSWORD} | kwargs)


def backup_codes_on(answer):
    return re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", answer.content.decode())
