"""The data of an enquiry: access log, export and erasure on request, and texts that no key decrypts."""

import json

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.contrib.admin.models import LogEntry

from consular.models import Enquiry, EnquiryEntry, EnquiryLogEntry, Erasure
from tests.factories import HOUR, NOON, an_enquiry
from tests.helpers.enquiry_officers import address, an_officer, annas_enquiry, do, page

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

MINUTE = HOUR / 60
ANSWER = "Please come with the police report."


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON + HOUR, tick=False) as clock:
        yield clock


@pytest.fixture
def officer(client):
    """A consular officer who is signed in."""
    officer = an_officer()
    client.force_login(officer)
    return officer


@pytest.fixture
def colleague():
    return an_officer("mark", "Mark", "Weaver")


@pytest.fixture
def enquiry(officer):
    return annas_enquiry()


# Access log


def test_opening_it_is_recorded_and_shown(client, enquiry, officer):
    shown = page(client, enquiry)
    trace = enquiry.log_entries.get()
    assert (trace.kind, trace.by, trace.at) == (EnquiryLogEntry.Kind.OPENED, officer, NOON + HOUR)
    assert "Elena Orlova, 24 November 2020, 13:37 London" in shown


def test_a_look_of_ten_minutes_is_recorded_once(client, enquiry, clock):
    page(client, enquiry)
    clock.shift(9 * MINUTE)
    page(client, enquiry)
    assert enquiry.log_entries.count() == 1
    clock.shift(2 * MINUTE)
    page(client, enquiry)
    assert enquiry.log_entries.count() == 2


def test_each_officer_leaves_a_trace_of_their_own(client, enquiry, colleague):
    page(client, enquiry)
    client.force_login(colleague)
    page(client, enquiry)
    assert enquiry.log_entries.filter(kind=EnquiryLogEntry.Kind.OPENED).count() == 2


@pytest.mark.one_database
def test_history_lists_the_traces(client, enquiry, officer):
    enquiry.note("For us.", by=officer, at=NOON)
    shown = client.get(address(enquiry, "history")).content.decode()
    assert "noted" in shown and "Elena Orlova" in shown and "For us." not in shown


def test_admins_log_stays_empty(client, enquiry):
    do(client, enquiry, "note", note="For us.")
    do(client, enquiry, "answer", text=ANSWER)
    do(client, enquiry, "close")
    assert not LogEntry.objects.exists()


# The person's data


@pytest.mark.one_database
def test_export_is_a_file_and_recorded(client, enquiry, officer):
    answer = do(client, enquiry, "export")
    assert answer["Content-Disposition"] == f'attachment; filename="enquiry-{enquiry.reference}.json"'
    assert "anna@example.org" in json.dumps(json.loads(answer.content)) and "no-store" in answer["Cache-Control"]
    assert enquiry.log_entries.get().kind == EnquiryLogEntry.Kind.EXPORTED


@pytest.mark.one_database
def test_erasing_asks_first(client, enquiry):
    shown = client.get(address(enquiry, "erase")).content.decode()
    assert "deleted permanently" in shown and Enquiry.objects.exists() and "Anna" not in shown


def test_erased_enquiry_leaves_reference_day_and_reason(client, enquiry, officer):
    client.post(address(enquiry, "erase"), {"reason": "person"})
    erasure = Erasure.objects.get()
    assert (erasure.reference, erasure.reason, erasure.by) == (enquiry.reference, "person", officer)
    assert not Enquiry.objects.exists() and client.get(address(enquiry)).status_code == 410


@pytest.mark.one_database
@pytest.mark.parametrize("reason", ["", "visitor", "x"])
def test_erasing_without_a_reason_erases_nothing(client, enquiry, reason):
    assert client.post(address(enquiry, "erase"), {"reason": reason}).status_code == 200
    assert Enquiry.objects.exists()


# A key that is missing


@pytest.fixture
def lost(officer, settings):
    """An enquiry that was encrypted with a key which the server no longer has."""
    settings.ENQUIRY_KEYS = [Fernet.generate_key().decode()]
    lost = an_enquiry()
    settings.ENQUIRY_KEYS = []
    return lost


@pytest.mark.one_database
def test_wrong_key_gets_a_helpful_error_page(client, lost):
    answer = client.get(address(lost))
    assert answer.status_code == 503 and "ENQUIRY_KEYS" in answer.content.decode()


@pytest.mark.one_database
@pytest.mark.parametrize("act", ["assign", "note", "answer", "close", "reopen", "not-spam", "spam", "export"])
def test_actions_with_a_wrong_key_show_the_error(client, lost, act):
    assert "ENQUIRY_KEYS" in client.post(address(lost, act), {"note": "x", "text": "x"}).content.decode()


@pytest.mark.one_database
def test_entry_that_no_key_opens_gets_the_same_page(client, enquiry, officer, settings):
    settings.ENQUIRY_KEYS = [Fernet.generate_key().decode()]
    EnquiryEntry.objects.create(enquiry=enquiry, kind=EnquiryEntry.Kind.NOTE, text="Encrypted.", by=officer, at=NOON)
    settings.ENQUIRY_KEYS = []
    assert client.get(address(enquiry)).status_code == 503


@pytest.mark.one_database
def test_list_and_history_work_with_a_wrong_key(client, lost):
    for shown in (client.get("/admin/consular/enquiry/"), client.get(address(lost, "history")), client.get("/admin/")):
        assert shown.status_code == 200 and lost.reference in shown.content.decode()


def test_undecryptable_data_can_be_erased(client, lost):
    assert client.post(address(lost, "erase"), {"reason": "person"}).status_code == 303
    assert not Enquiry.objects.exists()
