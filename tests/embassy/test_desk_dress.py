"""Every page of the desk, for every role, in the desk's own frame and words."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts import roles
from accounts.passwords import invitation_tokens
from accounts.staff import invite_user
from consular.models import AnswerTemplate
from news.models import Release
from tests.factories import NOON, a_category, a_counter, a_message, a_notice, a_page, a_topic, an_enquiry, an_office
from tests.helpers.accounts import a_member
from tests.helpers.routes import admin_view_paths

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SUPERUSER = "superuser"
IN_THE_PUBLIC_FRAME = re.compile(r"/(preview|r)/")  # a preview shows the page as visitors will see it
DJANGO_WORDS = re.compile(
    r"Django|Select [\w -]+ to (change|view)|Authentication and Authorization|Yes, I’m sure"
    r"|\bLog (in|out)\b|\bEmail\b|\bAdd user"
)
ANONYMOUS = [
    "login/",
    "password-reset/",
    "password-reset/sent/",
    "reset/done/",
    "reset/MQ/x-y/",
    "login/code/",
    "users/",
]


@pytest.fixture
def filled_site():
    """One row of each kind, with the id 1 wherever a route needs it."""
    a_message(pk=1, headline="A statement")
    a_page(pk=1, path="fees")
    for make in (a_category, a_counter, a_notice, an_office, a_topic):
        make()
    an_enquiry(pk=1)
    AnswerTemplate.objects.create(pk=1, name="Report", text="Dear {name},")
    Release.objects.create(pk=1, name="Visit")


def desk_paths():
    """Return the address of every view of the desk."""
    root = type("Root", (), {"url_patterns": admin.site.get_urls()})
    paths = set().union(*admin_view_paths(root, "", [1]))
    return sorted(f"/admin/{path}" for path in paths if not path.startswith("logout"))


def desk_user(role):
    if role == SUPERUSER:
        return get_user_model().objects.create_superuser("chief", "chief@example.org", "a long password")
    return a_member(role)


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


@pytest.mark.parametrize("role", [SUPERUSER, roles.WRITERS, roles.EDITORS, roles.CONSULAR])
@pytest.mark.usefixtures("filled_site")
def test_every_page_is_in_the_frame_of_the_desk(client, role):
    client.force_login(desk_user(role))
    desk = "Consular desk" if role == roles.CONSULAR else "Press desk"
    troubles, pages = [], 0
    for path in desk_paths():
        response = client.get(path)
        assert response.status_code < 500, path
        if is_page(response) and not IN_THE_PUBLIC_FRAME.search(path):
            pages += 1
            troubles += troubles_of(path, response, desk)
    assert troubles == [] and pages > 50


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
