"""JSON-LD, canonical URLs, OpenSearch, manifest and icons."""

import io
import json
import re
from xml.etree import ElementTree

import pytest
import time_machine
from django.conf import settings as site_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tests.factories import NOON, a_message
from tests.helpers import public_pages
from tests.helpers.page_metadata import json_ld, meta_elements

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


# Linked data


def test_json_ld_of_a_message_matches_its_page(client):
    message = a_message(
        headline="A </script><script>alert(1)</script> & “more” <!--",
        lead="In short.",
        source_url="https://example.org/?a&b",
    )
    message.publish_correction("The </script> date was wrong.", at=NOON)
    found, html = json_ld(client, message.get_absolute_url())
    article, trail = found["@graph"]
    url = f"http://testserver{message.get_absolute_url()}"
    assert f'<link rel="canonical" href="{url}">' in html
    assert (article["@type"], article["url"], article["headline"]) == ("NewsArticle", url, message.headline)
    assert (
        article["description"]
        == meta_elements(html)["description"]
        == meta_elements(html)["og:description"]
        == "In short."
    )
    assert article["datePublished"] == meta_elements(html)["article:published_time"] == "2020-11-23T12:37:00Z"
    assert article["dateModified"] == meta_elements(html)["article:modified_time"] == "2020-11-24T12:37:00Z"
    assert (meta_elements(html)["og:locale"], meta_elements(html)["article:section"]) == (
        "en_GB",
        message.category.name,
    )
    assert article["image"] == meta_elements(html)["og:image"]
    assert (
        article["author"]["name"]
        == article["publisher"]["name"]
        == meta_elements(html)["og:site_name"]
        == site_settings.EMBASSY_NAME
    )
    (note,) = article["correction"]
    assert note == {
        "@type": "CorrectionComment",
        "name": "Correction",
        "text": "The </script> date was wrong.",
        "datePublished": "2020-11-24T12:37:00Z",
        "url": f"{url}#correction-1",
    }
    assert 'id="correction-1"' in html
    items = trail["itemListElement"]
    assert [item["position"] for item in items] == [1, 2, 3, 4]
    assert all(client.get(item["item"].removeprefix("http://testserver")).status_code == 200 for item in items)


def test_json_ld_calls_an_update_one(client):
    message = a_message()
    message.publish_correction("The talks were put off.", kind="update", at=NOON)
    (note,) = json_ld(client, message.get_absolute_url())[0]["@graph"][0]["correction"]
    assert note["name"] == "Update"


def test_corrections_are_fetched_once_for_a_page(client):
    message = a_message()
    message.publish_correction("The date.", at=NOON)
    with CaptureQueriesContext(connection) as asked:
        client.get(message.get_absolute_url())
    assert sum("news_correction" in query["sql"] for query in asked) == 1


def test_the_home_page_has_the_publisher_in_json_ld(client):
    found, _site = json_ld(client, "/")[0]["@graph"]
    assert (found["@type"], found["name"]) == ("GovernmentOrganization", site_settings.EMBASSY_NAME)
    assert client.get(found["logo"].removeprefix("http://testserver")).status_code == 200


def test_the_home_page_has_the_search_in_json_ld(client):
    a_message(headline="On bread & salt")
    _organization, found = json_ld(client, "/")[0]["@graph"]
    target = found["potentialAction"]["target"]["urlTemplate"].replace("{search_term_string}", "bread")
    assert found["url"] == "http://testserver/"
    assert "On <mark>bread</mark>" in client.get(target.removeprefix("http://testserver")).content.decode()


def test_json_ld_of_every_page_is_valid(client):
    found = {}
    for name, path in public_pages.fill_site().items():
        html = client.get(path).content.decode()
        for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL):
            graph = json.loads(block)
            assert graph["@context"] == "https://schema.org"
            found[name] = [part["@type"] for part in graph.get("@graph", [graph])]
    assert found["home"] == ["GovernmentOrganization", "WebSite"]
    messages = {"message", "corrected message"}
    assert [found[name] for name in messages] == [["NewsArticle", "BreadcrumbList"]] * 2
    assert {kind for name in found.keys() - {"home", *messages} for kind in found[name]} <= {"BreadcrumbList"}


def test_the_home_page_has_a_social_image(client):
    tags = meta_elements(client.get("/").content.decode())
    assert (tags["og:title"], tags["og:url"]) == (site_settings.EMBASSY_NAME, "http://testserver/")
    assert client.get(tags["og:image"].removeprefix("http://testserver")).status_code == 200


def test_every_list_page_and_message_has_a_canonical_url(client):
    for path in public_pages.fill_site().values():
        response = client.get(path)
        if response.status_code == 200 and "?" not in path and "/sent/" not in path and "/enquiry/" not in path:
            path = path.partition("earlier/")[0]  # an earlier text names the present one
            assert f'<link rel="canonical" href="http://testserver{path}">' in response.content.decode(), path


# Icons and manifest


def test_opensearch_describes_the_search(client):
    root = ElementTree.fromstring(client.get("/opensearch.xml").content)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert root.find(f"{space}Url").get("template") == "http://testserver/search/?q={searchTerms}"
    assert len(root.findtext(f"{space}ShortName")) <= 16


def test_icons_in_the_manifest_exist(client):
    found = client.get("/manifest.webmanifest").json()
    assert found["name"] == site_settings.EMBASSY_NAME
    for icon in found["icons"]:
        image = Image.open(io.BytesIO(b"".join(client.get(icon["src"]).streaming_content)))
        assert icon["sizes"] == f"{image.width}x{image.height}"


@pytest.mark.parametrize("path", ["/favicon.ico", "/apple-touch-icon.png"])
def test_icons_are_at_the_root(client, path):
    response = client.get(path)
    assert (response.status_code, response["Content-Type"].startswith("image/")) == (200, True)
