"""The desk's own frame: on its error pages, on Django's pages for passwords, for a form that has expired."""

import pytest
from django.conf import settings
from django.test import Client

from accounts import roles
from tests.factories import a_message, an_enquiry
from tests.helpers.accounts import a_member

pytestmark = pytest.mark.django_db

BRANDING = f'<div id="site-name"><a href="/admin/">{settings.EMBASSY_NAME}</a></div>'


PASSWORD_PAGES = [
    "/admin/password-reset/",
    "/admin/password-reset/sent/",
    "/admin/reset/done/",
    "/admin/reset/x/y-z/",
    "/admin/login/",
]


@pytest.mark.parametrize("path", PASSWORD_PAGES)
def test_a_page_about_passwords_bears_the_name_of_the_site(client, path):
    page = client.get(path, follow=True).content.decode()
    assert "Django" not in page
    assert BRANDING in page


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (roles.WRITERS, "/admin/consular/enquiry/", 403),
        (roles.CONSULAR, "/admin/news/message/", 403),
        (roles.WRITERS, "/admin/nothing/here/", 404),
        (roles.WRITERS, "/admin/news/message/999/preview/", 404),
        (roles.EDITORS, "/admin/news/message/withdraw/?ids=999", 404),
    ],
)
def test_an_error_on_the_desk_is_a_page_of_the_desk(client, role, path, status):
    client.force_login(a_member(role))
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == status
    assert BRANDING in page
    assert ('id="logout-form"' in page, "Consular contact" in page) == (True, False)
    assert "no-store" in answer["Cache-Control"]


def test_an_error_of_the_public_site_stays_public(client):
    client.force_login(a_member(roles.WRITERS))
    page = client.get("/nothing/here/").content.decode()
    assert ('id="logout-form"' in page, 'class="skip"' in page) == (False, True)


def test_a_refused_request_shows_a_message_in_the_desks_frame(client):
    client.force_login(a_member(roles.EDITORS))
    answer = client.post("/admin/news/message/", {"action": "approve_selected", "_selected_action": ["x"]})
    assert (answer.status_code, BRANDING in answer.content.decode()) == (400, True)


# A form whose token has expired


@pytest.fixture
def strict():
    return Client(enforce_csrf_checks=True)


def test_an_expired_form_of_the_desk_returns_the_input(strict):
    strict.force_login(a_member(roles.EDITORS))
    message = a_message(publish_at=None)
    path = f"/admin/news/message/{message.pk}/change/"
    typed = {"headline": "A headline that took a while", "body": "<p>An hour of typing &amp; more.</p>"}
    answer = strict.post(path, typed | {"csrfmiddlewaretoken": "x" * 64})
    page = answer.content.decode()
    assert (answer.status_code, BRANDING in page) == (403, True)
    assert "A headline that took a while</textarea>" in page
    assert "&lt;p&gt;An hour of typing &amp;amp; more.&lt;/p&gt;</textarea>" in page
    assert (f'href="{path}"' in page, "x" * 64 in page) == (True, False)


def test_an_expired_answer_to_an_enquiry_is_given_back(strict):
    strict.force_login(a_member(roles.CONSULAR))
    page = strict.post(f"/admin/consular/enquiry/{an_enquiry().pk}/answer/", {"text": "Please bring two photographs."})
    assert "Please bring two photographs.</textarea>" in page.content.decode()


def test_an_expired_form_returns_no_input_to_anonymous_users(strict):
    page = strict.post("/admin/login/", {"username": "anna", "note": "A text of more than twenty characters"})
    assert page.status_code == 403
    assert "A text of more than twenty" not in page.content.decode()


def test_an_expired_form_never_shows_a_password(strict):
    strict.force_login(a_member(roles.EDITORS))
    page = strict.post("/admin/password_change/", {"new_password1": "correct horse battery staple of old"})
    assert "correct horse" not in page.content.decode()


# The session of an open form


def test_an_open_form_requests_the_user_and_a_token(client):
    editor = a_member(roles.EDITORS)
    client.force_login(editor)
    answer = client.get("/admin/session/")
    assert (answer.json()["user"], len(answer.json()["token"])) == (editor.pk, 64)
    assert "no-store" in answer["Cache-Control"]


def test_the_token_requires_sign_in(client):
    assert client.get("/admin/session/").status_code == 302


def test_the_key_of_kept_texts_is_a_users_own_and_stays_the_same(client):
    def key(user):
        client.force_login(user)
        return client.get("/admin/").content.decode().partition('data-key="')[2].partition('"')[0]

    anna, boris = a_member(roles.EDITORS, username="anna"), a_member(roles.WRITERS, username="boris")
    first, other = key(anna), key(boris)
    client.logout()
    assert (len(first), first == key(anna), first != other) == (44, True, True)
    client.logout()
    assert 'data-key=""' in client.get("/admin/login/").content.decode()
