"""HTTP requests of visitors and officers to one node: forms opened, saved and sent."""

import http.client
import re
import time
from urllib.parse import urlencode

from tests.helpers.form_fields import fields_of
from tests.resilience.machine_stalls import machine

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PUBLIC = ["/", "/messages/", "/messages/2020/", "/counters/", "/about/", "/messages/feed/", "/sitemap.xml", "/search/"]


def last_cookie(node, name):
    """Return the cookie of this name that the last response of a node has set."""
    return next(each.partition(";")[0] for each in node.cookies if name in each)


def open_message_form(node, session, pk):
    """Open the form of a message: return its address, its fields and the cookies to send it with."""
    path, cookies = f"/admin/news/message/{pk}/change/", f"__Host-sessionid={session}"
    status, page = node.ask(path, Cookie=cookies)
    assert status == 200, status
    return path, fields_of(page, "message_form"), f"{cookies}; {last_cookie(node, 'csrftoken')}"


def save_message_form(node, form, **changes):
    """Send the form of a message with changes: return the status and the page."""
    path, fields, cookies = form
    return node.ask(path, "POST", urlencode(fields | changes | {"_continue": "Save"}), Cookie=cookies, **FORM)


def open_contact_form(node, question="I have lost my passport."):
    """Open the contact page, and return the form data and the cookie that an enquiry is sent with."""
    status, page = node.ask("/contact/write/")
    assert status == 200, status
    hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|ticket)" value="([^"]+)"', page))
    topic = re.search(r'<(?:option|input)[^>]*value="(\d+)"', page)[1]
    typed = {"name": "Anna Smith", "email": "anna@example.org", "question": question, "phone": ""}
    return urlencode(hidden | typed | {"consent": "on", "topic": topic}), last_cookie(node, "csrftoken")


def send_enquiry(node, question):
    """Send an enquiry: return status, page and seconds."""
    body, cookies = question
    began = time.monotonic()
    status, page = node.ask("/contact/write/", "POST", body, Cookie=cookies, **FORM)
    return status, page, machine.seconds(began)


def timed_request(node, path):
    """Return status, page and seconds of a response; the status is None where there was none."""
    began = time.monotonic()
    try:
        status, page = node.ask(path)
    except (OSError, http.client.HTTPException) as error:
        status, page = None, repr(error)
    return status, page, machine.seconds(began)
