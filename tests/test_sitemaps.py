"""The sitemaps: every public address, in parts that stay, with the moments of their true last changes."""

from itertools import chain
from xml.etree import ElementTree

import pytest
import time_machine

from news import sitemaps
from tests.factories import DAY, HOUR, NOON, a_message, a_page
from tests.helpers import public_pages

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def entries(client, path):
    """Return the addresses of a sitemap, with their last changes."""
    root = ElementTree.fromstring(client.get(path).content)
    return {row.findtext(f"{MAP}loc").removeprefix("http://testserver"): row.findtext(f"{MAP}lastmod") for row in root}


def everything(client):
    return {
        path: changed for part in entries(client, "/sitemap.xml") for path, changed in entries(client, part).items()
    }


def test_every_address_in_the_sitemap_answers(client):
    public_pages.of_a_full_site()
    found = everything(client)
    assert len(found) > 50
    assert {path for path in found if client.get(path).status_code != 200} == set()


def test_the_sitemap_has_what_is_public_and_nothing_else(client):
    out, draft, ahead = a_message(), a_message(publish_at=None), a_message(publish_at=NOON + HOUR)
    hidden = a_page(shown=False)
    found = everything(client)
    assert out.get_absolute_url() in found
    assert not {draft.get_absolute_url(), ahead.get_absolute_url(), hidden.get_absolute_url()} & set(found)


def test_a_scheduled_message_enters_the_sitemap_at_its_second(client, clock):
    message = a_message(publish_at=NOON + HOUR)
    everything(client)
    clock.move_to(NOON + HOUR)
    assert message.get_absolute_url() in everything(client)


def test_a_withdrawn_message_leaves_the_sitemaps_at_the_next_request(client):
    message, _other = a_message(), a_message()
    path = message.get_absolute_url()
    before = path in everything(client), path in entries(client, "/sitemap/news.xml")
    message.withdraw("Wrong.", at=NOON)
    assert (before, path in everything(client), path in entries(client, "/sitemap/news.xml")) == (
        (True, True),
        False,
        False,
    )


def test_last_change_moves_with_a_correction_and_not_with_a_typo(client, clock):
    message = a_message(publish_at=NOON - 40 * DAY)
    path, part = message.get_absolute_url(), "/sitemap/2020-10.xml"
    assert entries(client, part)[path] == "2020-10-15T12:37:00Z"
    message.fix_typo(at=NOON)
    assert entries(client, part)[path] == "2020-10-15T12:37:00Z"
    message.publish_correction("The date.", at=NOON)
    assert entries(client, part)[path] == entries(client, "/sitemap.xml")[part] == "2020-11-24T12:37:00Z"


def test_a_withdrawal_is_a_change_of_its_part(client):
    gone, _other = a_message(publish_at=NOON - 40 * DAY), a_message(publish_at=NOON - 41 * DAY)
    gone.withdraw("Wrong.", at=NOON)
    assert entries(client, "/sitemap.xml")["/sitemap/2020-10.xml"] == "2020-11-24T12:37:00Z"


def test_parts_are_spans_of_months_of_at_most_so_many_messages(monkeypatch, client):
    monkeypatch.setattr(sitemaps, "PART", 3)
    for number in range(9):
        a_message(publish_at=NOON - number * 20 * DAY)
    parts = [path for path in entries(client, "/sitemap.xml") if path != "/sitemap/pages.xml"]
    sizes = [len(entries(client, part)) for part in parts]
    assert sum(sizes) == 9
    assert max(sizes) <= 3
    assert len(parts) < 6


def parts_of(client):
    """Return the paths of the parts with the messages of each."""
    parts = [path for path in entries(client, "/sitemap.xml") if path != "/sitemap/pages.xml"]
    return {part: list(entries(client, part)) for part in parts}


def test_a_month_that_is_too_long_is_parted_by_days(monkeypatch, client):
    monkeypatch.setattr(sitemaps, "PART", 3)
    ahead = a_message(publish_at=NOON + HOUR)
    made = [a_message(publish_at=NOON - number * DAY) for number in range(10)]
    made.append(a_message(publish_at=NOON - 40 * DAY))
    found = parts_of(client)
    assert list(found) == [
        *("/sitemap/2020-10.xml", "/sitemap/2020-11.xml"),
        *("/sitemap/2020-11-18.xml", "/sitemap/2020-11-21.xml", "/sitemap/2020-11-24.xml"),
    ]
    assert sorted(chain(*found.values())) == sorted(message.get_absolute_url() for message in made)
    assert ahead.get_absolute_url() not in list(chain(*found.values()))


def test_no_message_of_a_day_that_is_too_long_is_left_out(monkeypatch, client):
    monkeypatch.setattr(sitemaps, "PART", 3)
    made = [a_message(publish_at=NOON - DAY) for _ in range(8)] + [a_message(publish_at=NOON - 2 * DAY)]
    found = parts_of(client)
    assert {part: len(rows) for part, rows in found.items()} == {
        "/sitemap/2020-11.xml": 1,
        "/sitemap/2020-11-23.xml": 3,
        "/sitemap/2020-11-23-2.xml": 3,
        "/sitemap/2020-11-23-3.xml": 2,
    }
    assert sorted(chain(*found.values())) == sorted(message.get_absolute_url() for message in made)


def test_a_part_that_is_full_stays_as_it_is(monkeypatch, client):
    monkeypatch.setattr(sitemaps, "PART", 3)
    for number in range(7):
        a_message(publish_at=NOON - (number // 4) * DAY)
    before = parts_of(client)
    a_message(publish_at=NOON)
    after = parts_of(client)
    full = {part for part, rows in before.items() if len(rows) == 3}
    assert len(full) == 2
    assert {part: after[part] for part in full} == {part: before[part] for part in full}


def test_a_withdrawal_of_all_that_a_month_had_is_told_of(monkeypatch, client):
    monkeypatch.setattr(sitemaps, "PART", 1)
    first, gone, _last = (a_message(publish_at=NOON - number * 30 * DAY) for number in (4, 2, 0))
    gone.withdraw("Wrong.", at=NOON)
    found = entries(client, "/sitemap.xml")
    assert found[f"/sitemap/{first.day:%Y-%m}.xml"] == "2020-11-24T12:37:00Z"


def test_a_part_that_is_no_more_is_not_found(client):
    assert [client.get(f"/sitemap/{name}.xml").status_code for name in ("2001-01", "x", "0-0")] == [404] * 3


@pytest.mark.django_db(transaction=True)
def test_a_sitemap_costs_a_few_queries_whatever_its_length(client, django_assert_max_num_queries):
    for number in range(30):
        a_message(publish_at=NOON - number * HOUR)
    client.get("/sitemap/pages.xml")
    with django_assert_max_num_queries(8):
        client.get("/sitemap.xml")
    with django_assert_max_num_queries(3):
        client.get("/sitemap/2020-11.xml")


def test_the_news_sitemap_tells_of_two_days(client):
    now = a_message(headline="On \x08 “talks” & <answers>", language="ru")
    a_message(publish_at=NOON - 2 * DAY)
    root = ElementTree.fromstring(client.get("/sitemap/news.xml").content)
    (row,) = root
    assert row.findtext(f"{MAP}loc").endswith(now.get_absolute_url())
    assert row.findtext(f".//{NEWS}title") == "On “talks” & <answers>"
    assert row.findtext(f".//{NEWS}language") == "ru"
    assert row.findtext(f".//{NEWS}publication_date") == "2020-11-23T12:37:00Z"


def test_robots_name_both_sitemaps(client):
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml\nSitemap: http://testserver/sitemap/news.xml\n" in text
