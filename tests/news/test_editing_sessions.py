"""Presence: a heartbeat from the open form, shown to other users, expired after a minute."""

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from editions.edition import Edition
from news.models import EditingSession
from tests.factories import DAY, NOON, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LIST = "/admin/news/message/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def anna(client):
    return officer("anna", "change_message", "view_message", client=client)


@pytest.fixture
def boris():
    return officer("boris", "change_message", "view_message")


def officer(name, *permissions, client=None):
    """Return the client of a signed-in user with some permissions."""
    user = get_user_model().objects.create_user(name, first_name=name.title(), last_name="Orlova", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions, content_type__app_label="news"))
    client = client or Client()
    client.force_login(user)
    return client


def a_draft():
    return a_message(publish_at=None)


def beat(client, message, **data):
    return client.post(f"{LIST}{message.pk}/presence/", data)


def others(client, message):
    return beat(client, message).json()["others"]


def change(message):
    return f"{LIST}{message.pk}/change/"


def test_other_users_see_who_is_editing_since_when(anna, boris, clock):
    draft = a_draft()
    beat(anna, draft)
    clock.shift(30)
    assert others(boris, draft) == ["Anna Orlova has been editing this since 12:37."]
    assert "Anna Orlova has been editing this since 12:37." in boris.get(change(draft)).content.decode()


def test_an_open_form_differs_from_a_changed_one(anna, boris):
    draft = a_draft()
    beat(anna, draft, changed="0")
    assert others(boris, draft) == ["Anna Orlova has had this open since 12:37."]
    assert "Anna Orlova has had it open since 12:37</small>" in boris.get(LIST).content.decode()
    beat(anna, draft, changed="1")
    assert others(boris, draft) == ["Anna Orlova has been editing this since 12:37."]
    assert "Anna Orlova has been editing since 12:37</small>" in boris.get(LIST).content.decode()


def test_users_do_not_see_themselves(anna):
    draft = a_draft()
    beat(anna, draft)
    assert others(anna, draft) == []


def test_a_session_starts_with_its_first_heartbeat(anna, boris, clock):
    draft = a_draft()
    for _ in range(10):
        beat(anna, draft)
        clock.shift(20)
    assert others(boris, draft) == ["Anna Orlova has been editing this since 12:37."]


def test_a_session_expires_a_minute_after_the_last_heartbeat(anna, boris, clock):
    draft = a_draft()
    beat(anna, draft)
    clock.shift(59)
    last = others(boris, draft)
    clock.shift(1)
    assert (len(last), others(boris, draft)) == (1, [])


def test_a_returning_user_starts_a_new_session(anna, boris, clock):
    draft = a_draft()
    beat(anna, draft)
    clock.shift(600)
    beat(anna, draft)
    assert others(boris, draft) == ["Anna Orlova has been editing this since 12:47."]


@pytest.mark.one_database
def test_another_day_is_shown_with_its_date(anna, boris):
    draft = a_draft()
    beat(anna, draft)
    EditingSession.objects.update(started_at=NOON - DAY)
    assert others(boris, draft) == ["Anna Orlova has been editing this since 23 November, 12:37."]


def test_leaving_the_page_ends_the_session(anna, boris):
    draft = a_draft()
    beat(anna, draft)
    beat(anna, draft, gone="1")
    assert others(boris, draft) == []


def test_expired_sessions_are_deleted(anna, clock):
    beat(anna, a_draft())
    clock.shift(61)
    beat(anna, a_draft())
    assert EditingSession.objects.count() == 1


def test_a_session_belongs_to_one_message(anna, boris):
    beat(anna, a_draft())
    assert others(boris, a_draft()) == []


def test_the_list_shows_other_editors(anna, boris):
    draft = a_draft()
    beat(anna, draft)
    theirs, own = (each.get(LIST).content.decode() for each in (boris, anna))
    assert ("Anna Orlova has been editing since 12:37</small>" in theirs, "has been editing" in own) == (True, False)


def test_the_heartbeat_reports_a_newer_version(anna):
    draft = a_draft()
    read = draft.history.first().history_id
    draft.lead = "Changed meanwhile"
    draft.save()
    told = [beat(anna, draft, version=version).json()["newer"] for version in (read, draft.history.first().history_id)]
    assert told == ["Someone saved this message at 12:37.", ""]


def test_a_heartbeat_creates_no_edition(anna):
    draft = a_draft()
    number = Edition.current().number
    beat(anna, draft)
    assert Edition.current().number == number


def test_a_message_with_a_session_can_be_deleted(anna, admin_client):
    draft = a_draft()
    beat(anna, draft)
    assert admin_client.post(f"{LIST}{draft.pk}/delete/", {"post": "yes"}).status_code == 302


# Refused


@pytest.mark.one_database
def test_the_heartbeat_needs_change_permission():
    draft = a_draft()
    assert beat(officer("reader", "view_message"), draft).status_code == 403


@pytest.mark.one_database
def test_anonymous_users_are_redirected_to_the_login(client):
    draft = a_draft()
    assert (beat(client, draft).status_code, EditingSession.objects.count()) == (302, 0)


@pytest.mark.one_database
def test_the_heartbeat_needs_a_csrf_token(anna):
    draft = a_draft()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = anna.cookies
    assert (beat(strict, draft).status_code, EditingSession.objects.count()) == (403, 0)


@pytest.mark.one_database
@pytest.mark.parametrize("pk", ["0", "999", "9" * 49])
def test_unknown_messages_have_no_heartbeat(admin_client, pk):
    assert admin_client.post(f"{LIST}{pk}/presence/").status_code == 404


@pytest.mark.one_database
def test_the_heartbeat_needs_a_post_request(admin_client):
    assert admin_client.get(f"{LIST}{a_draft().pk}/presence/").status_code == 405
