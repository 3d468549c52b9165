"""The API for other sites: CORS, caching, and its description."""

import re

import pytest
import time_machine
from django.urls import get_resolver

from api.messages.parsers import PARAMETER_NAMES
from api.openapi import openapi_document
from tests.factories import HOUR, NOON, a_counter, a_message
from tests.helpers.api import read_json
from tests.helpers.routes import route_patterns
from tests.helpers.wsgi import request_page

pytestmark = pytest.mark.django_db
at_the_front = pytest.mark.django_db(transaction=True)

SLASH_MISSING = "api/^(?:messages|categories|counters)(?:/[^/]+)?$"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


# CORS, and per edition


def test_only_these_views_allow_any_origin():
    found = {
        route
        for route, pattern in route_patterns(get_resolver().url_patterns)
        if getattr(pattern.callback, "for_others", False)
    }
    data = {
        f"api/{name}" for name in ("messages/", "messages/<str:number>/", "categories/", "counters/", "openapi.json")
    }
    data |= {"api/counters/<slug:slug>/", "counters/<slug:slug>.json", "counters/<slug:slug>.svg", "messages/feed.json"}
    data |= {SLASH_MISSING}
    assert found >= data | {"messages/feed/", "messages/<slug:slug>/feed/", "messages/<slug:slug>/feed.json"}
    assert {route for route in found - data if "feed" not in route} == set()


@at_the_front
@pytest.mark.parametrize("path", ["/api/messages/", "/messages/feed/", "/messages/feed.json", "/counters/fire.json"])
def test_cached_and_304_responses_allow_any_origin(path):
    a_counter(slug="fire"), a_message()
    fresh, hit = request_page(path), request_page(path)
    same = request_page(path, HTTP_IF_NONE_MATCH=hit.headers["ETag"])
    assert [answer.status for answer in (fresh, hit, same)] == [200, 200, 304]
    assert "hit" in hit.headers["Cache-Status"]
    for answer in (fresh, hit, same):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/api/messages/", "/api/messages/7/", "/counters/fire.svg", "/messages/speeches/feed/"]
)
def test_preflight_requests_are_allowed(client, path):
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    answer = client.options(path, headers=asked | {"Access-Control-Request-Headers": "if-none-match"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Access-Control-Allow-Origin"] == answer["Access-Control-Allow-Headers"] == "*"
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_problem_details_allow_any_origin(client):
    for path in ("/api/messages/?x=1", "/api/messages/?q=%00", "/api/nothing/", "/api/messages/1/"):
        assert client.get(path)["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path", ["/api/messages?limit=2&q=a%20b", "/api/messages/7", "/api/counters", "/api/counters/fire"]
)
def test_a_redirect_to_the_trailing_slash_allows_any_origin(client, path):
    answer, asked = client.get(path), client.options(path)
    address, _, query = path.partition("?")
    assert (answer.status_code, answer["Location"]) == (301, f"{address}/" + (f"?{query}" if query else ""))
    assert (asked.status_code, client.post(path).status_code) == (204, 405)
    assert {each["Access-Control-Allow-Origin"] for each in (answer, asked)} == {"*"}


def test_pages_do_not_allow_other_origins(client):
    for path in ("/", "/messages/", "/contact/", "/nothing/"):
        assert "Access-Control-Allow-Origin" not in client.get(path)


@at_the_front
def test_head_has_the_headers_of_get_and_no_body():
    a_message()
    get, head = request_page("/api/messages/"), request_page("/api/messages/", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.body))


@at_the_front
def test_a_response_is_fresh_until_the_next_minute_despite_scheduled_messages():
    a_message(publish_at=NOON + 25 * HOUR / 3600, approved_at=NOON)
    assert request_page("/api/messages/").headers["Cache-Control"].startswith("max-age=60,")


@at_the_front
def test_a_search_is_always_rendered_and_has_an_etag():
    a_message()
    answers = [request_page("/api/messages/?q=text") for _ in range(2)]
    assert ["hit" in answer.headers["Cache-Status"] for answer in answers] == [False, False]
    assert request_page("/api/messages/?q=text", HTTP_IF_NONE_MATCH=answers[0].headers["ETag"]).status == 304


# Description


def test_every_example_on_the_page_works(client):
    a_message(), a_counter(slug="fire")
    page = client.get("/api/").content.decode()
    links = set(re.findall(r'<a href="(/api/[^"]*)"><code>', page))
    assert len(links) >= 8
    assert {link for link in links if client.get(link.replace("&amp;", "&")).status_code != 200} == set()


def test_the_page_and_the_document_describe_every_parameter(client):
    page = client.get("/api/").content.decode()
    told = [each["name"] for each in openapi_document()["paths"]["/api/messages/"]["get"]["parameters"]]
    assert told == list(PARAMETER_NAMES)
    assert [name for name in PARAMETER_NAMES if f"<code>{name}</code>" not in page] == []


def test_the_document_describes_every_path(client):
    routes = {
        f"/{route}" for route, _pattern in route_patterns(get_resolver().url_patterns) if route.startswith("api/")
    }
    told = {
        path.replace("{number}", "<str:number>").replace("{slug}", "<slug:slug>")
        for path in openapi_document()["paths"]
    }
    assert routes - told == {"/api/", "/api/openapi.json", f"/{SLASH_MISSING}"}
    assert read_json(client, "/api/openapi.json")["openapi"] == "3.1.0"
