"""The state of an enquiry: the page of the visitor with its secret link."""

import pytest
import time_machine
from django.test import Client

from accounts import roles
from consular.models import Enquiry, EnquiryEntry, Erasure
from monitoring.log_formatters import RedactingFormatter
from outbox.models import OutboxEmail
from tests.factories import DAY, HOUR, NOON, an_enquiry
from tests.helpers.accounts import a_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON + HOUR, tick=False) as clock:
        yield clock


@pytest.fixture
def officer():
    return a_member(roles.CONSULAR)


def page(client, enquiry):
    return client.get(enquiry.get_absolute_url()).content.decode()


def added(client, enquiry, text, **kwargs):
    return client.post(enquiry.get_absolute_url(), {"text": text}, **kwargs)


# Where it stands


def test_it_shows_the_received_state_and_due_date(client):
    text = page(client, an_enquiry())
    assert ("<strong>received</strong>" in text, "by Tuesday 1 December 2020." in text) == (True, True)


def test_it_shows_when_it_was_assigned(client, officer):
    enquiry = an_enquiry()
    enquiry.assign(officer, by=officer, at=NOON)
    assert "<strong>being answered</strong>" in page(client, enquiry)


def test_it_shows_the_time_of_the_reply_but_not_its_text(client, officer):
    enquiry = an_enquiry()
    enquiry.answer("Come on Monday.", by=officer, at=NOON)
    text = page(client, enquiry)
    assert ("<strong>answered</strong>" in text, "Come on Monday" in text) == (True, False)


def test_it_shows_when_it_was_closed(client, officer):
    enquiry = an_enquiry()
    enquiry.close(by=officer, at=NOON)
    assert "<strong>closed</strong>" in page(client, enquiry)


def test_it_names_no_officer(client, officer):
    enquiry = an_enquiry()
    enquiry.answer("Come on Monday.", by=officer, at=NOON)
    assert officer.get_username() not in page(client, enquiry)


# Adding something


def test_an_added_text_is_stored_and_redirects_to_the_page(client):
    enquiry = an_enquiry()
    answer = added(client, enquiry, "My flight is on Friday.")
    assert (answer.status_code, answer["Location"]) == (303, f"{enquiry.get_absolute_url()}?added")
    assert [(entry.kind, entry.text) for entry in enquiry.entries.all()] == [("addition", "My flight is on Friday.")]


def test_an_added_text_reopens_a_closed_one(client, officer):
    enquiry = an_enquiry()
    enquiry.answer("Come on Monday.", by=officer, at=NOON)
    enquiry.close(by=officer, at=NOON)
    added(client, enquiry, "Which floor?")
    assert list(Enquiry.objects.waiting()) == [enquiry]


def test_the_mailbox_is_notified_of_an_added_text(client):
    enquiry = an_enquiry()
    added(client, enquiry, "Which floor?")
    assert OutboxEmail.objects.filter(kind="enquiry added", object_id=enquiry.pk).count() == 1


def test_the_same_text_is_stored_once(client):
    enquiry = an_enquiry()
    for _click in range(2):
        added(client, enquiry, "Which floor?")
    assert enquiry.entries.count() == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "Enter what you want to add."), ("x" * 5001, "1 character too long"), (" \u200d\n", "Enter what you want")],
)
def test_errors_are_shown_and_the_input_is_kept(client, text, sentence):
    enquiry = an_enquiry()
    answer = added(client, enquiry, text)
    assert (answer.status_code, sentence in answer.content.decode()) == (200, True)
    assert (text.strip() in answer.content.decode(), enquiry.entries.exists()) == (True, False)


def test_an_expired_page_is_shown_again_with_the_input():
    enquiry = an_enquiry()
    answer = added(Client(enforce_csrf_checks=True), enquiry, "Which floor?")
    assert (answer.status_code, "Which floor?</textarea>" in answer.content.decode()) == (403, True)
    assert (answer["Referrer-Policy"], "no-store" in answer["Cache-Control"]) == ("strict-origin", True)


def test_a_flood_of_additions_is_stopped_and_nothing_typed_is_lost(client, settings):
    settings.ENQUIRIES_PER_HOUR = 2
    enquiry = an_enquiry()
    answers = [added(client, enquiry, f"Number {number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert "Number 2</textarea>" in answers[2].content.decode()


def test_double_click_is_not_refused_where_the_first_was_the_last_that_is_taken(client, settings):
    settings.ENQUIRIES_PER_HOUR = 1
    enquiry = an_enquiry()
    assert [added(client, enquiry, "Which floor?").status_code for _click in range(2)] == [303, 303]


def test_the_same_words_after_an_answer_are_heard_again(client, officer, clock):
    enquiry = an_enquiry()
    added(client, enquiry, "Any news?")
    enquiry.answer("Not yet.", by=officer, at=NOON + 2 * HOUR)
    clock.move_to(NOON + DAY)
    added(client, enquiry, "Any news?")
    assert list(Enquiry.objects.waiting()) == [enquiry]


def test_it_shows_that_a_reply_is_late(client, clock):
    enquiry = an_enquiry()
    clock.move_to(NOON + 30 * DAY)
    assert "we should have replied by Tuesday 1 December 2020" in page(client, enquiry)


def test_no_log_shows_the_token(client, caplog):
    enquiry = an_enquiry()
    client.get(f"{enquiry.get_absolute_url()}nowhere/")
    added(Client(enforce_csrf_checks=True), enquiry, "Which floor?")
    lines = [RedactingFormatter().format(record) for record in caplog.records]
    assert (len(lines) > 1, any(enquiry.token in line for line in lines)) == (True, False)


# Withdrawing


def test_a_look_at_the_question_erases_nothing(client):
    enquiry = an_enquiry()
    assert client.get(f"{enquiry.get_absolute_url()}erase/").status_code == 200
    assert Enquiry.objects.exists()


def test_erased_it_is_gone_with_all_that_belonged_to_it(client):
    enquiry = an_enquiry()
    added(client, enquiry, "Which floor?")
    client.post(f"{enquiry.get_absolute_url()}erase/")
    assert (Enquiry.objects.exists(), EnquiryEntry.objects.exists()) == (False, False)
    assert Erasure.objects.get().reason == Erasure.Reason.VISITOR


def test_its_url_shows_permanently_that_it_was_erased(client, clock):
    enquiry = an_enquiry()
    address = enquiry.get_absolute_url()
    answer = client.post(f"{address}erase/", follow=True)
    clock.shift(300 * DAY)
    for each in (answer, client.get(address), client.get(f"{address}erase/"), client.post(f"{address}erase/")):
        assert (each.status_code, "has been deleted" in each.content.decode()) == (410, True)


def test_adding_to_an_erased_one_shows_a_message(client):
    enquiry = an_enquiry()
    enquiry.erase(Erasure.Reason.PERSON, at=NOON)
    assert added(client, enquiry, "Which floor?").status_code == 410


def test_its_pages_are_for_one_visitor(client):
    enquiry = an_enquiry()
    address = enquiry.get_absolute_url()
    for answer in (client.get(address), client.get(f"{address}erase/"), added(client, enquiry, "")):
        assert ("no-store" in answer["Cache-Control"], answer["Referrer-Policy"]) == (True, "strict-origin")
        assert answer["X-Robots-Tag"] == "noindex"


def test_erasing_needs_the_form_of_the_page():
    enquiry = an_enquiry()
    answer = Client(enforce_csrf_checks=True).post(f"{enquiry.get_absolute_url()}erase/")
    assert (answer.status_code, Enquiry.objects.exists()) == (403, True)
