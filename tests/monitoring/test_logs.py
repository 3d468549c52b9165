"""Log: one record per event with the request id; input from outside cannot start or fill a line."""

import json
import logging
import re
import sys
from io import StringIO
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from editions.middleware import edition_cache
from embassy import env
from monitoring.log_formatters import JsonFormatter, RedactingFormatter
from tests.factories import an_enquiry
from tests.helpers.wsgi import request_page

pytestmark = pytest.mark.django_db

MADE = re.compile(r"[0-9a-f]{16}")
PLAIN = RedactingFormatter("{levelname} {request_tag}{message}", style="{")


@pytest.fixture
def lines(caplog):
    """The log records as JSON objects, access log included."""
    caplog.set_level(logging.INFO, logger="embassy.access")
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def access(lines):
    return [line for line in lines() if line["logger"] == "embassy.access"]


def a_record(message="It broke.", *, fault=None):
    try:
        if fault:
            raise fault
    except Exception:
        return logging.LogRecord("x", logging.ERROR, "x", 1, message, None, sys.exc_info())
    return logging.LogRecord("x", logging.ERROR, "x", 1, message, None, None)


@pytest.fixture
def broken(monkeypatch):
    """The list of messages raises an exception while personal data is in local variables."""

    def breaks(*args, **kwargs):
        sentinel = "Sentinellocal"
        raise RuntimeError(f"It broke after {len(sentinel)} characters.")

    monkeypatch.setattr("news.archive.get_page", breaks)
    return Client(raise_request_exception=False)


# The id of a request


def test_each_response_of_django_has_its_own_request_id(client):
    ids = {client.get("/contact/")["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3 and all(map(MADE.fullmatch, ids))


def test_the_request_id_of_a_trusted_proxy_is_used(client, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    assert client.get("/contact/", headers={"X-Request-ID": "c0ffee-42"})["X-Request-ID"] == "c0ffee-42"


def test_without_a_proxy_the_visitors_request_id_is_ignored(client):
    assert MADE.fullmatch(client.get("/contact/", headers={"X-Request-ID": "c0ffee-42"})["X-Request-ID"])


@pytest.mark.parametrize(
    "told", ["", "short-7", "x" * 65, "c0ffee 42", "c0ffee-42\n", "c0ffee-42\r\nX: y", "идентификатор"]
)
def test_a_malformed_request_id_is_ignored(client, settings, told):
    settings.TRUSTED_PROXY_COUNT = 1
    assert MADE.fullmatch(client.get("/contact/", headers={"X-Request-ID": told})["X-Request-ID"])


@pytest.mark.django_db(transaction=True)
def test_no_request_id_is_cached():
    first, second = request_page("/counters/"), request_page("/counters/")
    kept = edition_cache.store.get(("/counters/", ""))
    assert (MADE.fullmatch(first.headers["X-Request-ID"]) is not None, second.headers["Cache-Status"]) == (
        True,
        "embassy; hit",
    )
    assert "X-Request-ID" not in dict(kept.headers) | second.headers


def test_the_error_page_shows_the_request_id_of_the_log(broken, lines):
    page = broken.get("/messages/")
    number = page["X-Request-ID"]
    assert page.status_code == 500 and f"contact us and quote this reference: {number}" in (page.content.decode())
    assert {line["request"] for line in lines()} == {number}
    assert [line["logger"] for line in lines()] == ["django.request", "embassy.access"]


def test_the_bare_error_page_shows_the_request_id(broken, monkeypatch):
    monkeypatch.setattr("embassy.context_processors.site_context", lambda request, at: 1 / 0)
    page = broken.get("/messages/")
    assert page["X-Request-ID"] in page.content.decode() and "<main" not in page.content.decode()


def test_a_404_that_django_logs_after_the_response_has_the_request_id(client, lines):
    number = client.get("/never-was/")["X-Request-ID"]
    assert [(line["logger"], line["request"]) for line in lines()] == [
        ("embassy.access", number),
        ("django.request", number),
    ]


def test_outside_a_request_there_is_no_request_id(client):
    client.get("/contact/")
    assert "request" not in json.loads(JsonFormatter().format(a_record()))
    assert PLAIN.format(a_record()) == "ERROR It broke."


# Access log


def test_the_access_log_has_nothing_about_the_visitor(client, lines):
    client.get("/search/?q=Sentinelquery", REMOTE_ADDR="203.0.113.7", headers={"User-Agent": "Sentinelagent"})
    (line,) = access(lines)
    assert {name: line[name] for name in ("method", "route", "status", "kind")} == {
        "method": "GET",
        "route": "search",
        "status": 200,
        "kind": "render",
    }
    named = {"at", "level", "logger", "message", "request", "method", "route", "status", "ms", "kind"}
    assert set(line) - {"edition"} == named
    assert not re.search(r"Sentinel|203\.0", json.dumps(lines()))


def test_the_access_log_has_the_route_and_no_secret(client, lines):
    enquiry = an_enquiry()
    client.get(enquiry.get_absolute_url())
    client.get(f"{enquiry.get_absolute_url()}nowhere/")
    assert [line["route"] for line in access(lines)] == ["consular:enquiry", "/contact/enquiry/…"]
    assert enquiry.token not in json.dumps(lines())


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/contact/write/", "page"),
        ("/messages/", "render"),
        ("/admin/", "admin"),
        ("/static/none.css", "file"),
        ("/never-was/", "page"),
    ],
)
def test_the_access_log_has_the_kind_of_response(client, lines, path, kind):
    client.get(path)
    assert [line["kind"] for line in access(lines)] == [kind]


def test_an_unknown_method_is_not_logged(client, lines):
    client.generic("SENTINEL", "/contact/")
    assert access(lines)[0]["method"] == "other"


def test_a_health_check_is_logged_only_if_it_fails(client, lines, monkeypatch):
    client.get("/healthz")
    client.get("/readyz")
    well = access(lines)
    monkeypatch.setattr("monitoring.health.readiness_state", lambda: 1 / 0)
    Client(raise_request_exception=False).get("/readyz")
    assert (well, [line["status"] for line in access(lines)]) == ([], [500])


def test_the_plain_log_has_only_failed_requests(broken, caplog):
    broken.get("/contact/")
    broken.get("/messages/")
    found = [record.getMessage() for record in caplog.records if record.name == "embassy.access"]
    assert len(found) == 1 and re.fullmatch(r"GET messages 500, [\d.]+ ms, page", found[0])


# Log injection and personal data


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x1b[2K"])
def test_input_cannot_start_a_line(end):
    record = a_record(f"Not Found: /x{end}2026-11-24 INFO all is well")
    for line in (JsonFormatter().format(record), PLAIN.format(record)):
        assert len(line.splitlines()) == 1 and "\x1b" not in line


def test_a_path_with_a_line_break_stays_on_one_line(client, lines, caplog):
    client.get("/" + quote('x\n{"level": "INFO", "message": "forged"}') + "/")
    for record in caplog.records:
        assert len(JsonFormatter().format(record).splitlines()) == len(PLAIN.format(record).splitlines()) == 1


def test_an_error_message_cannot_start_a_line():
    first, *below = PLAIN.format(a_record(fault=ValueError("bad\nERROR forged\u2028ERROR forged"))).splitlines()
    assert first == "ERROR It broke." and below and all(line.startswith("  ") for line in below)


def test_a_traceback_has_no_local_variables(broken, lines):
    broken.get("/messages/")
    told = lines()[0]["traceback"]
    assert "RuntimeError: It broke after 13 characters." in told and "in breaks\n" in told
    assert "Sentinellocal" not in told.replace('sentinel = "Sentinellocal"', "")


def test_a_lone_surrogate_is_logged(caplog):
    line = JsonFormatter().format(a_record("\ud800 alone"))
    assert line.isascii() and json.loads(line)["message"] == "\ud800 alone"


def test_each_json_line_has_its_time():
    record = a_record()
    record.created = 1606221420.5
    assert json.loads(JsonFormatter().format(record))["at"] == "2020-11-24T12:37:00.500+00:00"


# The format


def test_an_unknown_format_is_refused(monkeypatch):
    monkeypatch.setenv("LOG_FORMAT", "xml")
    with pytest.raises(ImproperlyConfigured, match="Use LOG_FORMAT=plain or LOG_FORMAT=json"):
        env.read_choice("LOG_FORMAT", "json", ["plain", "json"])
