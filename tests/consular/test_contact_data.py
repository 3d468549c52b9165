"""The contact page and the form during a database outage: the last known phones, hours and answers, no lost input."""

from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from consular.models import CommonQuestion, Enquiry
from consular.models.enquiries import EnquiryQuerySet
from editions import edition
from tests.factories import NOON, a_category, a_notice, a_topic, an_office
from tests.helpers.contact_form import CONTACT, WRITE, contact_form_data, form_errors
from tests.helpers.wsgi import application, render_fresh, request_page

# Committed, because the contact page stores only data of a committed edition.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

NOT_KEPT = "Your question could not be saved. Your text is still here: please send it again in a few minutes."


@pytest.fixture
def consul(clock):
    an_office(emergency_phone="+44 (0) 7700 900123")
    a_notice(sentence="The passport office has moved.")
    a_category()
    CommonQuestion.objects.create(topic=a_topic(), question="Where is my passport?", answer="With us.")


@pytest.fixture
def away(consul, monkeypatch):
    """Return a function that takes the database away."""

    def go(error=OperationalError):
        def gone(*arguments):
            raise error("gone")

        monkeypatch.setattr(edition, "_read_edition_number", gone)
        monkeypatch.setattr(application(), "number", lambda now: None)

    return go


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_the_contact_page_is_rendered_from_the_last_known_data(away, error):
    request_page("/messages/")
    away(error)
    answer = request_page(CONTACT)
    assert (answer.status, answer.headers["Cache-Status"]) == (200, "embassy; fwd=miss; detail=database-away")
    said = ("+447700900123", "Open now, until 13:00", "With us.", "has moved", "form is unavailable at the moment")
    assert [text for text in said if text not in answer.text] == []


@pytest.mark.parametrize("visited", [WRITE, "/messages/"])
def test_the_form_shows_the_emergency_number_and_says_that_it_is_unavailable(client, away, visited):
    client.get(visited)
    away()
    answer = client.get(WRITE)
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], "no-store" in answer["Cache-Control"]) == (503, "10", True)
    assert "+447700900123" in page and "form is unavailable at the moment" in page


def test_the_cached_contact_page_is_served(away):
    before = request_page(CONTACT).body
    away()
    answer = request_page(CONTACT)
    assert (answer.body, answer.headers["Cache-Status"]) == (before, "embassy; hit; detail=database-away")


def test_an_edition_whose_parts_nobody_asked_for_leaves_the_cached_page(away):
    request_page(CONTACT)
    an_office(name="The new office")
    request_page("/messages/feed/")  # a new edition, without menu and contact data
    away()
    answer = request_page(CONTACT)
    assert (answer.status, "+447700900123" in answer.text) == (200, True)


def test_the_page_is_the_same_whenever_it_is_rendered(consul, clock):
    first = request_page(CONTACT).headers["ETag"]
    clock.shift(60)
    assert render_fresh(CONTACT).headers["ETag"] == first


def test_the_hours_turn_all_the_same(away, clock):
    request_page(CONTACT)
    away()
    clock.move_to(NOON + timedelta(hours=2))
    assert "Closed now, opens Wednesday 09:30" in request_page(CONTACT).text


def test_the_latest_change_is_shown(client, away):
    client.get(CONTACT)
    an_office(name="The new office")
    client.get("/counters/")
    away()
    assert "The new office" in client.get(CONTACT).content.decode()


@pytest.mark.one_database
def test_a_question_stays_in_the_form(client, away):
    typed = contact_form_data()
    client.get(WRITE)
    away()
    answer = client.post(WRITE, typed)
    page = answer.content.decode()
    assert (answer.status_code, form_errors(answer)) == (503, [NOT_KEPT])
    assert "I have lost my passport." in page and "Анна Smith" in page and typed["ticket"] in page


@pytest.mark.one_database
def test_an_invalid_enquiry_gets_its_errors(client, away):
    typed = contact_form_data(question="")
    client.get(WRITE)
    away()
    answer = client.post(WRITE, typed)
    assert (answer.status_code, form_errors(answer)) == (503, ["Enter your question."])


def test_an_outage_during_the_save_keeps_the_typed_text(client, consul, monkeypatch):
    typed = contact_form_data()
    client.get(WRITE)

    def gone(*arguments, **keywords):
        raise OperationalError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(EnquiryQuerySet, "get_or_create", gone)
        answer = client.post(WRITE, typed)
    assert (answer.status_code, form_errors(answer), Enquiry.objects.count()) == (503, [NOT_KEPT], 0)
    assert [client.post(WRITE, typed).status_code for _ in range(2)] == [303, 303]
    assert Enquiry.objects.count() == 1


@pytest.mark.one_database
def test_an_expired_form_keeps_its_text_without_a_database(consul, away):
    client = Client(enforce_csrf_checks=True)
    typed = contact_form_data()
    client.get(WRITE)
    away()
    answer = client.post(WRITE, typed)
    assert answer.status_code == 503
    assert "I have lost my passport." in answer.content.decode()


@pytest.mark.one_database
def test_a_page_without_any_data_shows_a_message(client, away):
    client.raise_request_exception = False
    away()
    answer = client.get(CONTACT)
    assert (answer.status_code, "is not responding" in answer.content.decode()) == (503, True)


@pytest.mark.one_database
def test_other_unavailable_pages_have_the_menu_and_the_consuls_phone(client, away):
    client.raise_request_exception = False
    client.get("/messages/")
    away()
    answer = client.get("/messages/2019/")
    page = answer.content.decode()
    assert (answer.status_code, "tel:+442036687474" in page, "Statements" in page) == (503, True, True)
