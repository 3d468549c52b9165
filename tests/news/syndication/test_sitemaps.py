"""Sitemaps: every public URL, in stable files, with its last change."""

from itertools import chain
from xml.etree import ElementTree

import pytest
import time_machine

from news.syndication import sitemaps
from tests.factories import DAY, HOUR, NOON, a_message, a_page, many_messages
from tests.helpers import public_pages

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.slow]

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


@pytest.mark.one_database
def test_every_url_in_the_sitemap_works(client):
    public_pages.fill_site()
    found = everything(client)
    assert len(found) > 50
    assert {path for path in found if client.get(path).status_code != 200} == set()


def test_the_sitemap_lists_exactly_the_public_pages(client):
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


def test_lastmod_changes_with_a_correction_but_not_a_typo(client, clock):
    message = a_message(publish_at=NOON - 40 * DAY)
    path, part = message.get_absolute_url(), "/sitemap/2020-10.xml"
    assert entries(client, part)[path] == "2020-10-15T12:37:00Z"
    message.fix_typo(at=NOON)
    assert entries(client, part)[path] == "2020-10-15T12:37:00Z"
    message.publish_correction("The date.", at=NOON)
    assert entries(client, part)[path] == entries(client, "/sitemap.xml")[part] == "2020-11-24T12:37:00Z"


def test_a_withdrawal_changes_lastmod_of_its_file(client):
    gone, _other = a_message(publish_at=NOON - 40 * DAY), a_message(publish_at=NOON - 41 * DAY)
    gone.withdraw("Wrong.", at=NOON)
    assert entries(client, "/sitemap.xml")["/sitemap/2020-10.xml"] == "2020-11-24T12:37:00Z"


def test_files_are_whole_months_up_to_the_maximum(monkeypatch, client):
    monkeypatch.setattr(sitemaps, "MAX_URLS", 3)
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


def test_a_month_over_the_maximum_is_split_by_days(monkeypatch, client):
    monkeypatch.setattr(sitemaps, "MAX_URLS", 3)
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


def test_a_day_over_the_maximum_is_split_without_loss(monkeypatch, client):
    monkeypatch.setattr(sitemaps, "MAX_URLS", 3)
    made = [a_message(publish_at=NOON - DAY) for _ in range(8)] + [a_message(publish_at=NOON - 2 * DAY)]
    found = parts_of(client)
    assert {part: len(rows) for part, rows in found.items()} == {
        "/sitemap/2020-11.xml": 1,
        "/sitemap/2020-11-23.xml": 3,
        "/sitemap/2020-11-23-2.xml": 3,
        "/sitemap/2020-11-23-3.xml": 2,
    }
    assert sorted(chain(*found.values())) == sorted(message.get_absolute_url() for message in made)


def test_a_full_file_does_not_change(monkeypatch, client):
    monkeypatch.setattr(sitemaps, "MAX_URLS", 3)
    for number in range(7):
        a_message(publish_at=NOON - (number // 4) * DAY)
    before = parts_of(client)
    a_message(publish_at=NOON)
    after = parts_of(client)
    full = {part for part, rows in before.items() if len(rows) == 3}
    assert len(full) == 2
    assert {part: after[part] for part in full} == {part: before[part] for part in full}


def test_the_withdrawal_of_a_whole_month_changes_lastmod(monkeypatch, client):
    monkeypatch.setattr(sitemaps, "MAX_URLS", 1)
    first, gone, _last = (a_message(publish_at=NOON - number * 30 * DAY) for number in (4, 2, 0))
    gone.withdraw("Wrong.", at=NOON)
    found = entries(client, "/sitemap.xml")
    assert found[f"/sitemap/{first.day:%Y-%m}.xml"] == "2020-11-24T12:37:00Z"


def test_a_file_that_no_longer_exists_is_404(client):
    assert [client.get(f"/sitemap/{name}.xml").status_code for name in ("2001-01", "x", "0-0")] == [404] * 3


@pytest.mark.django_db(transaction=True)
def test_a_sitemap_needs_few_queries(client, django_assert_max_num_queries):
    many_messages({"publish_at": NOON - number * HOUR} for number in range(30))
    client.get("/sitemap/pages.xml")
    with django_assert_max_num_queries(8):
        client.get("/sitemap.xml")
    with django_assert_max_num_queries(3):
        client.get("/sitemap/2020-11.xml")


def test_the_news_sitemap_covers_two_days(client):
    now = a_message(headline="On \x08 “talks” & <answers>", language="ru")
    a_message(publish_at=NOON - 2 * DAY)
    root = ElementTree.fromstring(client.get("/sitemap/news.xml").content)
    (row,) = root
    assert row.findtext(f"{MAP}loc").endswith(now.get_absolute_url())
    assert row.findtext(f".//{NEWS}title") == "On “talks” & <answers>"
    assert row.findtext(f".//{NEWS}language") == "ru"
    assert row.findtext(f".//{NEWS}publication_date") == "2020-11-23T12:37:00Z"


def test_robots_txt_names_both_sitemaps(client):
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml\nSitemap: http://testserver/sitemap/news.xml\n" in text
