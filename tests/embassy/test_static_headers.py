"""Security headers of static files, served by WhiteNoise or nginx."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from embassy.static_headers import STATIC_FILE_POLICY
from tests.helpers.nginx import SHIPPED

pytestmark = pytest.mark.django_db  # a request that ends looks after the connections to the database


@pytest.fixture
def collected(settings, tmp_path):
    """The directory with the site's static files, as they are served."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_a_static_file_cannot_run_or_load_anything(collected, settings):
    one_of_each = {path.suffix: path for path in sorted(collected.rglob("*")) if path.is_file()}
    paths = [f"/static/{path.relative_to(collected)}" for path in one_of_each.values()]
    paths += [f"/{path.name}" for path in Path(settings.WHITENOISE_ROOT).iterdir()]
    assert {".css", ".js", ".svg", ".png"} < one_of_each.keys()
    client = Client()
    for path in paths:
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Security-Policy"]) == (200, STATIC_FILE_POLICY), path
        assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff")
        answer.close()


def test_nginx_sends_files_with_the_same_policy():
    text = (SHIPPED / "no-document.conf").read_text()
    assert re.findall(r'Content-Security-Policy "([^"]*)"', text) == [STATIC_FILE_POLICY]
