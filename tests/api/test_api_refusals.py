"""API errors: problem documents for any invalid input."""

import json
from itertools import cycle, islice

import pytest
import time_machine

from api.messages.parsers import PARAMETER_NAMES
from tests.factories import NOON, a_message
from tests.helpers.api import refused_list
from tests.helpers.wsgi import request_page

pytestmark = pytest.mark.django_db
at_the_front = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("year", "last"),
        ("year", "9" * 49),
        ("year", "٢٠٢٠"),
        ("month", "2020-13"),
        ("month", "11"),
        ("from", "2020-02-30"),
        ("to", "20200101"),
        ("to", "yesterday"),
        ("limit", "19"),
        ("limit", "101"),
        ("full", "yes"),
        ("sort", "best"),
        ("category", "no slug"),
        ("before", "here"),
        ("after", "1.5.2"),
        ("q", "x" * 301),
        ("source", "x" * 201),
    ],
)
def test_an_invalid_value_has_an_error_with_the_value(client, name, value):
    found = refused_list(client, **{name: value})
    assert found["parameter"] == name
    assert found["detail"].endswith(".")
    assert value[:9] in found["detail"]


def test_an_unknown_category_is_404(client):
    assert refused_list(client, 404, category="nothing")["parameter"] == "category"


@pytest.mark.parametrize("given", [{"before": "999999999999999999.1"}, {"q": "text", "before": "0.5"}])
def test_a_cursor_of_another_list_is_404(client, given):
    assert refused_list(client, 404, **given)["parameter"] == "before"


def test_an_unknown_parameter_is_refused_with_the_known_ones(client):
    assert ", ".join(PARAMETER_NAMES) in refused_list(client, categry="speeches")["detail"]


@pytest.mark.parametrize("query", ["year=2020&year=2019", "year=", "=2020", "utm_source=x", "year=2020&x"])
def test_a_repeated_or_empty_parameter_is_refused(client, query):
    assert client.get(f"/api/messages/?{query}").status_code == 400


@at_the_front
def test_refusals_also_apply_to_cached_pages():
    answers = [request_page(f"/api/categories/{query}").status for query in ("", "?x=1", "", "?x=1", "?")]
    assert answers == [200, 400, 200, 400, 200]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize(
    "path", ["messages/", "messages/1/", "categories/", "counters/", "counters/fire/", "openapi.json"]
)
def test_other_methods_are_405(client, method, path):
    answer = getattr(client, method)(f"/api/{path}")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert json.loads(answer.content)["status"] == 405


@pytest.mark.parametrize("path", ["nothing/", "messages/x/", "messages/0x1/", "messages/-1/", "counters/nothing/"])
def test_an_unknown_url_has_a_problem_document(client, path):
    answer = client.get(f"/api/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_server_error_has_a_problem_document(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("api.messages.views.get_page", lambda *args: 1 / 0)
    answer = client.get("/api/messages/")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert answer["Cache-Control"] == "no-store"


WILD = [
    "\x00",
    "x" * 10_000,
    "9" * 49,
    "-" + "9" * 49,
    "1e999",
    "NaN",
    "💣" * 99,
    "\u202e\u2066",
    "%00",
    "%",
    "&&&",
    ";",
]
WILD += [
    "' OR 1=1 --",
    '"; DROP TABLE news_message; --',
    '"',
    "(",
    "*",
    "AND",
    "NEAR(",
    "<script>",
    "\ud7ff",
    "\x1b[0m",
]
WILD += ["../../etc/passwd", "{{ 7*7 }}", "\r\nX-Evil: 1", "9" * 18 + ".1", "-" + "9" * 18 + ".1", "1." + "9" * 18]
WILD += ["0000-00-00", "9999-12-31", "0001-01-01", "2020-W01-1", "3.0", "1.0", "0.0", "999", "10000", "2020.0", "+2020"]


OTHERS = [{"q": "text"}, {"sort": "date", "q": "text"}, {"source": "Ministry"}]


@pytest.mark.parametrize("name", PARAMETER_NAMES)
def test_any_parameter_value_has_a_response(client, name):
    """Each value alone or beside one of the others, turn by turn: with the next parameter, it is another one."""
    a_message(source_name="Ministry")
    turns = islice(cycle([{}, *OTHERS]), PARAMETER_NAMES.index(name), None)
    for value, others in zip(WILD, turns, strict=False):
        given = others | {name: value}
        answer = client.get("/api/messages/", given)
        assert answer.status_code in (200, 400, 404), given
        assert answer["Content-Type"] in ("application/json", "application/problem+json"), given


@pytest.mark.parametrize("path", ["/api/messages/{}/", "/api/counters/{}/", "/api/{}/"])
def test_any_url_has_a_response(client, path):
    for value in WILD:
        answer = client.get(path.format(value.replace("%", "%25").replace("\x00", "%00")))
        assert answer.status_code in (301, 400, 404), value
