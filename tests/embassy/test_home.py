"""The home page has every element that the embassy requires."""

from datetime import UTC, date, datetime

import pytest

from consular.models import Notice, Office
from counters.models import Counter
from tests.factories import DAY, HOUR, NOON, a_category, a_counter, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def home(client):
    return client.get("/").content.decode()


def test_the_date_is_in_the_hosts_time_zone(client):
    assert ' datetime="2020-11-24">24 November 2020</time>' in home(client)


@pytest.mark.parametrize(
    ("moment", "moscow", "london"),
    [
        (NOON, "15:37", "12:37"),
        (datetime(2020, 7, 1, 11, 37, tzinfo=UTC), "14:37", "12:37"),
        (datetime(2020, 10, 25, 0, 59, tzinfo=UTC), "03:59", "01:59"),
        (datetime(2020, 10, 25, 1, 0, tzinfo=UTC), "04:00", "01:00"),
    ],
)
def test_the_clocks_are_right_in_summer_and_in_winter(client, clock, moment, moscow, london):
    clock.move_to(moment)
    page = home(client)
    assert (f">{moscow}</time>" in page, f">{london}</time>" in page) == (True, True)


def test_consular_phone_and_email_are_links(client):
    Office.objects.create(kind="consular", name="Consul", phone="+44 (0) 203 668 7474", email="consular@example.org")
    page = home(client)
    assert 'href="tel:+442036687474"' in page
    assert 'href="mailto:consular@example.org"' in page


def test_counters_show_their_days(client):
    Counter.objects.create(incident="the first incident", since=date(2018, 3, 4))
    Counter.objects.create(incident="the second incident", since=date(2018, 3, 12))
    page = home(client)
    assert ('value="996"' in page, 'value="988"' in page) == (True, True)


def test_home_has_the_first_four_counters_and_a_link_to_all(client):
    for order in range(4):
        a_counter(order=order, incident=f"incident {order}")
    four = home(client)
    a_counter(order=3, incident="a later one")
    five = home(client)
    assert (four.count("data-since"), "All 4 counters" in four) == (4, False)
    assert (five.count("data-since"), "a later one" in five) == (4, False)
    assert '<a class="more" href="/counters/">All 5 counters <' in five
    assert client.get("/counters/").content.decode().count("data-since") == 5


def test_an_active_notice_is_above_the_page(client, clock):
    Notice.objects.create(sentence="The consulate is closed today.", starts=NOON, ends=NOON + HOUR)
    shown = "The consulate is closed today." in home(client)
    clock.move_to(NOON + HOUR)
    assert (shown, "The consulate is closed today." in home(client)) == (True, False)


def test_the_featured_message_is_shown_in_full(client):
    body = "".join(f"<p>Paragraph {n} of the speech.</p>" for n in range(17))
    a_message(featured=True, body=body, publish_at=NOON - 60 * DAY, headline="The speech")
    a_message(headline="Newer")
    page = home(client)
    assert page.count("of the speech.</p>") == 17
    assert "25.09.2020" in page


def test_without_a_featured_message_the_newest_is_shown(client):
    a_message(headline="Older", body="<p>Older in full.</p>", lead="Lead", publish_at=NOON - 2 * DAY)
    a_message(headline="Newest", body="<p>Newest in full.</p>", lead="Lead", publish_at=NOON - DAY)
    page = home(client)
    assert ("Newest in full." in page, "Older in full." in page) == (True, False)


def test_the_newest_featured_message_is_shown(client):
    a_message(featured=True, lead="x", body="<p>First leader.</p>", publish_at=NOON - 3 * DAY)
    a_message(featured=True, lead="x", body="<p>Second leader.</p>", publish_at=NOON - 2 * DAY)
    assert ("Second leader." in home(client), "First leader." in home(client)) == (True, False)


def test_the_ten_newest_others_are_listed_in_order(client):
    a_message(featured=True, headline="Leader")
    for n in range(12):
        a_message(headline=f"Event {n:02}.", publish_at=NOON - DAY * (n + 1))
    page = home(client)
    places = [page.find(f"Event {n:02}.") for n in range(10)]
    assert -1 not in places and places == sorted(places)
    assert "Event 10." not in page


def test_an_entry_without_a_lead_shows_its_first_paragraph(client):
    a_message(featured=True)
    a_message(lead="", body="<p>The first paragraph.</p><p>The second.</p>")
    page = home(client)
    assert ("The first paragraph." in page, "The second." in page) == (True, False)


def test_texts_are_not_truncated(client):
    headline, lead = "H" * 213, "L" * 670
    a_message(featured=True)
    a_message(headline=headline, lead=lead)
    page = home(client)
    assert (headline in page, lead in page) == (True, True)


def test_an_empty_site_shows_a_message(client):
    assert "No messages yet" in home(client)


def test_a_visitor_gets_no_cookie(client):
    a_message()
    for path in ("/", "/messages/", "/counters/", "/messages/feed/", "/nothing/"):
        assert not client.get(path).cookies


def test_the_home_page_links_to_every_feed(client):
    a_category("speeches", name="Speeches")
    page = home(client)
    for feed in ("/messages/feed/", "/messages/feed.json", "/messages/speeches/feed/"):
        assert f'href="{feed}"' in page


@pytest.mark.parametrize("path", ["/%00", "/messages/?before=%00", "/admin/login/?next=%00"])
def test_a_nul_character_is_a_bad_request(client, path):
    answer = client.get(path)
    assert (answer.status_code, "is not valid" in answer.content.decode()) == (400, True)


def test_readyz_fails_without_the_database(client, monkeypatch):
    from django.db import OperationalError

    ready = client.get("/readyz").status_code

    def away(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr("monitoring.health.readiness_state", away)
    assert (ready, client.get("/readyz").status_code) == (200, 503)


def test_healthz_and_readyz_accept_any_host(client):
    assert [client.get(path, headers={"host": "10.0.0.7:8000"}).status_code for path in ("/healthz", "/readyz")] == [
        200,
        200,
    ]
