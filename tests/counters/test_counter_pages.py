"""Counters: public pages, JSON, badge, and their admin."""

import json
from datetime import date, datetime
from types import SimpleNamespace
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib import admin
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from counters.badges import Badge
from counters.models import Counter
from counters.sentences import split_sentence
from tests.factories import a_counter, a_message


def at(text):
    """Return a datetime from London's local time: at("2020-07-01 00:30")."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London"))


# The pages


@pytest.fixture
def noon():
    """Stop the clock at 12:37 in London on 24 November 2020."""
    with time_machine.travel(at("2020-11-24 12:37"), tick=False) as clock:
        yield clock


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/counters/", "/counters/salisbury/"])
def test_page_has_the_sentence_once(client, noon, address):
    a_counter(incident="the Salisbury incident", slug="salisbury", since=date(2018, 3, 4))
    page = client.get(address).content.decode()
    assert page.count('<data value="996">996</data> days have passed since the Salisbury incident<') == 1


@pytest.mark.django_db
def test_a_counter_is_one_link_with_its_number(client, noon):
    a_counter(incident="the fire", slug="fire", since=date(2012, 3, 1), sentence_many="For {days} days: {incident}")
    page = client.get("/counters/").content.decode()
    assert '<a href="/counters/fire/">For <data value="3190">3,190</data> days: the fire</a></p>' in page


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "number"), [("en-gb", "3,190"), ("ru", "3\xa0190"), ("de", "3.190")])
def test_thousands_are_separated_as_the_language_of_the_site_does(client, noon, settings, language, number):
    settings.LANGUAGE_CODE = language
    a_counter(slug="fire", since=date(2012, 3, 1))
    page, badge = (client.get(f"/counters/fire{end}").content.decode() for end in ("/", ".svg"))
    assert f'data-separator="{number[1]}"' in page
    assert f'<data value="3190">{number}</data>' in page
    assert f">{number}</text>" in badge
    assert client.get("/counters/fire.json").json()["sentence"] == "3190 days have passed since the fire"


@pytest.mark.django_db
def test_the_column_of_numbers_is_as_wide_as_the_longest(client, noon):
    a_counter(since=date(2020, 11, 20))
    a_counter(since=date(2012, 3, 1))
    assert '<div class="counters" data-digits="4">' in client.get("/counters/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/counters/salisbury/", "/counters/salisbury.json", "/counters/salisbury.svg"])
def test_hidden_counter_is_the_same_404_as_an_unknown_url(client, address):
    a_counter(slug="salisbury", shown=False)
    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_page_changes_at_midnight(client, noon):
    a_counter(slug="salisbury", since=date(2018, 3, 4))
    seen = []
    for moment in ("2020-11-24 23:59:59", "2020-11-25 00:00"):
        noon.move_to(at(moment))
        seen.append([f'value="{days}"' in client.get("/counters/").content.decode() for days in (996, 997)])
    assert seen == [[True, False], [False, True]]


@pytest.mark.django_db
def test_page_links_to_the_message_only_while_it_is_published(client, noon):
    message = a_message(publish_at=at("2020-11-24 12:00"))
    a_counter(slug="salisbury", message=message)
    before = client.get("/counters/salisbury/").content.decode()
    message.withdraw("An error")
    after = client.get("/counters/salisbury/").content.decode()
    assert [message.get_absolute_url() in page for page in (before, after)] == [True, False]


@pytest.mark.django_db
def test_page_escapes_the_texts(client, noon):
    a_counter(slug="salisbury", incident='"><script>alert(1)</script>')
    assert "<script>alert" not in client.get("/counters/salisbury/").content.decode()


@pytest.mark.django_db
def test_page_without_counters_shows_a_message(client):
    assert "No counters yet." in client.get("/counters/").content.decode()


@pytest.mark.django_db
def test_embed_code_is_a_link_with_an_image(client, noon):
    a_counter(slug="salisbury", incident="the fire")
    assert (
        "&lt;a href=&quot;http://testserver/counters/salisbury/&quot;&gt;&lt;img src=&quot;http://testserver/counters/"
        "salisbury.svg&quot; alt=&quot;Days since the fire&quot;&gt;&lt;/a&gt;"
    ) in client.get("/counters/salisbury/").content.decode()


# As data


@pytest.mark.django_db
def test_json_matches_the_page(client, noon):
    a_counter(incident="the fire", slug="fire", since=date(2018, 3, 4), time_zone="Europe/Moscow")
    assert json.loads(client.get("/counters/fire.json").content) == {
        "incident": "the fire",
        "sentence": "996 days have passed since the fire",
        "days": 996,
        "since": "2018-03-04",
        "until": None,
        "time_zone": "Europe/Moscow",
        "turns": "2020-11-24T21:00:00+00:00",
        "url": "http://testserver/counters/fire/",
    }


@pytest.mark.django_db
def test_json_of_a_stopped_counter_has_no_next_change(client, noon):
    a_counter(slug="fire", since=date(2018, 3, 4), until=date(2018, 3, 10))
    assert json.loads(client.get("/counters/fire.json").content)["turns"] is None


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["json", "svg"])
def test_json_and_badge_have_cors_headers(client, form):
    a_counter(slug="fire")
    answer = client.get(f"/counters/fire.{form}")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=" in answer["Cache-Control"]


# As a badge


@pytest.mark.django_db
def test_badge_has_a_title_and_no_external_resources(client, noon):
    a_counter(slug="fire", incident="the fire & <smoke>", since=date(2018, 3, 4))
    answer = client.get("/counters/fire.svg")
    picture = ElementTree.fromstring(answer.content)
    assert answer["Content-Type"].startswith("image/svg+xml")
    assert picture.get("role") == "img"
    assert picture.findtext("{*}title") == "996 days have passed since the fire & <smoke>"
    assert b"href" not in answer.content and b"url(" not in answer.content and b"style" not in answer.content


@given(st.text(max_size=300), st.text(max_size=300))
def test_badge_of_any_text_is_well_formed(template, incident):
    badge = Badge(split_sentence(template, 996, incident))
    picture = ElementTree.fromstring(render_to_string("counters/badge.svg", {"badge": badge}))
    assert picture.findtext("{*}title") == badge.title


def test_badge_grows_with_its_text():
    short, long = (
        Badge(split_sentence("{days} days", 1, "")),
        Badge(split_sentence("{days} days since {incident}", 1, "word " * 60)),
    )
    assert long.height > short.height
    assert short.width < long.width < 500


# At the press desk


def test_admin_links_only_to_public_counters():
    desk = admin.site.get_model_admin(Counter)
    shown, hidden = SimpleNamespace(pk=1, shown=True), SimpleNamespace(pk=2, shown=False)
    shown.get_absolute_url = hidden.get_absolute_url = lambda: "/counters/fire/"
    assert [desk.get_view_on_site_url(counter) for counter in (shown, hidden, None)] == ["/counters/fire/", None, None]


@pytest.mark.django_db
def test_admin_shows_the_current_sentence(admin_client, noon):
    counter = a_counter(incident="the fire", since=date(2018, 3, 4))
    form = admin_client.get(f"/admin/counters/counter/{counter.pk}/change/").content.decode()
    assert "996 days have passed since the fire" in form


@pytest.mark.django_db
def test_admin_creates_a_counter_from_incident_and_date(admin_client, noon):
    admin_client.post(
        "/admin/counters/counter/add/",
        {
            "incident": "the fire",
            "since": "2018-03-04",
            "time_zone": "Europe/London",
            "sentence_one": "{days} day has passed since {incident}",
            "sentence_many": "{days} days have passed since {incident}",
            "order": "0",
            "shown": "on",
        },
    )
    assert Counter.objects.get().get_absolute_url() == "/counters/the-fire/"


@pytest.mark.parametrize("nonsense", ["undefined", "9" * 49, "-1", "٣", "1.5"])
def test_an_invalid_message_is_a_form_error(admin_client, nonsense):
    answer = admin_client.post("/admin/counters/counter/add/", {"incident": "the flood", "message": nonsense})
    assert (answer.status_code, "valid choice" in answer.content.decode()) == (200, True)
