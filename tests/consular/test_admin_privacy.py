"""Changes to an unpublished text do not change any byte of a public response, headers included."""

import pytest
import time_machine
from django.contrib.auth import get_user_model

from news.models import EditingSession, Message, PreviewLink
from redirects.models import Redirect
from richtext.models import Image
from tests.factories import DAY, HOUR, NOON, a_category, a_counter, a_message, a_page, an_office
from tests.helpers.files import an_attachment
from tests.helpers.wsgi import request_page

pytestmark = pytest.mark.django_db(transaction=True)

PATHS = [
    *("/", "/messages/", "/messages/statements/", "/messages/2020/", "/messages/2020/11/", "/messages/2020/11/24/"),
    *("/messages/feed/", "/messages/feed/2020/11/23/", "/messages/feed.json", "/messages/statements/feed/"),
    *("/search/", "/search/?q=statement", "/search/feed/?q=statement", "/api/", "/api/messages/", "/api/categories/"),
    *("/counters/", "/counters/fire/", "/counters/fire.json", "/counters/fire.svg", "/about/"),
    *("/sitemap.xml", "/sitemap/pages.xml", "/sitemap/news.xml", "/sitemap/2020-11.xml", "/robots.txt"),
    *("/opensearch.xml", "/manifest.webmanifest", "/.well-known/security.txt", "/readyz", "/healthz"),
    *("/nothing/", "/messages/2020/11/24/secret-zircon/", "/press/zircon.html"),
]
OF_THE_REQUEST = {"X-Request-ID"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def officer():
    return get_user_model().objects.create_superuser("anna", password="a long password")


def public(also=()):
    """Return every public response."""
    answers = {}
    for path in [*PATHS, *also]:
        answer = request_page(path)
        headers = {name: value for name, value in answer.headers.items() if name not in OF_THE_REQUEST}
        answers[path] = answer.status, headers, answer.body
    return answers


def a_site():
    """Return the address of a message of a site with a bit of everything, each page of it printed."""
    message = a_message(publish_at=NOON - DAY)
    message.publish_correction("The date.", at=NOON - HOUR)
    an_office(), a_counter(slug="fire"), a_page(path="about")
    also = [message.get_absolute_url(), f"{message.get_absolute_url()}card.png"]
    public(also)
    return also


def edited(message):
    message.lead = "Zircon"
    return message


def secret(**kwargs):
    return {
        "headline": "Secret zircon",
        "publish_at": NOON + DAY,
        "approved_at": None,
        "source_name": "Zircon",
    } | kwargs


ACTS = {
    "made": lambda officer, draft: a_message(**secret()),
    "saved": lambda officer, draft: edited(draft).save(),
    "updated": lambda officer, draft: Message.objects.filter(pk=draft.pk).update(body="<p>Zircon.</p>"),
    "submitted": lambda officer, draft: draft.submit(at=NOON, by=officer),
    "deleted": lambda officer, draft: draft.delete(),
    "attached to": lambda officer, draft: an_attachment(draft, name="Zircon"),
    "illustrated": lambda officer, draft: Image.objects.create(file="z.jpg", width=1, height=1, uploaded_at=NOON),
    "opened": lambda officer, draft: EditingSession.objects.ping(draft, officer, NOON),
    "shown to somebody": lambda officer, draft: PreviewLink.objects.create(
        message=draft, name="Reuters", expires_at=NOON + DAY, created_at=NOON, created_by=officer
    ),
    "given an old address": lambda officer, draft: Redirect.add("/press/zircon.html", message=draft),
    "given a category": lambda officer, draft: edited(draft).save(update_fields=["lead"]),
}


def test_a_draft_does_not_change_public_responses(officer):
    a_category()
    drafts = {name: a_message(**secret()) for name in ACTS}
    also = a_site()
    before = public(also)
    changing = []
    for name, act in ACTS.items():
        act(officer, drafts[name])
        if public(also) != before:
            changing.append(name)
    assert changing == []


def test_a_scheduled_message_changes_only_the_cache_status(officer):
    also = a_site()
    OF_THE_REQUEST.add("Cache-Status")
    try:
        before = public(also)
        for ahead in (DAY, HOUR, HOUR / 120):
            message = a_message(**secret(publish_at=NOON + ahead, approved_at=NOON))
            scheduled = public(also)
            message.send_back("Not yet.", at=NOON, by=officer)
            assert (scheduled == before, public(also) == before) == (True, True), ahead
    finally:
        OF_THE_REQUEST.discard("Cache-Status")


def test_a_scheduled_message_still_appears_at_its_second_everywhere(clock):
    also = a_site()
    a_message(**secret(publish_at=NOON + HOUR, approved_at=NOON))
    public(also)
    clock.move_to(NOON + HOUR - HOUR / 3600)
    paths = ("/", "/messages/", "/messages/feed/", "/sitemap/news.xml")
    before = [b"Secret zircon" in request_page(path).body for path in paths]
    clock.move_to(NOON + HOUR)
    after = [b"Secret zircon" in request_page(path).body for path in paths]
    assert (before, after) == ([False] * 4, [True] * 4)
