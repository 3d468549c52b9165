"""Spam without strangers: signs that keep an enquiry apart, and a limit for an address that turns nobody else away."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from consular import spam
from consular.models import Enquiry, Knock
from letters.models import Letter
from tests.asking import CONTACT, a_ticket, an_answer, faults
from tests.factories import DAY, HOUR, NOON, a_topic, an_enquiry, an_office

MINUTE = timedelta(minutes=1)


@pytest.fixture
def two_an_hour(settings):
    settings.ENQUIRIES_PER_HOUR = 2


def send(number=0, ip="192.0.2.1", **typed):
    """Send an enquiry of its own words from an address, and return the answer."""
    typed = an_answer(question=f"Question number {number}", **typed)
    return Client(REMOTE_ADDR=ip).post(CONTACT, typed)


# Signs


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Look at https://example.org/a, HTTP://example.org/b and www.example.org", 3),
        ('<a href="https://www.example.org/">https://www.example.org/</a>', 2),
        ("[url=https://example.org]here[/url]", 1),
        ("I wrote to you on 1.2.2020 and to anna@example.org.", 0),
    ],
)
def test_links_are_counted(text, links):
    assert spam.links_in(text) == links


@pytest.mark.parametrize(
    ("signs", "reason"),
    [
        ({}, ""),
        ({"question": "https://a.example " * 2}, ""),
        ({"question": "https://a.example " * 3}, "It holds 3 links."),
        ({"name": "Win at www.example.org"}, "There is a link in the name."),
        ({"honeypot": "x"}, "The field hidden from people was filled in."),
        ({"twin": "7K2M-Q9XD"}, "The same words came before: 7K2M-Q9XD."),
        ({"of_a_page": 2}, ""),
        ({"of_a_page": 3}, "Sent 4 times from one page."),
    ],
)
def test_sign_of_spam_is_said_in_words(signs, reason):
    assert spam.reason(**{"name": "Anna", "question": "Where?"} | signs) == reason


@given(st.text(), st.text(), st.text(), st.text(), st.integers(0, 10**9))
def test_all_reasons_together_fit(name, question, honeypot, twin, of_a_page):
    whole = spam.reason(
        name=f"www.{name}", question=f"https://{question}" * 3, honeypot=honeypot, twin=twin, of_a_page=of_a_page
    )
    assert len(whole) <= Enquiry._meta.get_field("suspicion").max_length


@pytest.mark.django_db
def test_filled_honeypot_is_kept_apart_and_never_dropped(client, clock):
    client.post(CONTACT, an_answer(website="https://spam.example.org/"))
    assert Enquiry.objects.get().suspicion == "The field hidden from people was filled in."


@pytest.mark.django_db
def test_suspected_enquiry_is_announced_to_nobody(client, clock):
    client.post(CONTACT, an_answer(website="x"))
    assert not Letter.objects.exists()


@pytest.mark.django_db
def test_suspected_visitor_sees_the_same_receipt(client, clock):
    receipt = client.get(client.post(CONTACT, an_answer(website="x"))["Location"]).content.decode()
    assert Enquiry.objects.get().reference in receipt and "spam" not in receipt


@pytest.mark.django_db
def test_same_words_from_another_page_are_kept_apart(client, clock):
    before = an_enquiry(question="Buy   now!")
    client.post(CONTACT, an_answer(question="buy\nNOW!"))
    assert Enquiry.objects.latest("pk").suspicion == f"The same words came before: {before.reference}."


@pytest.mark.django_db
def test_same_words_after_a_day_are_no_sign(client, clock):
    an_enquiry(question="Where is my visa?", at=NOON - DAY)
    client.post(CONTACT, an_answer(question="Where is my visa?"))
    assert Enquiry.objects.latest("pk").suspicion == ""


@pytest.mark.django_db
def test_visitor_who_puts_the_address_right_and_sends_again_is_not_suspected(client, clock):
    typed = an_answer(email="ana@example.org")
    for email in ("ana@example.org", "anna@example.org"):
        client.post(CONTACT, typed | {"email": email})
    assert [kept.suspicion for kept in Enquiry.objects.all()] == ["", ""]


@pytest.mark.django_db
def test_one_page_sent_over_and_over_is_suspected(client, clock):
    typed = an_answer()
    for number in range(5):
        client.post(CONTACT, typed | {"email": f"{number}@example.org"})
    told = [kept.suspicion for kept in Enquiry.objects.order_by("pk")]
    assert told == ["", "", "", "Sent 4 times from one page.", "Sent 5 times from one page."]


# The limit


@pytest.mark.django_db
def test_one_enquiry_too_many_is_told_when_it_is_taken(clock, two_an_hour):
    send(1), clock.shift(10 * MINUTE), send(2)
    refused = send(3, ticket=a_ticket(NOON))
    assert (refused.status_code, refused["Retry-After"]) == (429, "3000")
    assert "From 13:37 London time we take it again." in faults(refused)[0]
    assert Enquiry.objects.count() == 2


@pytest.mark.django_db
def test_refused_enquiry_is_taken_at_the_time_that_was_told(clock, two_an_hour):
    send(1), send(2)
    assert send(3).status_code == 429
    clock.shift(HOUR - MINUTE / 60)
    assert send(3).status_code == 429
    clock.shift(MINUTE / 60)
    assert send(3).status_code == 303


@pytest.mark.django_db
def test_refused_visitor_has_the_text_again_and_a_phone_to_call(clock, two_an_hour):
    an_office(emergency_phone="+44 (0) 7700 900123")
    send(1), send(2)
    page = send(3).content.decode()
    assert "Question number 3" in page and 'value="anna@example.org"' in page
    summary = page[page.index('class="faults"') :]
    assert "tel:+442036687474" in summary and "tel:+447700900123" in summary


@pytest.mark.django_db
def test_time_that_is_told_is_a_whole_minute_not_too_early(clock, two_an_hour):
    clock.shift(MINUTE / 2)
    send(1), send(2)
    assert "From 13:38 London time" in faults(send(3))[0]


@pytest.mark.django_db
def test_refusal_writes_nothing(clock, two_an_hour):
    send(1), send(2)
    typed = an_answer(question="Another")
    with CaptureQueriesContext(connection) as queries:
        assert Client(REMOTE_ADDR="192.0.2.1").post(CONTACT, typed).status_code == 429
    assert not [query["sql"] for query in queries if not query["sql"].startswith("SELECT")]
    assert Knock.objects.count() == 2


@pytest.mark.django_db
def test_double_click_counts_once(clock, two_an_hour):
    typed = an_answer()
    for _click in range(5):
        assert Client(REMOTE_ADDR="192.0.2.1").post(CONTACT, typed).status_code == 303
    assert Knock.objects.count() == 1


@pytest.mark.django_db
def test_double_click_on_the_last_one_taken_gets_its_receipt(clock, two_an_hour):
    send(1)
    typed = an_answer(question="The last one")
    answers = [Client(REMOTE_ADDR="192.0.2.1").post(CONTACT, typed).status_code for _click in range(2)]
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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ip", "status"), [("2001:db8:1:2:ffff::9", 429), ("2001:db8:1:3::1", 303)], ids=["same /64", "another /64"]
)
def test_a_household_of_ipv6_addresses_counts_as_one(clock, two_an_hour, ip, status):
    send(1, ip="2001:db8:1:2::1"), send(2, ip="2001:db8:1:2::2")
    assert send(3, ip=ip).status_code == status


@pytest.mark.django_db
def test_no_address_is_kept(clock):
    send(1, ip="192.0.2.77")
    assert re.fullmatch("[0-9a-f]{64}", Knock.objects.get().origin)


@pytest.mark.django_db
def test_knocks_are_forgotten_after_an_hour(clock):
    send(1)
    clock.shift(HOUR)
    send(2, ip="192.0.2.2")
    assert Knock.objects.count() == 1


# Behind proxies


def through(forwarded, number):
    """Send an enquiry with this X-Forwarded-For, through a proxy at 192.0.2.250."""
    typed = an_answer(question=f"Question number {number}")
    client = Client(REMOTE_ADDR="192.0.2.250", headers={"X-Forwarded-For": forwarded})
    return client.post(CONTACT, typed).status_code


@pytest.mark.django_db
def test_without_trusted_proxies_a_forged_header_lifts_no_limit(clock, two_an_hour):
    assert [through(f"198.51.100.{n}", n) for n in range(3)] == [303, 303, 429]


@pytest.mark.django_db
def test_behind_a_proxy_its_last_word_counts(clock, two_an_hour, settings):
    settings.TRUSTED_PROXIES = 1
    forged = [through(f"198.51.100.{n}, 203.0.113.9", n) for n in range(3)]
    assert (forged, through("203.0.113.10", 4)) == ([303, 303, 429], 303)


@pytest.mark.django_db
def test_behind_two_proxies_the_last_word_but_one_counts(clock, two_an_hour, settings):
    settings.TRUSTED_PROXIES = 2
    forged = [through(f"198.51.100.{n}, 203.0.113.9, 10.0.0.1", n) for n in range(3)]
    assert (forged, through("203.0.113.10, 10.0.0.1", 4)) == ([303, 303, 429], 303)


# At once


def at_once(posts):
    """Post all of it at the same time from one address; return the answers' status codes."""

    def post(typed):
        try:
            return Client(REMOTE_ADDR="192.0.2.1").post(CONTACT, typed).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(posts)) as visitors:
        return sorted(visitors.map(post, posts))


@pytest.mark.django_db(transaction=True)
def test_twenty_posts_at_once_do_not_pass_the_limit(two_an_hour, settings):
    settings.ENQUIRY_MIN_SECONDS = 0
    topic = str(a_topic().pk)
    posts = [an_answer(question=f"Number {n}", topic=topic, ticket=a_ticket(None)) for n in range(20)]
    assert at_once(posts) == [303] * 2 + [429] * 18
    assert (Enquiry.objects.count(), Knock.objects.count()) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_once_are_one_enquiry_with_one_receipt(two_an_hour, settings):
    settings.ENQUIRY_MIN_SECONDS = 0
    assert at_once([an_answer(ticket=a_ticket(None))] * 10) == [303] * 10
    assert (Enquiry.objects.count(), Knock.objects.count()) == (1, 1)
    assert Letter.objects.filter(kind="enquiry receipt").count() == 1
