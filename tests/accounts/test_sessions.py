"""Staff sessions: timeouts, reauthentication before accounts change, Clear-Site-Data."""

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session

from accounts import roles
from tests.factories import HOUR, NOON, a_message
from tests.helpers.accounts import (
    LOGIN,
    PASSWORD,
    USERS,
    a_member,
    is_signed_in,
    letters_to,
    security_event_kinds,
    shown_code,
    sign_in,
    with_phone,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

CHANGE, VERIFY, SESSIONS = "/admin/password_change/", "/admin/verify/", "/admin/sessions/"
NEW = "as long as a sentence"


@pytest.fixture
def dora():
    return a_member(roles.WRITERS, username="dora@example.org")


@pytest.fixture
def manager(client):
    member = a_member(roles.MANAGERS, username="manager@example.org")
    client.force_login(member)
    return member


# Their end


def test_a_session_ends_after_two_hours_without_use(client, dora, clock):
    sign_in(client)
    clock.move_to(NOON + 1.9 * HOUR)
    used = is_signed_in(client)
    clock.move_to(NOON + 3.8 * HOUR)
    used_again = is_signed_in(client)
    clock.move_to(NOON + 5.9 * HOUR)
    assert (used, used_again, is_signed_in(client)) == (True, True, False)


def test_a_session_ends_after_twelve_hours_of_use(client, dora, clock):
    sign_in(client)
    for hour in range(1, 12):
        clock.move_to(NOON + hour * HOUR)
        assert is_signed_in(client)
    clock.move_to(NOON + 12 * HOUR)
    assert not is_signed_in(client)


def test_an_expired_session_is_deleted_on_the_server(client, dora, clock):
    sign_in(client)
    clock.move_to(NOON + 3 * HOUR)
    is_signed_in(client)
    clock.move_to(NOON)
    assert not is_signed_in(client)


def test_the_last_use_is_stored_every_five_minutes(client, dora, clock, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sign_in(client)
    clock.shift(60)
    with CaptureQueriesContext(connection) as queries:
        is_signed_in(client)
    assert not [query["sql"] for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]


# The user's own sessions


def test_users_can_end_all_their_other_sessions(client, dora):
    others = [client.__class__() for _number in range(3)]
    for each in (client, *others):
        sign_in(each)
    page = client.get(SESSIONS).content.decode()
    assert (page.count("Signed in "), page.count("(this session)")) == (4, 1)
    client.post(SESSIONS)
    assert [is_signed_in(client), *map(is_signed_in, others)] == [True, False, False, False]
    assert "sessions ended" in security_event_kinds()


def test_sessions_of_others_are_neither_listed_nor_ended(client, dora):
    other = client.__class__()
    other.force_login(a_member(roles.WRITERS, username="carl@example.org"))
    sign_in(client)
    assert client.get(SESSIONS).content.decode().count("Signed in ") == 1
    client.post(SESSIONS)
    assert is_signed_in(other)


def test_pending_sign_ins_end_with_the_sessions(client, dora):
    with_phone(dora)
    sign_in(client)
    from accounts import sessions

    assert sessions.end_sessions(dora) == 1
    assert not Session.objects.exists()


# Proving again who one is


MANAGERS_PAGES = ["add/", "{pk}/change/", "{pk}/delete/", "{pk}/two-factor/"]


@pytest.mark.parametrize("page", MANAGERS_PAGES)
def test_changing_accounts_requires_recent_reauthentication(client, manager, dora, clock, page):
    with_phone(dora)
    address = USERS + page.format(pk=dora.pk)
    assert client.get(address).status_code == 200
    clock.shift(31 * 60)
    answer = client.get(address)
    assert answer["Location"].startswith(f"{VERIFY}?next=")
    assert client.post(answer["Location"], {"password": "wrong"}).status_code == 200
    assert client.post(answer["Location"], {"password": PASSWORD})["Location"] == address
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("action", ["deactivate_selected", "end_sessions_selected", "reset_two_factor_selected"])
def test_actions_require_recent_reauthentication(client, manager, dora, clock, action):
    with_phone(dora)
    clock.shift(61 * 60)
    answer = client.post(USERS, {"action": action, "_selected_action": [dora.pk]})
    assert answer["Location"].startswith(VERIFY)
    dora.refresh_from_db()
    assert (dora.is_active, dora.totpdevice_set.count()) == (True, 1)


def test_an_open_form_can_be_submitted_within_an_hour(client, manager, dora, clock):
    clock.shift(29 * 60)
    client.get(f"{USERS}{dora.pk}/change/")
    clock.shift(29 * 60)
    data = {"email": dora.email, "first_name": "New", "last_name": "y", "is_active": "on"}
    client.post(f"{USERS}{dora.pk}/change/", data | {"groups": list(dora.groups.values_list("pk", flat=True))})
    dora.refresh_from_db()
    assert dora.first_name == "New"


def test_reauthentication_requires_password_and_code(client, dora, clock):
    with_phone(dora)
    sign_in(client)
    client.post("/admin/login/code/", {"code": shown_code()})
    clock.shift(31 * 60)
    assert client.get(CHANGE)["Location"].startswith(VERIFY)
    page = client.post(f"{VERIFY}?next={CHANGE}", {"password": PASSWORD})
    assert (page.status_code, 'name="code"' in page.content.decode()) == (200, True)
    assert client.post(f"{VERIFY}?next={CHANGE}", {"password": PASSWORD, "code": "000000"}).status_code == 200
    clock.shift(60)
    assert client.post(f"{VERIFY}?next={CHANGE}", {"password": PASSWORD, "code": shown_code()})["Location"] == CHANGE


@pytest.mark.parametrize(
    "then", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example", ""]
)
def test_reauthentication_redirects_within_the_admin_only(client, dora, then):
    sign_in(client)
    assert client.post(VERIFY, {"password": PASSWORD}, query_params={"next": then})["Location"] == "/admin/"


def test_reauthentication_is_throttled(client, dora):
    sign_in(client)
    assert [client.post(VERIFY, {"password": f"x{number}"}).status_code for number in range(5)][-1] == 429


# Another password


def change(client, old=PASSWORD, new=NEW):
    return client.post(CHANGE, {"old_password": old, "new_password1": new, "new_password2": new})


def test_wrong_old_passwords_are_throttled(client, dora):
    sign_in(client)
    assert [change(client, f"wrong {number}").status_code for number in range(5)] == [200] * 4 + [429]
    assert change(client).status_code == 429


def test_a_changed_password_is_notified_and_ends_other_sessions(client, dora):
    other = client.__class__()
    sign_in(other)
    sign_in(client)
    assert change(client)["Location"] == "/admin/password_change/done/"
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)
    assert any("Your password was changed" in letter.body for letter in letters_to("dora@example.org"))


def test_passwords_have_a_maximum_length(client, dora):
    sign_in(client)
    assert change(client, new="long " * 2000).status_code == 200


# Storage in the browser


def test_signing_out_clears_the_browser_storage(client, dora):
    sign_in(client)
    assert client.post("/admin/logout/")["Clear-Site-Data"] == '"cache", "storage"'


def test_an_expired_session_clears_pages_and_keeps_unsaved_texts(client, dora, clock):
    sign_in(client)
    clock.move_to(NOON + 3 * HOUR)
    answer = client.get(client.get("/admin/")["Location"])
    assert answer["Clear-Site-Data"] == '"cache"'


def test_other_responses_clear_nothing(client, dora):
    fresh = client.get(LOGIN)
    with_phone(dora)
    sign_in(client)
    assert [answer.has_header("Clear-Site-Data") for answer in (fresh, client.get(LOGIN))] == [False, False]


# Strangers


def test_a_large_anonymous_body_is_refused_unread(client):
    class Body:
        def read(self, *size):
            raise AssertionError("The body was read.")

        readline = read

    for length in (300_000, 80_000_000):
        answer = client.generic("POST", "/admin/upload/", b"", CONTENT_LENGTH=str(length), **{"wsgi.input": Body()})
        assert answer.status_code == 413


def test_a_large_body_with_a_forged_session_is_refused(client):
    client.cookies[site.SESSION_COOKIE_NAME] = "x" * 32
    assert client.generic("POST", "/admin/news/message/add/", b"x" * 300_000).status_code == 413


def test_a_large_text_of_staff_is_accepted(client):
    client.force_login(a_member(roles.WRITERS, username="w@example.org"))
    data = {"headline": "x", "body": "<p>" + "word " * 60_000 + "</p>"}
    assert client.post("/admin/news/message/add/", data).status_code == 200


def test_save_as_new_is_refused(client):
    message = a_message(publish_at=None)
    client.force_login(a_member(roles.EDITORS, username="e@example.org"))
    answer = client.post(f"/admin/news/message/{message.pk}/change/", {"_saveasnew": "1", "headline": "Copy"})
    assert (answer.status_code, type(message).objects.count()) == (400, 1)
