"""Who else is at work on a message: heard by its beat, shown to the others, and gone a minute after the last one."""

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from editions.edition import Edition
from news.models import Presence
from tests.factories import DAY, NOON, a_message

pytestmark = pytest.mark.django_db

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
    """Return a client on which an officer with some permissions has logged in."""
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


def test_the_others_are_told_who_is_editing_since_when(anna, boris, clock):
    draft = a_draft()
    beat(anna, draft)
    clock.shift(30)
    assert others(boris, draft) == ["Anna Orlova has been editing this since 12:37."]
    assert "Anna Orlova has been editing this since 12:37." in boris.get(change(draft)).content.decode()


def test_a_message_that_is_only_open_is_told_from_one_that_is_written_on(anna, boris):
    draft = a_draft()
    beat(anna, draft, changed="0")
    assert others(boris, draft) == ["Anna Orlova has had this open since 12:37."]
    assert "Anna Orlova has had it open since 12:37</small>" in boris.get(LIST).content.decode()
    beat(anna, draft, changed="1")
    assert others(boris, draft) == ["Anna Orlova has been editing this since 12:37."]
    assert "Anna Orlova has been editing since 12:37</small>" in boris.get(LIST).content.decode()


def test_nobody_is_told_of_themselves(anna):
    draft = a_draft()
    beat(anna, draft)
    assert others(anna, draft) == []


def test_who_goes_on_beating_is_there_since_the_first_beat(anna, boris, clock):
    draft = a_draft()
    for _ in range(10):
        beat(anna, draft)
        clock.shift(20)
    assert others(boris, draft) == ["Anna Orlova has been editing this since 12:37."]


def test_presence_ends_a_minute_after_the_last_beat(anna, boris, clock):
    draft = a_draft()
    beat(anna, draft)
    clock.shift(59)
    last = others(boris, draft)
    clock.shift(1)
    assert (len(last), others(boris, draft)) == (1, [])


def test_who_comes_back_is_there_since_then(anna, boris, clock):
    draft = a_draft()
    beat(anna, draft)
    clock.shift(600)
    beat(anna, draft)
    assert others(boris, draft) == ["Anna Orlova has been editing this since 12:47."]


def test_another_day_is_named(anna, boris):
    draft = a_draft()
    beat(anna, draft)
    Presence.objects.update(started_at=NOON - DAY)
    assert others(boris, draft) == ["Anna Orlova has been editing this since 23 November, 12:37."]


def test_who_leaves_the_page_is_gone_at_once(anna, boris):
    draft = a_draft()
    beat(anna, draft)
    beat(anna, draft, gone="1")
    assert others(boris, draft) == []


def test_old_rows_are_swept(anna, clock):
    beat(anna, a_draft())
    clock.shift(61)
    beat(anna, a_draft())
    assert Presence.objects.count() == 1


def test_presence_is_of_one_message(anna, boris):
    beat(anna, a_draft())
    assert others(boris, a_draft()) == []


def test_the_list_says_it_quietly(anna, boris):
    draft = a_draft()
    beat(anna, draft)
    theirs, own = (each.get(LIST).content.decode() for each in (boris, anna))
    assert ("Anna Orlova has been editing since 12:37</small>" in theirs, "12:37</small>" in own) == (True, False)


def test_a_newer_version_is_told_of_while_one_writes(anna):
    draft = a_draft()
    read = draft.history.first().history_id
    draft.lead = "Changed meanwhile"
    draft.save()
    told = [beat(anna, draft, version=version).json()["newer"] for version in (read, draft.history.first().history_id)]
    assert told == ["Somebody saved this message at 12:37.", ""]


def test_a_beat_makes_no_edition(anna):
    draft = a_draft()
    number = Edition.current().number
    beat(anna, draft)
    assert Edition.current().number == number


def test_a_message_that_somebody_is_at_work_on_can_be_deleted(anna, admin_client):
    draft = a_draft()
    beat(anna, draft)
    assert admin_client.post(f"{LIST}{draft.pk}/delete/", {"post": "yes"}).status_code == 302


# Refused


def test_who_may_not_change_it_has_no_beat():
    draft = a_draft()
    assert beat(officer("reader", "view_message"), draft).status_code == 403


def test_a_visitor_is_asked_to_log_in(client):
    draft = a_draft()
    assert (beat(client, draft).status_code, Presence.objects.count()) == (302, 0)


def test_a_beat_carries_the_forms_token(anna):
    draft = a_draft()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = anna.cookies
    assert (beat(strict, draft).status_code, Presence.objects.count()) == (403, 0)


@pytest.mark.parametrize("pk", ["0", "999", "9" * 49])
def test_an_unknown_message_has_no_beat(admin_client, pk):
    assert admin_client.post(f"{LIST}{pk}/presence/").status_code == 404


def test_a_beat_is_no_address_to_read(admin_client):
    assert admin_client.get(f"{LIST}{a_draft().pk}/presence/").status_code == 405
