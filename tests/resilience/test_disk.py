"""The disk is full: pages are served, failed writes are reported, and nothing is written in part."""

import io
from contextlib import contextmanager

import pytest
from PIL import Image

from tests.helpers.form_fields import fields_of
from tests.helpers.nginx import HOST, NGINX, nginx
from tests.nginx.server import request_page
from tests.resilience.database_actions import Database, run_action
from tests.resilience.visitor_actions import (
    PUBLIC,
    last_cookie,
    open_contact_form,
    open_message_form,
    save_message_form,
    send_enquiry,
)


@pytest.fixture(scope="module")
def site(serve, small_disk):
    return serve(Database(f"sqlite:///{small_disk}/site.sqlite3"), small_disk / "media")


@contextmanager
def full(disk):
    """Fill a disk completely while the block runs."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    try:
        yield
    finally:
        filler.unlink()


def test_pages_are_served_on_a_full_disk(site, small_disk):
    with full(small_disk):
        assert [site.ask(path)[0] for path in PUBLIC] == [200] * len(PUBLIC)
        assert site.ask("/readyz")[0] == 200


@pytest.mark.skipif(not NGINX, reason="nginx is not installed")
def test_pages_are_served_through_nginx_on_a_full_disk(site, small_disk, tmp_path):
    directory = small_disk / "door"
    directory.mkdir()
    paths = [*PUBLIC, "/contact/"]
    with nginx(
        directory, nodes=[site.port], static=directory, media=small_disk / "media", cache=tmp_path / "cache"
    ) as door:
        before = [
            request_page(door, path).status for path in paths[::2]
        ]  # the others are requested only when the disk is full
        with full(small_disk):
            found = [request_page(door, f"{path}{query}").status for query in ("", "?r=1", "") for path in paths]
            form = request_page(door, "/contact/", "POST", body="name=" + "a" * 40_000)
    assert (set(before), set(found), form.status) == ({200}, {200}, 403)


def test_a_message_is_saved_completely_or_an_error_is_shown_on_a_full_disk(site, small_disk):
    ((session, pk),) = run_action(site, "officers", 1)
    form = open_message_form(site, session, pk)
    with full(small_disk):
        status, page = save_message_form(site, form, headline="Another", body="<p>" + "words " * 20_000 + "</p>")
        assert status == 503, page[page.find("errornote") :][:1500]
        assert "Traceback" not in page and "<h1" in page
    assert run_action(site, "headlines")[str(pk)] == "Draft 0"
    assert run_action(site, "whole") == "ok"
    assert save_message_form(site, form, headline="Another")[0] == 302
    assert run_action(site, "headlines")[str(pk)] == "Another"


def test_an_enquiry_is_stored_or_an_error_is_shown_on_a_full_disk(site, small_disk):
    question = open_contact_form(site)
    with full(small_disk):
        status, page, seconds = send_enquiry(site, question)
        kept = run_action(site, "enquiries")
        assert (status, kept) in [(303, 1), (503, 0)]
        assert seconds < 5
        assert status == 303 or "<h1" in page
    assert send_enquiry(site, question)[0] == 303
    assert run_action(site, "enquiries") == 1


def test_an_upload_is_stored_completely_or_an_error_is_shown_on_a_full_disk(site, small_disk):
    ((session, _),) = run_action(site, "officers", 1)
    cookies = f"__Host-sessionid={session}"
    _, page = site.ask("/admin/news/message/add/", Cookie=cookies)
    token = fields_of(page, "message_form")["csrfmiddlewaretoken"]
    content = io.BytesIO()
    Image.effect_noise((1200, 1200), 90).save(content, "PNG")
    body = (
        b'--x\r\nContent-Disposition: form-data; name="upload"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        + content.getvalue()
        + b"\r\n--x--\r\n"
    )
    headers = {
        "Content-Type": "multipart/form-data; boundary=x",
        "X-CSRFToken": token,
        "Cookie": f"{cookies}; {last_cookie(site, 'csrftoken')}",
        "Referer": f"https://{HOST}/admin/",
    }

    def files():
        return [file for file in (small_disk / "media").rglob("*") if file.is_file()]

    before = files()
    with full(small_disk):
        status, said = site.ask("/admin/upload/", "POST", body, **headers)
        assert '"uploaded": 0' in said or status == 503, (status, said[:500])
        assert files() == before
    status, said = site.ask("/admin/upload/", "POST", body, **headers)
    assert (status, '"uploaded": 1' in said) == (200, True)
