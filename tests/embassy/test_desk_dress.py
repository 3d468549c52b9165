"""Every page of the desk is in the desk's own frame and words, says nothing of what its reader may not see, and may not
be in a frame of another page: one walk over all pages for each kind of user."""

import re

import pytest
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts import roles
from accounts.passwords import invitation_tokens
from accounts.staff import invite_user
from tests.factories import NOON
from tests.helpers.accounts import a_member
from tests.helpers.desk_walk import QUESTION, SECRET, canaries_in, desk_paths, fill_desk
from versions.admin.form_previews import IN_FRAME

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

IN_THE_PUBLIC_FRAME = re.compile(r"/(preview|r)/")  # a preview shows the page as visitors will see it
DJANGO_WORDS = re.compile(
    r"Django|Select [\w -]+ to (change|view)|Authentication and Authorization|Yes, I’m sure"
    r"|\bLog (in|out)\b|\bEmail\b|\bAdd user"
)
WRITERS_PAGES = ["/admin/", "/admin/news/message/", "/admin/news/message/1/change/", "/admin/consular/enquiry/"]
ANONYMOUS = [
    "login/",
    "password-reset/",
    "password-reset/sent/",
    "reset/done/",
    "reset/MQ/x-y/",
    "login/code/",
    "users/",
]


def troubles_of(path, response, desk):
    """Return what is wrong with a page of the desk."""
    page = re.sub(r"<textarea.*?</textarea>|<script.*?</script>", "", response.content.decode(), flags=re.DOTALL)
    title = re.search(r"<title>\s*(.*?)\s*</title>", page, re.DOTALL)
    if found := DJANGO_WORDS.search(re.sub(r"<[^>]*>", " ", page)):
        yield f"{path}: says “{found[0]}”"
    if not title or not title[1].endswith(desk):
        yield f"{path}: has the title {title and title[1]!r}"
    if '<header id="header"' not in page or "desk.css" not in page:
        yield f"{path}: has not the desk's frame"


def is_page(response):
    return response.headers.get("Content-Type", "").startswith("text/html") and response.content


def framed_by(response):
    """Return the sites that may show a response in a frame, by its content security policy."""
    return re.findall(r"frame-ancestors ([^;]*)", response.get("Content-Security-Policy", ""))


def walk(client, desk, canaries=()):
    """Return what is wrong with the pages of the desk that a user opens, and the number of these pages."""
    troubles, pages = [], 0
    for path in desk_paths():
        response = client.get(path, {IN_FRAME: "1"})
        troubles += [f"{path}: status {response.status_code}"] * (response.status_code >= 500)
        troubles += [f"{path}: says {canary}" for canary in canaries_in(response, canaries)]
        if response["X-Frame-Options"] != "DENY" or "'self'" in framed_by(response):
            troubles.append(f"{path}: may be in a frame")
        if is_page(response) and not IN_THE_PUBLIC_FRAME.search(path):
            pages += 1
            troubles += troubles_of(path, response, desk)
    return troubles, pages


def test_every_page_of_a_superuser_is_in_the_frame_of_the_desk(admin_client):
    fill_desk()
    troubles, pages = walk(admin_client, "Press desk")
    assert troubles == [] and pages > 50


def test_every_page_of_the_press_is_in_the_frame_of_the_desk_and_says_nothing_of_an_enquiry(client):
    """One officer in all three groups opens what any of them can open."""
    enquiry = fill_desk()
    client.force_login(a_member(roles.WRITERS, roles.EDITORS, roles.MANAGERS))
    troubles, pages = walk(client, "Press desk", [QUESTION, enquiry.reference, enquiry.token])
    assert troubles == [] and pages > 50


def test_every_page_of_a_consular_officer_is_in_the_frame_of_the_desk_and_says_nothing_of_a_draft(client):
    fill_desk()
    client.force_login(a_member(roles.CONSULAR))
    troubles, pages = walk(client, "Consular desk", [SECRET])
    assert troubles == [] and pages > 50


def test_pages_of_a_writer_are_in_the_frame_of_the_desk(client):
    fill_desk()
    client.force_login(a_member(roles.WRITERS))
    for path in WRITERS_PAGES:
        assert list(troubles_of(path, client.get(path), "Press desk")) == []


@pytest.mark.parametrize("path", ANONYMOUS)
def test_pages_without_a_session_are_in_the_frame_of_the_desk(client, path):
    response = client.get(f"/admin/{path}", follow=True)
    assert list(troubles_of(path, response, "Press desk")) == []


def test_signing_out_is_in_the_frame_of_the_desk(client):
    client.force_login(a_member(roles.WRITERS))
    response = client.post("/admin/logout/")
    assert list(troubles_of("logout", response, "Press desk")) == []
    assert "You are signed out." in response.content.decode()


def test_invitation_says_the_rules_of_a_password(client):
    user = a_member(roles.WRITERS, password=None)
    invite_user(user, NOON)
    link = f"/admin/reset/{urlsafe_base64_encode(force_bytes(user.pk))}/{invitation_tokens.make_token(user)}/"
    response = client.get(link, follow=True)
    assert list(troubles_of(link, response, "Press desk")) == []
    assert "at least 10 characters" in response.content.decode()


def test_expired_form_is_in_the_frame_of_the_desk():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(a_member(roles.WRITERS))
    response = strict.post("/admin/news/message/add/")
    assert response.status_code == 403 and list(troubles_of("csrf", response, "Press desk")) == []


def test_failure_is_in_the_frame_of_the_desk(client, monkeypatch):
    client.force_login(a_member(roles.WRITERS))
    client.raise_request_exception = False

    def fail(*args, **kwargs):
        raise RuntimeError("A failure.")

    monkeypatch.setattr("embassy.desk_search.find", fail)
    response = client.get("/admin/search/?q=word")
    assert response.status_code == 500 and list(troubles_of("500", response, "Press desk")) == []
