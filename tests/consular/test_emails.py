"""Letters about enquiries: what each says, what none may say, and how a visitor's mail program sees them."""

from email import message_from_bytes, policy

import pytest

from accounts import roles
from consular.models import Erasure
from outbox.models import OutboxEmail
from outbox.registry import render_email
from tests.factories import HOUR, NOON, a_topic, an_enquiry, an_office
from tests.helpers.accounts import a_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

PERSONAL = {
    "name": "Анна Прекрасная",
    "email": "anna@example.org",
    "phone": "+44 7700 900123",
    "question": "I have lost my passport.\n\nWhat now?",
}


@pytest.fixture
def officer():
    return a_member(roles.CONSULAR, username="olga", first_name="Olga")


@pytest.fixture
def enquiry():
    return an_enquiry(topic=a_topic(name="Lost passport", mailbox="passports@example.org"), **PERSONAL)


def the_letter(kind, **named):
    """Return the last queued e-mail of a kind, as a mail program parses it; None where there is none."""
    mail = render_email(OutboxEmail.objects.filter(kind=kind, **named).latest("pk"))
    return mail and message_from_bytes(mail.message().as_bytes(), policy=policy.default)


def text(mail):
    return mail.get_content()


# To the visitor


def test_receipt_has_reference_topic_due_date_and_link(enquiry):
    an_office()
    mail = the_letter("enquiry receipt")
    assert (mail["To"], mail["Reply-To"]) == ("anna@example.org", "passports@example.org")
    assert mail["Subject"] == f"Your question {enquiry.reference} to the Embassy of the Republic in London"
    for said in (
        f"Reference: {enquiry.reference}",
        "Topic: Lost passport",
        "We will reply by: Tuesday 1 December 2020",
        f"http://testserver/contact/enquiry/{enquiry.token}/",
        "call +44 (0) 203 668 7474 and give the reference",
    ):
        assert said in text(mail)


def test_receipt_has_the_emergency_number(enquiry):
    an_office(emergency_phone="+44 7000 000000")
    assert "In an emergency, outside the opening hours: +44 7000 000000" in text(the_letter("enquiry receipt"))


def test_receipt_without_an_office_leads_to_the_contact_page(enquiry):
    assert "http://testserver/contact/\n" in text(the_letter("enquiry receipt"))


def test_receipt_does_not_repeat_the_question(enquiry):
    whole = text(the_letter("enquiry receipt"))
    assert not any(word in whole for word in ("I have lost", "Анна", "7700"))


def test_answer_is_the_officers_text_above_the_question(enquiry, officer):
    enquiry.answer("Come <on> Monday & bring a photo.\r\nOlga", by=officer, at=NOON + HOUR)
    mail = the_letter("enquiry answer")
    assert text(mail).startswith("Come <on> Monday & bring a photo.\nOlga\n\n")
    assert "On 24 November 2020, 12:37, you wrote:\n> I have lost my passport.\n>\n> What now?\n" in text(mail)
    assert f"http://testserver/contact/enquiry/{enquiry.token}/" in text(mail)


def test_reply_quotes_the_visitors_last_text(enquiry, officer):
    enquiry.add("Which floor?", at=NOON + HOUR)
    enquiry.answer("The third.", by=officer, at=NOON + 2 * HOUR)
    letter = text(the_letter("enquiry answer"))
    enquiry.add("And when?", at=NOON + 3 * HOUR)
    assert "On 24 November 2020, 13:37, you wrote:\n> Which floor?\n" in letter
    assert text(the_letter("enquiry answer")) == letter


def test_reply_to_has_the_mailbox_of_the_topic(enquiry, officer):
    enquiry.answer("Come.", by=officer, at=NOON)
    assert the_letter("enquiry answer")["Reply-To"] == "passports@example.org"


def test_receipt_and_answers_are_one_exchange(enquiry, officer):
    receipt = the_letter("enquiry receipt")
    enquiry.answer("Come.", by=officer, at=NOON)
    first = the_letter("enquiry answer")
    enquiry.answer("Do come.", by=officer, at=NOON + HOUR)
    second = the_letter("enquiry answer")
    names = [mail["Message-ID"] for mail in (receipt, first, second)]
    assert names[0] == f"<enquiry.{enquiry.reference}@testserver>" and len(set(names)) == 3
    assert [(m["In-Reply-To"], m["References"]) for m in (first, second)] == [(names[0], names[0])] * 2
    assert first["Subject"] == f"Re: {receipt['Subject']}"


def test_an_email_sent_twice_has_one_message_id(enquiry):
    assert the_letter("enquiry receipt")["Message-ID"] == the_letter("enquiry receipt")["Message-ID"]


def test_only_automatic_emails_have_auto_submitted(enquiry, officer):
    enquiry.answer("Come.", by=officer, at=NOON)
    enquiry.assign(officer, by=None, at=NOON)
    kinds = ["enquiry receipt", "enquiry received", "enquiry assigned", "enquiry answer"]
    assert [the_letter(kind)["Auto-Submitted"] for kind in kinds] == ["auto-generated"] * 3 + [None]


# To staff


def test_notice_to_the_mailbox_has_reference_topic_date_and_link(enquiry):
    mail = the_letter("enquiry received")
    assert (mail["To"], mail["Subject"]) == ("passports@example.org", f"Enquiry {enquiry.reference}: Lost passport")
    assert "Reply by: Tuesday 1 December 2020" in text(mail)
    assert f"http://testserver/admin/consular/enquiry/{enquiry.pk}/change/" in text(mail)


def test_mailbox_is_notified_of_added_texts(enquiry):
    enquiry.add("It has turned up in Leeds.", at=NOON + HOUR)
    mail = the_letter("enquiry added")
    assert (mail["To"], mail["Subject"]) == (
        "passports@example.org",
        f"Addition to enquiry {enquiry.reference}: Lost passport",
    )


def test_officer_is_notified_of_an_assignment(enquiry, officer):
    enquiry.assign(officer, by=None, at=NOON)
    mail = the_letter("enquiry assigned")
    assert (mail["To"], "Dear Olga," in text(mail)) == ("olga@example.org", True)


@pytest.mark.parametrize("kind", ["enquiry received", "enquiry added", "enquiry assigned"])
def test_nothing_personal_is_mailed_to_staff(enquiry, officer, kind):
    enquiry.add("A sentinel text.", at=NOON)
    enquiry.assign(officer, by=None, at=NOON)
    mail = render_email(OutboxEmail.objects.get(kind=kind))
    whole = mail.message().as_string() + mail.subject + mail.body
    secrets = [*PERSONAL.values(), enquiry.token, "Анна", "lost my", "A sentinel"]
    assert [secret for secret in secrets if secret in whole] == []


# E-mails that are not to be sent any more


@pytest.mark.parametrize(
    "kind", ["enquiry receipt", "enquiry received", "enquiry added", "enquiry assigned", "enquiry answer"]
)
def test_nothing_leaves_about_an_erased_enquiry(enquiry, officer, kind):
    enquiry.add("More.", at=NOON)
    enquiry.answer("Come.", by=None, at=NOON)
    enquiry.assign(officer, by=None, at=NOON)
    enquiry.erase(Erasure.Reason.VISITOR, at=NOON)
    assert the_letter(kind) is None


@pytest.mark.parametrize("gone", [{"is_active": False}, {"email": ""}])
def test_no_email_is_sent_to_a_deactivated_officer(enquiry, officer, gone):
    enquiry.assign(officer, by=None, at=NOON)
    type(officer).objects.filter(pk=officer.pk).update(**gone)
    assert the_letter("enquiry assigned") is None


def test_nothing_leaves_for_an_officer_whose_enquiry_a_colleague_has_taken(enquiry, officer):
    enquiry.assign(officer, by=None, at=NOON)
    enquiry.assign(a_member(roles.CONSULAR, username="pia"), by=None, at=NOON)
    assert the_letter("enquiry assigned", recipient_id=officer.pk) is None


def test_spam_sends_no_notice(enquiry, officer):
    enquiry.mark_spam("It is.", by=officer, at=NOON)
    assert (the_letter("enquiry receipt"), the_letter("enquiry received")) == (None, None)


def test_a_cleared_suspicion_does_not_repeat_the_receipt(enquiry, officer):
    enquiry.mark_spam("It is.", by=officer, at=NOON)
    enquiry.mark_not_spam(by=officer, at=NOON)
    assert OutboxEmail.objects.filter(kind="enquiry receipt").count() == 1


# Text typed by visitors


@pytest.mark.parametrize("name", ["Анна 爱丽丝 عائشة", "Eve\r\nBcc: all@example.org", '"Eve", <eve@example.org>'])
def test_no_name_changes_a_header(officer, name):
    enquiry = an_enquiry(name=name, question=f"{name}\n.\r\nRCPT TO:<all@example.org>")
    enquiry.answer(f"Dear {name}", by=officer, at=NOON)
    for kind in ("enquiry receipt", "enquiry answer"):
        mail = the_letter(kind)
        assert (mail["To"], mail["Bcc"], mail["Cc"]) == ("anna@example.org", None, None)
        assert len(mail.get_all("To")) == 1


def test_domain_in_another_script_is_sent_in_ascii():
    an_enquiry(email="anna@почта.example")
    assert "anna@xn--80a1acny.example" in the_letter("enquiry receipt")["To"]


def test_long_lines_of_a_question_are_quoted_whole(officer):
    enquiry = an_enquiry(question="слово " * 800)
    enquiry.answer("Yes.", by=officer, at=NOON)
    mail = render_email(OutboxEmail.objects.get(kind="enquiry answer"))
    assert max(map(len, mail.message().as_bytes().splitlines())) < 998
    assert ("слово " * 800).strip() in text(the_letter("enquiry answer"))
