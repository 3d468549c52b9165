"""A visitor's input in the contact form, and the form's messages."""

import re
from datetime import timedelta

import time_machine

from consular.forms import make_form_token
from tests.factories import NOON, a_topic

CONTACT = "/contact/"
WRITE = "/contact/write/"


def form_ticket(at=NOON - timedelta(minutes=1)):
    """Return the ticket of a form that was shown at a time; None is now."""
    if at is None:
        return make_form_token()
    with time_machine.travel(at, tick=False):
        return make_form_token()


def contact_form_data(**changes):
    """Return a visitor's input at NOON, with the ticket of a form that was shown a minute before."""
    typed = {
        "name": "Анна Smith",
        "email": "anna@example.org",
        "phone": "",
        "question": "I have lost my passport.",
        "consent": "on",
        "ticket": form_ticket(),
    }
    return typed | {"topic": str(a_topic().pk)} | changes


def form_errors(response):
    """Return the sentences of the summary above the form."""
    found = re.search(r'<div class="faults".*?</div>', response.content.decode(), re.DOTALL)
    return re.findall(r"<(?:p|a[^>]*)>(.+?)</", found[0]) if found else []
