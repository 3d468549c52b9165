"""Traces in an enquiry: no officer sees a visitor's name, address or words without leaving one."""

import pytest
import time_machine
from django.test import Client

from consular.access_log import VIEW_INTERVAL, recording_reads
from consular.models import AnswerTemplate, Enquiry, EnquiryEntry, EnquiryLogEntry
from tests.factories import HOUR, NOON, an_enquiry
from tests.helpers.enquiry_desk import desk_addresses, posts
from tests.helpers.enquiry_officers import an_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return an_officer()


@pytest.fixture
def enquiry():
    """An enquiry with each kind of entry, at which another officer has worked."""
    other = an_officer("olga", "Olga", "Other")
    enquiry = an_enquiry(name="Anna Secret", email="anna@example.org", phone="+44 20 7946 0958", question="My secret.")
    enquiry.note("Noted secretly.", by=other, at=NOON)
    enquiry.answer("Answered secretly.", by=other, at=NOON)
    enquiry.add("Added secretly.", at=NOON + HOUR)
    return enquiry


PERSONAL = ("Anna Secret", "anna@example.org", "7946 0958", "My secret.", "secretly")


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(NOON + 2 * HOUR, tick=False) as clock:
        yield clock


def traces(enquiry, officer):
    return list(
        enquiry.log_entries.filter(by=officer, at__gt=NOON + 2 * HOUR - VIEW_INTERVAL).values_list("kind", flat=True)
    )


def test_every_view_of_personal_data_is_logged(enquiry, officer):
    template = AnswerTemplate.objects.create(name="Report", text="Dear {name}")
    addresses = desk_addresses(enquiry)
    requests = [("get", name, {}) for name in addresses]
    requests += [("post", name, data) for name, data in posts(enquiry, officer, template)]
    assert {name for _method, name, _data in requests} == set(addresses)
    showed = set()
    for method, name, data in requests:
        EnquiryLogEntry.objects.filter(by=officer).delete()
        client = Client()
        client.force_login(officer)
        answer = getattr(client, method)(addresses[name], data)
        shown = [words for words in PERSONAL if words in answer.content.decode() and words not in data.values()]
        assert not shown or traces(enquiry, officer), (method, name, data, shown)
        showed |= {(method, name)} if shown else set()
    assert showed >= {("get", "change"), ("post", "note"), ("post", "answer"), ("post", "export")}


@pytest.mark.parametrize("act", ["note", "answer"])
def test_a_form_shown_again_is_logged_as_a_view(client, enquiry, officer, act):
    client.force_login(officer)
    assert "Anna Secret" in client.post(desk_addresses(enquiry)[act], {"text": "", "note": ""}).content.decode()
    assert traces(enquiry, officer) == [EnquiryLogEntry.Kind.OPENED]


@pytest.mark.parametrize("said", ["anna@example.org", " <ANNA@example.org>\u200b", "mailto:anna@example.org"])
def test_finding_a_person_leaves_a_trace_in_each_of_their_enquiries(client, enquiry, officer, said):
    second, strangers = an_enquiry(email="Anna@Example.org"), an_enquiry(email="boris@example.org")
    client.force_login(officer)
    client.post(desk_addresses(enquiry)["find"], {"said": said})
    assert [traces(each, officer) for each in (enquiry, second, strangers)] == [["found"], ["found"], []]


def test_the_list_of_a_person_leaves_a_trace_in_each_of_their_enquiries(client, enquiry, officer):
    client.force_login(officer)
    client.get(desk_addresses(enquiry)["changelist"], {"person": enquiry.email_hash})
    assert traces(enquiry, officer) == ["found"]


def test_one_look_leaves_one_trace_and_the_next_look_another(client, enquiry, officer, later):
    client.force_login(officer)
    for _time in range(3):
        client.get(desk_addresses(enquiry)["change"])
    later.shift(VIEW_INTERVAL)
    client.get(desk_addresses(enquiry)["change"])
    assert enquiry.log_entries.filter(by=officer, kind=EnquiryLogEntry.Kind.OPENED).count() == 2


def test_lists_and_the_history_decrypt_nothing(client, enquiry, officer):
    client.force_login(officer)
    for name in ("changelist", "history", "erase"):
        client.get(desk_addresses(enquiry)[name])
    assert traces(enquiry, officer) == []


@pytest.mark.parametrize(
    "read",
    [
        lambda: Enquiry.objects.get(),
        lambda: list(Enquiry.objects.only("name")),
        lambda: Enquiry.objects.for_list().get().question,
        lambda: list(EnquiryEntry.objects.all()),
        lambda: list(EnquiryEntry.objects.select_related("enquiry")),
        lambda: list(Enquiry.objects.prefetch_related("entries")),
    ],
)
def test_loading_a_sealed_field_leaves_a_trace_however_it_is_loaded(enquiry, officer, read):
    with recording_reads(officer, NOON + 2 * HOUR):
        read()
    assert traces(enquiry, officer) == [EnquiryLogEntry.Kind.OPENED]


def test_a_read_leaves_a_trace_where_the_view_fails(enquiry, officer):
    with pytest.raises(RuntimeError), recording_reads(officer, NOON + 2 * HOUR):
        Enquiry.objects.get()
        raise RuntimeError
    assert traces(enquiry, officer) == [EnquiryLogEntry.Kind.OPENED]


# Without a session


@pytest.mark.parametrize("is_expired", [False, True], ids=["anonymous", "expired"])
def test_a_post_without_a_session_is_answered_at_every_address(enquiry, officer, is_expired):
    client = Client(enforce_csrf_checks=True)
    if is_expired:
        client.force_login(officer)
        client.session.flush()
    client.get("/admin/login/")
    token = client.cookies["csrftoken"].value
    for name, address in desk_addresses(enquiry).items():
        for typed in ({}, {"text": "x"}, {"note": "x"}, {"text": "x", "note": "x", "said": "x"}):
            answer = client.post(address, typed | {"csrfmiddlewaretoken": token})
            assert answer.status_code in (302, 403), (name, typed, answer.status_code)
            assert not any(words in answer.content.decode() for words in PERSONAL)


def test_the_typed_text_of_an_ended_session_is_shown_in_the_desk(client, enquiry):
    page = client.post(desk_addresses(enquiry)["note"], {"note": "My long note"}).content.decode()
    assert "My long note" in page and "Django" not in page
