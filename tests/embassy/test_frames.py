"""Framing: the page that the live preview of the desk shows may be in a frame on this site, and no other page may."""

import re

import pytest
from django.test import Client
from django.urls import resolve, reverse

from tests.factories import a_message, a_page
from tests.helpers.message_form import filled_form
from tests.helpers.routes import routes
from versions.admin.form_previews import IN_FRAME

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

PREVIEWS = {f"{model}_{name}" for model in ("news_message", "pages_page") for name in ("preview", "preview_new")}


def framing(response):
    """Return what the two headers of a response say about frames."""
    ancestors = re.findall(r"frame-ancestors ([^;]*)", response.get("Content-Security-Policy", ""))
    return response.get("X-Frame-Options"), *ancestors


def preview_urls():
    """Return the URL of the preview of a saved and of a new row, of messages and pages."""
    message, page = a_message(publish_at=None), a_page(shown=False)
    return [
        reverse("admin:news_message_preview", args=[message.pk]),
        reverse("admin:news_message_preview_new"),
        reverse("admin:pages_page_preview", args=[page.pk]),
        reverse("admin:pages_page_preview_new"),
    ]


def test_a_preview_that_is_sent_to_the_frame_may_be_in_one_on_this_site(admin_client):
    for url in preview_urls():
        assert framing(admin_client.post(url, {IN_FRAME: "1"})) == ("SAMEORIGIN", "'self'"), url


def test_no_other_preview_may_be_in_a_frame(admin_client):
    for url in preview_urls():
        assert framing(admin_client.post(url, {})) == ("DENY", "'none'"), url
        assert framing(admin_client.get(url, {IN_FRAME: "1"})) == ("DENY", "'none'"), url


def test_another_site_cannot_send_a_form_to_a_frame(admin_user):
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(admin_user)
    for url in preview_urls():
        answer = stranger.post(url, {IN_FRAME: "1"})
        assert (answer.status_code, *framing(answer)) == (403, "DENY", "'none'"), url


def test_who_is_signed_out_gets_nothing_in_the_frame(client):
    for url in preview_urls():
        answer = client.post(url, {IN_FRAME: "1"})
        assert (answer.status_code, *framing(answer)) == (302, "DENY", "'none'"), url


def one_of_each_kind():
    """Return the example path of each public page, of each kind of page of the desk's models, of all else there."""
    kinds = {}
    for path, _view in routes():
        name = resolve(path).url_name or path
        if name not in PREVIEWS:
            kinds.setdefault(name.rpartition("_")[2] if path.startswith("/admin/") else path, path)
    return list(kinds.values())


@pytest.mark.slow
def test_no_other_form_can_be_sent_to_a_frame(client, admin_user):
    """That no page of the desk may be in a frame is tested in tests/embassy/test_desk_dress.py."""
    paths = one_of_each_kind()
    assert len(paths) > 50
    for path in paths:
        client.force_login(admin_user)
        answer = client.post(path, {IN_FRAME: "1"})
        assert framing(answer)[0] == "DENY", path
        assert "'self'" not in framing(answer)[1:], path


def test_no_public_page_may_be_in_a_frame(client):
    paths = [path for path, _view in routes() if not path.startswith("/admin/")]
    assert {framing(client.get(path, {IN_FRAME: "1"}))[0] for path in paths} == {"DENY"}


def test_only_the_form_with_an_editor_may_have_a_frame_in_it(admin_client):
    def may_have_frames(path):
        return "frame-src 'self'" in admin_client.get(path)["Content-Security-Policy"]

    forms = [reverse("admin:news_message_add"), reverse("admin:pages_page_add")]
    others = ["/", "/contact/", reverse("admin:index"), reverse("admin:news_message_changelist")]
    assert ([may_have_frames(path) for path in forms], any(map(may_have_frames, others))) == ([True, True], False)


def test_the_page_in_the_frame_is_the_public_page_without_scripts(admin_client):
    url = reverse("admin:news_message_preview_new")
    page = admin_client.post(url, filled_form(headline="As typed", slug="") | {IN_FRAME: "1"}).content.decode()
    assert '<h1 lang="en" dir="ltr">As typed</h1>' in page
    assert '<base target="_blank">' in page  # a link does not replace the page in the frame
    assert "<script" not in page and "Preview of the unsaved text" not in page
