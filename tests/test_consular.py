"""The contact page, its form, notices, and what becomes of an enquiry: kept first, and never lost."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from consular.admin import notice_state
from consular.forms import TICKET_LASTS, make_ticket, many_lines, one_line
from consular.models import Enquiry, Holiday, Notice, Office
from consular.phones import tel, validate_phone
from consular.references import ALPHABET, make_reference, read_reference, spaced
from editions.models import EditionNumber
from tests.factories import DAY, HOUR, NOON, a_notice, a_topic, an_enquiry, an_office

CONTACT = "/contact/"
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def clock():
    """The time, held at NOON; `clock.move_to(…)` moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def an_answer(**changes):
    """Return what a visitor types, with the ticket of a form that was shown a minute before."""
    with time_machine.travel(NOON - timedelta(minutes=1), tick=False):
        ticket = make_ticket()
    typed = {
        "name": "Анна Smith",
        "email": "anna@example.org",
        "phone": "",
        "question": "I have lost my passport.",
        "consent": "on",
        "ticket": ticket,
    }
    return typed | {"topic": str(a_topic().pk)} | changes


def faults(response):
    """Return the sentences of the summary above the form."""
    found = re.search(r'<div class="faults".*?</div>', response.content.decode(), re.DOTALL)
    return re.findall(r"<(?:p|a[^>]*)>(.+?)</", found[0]) if found else []


# Phones


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("+44 (0) 203 668 7474", "tel:+442036687474"),
        ("+44(0)20-3668-7474", "tel:+442036687474"),
        ("+7 (495) 123-45-67", "tel:+74951234567"),
        ("+39 06 1234 5678", "tel:+390612345678"),  # Italian numbers keep their zero
        ("0044 20 7946 0958", "tel:+442079460958"),
        ("(020) 7946 0958", "tel:02079460958"),
        ("(0)20 7946 0958", "tel:02079460958"),
        ("+49 (0) 30 1234-567 ext. 12", "tel:+49301234567;ext=12"),
        ("+1 202 555 0143 x007", "tel:+12025550143;ext=007"),
        ("+7 495 123 45 67, доб. 3", "tel:+74951234567;ext=3"),
        ("", ""),
    ],
)
def test_phone_becomes_a_link_that_can_be_dialled(written, link):
    assert tel(written) == link


@pytest.mark.parametrize("written", ["+44 20 7946 0958", "(020) 7946 0958", "+1 202 555 0143 x007", "112"])
def test_phone_number_is_accepted(written):
    validate_phone(written)


@pytest.mark.parametrize("written", ["ask at the desk", "+44 20 7946 0958 / +44 20 7946 0959", "12", "javascript:1234"])
def test_what_is_not_one_phone_number_is_refused(written):
    with pytest.raises(ValidationError):
        validate_phone(written)


@given(st.text(max_size=60))
def test_phone_link_holds_nothing_but_digits(written):
    assert re.fullmatch(r"(tel:\+?[0-9]+(;ext=[0-9]+)?)?", tel(written))


# References

REFERENCES = st.builds(make_reference)


@given(REFERENCES)
def test_reference_is_two_groups_of_four_letters_and_digits(reference):
    assert re.fullmatch(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", reference)


@given(REFERENCES)
def test_reference_is_read_however_it_is_typed(reference):
    typed = reference.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert read_reference(f"  {typed}\t") == reference


@given(REFERENCES, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(reference, place, other):
    said = reference.replace("-", "")
    wrong = said[:place] + other + said[place + 1 :]
    assert read_reference(wrong) == (reference if other == said[place] else None)


@given(REFERENCES, st.permutations(range(8)).map(lambda places: places[:2]))
def test_any_two_characters_that_changed_places_are_found(reference, places):
    said = list(reference.replace("-", ""))
    first, second = places
    said[first], said[second] = said[second], said[first]
    wrong = spaced("".join(said))
    assert read_reference(wrong) == (reference if wrong == reference else None)


@given(st.text(max_size=20))
def test_anything_said_is_a_reference_or_nothing(said):
    read = read_reference(said)
    assert read is None or read_reference(read) == read


@pytest.mark.django_db
def test_taken_reference_is_drawn_again(monkeypatch):
    taken, free = an_enquiry().reference, make_reference()
    drawn = iter([taken, free])
    monkeypatch.setattr(Enquiry._meta.get_field("reference"), "_get_default", lambda: next(drawn))
    assert an_enquiry().reference == free


# Notices


@pytest.mark.django_db
def test_notice_shows_from_its_start_until_just_before_its_end():
    notice = a_notice(starts=NOON, ends=NOON + HOUR)
    shown = [notice in Notice.objects.current(NOON + step) for step in (-DAY, 0 * HOUR, HOUR - DAY / 86400, HOUR)]
    assert shown == [False, True, True, False]


@pytest.mark.django_db
def test_notice_without_an_end_shows_until_taken_down():
    assert a_notice() in Notice.objects.current(NOON + 1000 * DAY)


@pytest.mark.django_db
def test_urgent_notice_comes_first():
    urgent, plain = a_notice(urgent=True, starts=NOON - DAY), a_notice()
    assert list(Notice.objects.current(NOON)) == [urgent, plain]


@pytest.mark.django_db
def test_notices_next_change_when_one_appears_or_goes():
    a_notice(starts=NOON - HOUR, ends=NOON + 3 * HOUR)
    a_notice(starts=NOON + 2 * HOUR)
    turns = [Notice.objects.next_change(NOON + step * HOUR) for step in (0, 2, 3)]
    assert turns == [NOON + 2 * HOUR, NOON + 3 * HOUR, None]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"ends": NOON - DAY}, "must end after it starts"),
        ({"link_url": "/contact/"}, "its address and its text"),
        ({"link_text": "More"}, "its address and its text"),
        ({"link_url": "javascript:alert(1)", "link_text": "More"}, "begins with https"),
        ({"link_url": "//example.org/", "link_text": "More"}, "begins with https"),
    ],
)
def test_notice_that_makes_no_sense_is_refused_with_a_sentence(fields, sentence):
    with pytest.raises(ValidationError, match=sentence):
        Notice(**{"sentence": "Closed.", "starts": NOON} | fields).full_clean()


@pytest.mark.django_db
def test_notice_tells_staff_where_it_stands():
    notice = a_notice(starts=NOON, ends=NOON + DAY)
    told = [notice_state(notice, NOON + step) for step in (-HOUR, HOUR, 2 * DAY)]
    assert told == ["from 24 November 2020, 12:37", "shows now, until 25 November 2020, 12:37", "over"]


@pytest.mark.django_db
def test_notice_stands_on_every_page(client, clock):
    a_notice(sentence="Closed on <25> December.", link_url="/contact/", link_text="Emergency number")
    page = client.get(CONTACT).content.decode()
    assert "Closed on &lt;25&gt; December." in page and '<a href="/contact/">Emergency number</a>' in page


# The page


@pytest.mark.django_db
def test_contact_page_says_where_when_and_how(client, clock):
    an_office(address="1 High Street\nLondon", emergency_phone="+44 (0) 7700 900123")
    page = client.get(CONTACT).content.decode()
    for said in ("Open now, until 13:00", "1 High Street<br>London", "tel:+442036687474", "tel:+447700900123"):
        assert said in page


@pytest.mark.django_db
def test_emergency_number_stands_above_the_offices(client, clock):
    an_office(emergency_phone="+44 (0) 7700 900123")
    page = client.get(CONTACT).content.decode()
    assert page.index("tel:+447700900123") < page.index('class="desks"')


@pytest.mark.django_db
def test_journalists_find_the_press_office(client, clock):
    an_office(kind=Office.Kind.PRESS, name="Press Section", email="press@example.org")
    page = client.get(CONTACT).content.decode()
    assert "Press office" in page and "mailto:press@example.org" in page


@pytest.mark.django_db
def test_state_of_an_office_turns_on_the_next_request(client, clock):
    an_office()
    clock.move_to(NOON.replace(hour=13, minute=0))
    assert "Closed, opens Wednesday 09:30" in client.get(CONTACT).content.decode()


@pytest.mark.django_db
def test_holiday_stands_on_the_contact_page(client, clock):
    Holiday.objects.create(office=an_office(), date=date(2020, 12, 25), name="Christmas Day")
    page = client.get(CONTACT).content.decode()
    assert "Friday 25 December 2020" in page and "Christmas Day" in page


@pytest.mark.django_db
def test_contact_page_without_offices_or_topics_says_what_will_be_there(client):
    page = client.get(CONTACT).content.decode()
    assert "None has been entered yet" in page and "<form" not in page


@pytest.mark.django_db
def test_hidden_topic_cannot_be_chosen(client, clock):
    a_topic()
    hidden = a_topic(shown=False)
    assert hidden.name not in client.get(CONTACT).content.decode()
    assert faults(client.post(CONTACT, an_answer(topic=str(hidden.pk)))) == ["Choose a topic from the list."]


@pytest.mark.django_db
def test_contact_page_is_kept_by_nobody(client):
    response = client.get(CONTACT)
    assert "no-store" in response["Cache-Control"] and "csrftoken" not in response.cookies


@pytest.mark.django_db
def test_mailboxes_of_topics_are_not_shown(client):
    a_topic(mailbox="secret@example.org")
    assert "secret@example.org" not in client.get(CONTACT).content.decode()


@pytest.mark.django_db
def test_contact_page_needs_no_more_queries_for_more_offices(client, clock, django_assert_num_queries):
    an_office()
    client.get(CONTACT)
    with CaptureQueriesContext(connection) as one:
        client.get(CONTACT)
    for number in range(4):
        an_office(name=f"Office {number}")
    with django_assert_num_queries(len(one)):
        client.get(CONTACT)


# The form


@pytest.mark.django_db
def test_enquiry_is_kept_and_its_reference_shown(client, clock):
    response = client.post(CONTACT, an_answer())
    kept = Enquiry.objects.get()
    assert (response.status_code, kept.name, kept.received_at) == (303, "Анна Smith", NOON)
    assert kept.reference in client.get(response["Location"]).content.decode()


@pytest.mark.django_db
def test_enquiry_turns_no_edition(client, clock):
    typed = an_answer()
    before = EditionNumber.objects.get().number
    client.post(CONTACT, typed)
    assert EditionNumber.objects.get().number == before


@pytest.mark.django_db
def test_double_click_is_one_enquiry_with_one_reference(client, clock):
    typed = an_answer()
    receipts = [client.get(client.post(CONTACT, typed)["Location"]).content for _click in range(2)]
    reference = Enquiry.objects.get().reference.encode()
    assert all(reference in receipt for receipt in receipts)


@pytest.mark.django_db(transaction=True)
def test_two_servers_that_get_the_same_enquiry_at_once_keep_one():
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
    typed = an_answer()
    client.post(CONTACT, typed)
    client.post(CONTACT, typed | {"question": "And my ticket, too."})
    assert Enquiry.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": " "}, "Write your name."),
        ({"email": "anna"}, "Write the whole e-mail address, like name@example.org."),
        ({"phone": "ask my sister"}, "Write the phone number with digits, or leave it empty."),
        ({"topic": "99999999999999999999"}, "Choose a topic from the list."),
        ({"topic": "nonsense"}, "Choose a topic from the list."),
        ({"question": "\x00 \n"}, "Write your question."),
        ({"question": "я" * 5003}, "Your question is 3 characters too long. Please shorten it to 5,000 characters."),
        ({"consent": ""}, "Tick this box: without your consent we may not keep your question."),
    ],
)
def test_what_is_wrong_is_said_above_and_beside_the_field(client, clock, typed, sentence):
    page = client.post(CONTACT, an_answer(**typed))
    assert faults(page) == [sentence]
    assert page.content.decode().count(sentence) == 2


@pytest.mark.django_db
def test_nothing_typed_is_lost_on_an_error(client, clock):
    typed = an_answer(email="anna", name="<Анна> & Co", question="Line one\nLine two", phone="+44 1")
    page = client.post(CONTACT, typed).content.decode()
    for said in ("&lt;Анна&gt; &amp; Co", "Line one\nLine two", 'value="+44 1"', "checked", "selected"):
        assert said in page


@pytest.mark.django_db
def test_summary_of_errors_takes_the_focus(client, clock):
    page = client.post(CONTACT, an_answer(name="")).content.decode()
    assert '<div class="faults" role="alert" tabindex="-1" autofocus' in page


@pytest.mark.django_db
def test_5000_characters_with_windows_line_ends_are_not_too_many(client, clock):
    client.post(CONTACT, an_answer(question="\r\n".join("x" * 99 for _line in range(50))))
    assert len(Enquiry.objects.get().question) == 4999


@pytest.mark.django_db
def test_form_sent_at_once_asks_to_be_sent_again(client, clock):
    typed = an_answer(ticket=make_ticket())
    assert "quicker than a person" in faults(client.post(CONTACT, typed))[0]
    clock.shift(4)
    assert client.post(CONTACT, typed).status_code == 303


@pytest.mark.django_db
@pytest.mark.parametrize("ticket", ["", "forged", "\x00", "a:b:c", "é:1kN:x"])
def test_form_without_a_good_ticket_comes_again_with_a_new_one(client, clock, ticket):
    page = client.post(CONTACT, an_answer(ticket=ticket))
    assert "open for too long" in faults(page)[0]
    new = re.search(r'name="ticket" value="([^"]+)"', page.content.decode())[1]
    clock.shift(5)
    assert client.post(CONTACT, an_answer(ticket=new)).status_code == 303


@pytest.mark.django_db
def test_page_left_open_overnight_loses_nothing(client, clock):
    typed = an_answer()
    clock.shift(TICKET_LASTS + HOUR)
    page = client.post(CONTACT, typed)
    assert "open for too long" in faults(page)[0] and "I have lost my passport." in page.content.decode()


@pytest.mark.django_db
def test_failed_csrf_check_shows_the_form_again_with_what_was_typed(clock):
    page = Client(enforce_csrf_checks=True).post(CONTACT, an_answer())
    assert page.status_code == 403 and "had expired" in faults(page)[0]
    assert "I have lost my passport." in page.content.decode()


@pytest.mark.django_db
def test_form_from_a_failed_csrf_check_can_be_sent(clock):
    browser = Client(enforce_csrf_checks=True)
    typed = an_answer()
    again = browser.post(CONTACT, typed).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', again)[1]
    assert browser.post(CONTACT, typed | {"csrfmiddlewaretoken": token}).status_code == 303


@pytest.mark.django_db
def test_failed_csrf_check_elsewhere_says_what_to_do(clock):
    page = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a"})
    assert page.status_code == 403 and "This page has expired" in page.content.decode()


@pytest.mark.django_db
def test_filled_honeypot_is_kept_apart_and_never_dropped(client, clock):
    client.post(CONTACT, an_answer(website="https://spam.example.org/"))
    assert Enquiry.objects.get().suspicion == "The field hidden from people was filled in."


@pytest.mark.django_db
def test_line_breaks_in_a_name_can_start_no_header(client, clock):
    client.post(CONTACT, an_answer(name="Anna\r\nBcc: all@example.org"))
    assert Enquiry.objects.get().name == "Anna Bcc: all@example.org"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Ἀλέξανδρος", "محمد علي", "王小明", "Ņikola 👩‍👩‍👧", "O'Neil <b>"])
def test_names_in_any_script_are_kept(client, clock, name):
    client.post(CONTACT, an_answer(name=name))
    assert Enquiry.objects.get().name == name


@given(st.text())
def test_a_line_is_one_line_without_control_characters(text):
    line = one_line(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", line)
    assert one_line(line) == line


@given(st.text())
def test_a_text_keeps_its_lines_and_loses_control_characters(text):
    lines = many_lines(text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", lines)
    assert many_lines(lines) == lines


@pytest.mark.django_db(transaction=True)
@settings(max_examples=25, deadline=None)
@given(
    typed=st.dictionaries(
        st.sampled_from(["name", "email", "phone", "topic", "question", "consent", "website", "ticket"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    )
)
def test_form_answers_whatever_is_typed(typed):
    assert Client().post(CONTACT, typed).status_code == 200


# The receipt


@pytest.mark.django_db
def test_receipt_is_shown_for_an_hour(client, clock):
    receipt = client.post(CONTACT, an_answer())["Location"]
    clock.shift(2 * HOUR)
    assert client.get(receipt).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?r=", "?r=forged", "?r=7K2M-Q9XD:1kN:é"])
def test_forged_receipt_shows_nothing(client, query):
    assert client.get(f"/contact/sent/{query}").status_code == 404


@pytest.mark.django_db
def test_link_in_the_receipt_shows_where_the_enquiry_stands(client, clock):
    kept = an_enquiry()
    page = client.get(kept.get_absolute_url()).content.decode()
    assert kept.reference in page and "received" in page


@pytest.mark.django_db
def test_pages_of_an_enquiry_are_for_one_visitor(client, clock):
    kept = an_enquiry()
    for response in (client.get(kept.get_absolute_url()), client.get("/contact/sent/")):
        assert "no-store" in response["Cache-Control"]
        assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex")


@pytest.mark.django_db
def test_page_of_an_enquiry_shows_nothing_personal(client, clock):
    kept = an_enquiry()
    page = client.get(kept.get_absolute_url()).content.decode()
    assert not any(value in page for value in (kept.name, kept.email, kept.question))


@pytest.mark.django_db
def test_unknown_token_is_an_unknown_address(client):
    assert client.get(reverse("consular:enquiry", args=["no-such-token"])).status_code == 404


# The desk


@pytest.mark.django_db
def test_enquiry_can_be_read_and_not_changed(admin_client):
    kept = an_enquiry()
    page = admin_client.get(reverse("admin:consular_enquiry_change", args=[kept.pk])).content.decode()
    assert kept.question in page and 'name="_save"' not in page and "deletelink" not in page


@pytest.mark.django_db
def test_enquiry_is_found_by_its_reference_as_it_was_said(admin_client):
    kept, other = an_enquiry(), an_enquiry()
    said = kept.reference.lower().replace("-", " ").replace("0", "o")
    page = admin_client.get(reverse("admin:consular_enquiry_changelist"), {"q": said}).content.decode()
    assert kept.reference in page and other.reference not in page


@pytest.mark.django_db
def test_enquiries_are_for_those_who_may_see_them(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("press", is_staff=True))
    assert client.get(reverse("admin:consular_enquiry_changelist")).status_code == 403


@pytest.mark.django_db
def test_office_is_entered_with_its_hours(admin_client):
    form = {"kind": "consular", "name": "Consulate", "order": "0", "phone": "+44 20 7946 0958"}
    form |= {"hours-TOTAL_FORMS": "2", "hours-INITIAL_FORMS": "0", "hours-0-weekday": "0", "hours-0-opens": "09:30"}
    form |= {"hours-0-closes": "12:30", "hours-1-weekday": "0", "hours-1-opens": "14:00", "hours-1-closes": "17:00"}
    form |= {"holidays-TOTAL_FORMS": "1", "holidays-INITIAL_FORMS": "0", "holidays-0-name": "Christmas Day"}
    form |= {"holidays-0-date": "2020-12-25", "map_url": "example.org/map"}
    assert admin_client.post(reverse("admin:consular_office_add"), form).status_code == 302
    office = Office.objects.get()
    assert (office.hours.count(), office.holidays.count(), office.map_url) == (2, 1, "https://example.org/map")


@pytest.mark.django_db
def test_notice_is_taken_down_from_the_list(admin_client, clock):
    notice = a_notice()
    admin_client.post(
        reverse("admin:consular_notice_changelist"), {"action": "take_down", "_selected_action": [notice.pk]}
    )
    assert not Notice.objects.current(NOON)


@pytest.mark.django_db
@pytest.mark.parametrize("model", ["office", "topic", "notice", "enquiry"])
def test_lists_of_the_desk_open(admin_client, model):
    an_office(), an_enquiry(), a_notice()
    assert admin_client.get(reverse(f"admin:consular_{model}_changelist")).status_code == 200
