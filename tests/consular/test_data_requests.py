"""Data requests (GDPR): export and erasure of everything stored about a person."""

import io
import json
import stat

import pytest
from django.core.management import CommandError, call_command

from consular import data_requests
from consular.models import Enquiry, EnquiryEntry, EnquiryLogEntry, Erasure
from tests.factories import HOUR, NOON, an_enquiry

pytestmark = pytest.mark.django_db


def run(command, *arguments):
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def officer(django_user_model):
    return django_user_model.objects.create_user("officer-olga", "olga@example.org", first_name="Olga", is_staff=True)


@pytest.fixture
def enquiry(officer):
    enquiry = an_enquiry(phone="+44 20 7946 0958")
    enquiry.record_opened(officer, NOON)
    enquiry.note("Called back, no answer.", by=officer, at=NOON + HOUR)
    enquiry.answer("Please come by.", by=officer, at=NOON + 2 * HOUR)
    enquiry.add("Thank you!", at=NOON + 3 * HOUR)
    return enquiry


# Export


def test_export_contains_all_stored_data(enquiry):
    made = data_requests.export_enquiry(enquiry)
    assert {name: made[name] for name in Enquiry.PERSONAL} == {n: getattr(enquiry, n) for n in Enquiry.PERSONAL}
    assert [entry["text"] for entry in made["entries"]] == [
        "Called back, no answer.",
        "Please come by.",
        "Thank you!",
    ]
    assert [done["kind"] for done in made["log"]] == ["opened", "noted", "answered"]
    assert made["received"] == "2020-11-24T12:37:00+00:00" and made["topic"] == enquiry.topic.name


def test_export_names_no_officer_and_opens_no_door(enquiry, officer):
    made = json.dumps(data_requests.export_enquiry(enquiry))
    assert not any(word in made for word in (officer.username, officer.first_name, officer.email, enquiry.token))


def test_export_contains_every_column_except_listed_ones(enquiry):
    left_out = {
        "id": "a number of ours",
        "key": "a hash",
        "token": "gives access to the enquiry",
        "token_hash": "a hash",
        "email_hash": "a hash",
        "question_hash": "a hash",
        "last_activity_at": "the last of the moments that are told",
        "assigned_to": "an officer",
    }
    told = {"consent_given", "received", "answered", "visitor_added", "closed", "suspected_of_spam"}
    names = {"consent_at": "consent_given", "suspicion": "suspected_of_spam"}
    columns = {field.name for field in Enquiry._meta.concrete_fields} - set(left_out)
    made = data_requests.export_enquiry(enquiry)
    assert told < set(made)
    assert {names.get(name, name.removesuffix("_at")) for name in columns} <= set(made)


def test_export_lists_only_its_own_emails(enquiry):
    other = an_enquiry()
    kinds = [letter["kind"] for letter in data_requests.export_enquiry(enquiry)["emails"]]
    assert sorted(kinds) == ["enquiry added", "enquiry answer", "enquiry receipt", "enquiry received"]
    assert len(data_requests.export_enquiry(other)["emails"]) == 2


def test_all_enquiries_of_a_person_are_exported_however_the_address_is_written(enquiry):
    an_enquiry(question="Another one"), an_enquiry(email="other@example.org", question="A stranger's")
    made = json.loads(run("export_enquiries", "ANNA@example.ORG"))
    assert {one["question"] for one in made["enquiries"]} == {enquiry.question, "Another one"}


def test_one_is_exported_by_a_spoken_reference(enquiry):
    said = enquiry.reference.lower().replace("-", " ")
    assert [one["reference"] for one in json.loads(run("export_enquiries", said))["enquiries"]] == [enquiry.reference]


def test_export_is_recorded(enquiry):
    run("export_enquiries", enquiry.reference)
    assert enquiry.log_entries.filter(kind=EnquiryLogEntry.Kind.EXPORTED).count() == 1


def test_exported_file_is_for_its_maker_alone(enquiry, tmp_path):
    to = tmp_path / "anna.json"
    assert "1 enquiries written" in run("export_enquiries", enquiry.reference, "--to", str(to))
    assert stat.S_IMODE(to.stat().st_mode) == 0o600 and json.loads(to.read_text())["enquiries"]


def test_exported_file_overwrites_nothing(enquiry, tmp_path):
    to = tmp_path / "anna.json"
    to.write_text("mine")
    with pytest.raises(CommandError, match="cannot be created"):
        run("export_enquiries", enquiry.reference, "--to", str(to))
    assert to.read_text() == "mine"


def test_export_with_a_wrong_key_is_a_sentence_and_leaves_no_trace(enquiry, settings):
    settings.SECRET_KEY = "another"
    with pytest.raises(CommandError, match="ENQUIRY_KEYS"):
        run("export_enquiries", enquiry.reference)
    assert not EnquiryLogEntry.objects.filter(kind=EnquiryLogEntry.Kind.EXPORTED).exists()


@pytest.mark.parametrize("command", ["export_enquiries", "erase_enquiries"])
@pytest.mark.parametrize("said", ["nobody@example.org", "no reference", "0000-0000", "", "\ud800@\0"])
def test_unknown_person_is_a_sentence_that_does_not_repeat_the_address(command, said):
    with pytest.raises(CommandError) as error:
        run(command, said)
    assert "nobody@" not in str(error.value) and str(error.value).endswith(".")


def test_address_can_come_from_standard_input(enquiry, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("anna@example.org\n"))
    assert json.loads(run("export_enquiries", "-"))["enquiries"][0]["reference"] == enquiry.reference


# Erasure


def test_only_this_persons_data_is_erased(enquiry, monkeypatch):
    an_enquiry()
    other = an_enquiry(email="other@example.org")
    monkeypatch.setattr("builtins.input", lambda _question: "yes")
    said = run("erase_enquiries", "anna@example.org")
    assert "2 erased" in said and enquiry.reference in said
    assert (
        list(Enquiry.objects.all()) == [other]
        and not EnquiryEntry.objects.exists()
        and not EnquiryLogEntry.objects.exists()
    )
    assert set(Erasure.objects.values_list("reason", flat=True)) == {Erasure.Reason.PERSON}


def test_nothing_is_erased_without_a_yes(enquiry, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _question: "y e s")
    with pytest.raises(CommandError, match="Nothing was erased"):
        run("erase_enquiries", enquiry.reference)
    assert Enquiry.objects.exists()


def test_erasing_without_input_needs_no_confirmation(enquiry):
    assert "1 erased" in run("erase_enquiries", enquiry.reference, "--yes")


def test_address_from_standard_input_needs_the_yes_beforehand(enquiry):
    with pytest.raises(CommandError, match="--yes"):
        run("erase_enquiries", "-")


def test_undecryptable_data_is_erased_by_its_reference(enquiry, settings):
    settings.SECRET_KEY = "the old one is lost"
    run("erase_enquiries", enquiry.reference, "--yes")
    assert not Enquiry.objects.exists()


def test_link_of_an_erased_enquiry_is_known_after_every_change_of_the_key(enquiry, settings):
    token = enquiry.token
    enquiry.erase(Erasure.Reason.VISITOR, at=NOON)
    settings.ENQUIRY_KEYS, settings.SECRET_KEY = [], "another"
    assert Erasure.objects.with_token(token).exists() and not Erasure.objects.with_token("another").exists()
