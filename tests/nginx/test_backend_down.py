"""Responses of nginx while the application is stopped or hangs."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.factories import a_message, a_topic, an_office
from tests.helpers.nginx import nginx, without_query_limit
from tests.nginx.server import Application, request_page, wait_for_next_second

pytestmark = pytest.mark.django_db(transaction=True)


def test_cached_pages_are_served_while_the_application_is_stopped(door, application, an_hour_ago):
    message = a_message(headline="Read before the fall", publish_at=an_hour_ago)
    path = message.get_absolute_url()
    assert request_page(door, path).status == 200
    application.stop()
    try:
        wait_for_next_second()
        stale, desk, form = (request_page(door, each) for each in (path, "/admin/", "/contact/write/"))
    finally:
        application.start()
    assert (stale.status, "Read before the fall" in stale.text) == (200, True)
    assert stale.headers["cache-status"].endswith("nginx; hit; detail=stale")
    assert abs(time.time() - int(stale.headers["server-timing"].rpartition("=")[2]) / 1000) < 30
    assert [(answer.status, answer.headers["cache-control"]) for answer in (desk, form)] == [(502, "no-store")] * 2
    assert "Embassy of the Republic in London" in desk.text and 'href="/static/site.css"' in desk.text
    assert desk.headers["retry-after"] == "10"
    assert [request_page(door, "/admin/login/").status, request_page(door, path).status] == [200, 200]


def test_the_contact_page_and_its_topics_are_served_while_the_application_is_stopped(door, application):
    an_office(emergency_phone="+44 (0) 7700 900123")
    topic = a_topic(name="Lost passport", sentence="Report it to the police first.")
    paths = "/contact/", topic.get_absolute_url()
    assert [request_page(door, path).status for path in paths] == [200, 200]
    application.stop()
    try:
        wait_for_next_second()
        stale = [request_page(door, path) for path in paths]
    finally:
        application.start()
    assert ["tel:+447700900123" in answer.text for answer in stale] == [True, True]
    assert {answer.headers["cache-status"].partition(", ")[2] for answer in stale} == {"nginx; hit; detail=stale"}
    assert not any("set-cookie" in answer.headers for answer in stale)


def test_two_workers_that_die_within_five_seconds_leave_the_contact_page_answering(door, application):
    """Granian takes that for a crash loop and may exit: until systemd has started it again, the copy is served."""
    an_office(emergency_phone="+44 (0) 7700 900123")
    assert request_page(door, "/contact/").status == 200
    found = []
    try:
        for _death in range(2):
            application.kill_workers()
            until = time.monotonic() + 1.5
            while time.monotonic() < until:
                found.append(request_page(door, "/contact/"))
    finally:
        application.restart()
    assert {answer.status for answer in found} == {200}
    assert all("tel:+447700900123" in answer.text for answer in found)


def test_only_one_visitor_waits_while_the_application_hangs(door, application):
    request_page(door, "/messages/")
    wait_for_next_second()
    application.hang()
    try:
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda _: request_page(door, "/messages/"), range(2)))
    finally:
        application.go_on()
    assert [answer.status for answer in answers] == [200, 200]
    assert sorted(answer.headers["cache-status"].rpartition("=")[2] for answer in answers) == ["stale", "updating"]


def test_the_spare_server_is_used_while_the_application_is_stopped(application, tmp_path):
    spare = Application(tmp_path / "spare", "embassy-spare.service", application.static)
    spare.start()
    places = {"nodes": [application.port], "static": tmp_path, "media": tmp_path}
    try:
        with nginx(tmp_path / "door", **places, spare=spare.port, change=without_query_limit) as door:
            before = request_page(door, "/contact/write/").status
            application.stop()
            try:
                found = [
                    request_page(door, path).status
                    for path in ("/contact/write/", "/admin/login/", "/messages/?date=2020-11-24")
                ]
                form = request_page(door, "/contact/write/", "POST", body="").status
            finally:
                application.start()
            assert (before, found, form) == (200, [200, 200, 302], 403)
            wait_for_next_second()
            spare.stop()
            assert request_page(door, "/contact/write/").status == 200  # the application, which runs again
    finally:
        spare.stop()
