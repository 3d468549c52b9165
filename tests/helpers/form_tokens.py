"""Tokens of the admin's forms, as a page carries them."""

import re

TOKEN = re.compile(r'name="form_token" value="([A-Za-z0-9]+)"')


def token_on(client, url):
    """Return the token of a form on a page, as a field of the form."""
    return {"form_token": TOKEN.findall(client.get(url).content.decode())[-1]}
