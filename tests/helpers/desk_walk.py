"""A site with a row of each kind, and the address of every page of the desk on it: for tests that open all of them."""

from django.contrib import admin

from consular.models import AnswerTemplate
from news.models import Release
from tests.factories import (
    DAY,
    NOON,
    a_counter,
    a_message,
    a_notice,
    a_page,
    a_topic,
    an_enquiry,
    an_office,
)
from tests.helpers.routes import admin_view_paths

SECRET = "canary-of-a-draft"
QUESTION = "canary-of-an-enquiry"
DRAFTS = (2, 3, 4)  # messages with SECRET; message 1 is public


def fill_desk():
    """Create one row of each kind, with the id 1 where a route needs it, and DRAFTS; return the enquiry."""
    a_message(pk=1, headline="A statement")
    a_message(pk=2, headline=SECRET, publish_at=None)
    a_message(pk=3, headline=SECRET, publish_at=NOON + 9999 * DAY, approved_at=NOON)
    a_message(pk=4, headline=SECRET, publish_at=None).submit(at=NOON)
    a_page(pk=1, path="fees")
    for make in (a_counter, a_notice, an_office, a_topic):
        make(pk=1)
    AnswerTemplate.objects.create(pk=1, name="Report", text="Dear {name},")
    Release.objects.create(pk=1, name="Visit")
    return an_enquiry(pk=1, question=QUESTION, name=QUESTION)


def desk_paths(messages=()):
    """Return the address of every view of the desk, those of a message for message 1 and each of `messages`."""
    root = type("Root", (), {"url_patterns": admin.site.get_urls()})
    routes = set().union(*admin_view_paths(root, "", [1]))
    paths = {f"/admin/{route}" for route in routes if not route.startswith("logout")}
    paths |= {path.replace("/message/1/", f"/message/{number}/") for path in paths for number in messages}
    return sorted(paths | {"/admin/"})


def canaries_in(response, canaries):
    """Return those of `canaries` that a response says: in its page or in where it leads."""
    text = response.getvalue().decode(errors="replace") + response.get("Location", "")
    return [canary for canary in canaries if canary in text]
