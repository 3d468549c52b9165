"""Texts of the consular part: each has a maximum length, and none keeps invisible characters."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from consular.encryption import EncryptedTextField
from consular.models import AnswerTemplate, CommonQuestion, Enquiry, Notice, Office, Topic
from tests.factories import NOON, a_topic, an_enquiry
from tests.helpers.enquiry_officers import address, an_officer, do

pytestmark = pytest.mark.django_db

# U+200B, U+2060, U+FEFF, U+00AD, U+202E, U+2066: all of them invisible
INVISIBLE = "\u200b\u2060\ufeff\u00ad\u202e\u2066"


def text_fields():
    rooms = apps.get_app_config("consular").get_models()
    texts = models.CharField | models.TextField
    return [field for model in rooms for field in model._meta.concrete_fields if isinstance(field, texts)]


@pytest.mark.parametrize("field", text_fields(), ids=str)
def test_every_text_has_a_maximum_length(field):
    assert field.max_length


@pytest.mark.parametrize("field", [field for field in text_fields() if isinstance(field, EncryptedTextField)], ids=str)
def test_a_sealed_text_that_is_too_long_is_refused(field):
    field.run_validators("x" * field.max_length)
    with pytest.raises(ValidationError):
        field.run_validators("x" * (field.max_length + 1))


def hidden(text):
    return f"{INVISIBLE}{text[:3]}{INVISIBLE}{text[3:]}{INVISIBLE}"


def test_invisible_characters_are_removed_from_the_office(admin_client):
    form = {
        "kind": "consular",
        "name": "Consul",
        "order": "0",
        "phone": "+44 20 7946 0958",
        "emergency_phone": "+44 7700 900123",
        "email": "consul@example.org",
        "map_url": "https://example.org/map",
    }
    counts = {f"{prefix}-{n}_FORMS": 0 for prefix in ("hours", "holidays") for n in ("TOTAL", "INITIAL")}
    counts["address"] = "1 Str\u200beet\u202e\r\nTown\ufeff"
    typed = {name: text if name in ("kind", "order") else hidden(text) for name, text in form.items()}
    assert admin_client.post("/admin/consular/office/add/", typed | counts).status_code == 302
    office = Office.objects.get()
    assert {name: getattr(office, name) for name in form} == form | {"order": 0}
    assert office.address == "1 Street\nTown"


def test_invisible_characters_are_removed_from_topics_questions_templates_and_notices(admin_client):
    inline = "common_questions-"
    topic = {"name": hidden("Passports"), "sentence": hidden("Bring it."), "mailbox": hidden("desk@example.org")}
    rest = {"answer_days": "5", "retention_days": "365", "order": "0", "shown": "on"}
    rest |= {f"{inline}TOTAL_FORMS": "1", f"{inline}INITIAL_FORMS": "0", f"{inline}0-order": "0"}
    rest |= {f"{inline}0-question": hidden("How long?"), f"{inline}0-answer": hidden("Ten days.")}
    admin_client.post("/admin/consular/topic/add/", topic | rest)
    admin_client.post("/admin/consular/answertemplate/add/", {"name": hidden("Report"), "text": hidden("Dear {name}")})
    admin_client.post(
        "/admin/consular/notice/add/",
        {"sentence": hidden("Closed today."), "link_url": hidden("/contact/"), "link_text": hidden("Contact")}
        | {"starts_0": "24.11.2020", "starts_1": "12:00"},
    )
    kept = Topic.objects.values_list("name", "sentence", "mailbox").get()
    assert kept == ("Passports", "Bring it.", "desk@example.org")
    assert CommonQuestion.objects.values_list("question", "answer").get()[0] == "How long?"
    assert AnswerTemplate.objects.get().name == "Report"
    assert Notice.objects.values_list("sentence", "link_url", "link_text").get() == (
        "Closed today.",
        "/contact/",
        "Contact",
    )


@pytest.mark.parametrize(("mailbox", "sentence"), [("desk@local", "no ending"), ("desk@gmail.con", "Did you mean")])
def test_a_mailbox_that_cannot_be_reached_is_refused(admin_client, mailbox, sentence):
    page = admin_client.post("/admin/consular/topic/add/", {"name": "Visas", "mailbox": mailbox})
    assert sentence in page.content.decode() and not Topic.objects.exists()


def test_an_answer_and_a_note_keep_no_control_characters(client):
    client.force_login(an_officer())
    enquiry = an_enquiry()
    do(client, enquiry, "note", note="Call\x07ed.\u202e\r\nTwice.")
    do(client, enquiry, "answer", text="Come by\u200b.\r\nSoon.")
    assert [entry.text for entry in enquiry.entries.all()] == ["Called.\nTwice.", "Come by.\nSoon."]


# Rows that are older than their answer date


def test_an_enquiry_without_an_answer_date_is_shown_without_one(client):
    enquiry = an_enquiry()
    Enquiry.objects.update(answer_by=None)
    page = client.get(enquiry.get_absolute_url())
    assert page.status_code == 200 and "An officer will read it and reply by e-mail." in page.content.decode()
    assert "at the latest" not in page.content.decode() and "by  " not in page.content.decode()


def test_the_receipt_of_an_enquiry_without_an_answer_date_promises_none(client, clock):
    from consular.views import RECEIPT_SIGNER

    enquiry = an_enquiry()
    Enquiry.objects.update(answer_by=None)
    page = client.get("/contact/sent/", {"r": RECEIPT_SIGNER.sign(enquiry.reference)}).content.decode()
    assert "reply by e-mail." in page and "at the latest" not in page


def test_the_desk_shows_an_enquiry_without_an_answer_date(client):
    client.force_login(an_officer())
    enquiry = an_enquiry()
    Enquiry.objects.update(answer_by=None)
    answers = [client.get(address(enquiry)), client.get("/admin/consular/enquiry/"), client.get("/admin/")]
    assert [answer.status_code for answer in answers] == [200, 200, 200]


def test_a_duplicate_addition_prolongs_no_keeping():
    from tests.factories import DAY

    enquiry = an_enquiry()
    enquiry.add("Thank you.", at=NOON)
    stale = Enquiry.objects.get()
    stale.add("Thank you.", at=NOON + DAY)
    enquiry.refresh_from_db()
    assert enquiry.last_activity_at == NOON and enquiry.entries.count() == 1


def test_an_export_of_many_enquiries_costs_no_more_queries_than_one(django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from consular import data_requests

    officer, topic = an_officer(), a_topic()

    def export(count):
        Enquiry.objects.all().delete()
        for _number in range(count):
            enquiry = an_enquiry(topic=topic)
            enquiry.note("A note.", by=officer, at=NOON)
            enquiry.answer("An answer.", by=officer, at=NOON)
        with CaptureQueriesContext(connection) as queries:
            made = data_requests.export_enquiries(data_requests.find_enquiries("anna@example.org"), NOON, officer)
        assert len(made["enquiries"]) == count
        return len(queries)

    assert export(1) == export(6)
