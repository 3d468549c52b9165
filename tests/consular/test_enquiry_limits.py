"""Limits of the contact form: enquiries from one network, receipts to one address, and their messages."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from consular.models import Enquiry, EnquirySubmission
from outbox import rate_limits
from outbox.models import OutboxEmail
from tests.factories import DAY, HOUR, NOON, a_topic, an_enquiry, an_office
from tests.helpers.contact_form import WRITE, contact_form_data, form_errors, form_ticket
from tests.helpers.enquiry_officers import an_officer
from tests.helpers.visitors import answered_truthfully, send

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)


@pytest.fixture
def two_an_hour(settings):
    settings.ENQUIRIES_PER_HOUR = 2


# Receipts that a stranger causes


@pytest.mark.django_db
def test_the_fourth_enquiry_of_a_day_from_one_address_is_kept_without_a_receipt(clock):
    for number in range(5):
        email = ["victim@example.org", "VICTIM@example.org", "<victim@Example.org>"][number % 3]
        answer = send(number, ip=f"192.0.2.{number}", email=email)
        page = answered_truthfully(Client(), answer)
        assert ("We send no receipt by e-mail this time" in page) == (number >= 3)
    assert Enquiry.objects.waiting().count() == 5
    assert OutboxEmail.objects.filter(kind="enquiry receipt").count() == 3


@pytest.mark.django_db
def test_erasing_enquiries_does_not_open_the_way_for_more_receipts(clock):
    for number in range(5):
        send(number, ip=f"192.0.2.{number}", email="victim@example.org")
        Enquiry.objects.latest("pk").erase("visitor", at=NOON)
    assert rate_limits.may_send("enquiry receipt", rate_limits.hash_recipient("victim@example.org"), NOON) is False


@pytest.mark.django_db
def test_receipts_come_again_after_a_day(clock):
    for number in range(4):
        send(number, email="anna@example.org")
    clock.shift(DAY)
    send(4, email="anna@example.org", ticket=form_ticket(NOON + DAY - MINUTE))
    assert Enquiry.objects.latest("pk").has_receipt


@pytest.mark.django_db
def test_receipts_of_all_have_a_ceiling_within_an_hour(clock, monkeypatch):
    monkeypatch.setitem(rate_limits._limits, "enquiry receipt", rate_limits.Limit(3, DAY, 5))
    for number in range(7):
        send(number, ip=f"192.0.2.{number}", email=f"anna{number}@example.org")
    assert (OutboxEmail.objects.filter(kind="enquiry receipt").count(), Enquiry.objects.waiting().count()) == (5, 7)


@pytest.mark.django_db
def test_an_officer_who_trusts_an_enquiry_sends_its_receipt(clock):
    for number in range(3):
        send(number, email="anna@example.org")
    aside = an_enquiry(email="anna@example.org", suspicion="It holds 3 links.")
    aside.mark_not_spam(by=an_officer(), at=NOON)
    assert aside.has_receipt


# The limit


@pytest.mark.one_database
@pytest.mark.django_db
def test_refused_enquiry_shows_the_time_to_retry(clock, two_an_hour):
    send(1), clock.shift(10 * MINUTE), send(2)
    refused = send(3, ticket=form_ticket(NOON))
    assert (refused.status_code, refused["Retry-After"]) == (429, "3000")
    assert "You can try again from 13:37 London time." in form_errors(refused)[0]
    assert Enquiry.objects.count() == 2


@pytest.mark.django_db
def test_refused_enquiry_is_accepted_at_the_stated_time(clock, two_an_hour):
    send(1), send(2)
    assert send(3).status_code == 429
    clock.shift(HOUR - MINUTE / 60)
    assert send(3).status_code == 429
    clock.shift(MINUTE / 60)
    assert send(3).status_code == 303


@pytest.mark.one_database
@pytest.mark.django_db
def test_refused_visitor_has_the_text_again_and_a_phone_to_call(clock, two_an_hour):
    an_office(emergency_phone="+44 (0) 7700 900123")
    send(1), send(2)
    page = send(3).content.decode()
    assert "Question number 3" in page and 'value="anna@example.org"' in page
    summary = page[page.index('class="faults"') :]
    assert "tel:+442036687474" in summary and "tel:+447700900123" in summary


@pytest.mark.one_database
@pytest.mark.django_db
def test_stated_time_is_rounded_up_to_a_minute(clock, two_an_hour):
    clock.shift(MINUTE / 2)
    send(1), send(2)
    assert "You can try again from 13:38 London time." in form_errors(send(3))[0]


@pytest.mark.django_db
def test_refusal_writes_nothing(clock, two_an_hour):
    send(1), send(2)
    typed = contact_form_data(question="Another")
    with CaptureQueriesContext(connection) as queries:
        assert Client(REMOTE_ADDR="192.0.2.1").post(WRITE, typed).status_code == 429
    assert not [query["sql"] for query in queries if not query["sql"].startswith("SELECT")]
    assert EnquirySubmission.objects.count() == 2


@pytest.mark.django_db
def test_double_click_counts_once(clock, two_an_hour):
    typed = contact_form_data()
    for _click in range(5):
        assert Client(REMOTE_ADDR="192.0.2.1").post(WRITE, typed).status_code == 303
    assert EnquirySubmission.objects.count() == 1


@pytest.mark.django_db
def test_double_click_on_the_last_one_taken_gets_its_receipt(clock, two_an_hour):
    send(1)
    typed = contact_form_data(question="The last one")
    answers = [Client(REMOTE_ADDR="192.0.2.1").post(WRITE, typed).status_code for _click in range(2)]
    assert answers == [303, 303]


@pytest.mark.django_db
def test_faulty_form_does_not_count(clock, two_an_hour):
    for _try in range(5):
        send(name="")
    assert send(1).status_code == 303


@pytest.mark.django_db
def test_limit_of_one_address_is_not_that_of_another(clock, two_an_hour):
    send(1), send(2)
    assert send(3, ip="192.0.2.2").status_code == 303


@pytest.mark.one_database
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ip", "status"), [("2001:db8:1:2:ffff::9", 429), ("2001:db8:1:3::1", 303)], ids=["same /64", "another /64"]
)
def test_a_household_of_ipv6_addresses_counts_as_one(clock, two_an_hour, ip, status):
    send(1, ip="2001:db8:1:2::1"), send(2, ip="2001:db8:1:2::2")
    assert send(3, ip=ip).status_code == status


@pytest.mark.django_db
def test_no_ip_address_is_stored(clock):
    send(1, ip="192.0.2.77")
    assert re.fullmatch("[0-9a-f]{64}", EnquirySubmission.objects.get().network_hash)


@pytest.mark.django_db
def test_counts_are_deleted_after_an_hour(clock):
    send(1)
    clock.shift(HOUR)
    send(2, ip="192.0.2.2")
    assert EnquirySubmission.objects.count() == 1


# Behind proxies


def through(forwarded, number):
    """Send an enquiry with this X-Forwarded-For, through a proxy at 192.0.2.250."""
    typed = contact_form_data(question=f"Question number {number}")
    client = Client(REMOTE_ADDR="192.0.2.250", headers={"X-Forwarded-For": forwarded})
    return client.post(WRITE, typed).status_code


@pytest.mark.one_database
@pytest.mark.django_db
def test_without_trusted_proxies_a_forged_header_lifts_no_limit(clock, two_an_hour):
    assert [through(f"198.51.100.{n}", n) for n in range(3)] == [303, 303, 429]


@pytest.mark.one_database
@pytest.mark.django_db
def test_behind_a_proxy_its_last_word_counts(clock, two_an_hour, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    forged = [through(f"198.51.100.{n}, 203.0.113.9", n) for n in range(3)]
    assert (forged, through("203.0.113.10", 4)) == ([303, 303, 429], 303)


@pytest.mark.one_database
@pytest.mark.django_db
def test_behind_two_proxies_the_last_word_but_one_counts(clock, two_an_hour, settings):
    settings.TRUSTED_PROXY_COUNT = 2
    forged = [through(f"198.51.100.{n}, 203.0.113.9, 10.0.0.1", n) for n in range(3)]
    assert (forged, through("203.0.113.10, 10.0.0.1", 4)) == ([303, 303, 429], 303)


UNKNOWN = ["", "unknown", "_hidden", "unix:", "203.0.113.9.1", "[::", "0.0.0.0"]


@pytest.mark.one_database
@pytest.mark.django_db
@pytest.mark.parametrize("written", UNKNOWN)
def test_visitors_whose_address_is_unknown_share_no_limit(clock, two_an_hour, settings, written):
    settings.TRUSTED_PROXY_COUNT = 1
    assert [through(f"198.51.100.1, {written or 'x'}", n) for n in range(4)] == [303] * 4
    assert EnquirySubmission.objects.count() == 0


@pytest.mark.one_database
@pytest.mark.django_db
def test_visitors_of_a_server_on_a_unix_socket_share_no_limit(clock, two_an_hour):
    assert [send(n, ip="").status_code for n in range(4)] == [303] * 4


@pytest.mark.one_database
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        ("203.0.113.9:5678", "203.0.113.9:61000", "203.0.113.10:5678"),
        ("203.0.113.9:5678", "203.0.113.9", "203.0.113.8"),
        ('"203.0.113.9:5678"', "::ffff:203.0.113.9", "::ffff:203.0.113.8"),
        ("[2001:db8:1:2::1]:5678", "2001:db8:1:2::9", "[2001:db8:1:3::1]:5678"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::1%eth0", "2001:db8:2:2::1"),
    ],
)
def test_a_port_brackets_and_zones_do_not_change_whose_limit_counts(clock, two_an_hour, settings, one, same, other):
    settings.TRUSTED_PROXY_COUNT = 1
    assert [through(one, 1), through(same, 2), through(one, 3), through(other, 4)] == [303, 303, 429, 303]


# Concurrent requests


def at_once(posts):
    """Post all of it concurrently from one address; return the responses' status codes."""

    def post(typed):
        try:
            return Client(REMOTE_ADDR="192.0.2.1").post(WRITE, typed).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(posts)) as visitors:
        return sorted(visitors.map(post, posts))


@pytest.mark.django_db(transaction=True)
def test_twenty_concurrent_posts_do_not_exceed_the_limit(two_an_hour, settings):
    settings.ENQUIRY_MIN_SECONDS = 0
    topic = str(a_topic().pk)
    posts = [contact_form_data(question=f"Number {n}", topic=topic, ticket=form_ticket(None)) for n in range(20)]
    assert at_once(posts) == [303] * 2 + [429] * 18
    assert (Enquiry.objects.count(), EnquirySubmission.objects.count()) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_ten_concurrent_clicks_are_one_enquiry_with_one_receipt(two_an_hour, settings):
    settings.ENQUIRY_MIN_SECONDS = 0
    assert at_once([contact_form_data(ticket=form_ticket(None))] * 10) == [303] * 10
    assert (Enquiry.objects.count(), EnquirySubmission.objects.count()) == (1, 1)
    assert OutboxEmail.objects.filter(kind="enquiry receipt").count() == 1
