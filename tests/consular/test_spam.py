"""Signs of spam: suspicious and harmless enquiries, and the message to the visitor."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consular import spam
from consular.models import Enquiry
from outbox.models import OutboxEmail
from tests.factories import a_topic
from tests.helpers.contact_form import WRITE, contact_form_data, form_ticket
from tests.helpers.visitors import answered_truthfully

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)


# Signs


@pytest.mark.one_database
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
    assert spam.count_links(text) == links


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("signs", "reason"),
    [
        ({}, ""),
        ({"question": "https://a.example " * 2}, ""),
        ({"question": "https://a.example " * 3}, "The text contains 3 links."),
        ({"question": "https://a.example has a form that I could not open. " * 3}, ""),
        ({"question": "https://a.example has a form that I could not open. " * 10}, "The text contains 10 links."),
        ({"name": "Win at www.example.org"}, "The name contains a link."),
        ({"honeypot": "x"}, "The hidden field was filled in."),
        ({"twins": 30}, ""),
        ({"twins": 2, "question": "https://a.example"}, ""),
        ({"twins": 3, "question": "https://a.example"}, "The same text, with a link, came from 3 other people."),
        ({"of_a_page": 5}, ""),
        ({"of_a_page": 6}, "Sent 7 times from one page."),
    ],
)
def test_sign_of_spam_has_a_text(signs, reason):
    assert spam.spam_reason(**{"name": "Anna", "question": "Where?"} | signs) == reason


@pytest.mark.one_database
@given(st.text(), st.text(), st.text(), st.tuples(st.text()), st.integers(0, 10**9), st.integers(0, 10**9))
def test_all_reasons_together_fit(name, question, honeypot, typed, twins, of_a_page):
    whole = spam.spam_reason(
        name=f"www.{name}",
        question=f"https://{question}" * 3,
        honeypot=honeypot,
        typed=typed,
        twins=twins,
        of_a_page=of_a_page,
    )
    assert len(whole) <= Enquiry._meta.get_field("suspicion").max_length


@pytest.mark.django_db
def test_enquiry_with_filled_honeypot_is_set_aside_and_not_discarded(client, clock):
    client.post(WRITE, contact_form_data(website="https://spam.example.org/"))
    assert Enquiry.objects.get().suspicion == "The hidden field was filled in."


@pytest.mark.django_db
def test_suspected_enquiry_sends_no_notice(client, clock):
    client.post(WRITE, contact_form_data(website="x"))
    assert not OutboxEmail.objects.exists()


@pytest.mark.django_db
def test_one_page_sent_over_and_over_is_suspected(client, clock):
    typed = contact_form_data()
    for number in range(8):
        client.post(WRITE, typed | {"email": f"{number}@example.org"})
    told = [kept.suspicion for kept in Enquiry.objects.order_by("pk")]
    assert told == [""] * 6 + ["Sent 7 times from one page.", "Sent 8 times from one page."]


# Harmless enquiries


@pytest.mark.one_database
@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        {"question": "HELP! MY PASSPORT WAS STOLEN AND MY FLIGHT IS TOMORROW!!!"},
        {"question": "паспорт"},
        {"question": "أين أنتم؟"},
        {"question": "?"},
        {"question": "护照丢了怎么办"},
        {"question": "See https://example.org/a (my booking), https://example.org/b (the police report) and "
                     "https://example.org/c (the letter from the airline): which of these do you need from me, and "
                     "should I bring all of them printed when I come to the consulate?"},
        {"website": "Анна Smith"},
        {"website": "anna@example.org"},
        {"website": "Smith"},
        {"website": "example.org"},
        {"website": "+44 20 7946 0958", "phone": "+44 20 7946 0958"},
        {"question": "Free of charge? I won the green card lottery, 100 % sure. Click where?"},
    ],
)  # fmt: skip
def test_an_innocent_enquiry_is_not_set_aside(client, clock, typed):
    sent = client.post(WRITE, contact_form_data(**typed))
    assert Enquiry.objects.get().suspicion == ""
    assert "We will send a receipt with this reference" in answered_truthfully(client, sent)


@pytest.mark.one_database
@pytest.mark.django_db
@pytest.mark.parametrize("question", ["How long does a passport take?", "Visa?", "Please, free the prisoners. " * 40])
def test_many_people_with_the_same_words_are_not_set_aside(client, clock, settings, question):
    settings.ENQUIRIES_PER_HOUR = 100
    topic = str(a_topic().pk)
    for number in range(8):
        typed = contact_form_data(
            topic=topic, name=f"Pupil {number}", email=f"pupil{number}@example.org", question=question
        )
        answered_truthfully(client, client.post(WRITE, typed | {"ticket": form_ticket()}))
    assert not Enquiry.objects.suspected_spam().exists() and Enquiry.objects.waiting().count() == 8


@pytest.mark.one_database
@pytest.mark.django_db
def test_one_person_who_sends_the_same_words_again_is_not_set_aside(client, clock):
    for _page in range(2):
        client.post(
            WRITE,
            contact_form_data(question="Where is my visa? See https://example.org/a") | {"ticket": form_ticket()},
        )
    assert [kept.suspicion for kept in Enquiry.objects.all()] == ["", ""]


@pytest.mark.one_database
@pytest.mark.django_db
@pytest.mark.parametrize("typed", [{"website": "buy"}, {"name": "www.example.org"}, {"question": "www.a.example " * 3}])
def test_a_visitor_is_informed_that_an_enquiry_is_set_aside(client, clock, typed):
    sent = client.post(WRITE, contact_form_data(**typed))
    page = answered_truthfully(client, sent)
    assert Enquiry.objects.get().reference in page and "has held your question" in page
    state = client.get(Enquiry.objects.get().get_absolute_url()).content.decode()
    assert "has held your question" in state and "at the latest" not in state


@pytest.mark.one_database
@pytest.mark.django_db
def test_visitor_who_corrects_the_address_is_not_suspected(client, clock):
    typed = contact_form_data(email="ana@example.org")
    for email in ("ana@example.org", "anna@example.org"):
        client.post(WRITE, typed | {"email": email})
    assert [kept.suspicion for kept in Enquiry.objects.all()] == ["", ""]
