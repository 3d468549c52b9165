"""The enquiry form: tolerant, idempotent, and robust against any input."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from consular.forms import TOKEN_LIFETIME, make_form_token
from consular.models import Enquiry
from editions.models import EditionNumber
from tests.factories import HOUR, NOON, a_topic, an_enquiry
from tests.helpers.contact_form import CONTACT, WRITE, contact_form_data, form_errors
from tests.properties import examples


@pytest.mark.django_db
def test_enquiry_is_stored_and_its_reference_shown(client, clock):
    response = client.post(WRITE, contact_form_data())
    kept = Enquiry.objects.get()
    assert (response.status_code, kept.name, kept.received_at) == (303, "Анна Smith", NOON)
    assert kept.reference in client.get(response["Location"]).content.decode()


@pytest.mark.django_db
def test_enquiry_turns_no_edition(client, clock):
    typed = contact_form_data()
    before = EditionNumber.objects.get().number
    client.post(WRITE, typed)
    assert EditionNumber.objects.get().number == before


@pytest.mark.django_db
def test_double_click_is_one_enquiry_with_one_reference(client, clock):
    typed = contact_form_data()
    receipts = [client.get(client.post(WRITE, typed)["Location"]).content for _click in range(2)]
    reference = Enquiry.objects.get().reference.encode()
    assert all(reference in receipt for receipt in receipts)


@pytest.mark.django_db(transaction=True)
def test_the_same_enquiry_sent_to_two_servers_is_stored_once():
    topic = a_topic()

    def receive(_server):
        try:
            return an_enquiry(key="the same", topic=topic).reference
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as servers:
        assert len(set(servers.map(receive, range(8)))) == 1
    assert Enquiry.objects.count() == 1


@pytest.mark.django_db
def test_changed_question_sent_from_the_same_page_is_heard_again(client, clock):
    typed = contact_form_data()
    client.post(WRITE, typed)
    client.post(WRITE, typed | {"question": "And my ticket, too."})
    assert Enquiry.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": " "}, "Enter your name."),
        ({"email": "anna"}, "Enter a full e-mail address with an @, for example name@example.org."),
        (
            {"phone": "ask my sister"},
            "Enter one phone number, for example +44 (0) 20 7946 0958.",
        ),
        ({"topic": "99999999999999999999"}, "Select a topic from the list."),
        ({"topic": "nonsense"}, "Select a topic from the list."),
        ({"question": "\u200b \n"}, "Enter your question."),
        ({"question": "\x00 \n"}, "Null characters are not allowed."),
        ({"question": "я" * 5003}, "Your question is 3 characters too long. Please shorten it to 5,000 characters."),
        ({"consent": ""}, "Tick this box: we may not store your question without your consent."),
    ],
)
def test_errors_are_shown_above_and_beside_the_field(client, clock, typed, sentence):
    page = client.post(WRITE, contact_form_data(**typed))
    assert form_errors(page) == [sentence]
    assert page.content.decode().count(sentence) == 2


@pytest.mark.django_db
def test_nothing_typed_is_lost_on_an_error(client, clock):
    typed = contact_form_data(email="anna", name="<Анна> & Co", question="Line one\nLine two", phone="+44 1")
    page = client.post(WRITE, typed).content.decode()
    for said in ("&lt;Анна&gt; &amp; Co", "Line one\nLine two", 'value="+44 1"', "checked", "selected"):
        assert said in page


@pytest.mark.django_db
def test_summary_of_errors_takes_the_focus(client, clock):
    page = client.post(WRITE, contact_form_data(name="")).content.decode()
    assert '<div class="faults" role="alert" tabindex="-1" autofocus' in page


@pytest.mark.django_db
def test_5000_characters_with_windows_line_ends_are_not_too_many(client, clock):
    client.post(WRITE, contact_form_data(question="\r\n".join("x" * 99 for _line in range(50))))
    assert len(Enquiry.objects.get().question) == 4999


@pytest.mark.django_db
def test_form_sent_immediately_has_to_be_sent_again(client, clock):
    typed = contact_form_data(ticket=make_form_token())
    assert "sent too quickly" in form_errors(client.post(WRITE, typed))[0]
    clock.shift(4)
    assert client.post(WRITE, typed).status_code == 303


@pytest.mark.django_db
@pytest.mark.parametrize("ticket", ["", "forged", "\x00", "a:b:c", "é:1kN:x"])
def test_form_without_a_valid_ticket_gets_a_new_one(client, clock, ticket):
    page = client.post(WRITE, contact_form_data(ticket=ticket))
    assert "The form has expired" in form_errors(page)[0]
    new = re.search(r'name="ticket" value="([^"]+)"', page.content.decode())[1]
    assert 'name="website" value' not in page.content.decode() and "[&#x27;" not in page.content.decode()
    clock.shift(5)
    assert client.post(WRITE, contact_form_data(ticket=new)).status_code == 303


@pytest.mark.django_db
def test_page_left_open_overnight_loses_nothing(client, clock):
    typed = contact_form_data()
    clock.shift(TOKEN_LIFETIME + HOUR)
    page = client.post(WRITE, typed)
    assert "The form has expired" in form_errors(page)[0] and "I have lost my passport." in page.content.decode()


@pytest.mark.django_db
def test_failed_csrf_check_shows_the_form_again_with_the_input(clock):
    page = Client(enforce_csrf_checks=True).post(WRITE, contact_form_data())
    assert page.status_code == 403 and "had expired" in form_errors(page)[0]
    assert "I have lost my passport." in page.content.decode()


@pytest.mark.django_db
def test_form_from_a_failed_csrf_check_can_be_sent(clock):
    browser = Client(enforce_csrf_checks=True)
    typed = contact_form_data()
    again = browser.post(WRITE, typed).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', again)[1]
    assert browser.post(WRITE, typed | {"csrfmiddlewaretoken": token}).status_code == 303


@pytest.mark.django_db
def test_failed_csrf_check_elsewhere_has_a_helpful_message(clock):
    page = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a"})
    assert page.status_code == 403 and "This form has expired" in page.content.decode()


@pytest.mark.django_db
def test_line_breaks_in_a_name_can_start_no_header(client, clock):
    client.post(WRITE, contact_form_data(name="Anna\r\nBcc: all@example.org"))
    assert Enquiry.objects.get().name == "Anna Bcc: all@example.org"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        *[
            "Ἀλέξανδρος",
            "محمد علي",
            "王小明",
            "Ņikola 👩‍👩‍👧",
            "O'Neil <b>",
            "علی\u200cرضا",
            "ක්\u200dෂ",
            "葛\U000e0100城",
        ],
        "❤️ 1️⃣ Ann",
    ],
)
def test_names_in_any_script_are_stored(client, clock, name):
    client.post(WRITE, contact_form_data(name=name))
    assert Enquiry.objects.get().name == name


@pytest.mark.django_db(transaction=True)
@settings(max_examples=examples(25))
@given(
    typed=st.dictionaries(
        st.sampled_from(["name", "email", "phone", "topic", "question", "consent", "website", "ticket"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    )
)
def test_form_accepts_any_input_without_an_error(typed):
    assert Client().post(WRITE, typed).status_code == 200


# Arbitrary input


INVISIBLE = (
    "\u00ad\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2064\u2066\u2069"
    "\u206f\u3164\ufe0f\ufeff\ufff9\U000e0041"
)


@pytest.mark.django_db
@pytest.mark.parametrize("character", INVISIBLE, ids=lambda c: f"U+{ord(c):04X}")
def test_invisible_characters_are_removed_from_every_line_of_the_form(client, clock, character):
    lines = {name: text for name, text in LINES.items() if name != "name" or character not in NEEDED_IN_NAMES}
    pasted = {name: f"{character}{text[:4]}{character}{text[4:]}{character}" for name, text in lines.items()}
    client.post(WRITE, contact_form_data(**pasted))
    enquiry = Enquiry.objects.get()
    assert {name: getattr(enquiry, name) for name in lines} == lines


NEEDED_IN_NAMES = "\u061c\u115f\u200c\u200d\u200e\u200f\ufe0f"  # by scripts that people write their names in
LINES = {"name": "Anna Smith", "email": "anna@example.org", "phone": "+44 20 7946 0958"}


@pytest.mark.django_db
def test_a_misspelt_address_is_questioned_once_and_accepted_when_it_is_sent_again(client, clock):
    typed = contact_form_data(email="anna@gmial.com")
    page = client.post(WRITE, typed)
    assert form_errors(page) == ["Did you mean anna@gmail.com? If anna@gmial.com is right, send the form again."]
    hidden = re.search(r'name="email_confirmed" value="([^"]+)"', page.content.decode())[1]
    assert client.post(WRITE, typed | {"email_confirmed": hidden}).status_code == 303
    assert Enquiry.objects.get().email == "anna@gmial.com"


@pytest.mark.django_db
def test_an_address_that_cannot_be_reached_is_refused_however_often_it_is_sent(client, clock):
    typed = contact_form_data(email="anna@printer.local", email_confirmed="anna@printer.local")
    assert "cannot send e-mails to addresses that end in .local" in form_errors(client.post(WRITE, typed))[0]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["\u200b\u200d", "\u202e", " \u3000 ", "\u0301"])
def test_name_in_which_nothing_is_to_be_seen_is_none(client, clock, name):
    assert form_errors(client.post(WRITE, contact_form_data(name=name))) == ["Enter your name."]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "kept"),
    [("one\r\ntwo\rthree\u2028four\x0bfive", "one\ntwo\nthree\nfour\nfive"), ("a\x1bb\u202ec", "abc")],
)
def test_question_keeps_its_lines_and_loses_invisible_characters(client, clock, typed, kept):
    client.post(WRITE, contact_form_data(question=typed))
    assert Enquiry.objects.get().question == kept


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["anna@example.org\nBcc: all@example.org", "anna@example.org, all@example.org"])
def test_address_that_is_more_than_one_is_refused(client, clock, email):
    assert "Enter one e-mail address" in form_errors(client.post(WRITE, contact_form_data(email=email)))[0]


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["hex", "idna", "utf-16"])
def test_form_in_a_writing_that_is_none_is_refused(client, charset):
    body = '--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nAnna\r\n--x--\r\n'
    content_type = f"multipart/form-data; boundary=x; charset={charset}"
    assert client.generic("POST", WRITE, body, content_type=content_type).status_code == 400


# Attributes for browsers


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "token"), [("name", "name"), ("email", "email"), ("phone", "tel"), ("website", "off")]
)
def test_fields_have_correct_autocomplete_attributes(client, field, token):
    a_topic()
    page = client.get(WRITE).content.decode()
    assert f'autocomplete="{token}"' in re.search(f'<input [^>]*name="{field}"[^>]*>', page)[0]


@pytest.mark.django_db
def test_invalid_field_refers_to_its_error(client, clock):
    page = client.post(WRITE, contact_form_data(email="anna")).content.decode()
    field = re.search('<input [^>]*name="email"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field and 'aria-describedby="email_helptext email_error"' in field
    assert 'id="email_helptext"' in page and 'id="email_error"' in page


# A form that was opened when it was on the contact page


@pytest.mark.django_db
def test_a_form_sent_to_the_contact_page_is_saved_or_shown_again(client, clock):
    page = client.post(CONTACT, contact_form_data(email="anna"))
    assert page.status_code == 200 and "I have lost my passport." in page.content.decode()
    assert 'action="/contact/write/"' in page.content.decode() and len(form_errors(page)) == 1
    assert client.post(CONTACT, contact_form_data()).status_code == 303
    assert Enquiry.objects.get().question == "I have lost my passport."


@pytest.mark.django_db
def test_a_form_sent_to_the_contact_page_without_a_token_keeps_its_text(clock):
    page = Client(enforce_csrf_checks=True).post(CONTACT, contact_form_data())
    assert (page.status_code, Enquiry.objects.count()) == (403, 0)
    assert "I have lost my passport." in page.content.decode()


# Before anything is sent


@pytest.mark.django_db
def test_no_field_is_announced_as_invalid_before_the_form_is_sent(client, clock):
    a_topic()
    page = client.get(WRITE).content.decode()
    fields = re.findall(r"<(?:input|select|textarea)[^>]*\brequired\b[^>]*>", page.split("<main")[1])
    assert len(fields) == 5 and [field for field in fields if 'aria-invalid="false"' not in field] == []
