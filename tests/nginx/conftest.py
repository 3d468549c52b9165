"""The site behind the nginx that is shipped, for all tests in here, and the visitor's way in.

Production's files, with ports and directories of this run; a test may wait two seconds for a silent application where a
visitor waits ten, read the log at once, and say in a header from which address it comes.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.environment import everything_is_required
from tests.helpers.nginx import NGINX, nginx
from tests.nginx.server import Application, the_next_second


def for_the_tests(text):
    """Return a shipped file with what the tests need to be quick, and several visitors."""
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


@pytest.fixture
def anew(door):
    """Nothing that a test before this one has left in the cache is good any more."""
    the_next_second()


@pytest.fixture
def an_hour_ago():
    return datetime.now(UTC) - timedelta(hours=1)
