"""What search engines, social media and browsers read: sitemaps, linked data, cards, icons."""

import io
import json
import re
from html import unescape
from xml.etree import ElementTree

import pytest
import time_machine
from django.conf import settings as site_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from news import cards, sitemaps
from news.models import Message
from tests import kinds
from tests.factories import DAY, HOUR, NOON, a_category, a_message, a_page
from tests.files import a_pictured_message

pytestmark = pytest.mark.django_db

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


# Sitemaps


def test_every_address_in_the_sitemap_answers(client):
    kinds.of_a_full_site()
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
    message.mend(at=NOON)
    assert entries(client, part)[path] == "2020-10-15T12:37:00Z"
    message.correct("The date.", at=NOON)
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
    assert row.findtext(f".//{NEWS}title") == "On  “talks” & <answers>"
    assert row.findtext(f".//{NEWS}language") == "ru"
    assert row.findtext(f".//{NEWS}publication_date") == "2020-11-23T12:37:00Z"


def test_robots_name_both_sitemaps(client):
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml\nSitemap: http://testserver/sitemap/news.xml\n" in text


# Linked data


def linked(client, path):
    html = client.get(path).content.decode()
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(found), html


def meta(html):
    return {
        name: unescape(value)
        for name, value in re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', html)
    }


def test_linked_data_of_a_message_agrees_with_its_page(client):
    message = a_message(
        headline="A </script><script>alert(1)</script> & “more” <!--",
        lead="In short.",
        source_url="https://example.org/?a&b",
    )
    message.correct("The </script> date was wrong.", at=NOON)
    found, html = linked(client, message.get_absolute_url())
    article, trail = found["@graph"]
    url = f"http://testserver{message.get_absolute_url()}"
    assert f'<link rel="canonical" href="{url}">' in html
    assert (article["@type"], article["url"], article["headline"]) == ("NewsArticle", url, message.headline)
    assert article["description"] == meta(html)["description"] == meta(html)["og:description"] == "In short."
    assert article["datePublished"] == meta(html)["article:published_time"] == "2020-11-23T12:37:00Z"
    assert article["dateModified"] == meta(html)["article:modified_time"] == "2020-11-24T12:37:00Z"
    assert article["image"] == meta(html)["og:image"]
    assert article["publisher"]["name"] == meta(html)["og:site_name"] == site_settings.EMBASSY_NAME
    (note,) = article["correction"]
    assert (note["@type"], note["text"], note["datePublished"]) == (
        "CorrectionComment",
        "The </script> date was wrong.",
        "2020-11-24T12:37:00Z",
    )
    items = trail["itemListElement"]
    assert [item["position"] for item in items] == [1, 2, 3, 4]
    assert all(client.get(item["item"].removeprefix("http://testserver")).status_code == 200 for item in items)


def test_corrections_are_fetched_once_for_a_page(client):
    message = a_message()
    message.correct("The date.", at=NOON)
    with CaptureQueriesContext(connection) as asked:
        client.get(message.get_absolute_url())
    assert sum("news_correction" in query["sql"] for query in asked) == 1


def test_the_home_page_says_who_publishes(client):
    found, _html = linked(client, "/")
    assert (found["@type"], found["name"]) == ("GovernmentOrganization", site_settings.EMBASSY_NAME)
    assert client.get(found["logo"].removeprefix("http://testserver")).status_code == 200


def test_every_list_page_and_message_names_its_own_address(client):
    for path in kinds.of_a_full_site().values():
        response = client.get(path)
        if response.status_code == 200 and "?" not in path and "/sent/" not in path and "/enquiry/" not in path:
            assert f'<link rel="canonical" href="http://testserver{path}">' in response.content.decode(), path


# Cards


def drawn(response):
    assert response["Content-Type"] == "image/png"
    image = Image.open(io.BytesIO(response.content))
    image.load()
    return image


def test_a_message_without_a_picture_has_a_card(client):
    message = a_message()
    _found, html = linked(client, message.get_absolute_url())
    card = client.get(meta(html)["og:image"].removeprefix("http://testserver"))
    assert drawn(card).size == (1200, 630) == (int(meta(html)["og:image:width"]), int(meta(html)["og:image:height"]))
    assert len(card.content) < 60_000


def test_a_message_with_a_picture_shows_that(client):
    message = a_pictured_message()
    tags = meta(client.get(message.get_absolute_url()).content.decode())
    assert (tags["og:image:width"], tags["og:image:alt"]) == ("600", "The Ambassador at a lectern")
    assert client.get(tags["og:image"].removeprefix("http://testserver")).status_code == 200


def test_cyrillic_is_drawn_and_not_as_boxes():
    one, other = (bytes(cards.font(40).getmask(letter)) for letter in "ЖЯ")
    assert one != other
    assert cards.card("О ходе переговоров", "E", "x") != cards.card("О годе переговоров", "E", "x")


@pytest.mark.parametrize(
    "headline", ["", "x" * 300, "слово " * 50, "中文標題", "\u202eabc", "a\0b", "😀", "WWWW " * 60, "a" * 150 + " b"]
)
def test_any_headline_has_a_card(headline):
    image = Image.open(io.BytesIO(cards.card(headline, "Embassy", "Statements · 24.11.2020")))
    assert image.size == (1200, 630)


def test_every_letter_that_is_called_drawable_is_in_the_font():
    missing = bytes(cards.font(40).getmask("\uffff"))
    letters = [
        chr(code) for first, last in ((0x21, 0x7E), (0xA1, 0x17F), (0x400, 0x45F)) for code in range(first, last + 1)
    ]
    assert [letter for letter in letters if bytes(cards.font(40).getmask(letter)) == missing] == []


@pytest.mark.parametrize("state", ["draft", "ahead", "withdrawn"])
def test_what_is_not_public_has_no_card(client, state):
    message = a_message(publish_at=NOON + HOUR if state == "ahead" else NOON - HOUR, category=a_category())
    address = f"{message.get_absolute_url()}card.png"
    if state == "draft":
        Message.objects.filter(pk=message.pk).update(approved_at=None)
    if state == "withdrawn":
        message.withdraw("Wrong.", at=NOON)
    assert client.get(address).status_code == 404


def test_a_card_of_no_day_is_not_found(client):
    assert client.get("/messages/2020/02/31/x/card.png").status_code == 404


# The browser's furniture


def test_opensearch_describes_the_search(client):
    root = ElementTree.fromstring(client.get("/opensearch.xml").content)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert root.find(f"{space}Url").get("template") == "http://testserver/search/?q={searchTerms}"
    assert len(root.findtext(f"{space}ShortName")) <= 16


def test_manifest_names_icons_that_are_there(client):
    found = client.get("/manifest.webmanifest").json()
    assert found["name"] == site_settings.EMBASSY_NAME
    for icon in found["icons"]:
        image = Image.open(io.BytesIO(b"".join(client.get(icon["src"]).streaming_content)))
        assert icon["sizes"] == f"{image.width}x{image.height}"


@pytest.mark.parametrize("path", ["/favicon.ico", "/apple-touch-icon.png"])
def test_icons_are_at_the_root(client, path):
    response = client.get(path)
    assert (response.status_code, response["Content-Type"].startswith("image/")) == (200, True)
