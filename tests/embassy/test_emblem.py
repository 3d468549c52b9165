"""The emblem of the masthead: the operator's file, or the neutral one."""

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from embassy import env as environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_emblem(tmp_path, settings):
    """Return the operator's file, which is set."""
    file = tmp_path / "Coat of arms.PNG"
    file.write_bytes(b"an image")
    settings.EMBASSY_EMBLEM = str(file)
    return file


def test_without_a_file_the_neutral_emblem_is_shown(client, clock):
    html = client.get("/").content.decode()
    assert '<img class="emblem" src="/static/emblem.svg" alt=""' in html
    assert '<link rel="icon" href="/static/emblem.svg" type="image/svg+xml">' in html


def test_the_file_of_the_operator_is_shown_and_served(client, clock, own_emblem):
    html = client.get("/").content.decode()
    assert '<img class="emblem" src="/static/emblem.png" alt=""' in html
    assert '<link rel="icon" href="/static/emblem.png" type="image/png">' in html
    assert finders.find("emblem.png") == str(own_emblem)
    assert finders.find("emblem.png", find_all=True) == [str(own_emblem)]


def test_collectstatic_copies_the_file_and_nothing_beside_it(own_emblem, settings, tmp_path):
    (tmp_path / "secret.txt").write_text("not public")
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": f"{StaticFilesStorage.__module__}.{StaticFilesStorage.__qualname__}"}
    }
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["ckeditor", "admin"])
    assert (settings.STATIC_ROOT / "emblem.png").read_bytes() == b"an image"
    assert not list(settings.STATIC_ROOT.rglob("secret*"))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("emblem.svg", "full path"),
        ("/nowhere/emblem.svg", "no such file"),
        ("/etc/passwd", "ends in .svg or .png"),
    ],
)
def test_a_wrong_path_stops_the_start_with_a_sentence(monkeypatch, value, words):
    monkeypatch.setenv("EMBASSY_EMBLEM", value)
    with pytest.raises(ImproperlyConfigured, match=words):
        environment.read_image_file("EMBASSY_EMBLEM", (".svg", ".png"), most_kib=64)


def test_a_large_file_is_refused(monkeypatch, tmp_path):
    file = tmp_path / "emblem.svg"
    file.write_bytes(b" " * (64 * 1024 + 1))
    monkeypatch.setenv("EMBASSY_EMBLEM", str(file))
    with pytest.raises(ImproperlyConfigured, match="more than 64 KB"):
        environment.read_image_file("EMBASSY_EMBLEM", (".svg", ".png"), most_kib=64)


def test_a_short_name_is_shown_on_narrow_screens_alone(client, clock, settings):
    settings.EMBASSY_SHORT_NAME = "Embassy in London"
    html = client.get("/").content.decode()
    assert f'<span class="full">{settings.EMBASSY_NAME}</span><span class="short">Embassy in London</span>' in html
    assert client.get("/manifest.webmanifest").json()["short_name"] == "Embassy in London"
