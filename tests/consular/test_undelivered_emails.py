"""Visitors whose e-mail could not be sent: officers see them on the enquiry, in the list and on the dashboard."""

import pytest
import time_machine
from django.core import mail

from consular.models import Enquiry
from outbox.models import OutboxEmail
from tests.factories import HOUR, NOON, an_enquiry
from tests.helpers.enquiry_officers import address, an_officer, page

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LIST = "/admin/consular/enquiry/?state=undelivered"


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(NOON + HOUR, tick=False) as clock:
        yield clock


@pytest.fixture
def officer(client):
    officer = an_officer()
    client.force_login(officer)
    return officer


def fail(kind, enquiry_or_entry, error, given_up_at=None):
    letters = OutboxEmail.objects.filter(kind=kind, object_id=enquiry_or_entry.pk)
    assert letters.update(last_error=error, given_up_at=given_up_at, attempts=1) == 1


@pytest.mark.one_database
@pytest.mark.parametrize(
    "fault", ["address NoAddress", "refused SMTPRecipientsRefused 550", "refused SMTPDataError 554"]
)
@pytest.mark.parametrize("kind", ["enquiry receipt", "enquiry answer"])
def test_a_visitor_who_was_not_reached_is_seen_everywhere(client, officer, fault, kind):
    other, enquiry = an_enquiry(), an_enquiry(phone="+44 20 7946 0958")
    about = enquiry.answer("Come by.", by=officer, at=NOON) if kind == "enquiry answer" else enquiry
    fail(kind, about, fault)
    shown = page(client, enquiry)
    assert "The e-mail to the visitor was not delivered." in shown and 'href="tel:+442079460958"' in shown
    assert "not reached" not in page(client, other)
    listed = client.get(LIST).content.decode()
    assert enquiry.reference in listed and other.reference not in listed and "e-mail not delivered" in listed
    assert "1 visitor could not be reached by e-mail" in client.get("/admin/").content.decode()


@pytest.mark.one_database
def test_a_visitor_without_a_phone_number_is_named_as_such(client, officer):
    enquiry = an_enquiry()
    fail("enquiry receipt", enquiry, "address NoAddress")
    assert "There is no phone number." in page(client, enquiry)


@pytest.mark.one_database
@pytest.mark.parametrize("fault", ["", "away SMTPConnectError 421", "words TypeError"])
def test_an_email_that_waits_for_the_mail_server_is_not_undelivered(client, officer, fault):
    enquiry = an_enquiry()
    fail("enquiry receipt", enquiry, fault)
    assert not Enquiry.objects.undelivered().exists() and "not reached" not in page(client, enquiry)


def test_an_email_that_was_sent_later_is_not_undelivered(officer):
    enquiry = an_enquiry()
    fail("enquiry receipt", enquiry, "refused SMTPRecipientsRefused 450")
    OutboxEmail.objects.update(sent_at=NOON + HOUR, last_error="")
    assert not Enquiry.objects.undelivered().exists()


def test_an_answer_that_failed_after_the_enquiry_was_closed_is_seen_until_it_is_closed_again(client, officer):
    enquiry = an_enquiry()
    entry = enquiry.answer("Come by.", by=officer, at=NOON)
    enquiry.close(by=officer, at=NOON)
    fail("enquiry answer", entry, "refused SMTPRecipientsRefused 550", given_up_at=NOON + HOUR / 2)
    assert Enquiry.objects.undelivered().get() == enquiry
    enquiry.reopen(by=officer, at=NOON + HOUR)
    enquiry.close(by=officer, at=NOON + HOUR)
    assert not Enquiry.objects.undelivered().exists() and "not reached" not in page(client, enquiry)


def test_the_list_needs_no_more_queries_for_more_failures(client, officer, django_assert_max_num_queries):
    for number in range(8):
        fail("enquiry receipt", an_enquiry(email=f"anna{number}@example.org"), "address NoAddress")
    with django_assert_max_num_queries(45):
        client.get(LIST)


@pytest.mark.one_database
def test_a_domain_of_another_script_is_written_to_by_idna_2008(officer, settings):
    from outbox.delivery import send_due

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    an_enquiry(email="anna@straße.example")
    send_due(lambda: NOON + HOUR)
    assert ["anna@xn--strae-oqa.example"] in [letter.to for letter in mail.outbox]


# Erased


@pytest.mark.one_database
def test_the_address_of_an_erased_enquiry_says_on_the_desk_that_it_was_erased(client, officer):
    enquiry = an_enquiry()
    addresses = [address(enquiry), address(enquiry, "history"), address(enquiry, "erase")]
    enquiry.erase("visitor", at=NOON)
    for each in addresses:
        answer = client.get(each)
        assert answer.status_code == 410
        assert enquiry.reference in (shown := answer.content.decode()) and "was erased on" in shown
        assert "Enquiries" in shown  # the frame of the desk
    assert (
        client.post(address(enquiry, "note") if enquiry.pk else addresses[0].replace("change", "note")).status_code
        == 410
    )


@pytest.mark.one_database
@pytest.mark.parametrize("number", ["999999", "0", "x"])
def test_an_unknown_number_is_answered_on_the_desk(client, officer, number):
    answer = client.get(f"/admin/consular/enquiry/{number}/change/")
    assert answer.status_code == 404 and "Enquiry not found" in answer.content.decode()
