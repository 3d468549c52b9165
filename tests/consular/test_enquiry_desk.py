"""An enquiry's page on the desk: content, actions of officers, and concurrent actions."""

import re

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts import roles
from consular.models import AnswerTemplate, Enquiry, EnquiryEntry, EnquiryLogEntry
from outbox.delivery import send_due
from outbox.models import OutboxEmail
from tests.factories import HOUR, NOON, a_topic, an_enquiry
from tests.helpers.accounts import a_member
from tests.helpers.enquiry_officers import address, an_officer, annas_enquiry, do, kinds, page
from tests.helpers.form_fields import fields_of

pytestmark = pytest.mark.django_db

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


# Content


def test_page_shows_the_person_and_the_question(client, enquiry):
    shown = page(client, enquiry)
    assert "Anna Secret" in shown and "anna@example.org" in shown and "I have lost my passport." in shown
    assert 'href="tel:+442079460958"' in shown


def test_title_of_the_page_contains_no_name(client, enquiry):
    title = re.search(r"<title>(.*?)</title>", page(client, enquiry), re.DOTALL)[1]
    assert enquiry.reference in title and "Anna" not in title


def test_entries_are_in_order_and_notes_are_marked(client, enquiry, officer):
    enquiry.answer("First answer.", by=officer, at=NOON + MINUTE)
    enquiry.add("Further words.", at=NOON + 2 * MINUTE)
    enquiry.note("For us alone.", by=officer, at=NOON + 3 * MINUTE)
    shown = page(client, enquiry)
    places = [shown.index(text) for text in ("First answer.", "Further words.", "Internal note, not shown")]
    assert places == sorted(places)


def test_visitors_text_is_escaped(client, officer):
    assert "&lt;script&gt;x&lt;/script&gt;" in page(client, an_enquiry(question="<script>x</script>"))


def test_other_enquiries_of_the_same_person_are_linked(client, enquiry):
    other = an_enquiry(email="ANNA@example.org")
    an_enquiry(email="else@example.org")
    link = re.search(r'href="([^"]+person=[^"]+)">1 other enquiry', page(client, enquiry))[1]
    found = client.get(link).content.decode()
    assert enquiry.reference in found and other.reference in found and "anna@example.org" not in link


# Acts


def test_officer_assigns_it_to_oneself(client, enquiry, officer):
    do(client, enquiry, "assign", _me="1")
    enquiry.refresh_from_db()
    assert enquiry.assigned_to == officer and kinds(enquiry)[0] == EnquiryLogEntry.Kind.ASSIGNED


def test_officer_assigns_it_to_a_colleague_who_is_notified(client, enquiry, colleague):
    do(client, enquiry, "assign", to=colleague.pk)
    enquiry.refresh_from_db()
    assert enquiry.assigned_to == colleague
    assert OutboxEmail.objects.get(kind="enquiry assigned").recipient_id == colleague.pk


@pytest.mark.parametrize("other", ["left", "press"])
def test_it_is_assigned_to_active_officers_only(client, enquiry, colleague, other):
    if other == "left":
        colleague.is_active = False
        colleague.save()
    else:
        colleague = a_member(roles.EDITORS)
    said = do(client, enquiry, "assign", to=colleague.pk).content.decode()
    enquiry.refresh_from_db()
    assert enquiry.assigned_to is None and "Select another" in said
    assert colleague.get_full_name() not in page(client, enquiry) or not colleague.get_full_name()


def test_note_is_stored_and_not_emailed(client, enquiry, officer):
    letters = OutboxEmail.objects.count()
    do(client, enquiry, "note", note="For us alone.")
    entry = enquiry.entries.get()
    assert (entry.kind, entry.text, entry.by) == (EnquiryEntry.Kind.NOTE, "For us alone.", officer)
    assert OutboxEmail.objects.count() == letters


def test_reply_is_stored_and_emailed(client, enquiry):
    do(client, enquiry, "answer", text=ANSWER)
    enquiry.refresh_from_db()
    assert enquiry.state == Enquiry.State.ANSWERED and enquiry.entries.get().text == ANSWER
    send_due(timezone.now)
    assert any(ANSWER in letter.body and letter.to == ["anna@example.org"] for letter in mail.outbox)


def test_answer_and_close_in_one(client, enquiry):
    do(client, enquiry, "answer", text=ANSWER, _close="1")
    enquiry.refresh_from_db()
    assert enquiry.state == Enquiry.State.CLOSED and kinds(enquiry)[:2] == [
        EnquiryLogEntry.Kind.ANSWERED,
        EnquiryLogEntry.Kind.CLOSED,
    ]


def test_closed_one_is_opened_again(client, enquiry):
    do(client, enquiry, "close")
    do(client, enquiry, "reopen")
    enquiry.refresh_from_db()
    assert enquiry.state == Enquiry.State.RECEIVED


def test_suspected_one_that_is_none_joins_the_others(client, officer):
    enquiry = an_enquiry(suspicion="Many links.")
    assert "Many links." in page(client, enquiry)
    do(client, enquiry, "not-spam")
    assert enquiry in Enquiry.objects.waiting()


def test_spam_is_listed_as_suspected(client, enquiry):
    do(client, enquiry, "spam")
    assert enquiry in Enquiry.objects.suspected_spam()


def test_reply_to_a_suspected_one_is_refused_and_its_text_kept(client, officer):
    enquiry = an_enquiry(suspicion="Many links.")
    shown = do(client, enquiry, "answer", text=ANSWER).content.decode()
    assert not enquiry.entries.exists() and ANSWER in shown and "Mark it as not spam first." in shown


@pytest.mark.parametrize(("act", "field"), [("answer", "text"), ("note", "note")])
def test_empty_text_gets_a_sentence(client, enquiry, act, field):
    shown = do(client, enquiry, act, **{field: "  "}).content.decode()
    assert "Enter a" in shown and not enquiry.entries.exists()


def test_text_that_is_too_long_is_shown_again(client, enquiry):
    shown = do(client, enquiry, "answer", text="long " * 3000).content.decode()
    assert "at most 10000" in shown and "long long long" in shown and not enquiry.entries.exists()


def test_a_text_with_a_nul_is_refused(client, enquiry):
    assert "Null characters" in do(client, enquiry, "answer", text="a\x00b").content.decode()
    assert not enquiry.entries.exists()


@pytest.mark.parametrize("act", ["assign", "note", "answer", "close", "reopen", "not-spam", "spam", "export"])
def test_actions_require_post(client, enquiry, act):
    assert client.get(address(enquiry, act)).status_code == 405


@pytest.mark.parametrize("number", ["0", "x", "9" * 40, "-1", "1/../2"])
@pytest.mark.parametrize("act", ["change", "history", "erase"])
def test_unknown_number_is_not_found(client, officer, number, act):
    assert client.get(f"/admin/consular/enquiry/{number}/{act}/").status_code == 404


@pytest.mark.parametrize("act", ["assign", "note", "answer", "close", "reopen", "not-spam", "spam", "export", "erase"])
def test_action_on_an_unknown_id_is_404(client, officer, act):
    assert client.post(f"/admin/consular/enquiry/4711/{act}/", {"reason": "spam"}).status_code == 404


# Templates, and the letter


def test_template_is_inserted_with_its_placeholders_filled(client, enquiry):
    template = AnswerTemplate.objects.create(
        name="Report", text="Dear {name}, {reference}. {officer} {other} {name.email}"
    )
    do_it = client.post(address(enquiry, "answer"), {"_begin": "1", "template": template.pk, "text": "Mine."})
    text = fields_of(do_it.content.decode(), "answer")["text"]
    assert text == f"Mine.\n\nDear Anna Secret, {enquiry.reference}. Elena Orlova {{other}} {{name.email}}"


def test_name_with_a_place_in_it_is_only_a_name(client, officer):
    enquiry = an_enquiry(name="{officer}")
    template = AnswerTemplate.objects.create(name="Report", text="Dear {name}")
    shown = client.post(address(enquiry, "answer"), {"_begin": "1", "template": template.pk}).content.decode()
    assert fields_of(shown, "answer")["text"] == "Dear {officer}"


def test_templates_of_the_topic_and_general_ones_are_offered(client, enquiry):
    for name, topic in (("General", None), ("Of this", enquiry.topic), ("Of another", a_topic())):
        AnswerTemplate.objects.create(name=name, topic=topic, text="Text.")
    shown = page(client, enquiry)
    assert ("General" in shown, "Of this" in shown, "Of another" in shown) == (True, True, False)


@pytest.mark.parametrize("template", ["", "x", "9" * 40, "4711"])
def test_template_that_is_none_puts_nothing_in(client, enquiry, template):
    shown = client.post(address(enquiry, "answer"), {"_begin": "1", "template": template, "text": "Mine."})
    assert fields_of(shown.content.decode(), "answer")["text"] == "Mine."


def test_preview_shows_the_email_and_sends_nothing(client, enquiry):
    letters = OutboxEmail.objects.count()
    shown = do(client, enquiry, "answer", text=ANSWER, _preview="1")
    preview = shown.context["preview"]
    assert ANSWER in preview["text"] and "> I have lost my passport." in preview["text"]
    assert preview["to"] == "anna@example.org" and fields_of(shown.content.decode(), "answer")["text"] == ANSWER
    assert not enquiry.entries.exists() and OutboxEmail.objects.count() == letters


def test_preview_hides_the_visitors_link(client, enquiry):
    shown = do(client, enquiry, "answer", text=ANSWER, _preview="1").content.decode()
    assert "/contact/enquiry/…/" in shown and enquiry.token not in shown


# Concurrent actions


def test_answer_over_a_colleagues_is_not_sent_and_nothing_typed_is_lost(client, enquiry, colleague, clock):
    form = fields_of(page(client, enquiry), "answer")
    enquiry.answer("Their answer.", by=colleague, at=NOON + HOUR + MINUTE)
    clock.shift(2 * MINUTE)
    shown = client.post(address(enquiry, "answer"), form | {"text": ANSWER}).content.decode()
    assert enquiry.entries.count() == 1
    assert "Not sent" in shown and "Mark Weaver" in shown and shown.count("Their answer.") == 2
    assert fields_of(shown, "answer")["text"] == ANSWER


def test_reply_is_sent_after_the_officer_has_seen_the_new_text(client, enquiry, colleague, clock):
    form = fields_of(page(client, enquiry), "answer")
    enquiry.answer("Their answer.", by=colleague, at=NOON + HOUR + MINUTE)
    clock.shift(2 * MINUTE)
    again = fields_of(client.post(address(enquiry, "answer"), form | {"text": ANSWER}).content.decode(), "answer")
    client.post(address(enquiry, "answer"), again)
    assert [entry.text for entry in enquiry.entries.all()] == ["Their answer.", ANSWER]


def test_concurrent_texts_of_the_visitor_are_shown_before_it_is_closed(client, enquiry, clock):
    form = fields_of(page(client, enquiry), "answer")
    enquiry.add("One thing more.", at=NOON + HOUR + MINUTE)
    clock.shift(2 * MINUTE)
    shown = client.post(address(enquiry, "close"), {"version": form["version"]}, follow=True).content.decode()
    enquiry.refresh_from_db()
    assert enquiry.closed_at is None and "Check it and try again" in shown and "One thing more." in shown


@pytest.mark.parametrize(("act", "field", "kind"), [("answer", "text", "answer"), ("note", "note", "note")])
def test_double_click_writes_once(client, enquiry, act, field, kind, clock):
    form = fields_of(page(client, enquiry), act) | {field: ANSWER}
    clock.shift(MINUTE)
    answers = [client.post(address(enquiry, act), form) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert enquiry.entries.filter(kind=kind).count() == 1


@pytest.mark.parametrize("seen", ["", "yesterday", "2020-11-24T12:00:00", "9" * 50])
def test_form_without_its_version_needs_confirmation(client, enquiry, seen):
    shown = client.post(address(enquiry, "answer"), {"version": seen, "text": ANSWER})
    assert shown.status_code == 200 and ANSWER in shown.content.decode() and not enquiry.entries.exists()


@pytest.mark.parametrize(("act", "field"), [("answer", "text"), ("note", "note")])
def test_typed_text_survives_the_session(client, enquiry, act, field):
    client.logout()
    answer = client.post(address(enquiry, act), {field: ANSWER})
    assert answer.status_code == 403 and ANSWER in answer.content.decode()
    assert "no-store" in answer["Cache-Control"] and not enquiry.entries.exists()
