"""Smoke tests: each kind of public page, each feed and each page of the admin opens. Part of `make test-quick`."""

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.urls import reverse

from accounts.models import SecurityEvent
from consular.models import AnswerTemplate, Enquiry
from news.models import Message
from outbox.models import OutboxEmail
from richtext.models import Image
from tests.factories import NOON, a_message, a_topic
from tests.helpers import public_pages
from tests.helpers.message_form import ADD_URL, filled_form
from tests.helpers.releases import a_release

pytestmark = [pytest.mark.django_db, pytest.mark.quick, pytest.mark.usefixtures("clock")]

FORMATS = {
    "sitemap": "/sitemap.xml",
    "Atom": "/messages/feed/",
    "JSON Feed": "/messages/feed.json",
    "API": "/api/messages/",
    "robots": "/robots.txt",
}
REFUSED = {
    "empty day": 404,
    "receipt that has lapsed": 404,
    "not found": 404,
    "bad request": 400,
    "withdrawn": 410,
    "erased enquiry": 410,
}
READ_ONLY = (SecurityEvent, OutboxEmail)


@pytest.fixture(scope="module")
def pages(module_db):
    """The address of each kind of page, on a site that has something of everything."""
    with time_machine.travel(NOON, tick=False):
        AnswerTemplate.objects.create(topic=a_topic(), name="Passport", text="Report it to the police.")
        a_release(a_message(publish_at=None))
        Image.objects.create(file="pictures/flag.jpg", width=40, height=20, uploaded_at=NOON)
        return public_pages.fill_site()


def statuses(client, addresses):
    """Return the status of each address by its name."""
    return {name: client.get(address).status_code for name, address in addresses.items()}


def test_every_kind_of_public_page_opens(client, pages):
    assert statuses(client, pages) == {name: REFUSED.get(name, 200) for name in pages}


def test_pages_of_an_empty_site_open(client):
    assert set(statuses(client, public_pages.EMPTY_SITE_PAGES).values()) == {200}


def test_feeds_and_other_formats_open(client, pages):
    assert statuses(client, FORMATS) == dict.fromkeys(FORMATS, 200)


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label_lower)
def test_list_and_forms_of_the_admin_open(admin_client, pages, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    addresses = {"list": reverse(f"{name}_changelist")}
    if model not in READ_ONLY:
        addresses["change"] = reverse(f"{name}_change", args=[model.objects.first().pk])
    if model not in (*READ_ONLY, Enquiry):
        addresses["add"] = reverse(f"{name}_add")
    assert statuses(admin_client, addresses) == dict.fromkeys(addresses, 200)


def test_a_message_is_written_and_published(admin_client, client):
    assert admin_client.get(ADD_URL).status_code == 200
    admin_client.post(ADD_URL, filled_form(_approve="x", override="Alone on duty."))
    message = Message.objects.get(headline="A new statement")
    answer = client.get(message.get_absolute_url())
    assert (answer.status_code, message.headline in answer.content.decode()) == (200, True)


def test_sign_in_leads_to_the_desk(client):
    get_user_model().objects.create_superuser("anna@example.org", password="a long password")
    data = {"username": "anna@example.org", "password": "a long password"}
    assert client.post("/admin/login/", data).status_code == 302
    assert client.get("/admin/").status_code == 200
