"""`load_sample`: a new site has something to show, once."""

import io
import json
import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.management import call_command
from django.core.validators import URLValidator
from django.utils import timezone

from consular.models import CommonQuestion, Holiday, Office, Topic
from counters.models import Counter
from embassy.management.commands.load_sample import SAMPLE_DIR
from news.models import Category, Message
from pages.models import Page
from richtext.sanitize import sanitize
from tests.factories import NOON
from tests.helpers.searches import search

pytestmark = pytest.mark.django_db

LATEST = ["20.11", "18.11", "06.11", "06.11", "29.10", "26.10", "26.10", "21.10", "20.10", "20.10"]


def load():
    """Load the sample, and return the output."""
    said = io.StringIO()
    call_command("load_sample", stdout=said)
    return said.getvalue().strip()


@pytest.fixture(scope="module")
def sample(module_db):
    """The sample, loaded once for the tests that only look at it; those that load it themselves come before them."""
    with time_machine.travel(NOON, tick=False):
        load()


def counts():
    """Return how many rows there are of everything in the sample."""
    models = (Category, Message, Counter, Office, Holiday, Topic, CommonQuestion, Page)
    return {model.__name__: model.objects.count() for model in models}


def test_loading_again_adds_nothing():
    load()
    before = counts()
    assert load() == "Sample loaded: 0 messages and 0 other entries added."
    assert counts() == before


def test_changes_by_staff_are_kept():
    load()
    Office.objects.filter(kind="press").update(name="Press Centre")
    Counter.objects.all().delete()
    Page.objects.filter(path="about").update(title="Who we are")
    load()
    assert Office.objects.filter(kind="press").count() == 1
    assert not Counter.objects.exists()
    assert Page.objects.get(path="about").title == "Who we are"


def test_existing_entries_are_not_replaced():
    Page.objects.create(title="Our own", path="about")
    load()
    assert Page.objects.get(path="about").title == "Our own"


def test_the_speech_of_september_is_featured(sample):
    speech = Message.objects.featured(NOON)
    assert timezone.localdate(speech.publish_at) == date(2020, 9, 25)
    assert speech.delivered_on == date(2020, 9, 24)
    assert speech.body.count("<p>") == 17
    assert len(speech.source_url) > 200
    assert {"&", "_", "?"} <= set(speech.source_url)


def test_the_ten_latest_have_the_dates_of_the_original(sample):
    latest = Message.objects.published(NOON).exclude(featured=True)
    assert [f"{timezone.localtime(message.publish_at):%d.%m}" for message in latest] == LATEST
    assert max(len(message.headline) for message in latest) == 213
    assert max(len(message.lead) for message in latest) > 650
    assert {message.category.slug for message in latest} == {"speeches", "statements", "comments"}


def test_the_counters_have_the_numbers_of_the_original(sample):
    assert [counter.days(NOON) for counter in Counter.objects.shown()] == [996, 988]


def test_header_has_the_consular_phone(sample):
    office = Office.objects.for_header()
    assert (office.phone, office.email) == ("+44 (0) 203 668 7474", "consular@example.org")
    assert office.emergency_phone


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (datetime(2020, 11, 23, 10, tzinfo=UTC), True),  # a Monday
        (datetime(2020, 11, 25, 15, tzinfo=UTC), False),  # a Wednesday afternoon
        (datetime(2020, 12, 25, 10, tzinfo=UTC), False),
    ],
)
def test_the_office_has_hours_and_holidays(sample, at, is_open):
    assert Office.objects.consular().get().state(at).is_open is is_open


def test_the_sample_has_common_questions(sample):
    assert Topic.objects.get(name="Visas").common_questions.count() == 2


def test_every_page_of_the_sample_exists(client, sample):
    texts = [*Page.objects.values_list("body", flat=True), *Message.objects.values_list("body", flat=True)]
    addresses = {address for text in texts for address in re.findall(r'href="(/[^"]*)"', text)}
    addresses |= {row.get_absolute_url() for model in (Page, Message, Category, Counter) for row in model.objects.all()}
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


def test_texts_are_already_sanitised():
    texts = [path.read_text(encoding="utf-8").strip() for path in (SAMPLE_DIR / "pages").glob("*.html")]
    lines = (SAMPLE_DIR / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    texts += [json.loads(line)["body"] for line in lines]
    assert [sanitize(text) for text in texts] == texts


def test_every_email_address_is_at_example_org(sample):
    files = [path.read_text(encoding="utf-8") for path in SAMPLE_DIR.rglob("*.*")]
    hosts = {host for text in files for host in re.findall(r"@([\w.-]*\w)", text)}
    assert hosts == {"example.org"}
    sources = Message.objects.exclude(source_url="").values_list("source_url", flat=True)
    assert sources
    for source in sources:
        URLValidator()(source)


def test_each_office_of_the_sample_has_one_version_with_its_hours():
    call_command("load_sample", verbosity=0)
    for office in Office.objects.all():
        assert len(office.history.get().children["hours"]) == office.hours.count()


@pytest.mark.parametrize(
    ("typed", "title", "url"),
    [
        ("lost passport", "Lost or stolen passport", "/contact/lost-or-stolen-passport/"),
        ("opening hours", "Consular Section", "/contact/"),
        ("visa fee", "Visas", "/visas/"),
        ("notarial", "Notarial services", "/contact/"),
        ("emergency", "Citizens in distress", "/contact/"),
        ("I lost my passport", "Lost or stolen passport", "/contact/"),
        ("when are you open", "Consular Section", "/contact/"),
        ("how much is a visa", "Visas", "/visas/"),
        ("power of attorney", "Notarial services", "/contact/"),
        ("robbed", "Lost or stolen passport", "/contact/"),
    ],
)
def test_what_visitors_ask_finds_its_page_first(sample, typed, title, url):
    first, *_others = search(typed).answers
    assert (first.title, first.url.startswith(url)) == (title, True)
