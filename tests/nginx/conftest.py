"""Fixtures for tests of the shipped nginx configuration, in front of the application on the tests' database.

Production's files with the ports and directories of this run. For the tests nginx waits two seconds for the application
instead of ten, writes its log unbuffered, and takes the visitor's address from a header.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.environment import everything_is_required
from tests.helpers.nginx import NGINX, nginx, refusing_port
from tests.nginx.server import Application, wait_for_next_second


def for_the_tests(text):
    """Return a shipped file with a short timeout, an unbuffered log, and visitors by a header."""
    text = text.replace("proxy_read_timeout 10s;", "proxy_read_timeout 2s;").replace(" buffer=64k flush=5s;", ";")
    return text.replace("http {", "http { set_real_ip_from 127.0.0.1; real_ip_header X-Tests-Visitor;", 1)


@pytest.fixture(scope="session")
def has_nginx():
    if not NGINX:
        missing = "No nginx found. Install it (Debian: apt-get install nginx libnginx-mod-http-brotli-static curl)."
        if everything_is_required():
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)


@pytest.fixture(scope="session")
def application(has_nginx, django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock():
        running = Application(tmp_path_factory.mktemp("application"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def door(application, tmp_path_factory):
    directory = tmp_path_factory.mktemp("door")
    places = {"nodes": [application.port], "static": application.static, "media": application.media}
    with nginx(directory, **places, change=for_the_tests) as running:
        yield running


@pytest.fixture(scope="module")
def lone_door(has_nginx, tmp_path_factory):
    """An nginx without a node behind it: it responds with 502 to each request that it would pass on."""
    directory = tmp_path_factory.mktemp("lone-door")
    with refusing_port() as port:
        places = {"nodes": [port], "static": directory, "media": directory}
        with nginx(directory, **places, change=for_the_tests) as running:
            yield running


@pytest.fixture
def empty_cache(door):
    """Wait until copies that an earlier test has left in the cache have expired."""
    wait_for_next_second()


@pytest.fixture
def an_hour_ago():
    return datetime.now(UTC) - timedelta(hours=1)
