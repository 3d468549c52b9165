"""Encrypted fields and keyed hashes: stored values, and data that the database does not reveal."""

import io
import json

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.core.serializers.base import DeserializationError
from hypothesis import given
from hypothesis import strategies as st

from consular import encryption
from consular.encryption import (
    DecryptionError,
    decrypt,
    encrypt,
    keyed_hash,
    keyed_hashes,
    normalise_email_for_hash,
    normalise_text,
)
from consular.models import Enquiry, EnquiryEntry, EnquirySubmission
from tests.factories import NOON, an_enquiry
from tests.helpers.stored_columns import stored_values

pytestmark = pytest.mark.both_databases

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))  # lone surrogates, NUL, everything


# Sealing


@pytest.mark.one_database
@given(ANY_TEXT)
def test_any_text_is_decrypted_unchanged(text):
    assert decrypt(encrypt(text)) == text


@pytest.mark.one_database
@pytest.mark.parametrize("text", ["", "\0", "\ud800", "x" * 100_000, "👁" * 25_000])
def test_empty_strange_and_long_texts_come_back(text):
    assert decrypt(encrypt(text)) == text


@pytest.mark.one_database
@given(ANY_TEXT)
def test_same_text_is_sealed_differently_each_time(text):
    assert encrypt(text) != encrypt(text)


@pytest.mark.one_database
@given(ANY_TEXT, st.data())
def test_any_altered_character_is_noticed(text, data):
    token = encrypt(text)
    place = data.draw(st.integers(0, len(token.rstrip("=")) - 2))  # the last one may hold bits that mean nothing
    other = "B" if token[place] == "A" else "A"
    with pytest.raises(DecryptionError):
        decrypt(token[:place] + other + token[place + 1 :])


@pytest.mark.one_database
@pytest.mark.parametrize("broken", ["", "not sealed", "gAAAA", "Ж", "\0"])
def test_plain_text_in_an_encrypted_column_is_an_error(broken):
    with pytest.raises(DecryptionError):
        decrypt(broken)


@pytest.mark.one_database
def test_wrong_key_has_a_helpful_message(settings):
    settings.ENQUIRY_KEYS = [OLD]
    token = encrypt("A question")
    settings.ENQUIRY_KEYS = [NEW]
    with pytest.raises(DecryptionError, match="ENQUIRY_KEYS=new,old"):
        decrypt(token)


@pytest.mark.one_database
def test_older_key_still_opens(settings):
    settings.ENQUIRY_KEYS = [OLD]
    token = encrypt("A question")
    settings.ENQUIRY_KEYS = [NEW, OLD]
    assert (
        decrypt(token),
        encryption.is_encrypted_with_first_key(token),
        encryption.is_encrypted_with_first_key(encrypt("x")),
    ) == (
        "A question",
        False,
        True,
    )


def test_text_encrypted_before_a_key_was_set_can_be_decrypted(settings):
    settings.ENQUIRY_KEYS = []
    token = encrypt("A question")
    settings.ENQUIRY_KEYS = [NEW]
    assert decrypt(token) == "A question"


# Fields


@pytest.mark.django_db
def test_database_holds_no_personal_word():
    enquiry = an_enquiry(phone="+44 20 7946 0958")
    held = [stored_values(name)[0] for name in ("name", "email", "phone", "question", "token")]
    assert all(value.startswith("gAAAA") for value in held)
    assert [decrypt(value) for value in held] == [
        *(getattr(enquiry, name) for name in Enquiry.PERSONAL),
        enquiry.token,
    ]


@pytest.mark.django_db
def test_bulk_updates_are_encrypted():
    enquiry = an_enquiry()
    Enquiry.objects.update(question="Changed")
    first = decrypt(stored_values()[0])
    enquiry.question = "Changed again"
    Enquiry.objects.bulk_update([enquiry], ["question"])
    assert (first, decrypt(stored_values()[0]), Enquiry.objects.get().question) == (
        "Changed",
        "Changed again",
        "Changed again",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("lookup", ["exact", "iexact", "icontains", "startswith", "regex", "gt", "in", "isnull"])
def test_sealed_field_can_not_be_searched_for(lookup):
    with pytest.raises(FieldError, match="is encrypted"):
        Enquiry.objects.filter(**{f"name__{lookup}": ["Анна Smith"]})


@pytest.mark.django_db
@pytest.mark.parametrize("order", ["name", "-email", "enquiry__name"])
def test_sealed_field_puts_nothing_into_order(order):
    model = EnquiryEntry if "__" in order else Enquiry
    with pytest.raises(FieldError, match="cannot be sorted"):
        list(model.objects.order_by(order))


@pytest.mark.django_db
def test_sealed_fields_are_read_in_every_way():
    enquiry = an_enquiry()
    enquiry.entries.create(kind=EnquiryEntry.Kind.NOTE, text="A note", at=NOON)
    assert list(Enquiry.objects.values_list("name", flat=True)) == [enquiry.name]
    assert Enquiry.objects.only("pk").get().question == enquiry.question
    assert EnquiryEntry.objects.select_related("enquiry").get().enquiry.email == enquiry.email
    assert Enquiry.objects.filter(pk__in=Enquiry.objects.all()).count() == 1


@pytest.mark.django_db
def test_wrong_key_is_an_error_when_a_row_is_read(settings):
    an_enquiry()
    settings.SECRET_KEY = "another"
    with pytest.raises(DecryptionError):
        Enquiry.objects.get()


# Hashes


@pytest.mark.one_database
@given(ANY_TEXT)
def test_address_is_compared_without_case_or_width(text):
    assert (
        normalise_email_for_hash(text)
        == normalise_email_for_hash(normalise_email_for_hash(text))
        == normalise_email_for_hash(f" {text}\n")
    )


@pytest.mark.parametrize("written", ["Anna@Example.ORG", " anna@example.org ", "ａｎｎａ＠ｅｘａｍｐｌｅ．ｏｒｇ"])
def test_person_is_found_however_the_address_is_written(written):
    assert keyed_hash("email", normalise_email_for_hash(written)) == keyed_hash(
        "email", normalise_email_for_hash("anna@example.org")
    )


@pytest.mark.one_database
def test_texts_are_compared_by_their_words():
    assert normalise_text(" I  LOST\nmy ﬁle") == normalise_text("i lost my file")


@pytest.mark.one_database
def test_hash_differs_by_key_and_by_kind(settings):
    settings.ENQUIRY_KEYS = [NEW, OLD]
    hashes = [*keyed_hashes("email", "x"), *keyed_hashes("question", "x")]
    assert len(set(hashes)) == len(hashes) == 6  # the two keys and the one of SECRET_KEY


@pytest.mark.one_database
def test_hashes_are_not_made_with_the_key_that_seals(settings):
    import hashlib
    import hmac

    settings.ENQUIRY_KEYS = [NEW]
    assert keyed_hash("email", "x") != hmac.new(NEW.encode(), b"email\0x", hashlib.sha256).hexdigest()


@pytest.mark.django_db
def test_flood_is_counted_on_after_a_change_of_the_key(settings):
    settings.ENQUIRY_KEYS, settings.ENQUIRIES_PER_HOUR = [OLD], 1
    EnquirySubmission.objects.record("203.0.113.7", NOON)
    settings.ENQUIRY_KEYS = [NEW, OLD]
    assert EnquirySubmission.objects.retry_at("203.0.113.7", NOON)


# Dumps

ENQUIRIES = ("consular.topic", "consular.enquiry", "consular.enquiryentry")  # a version is never loaded over itself


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_dump_is_sealed_and_loads_again(form, tmp_path):
    enquiry = an_enquiry(question="A question that nobody shall read\n\0")
    enquiry.entries.create(kind=EnquiryEntry.Kind.NOTE, text="A note that nobody shall read", at=NOON)
    dump = tmp_path / f"dump.{form}"
    call_command("dumpdata", *ENQUIRIES, output=str(dump), format=form, verbosity=0)
    assert "shall read" not in dump.read_text() and enquiry.email not in dump.read_text()
    enquiry.delete()
    call_command("loaddata", str(dump), verbosity=0)
    again = Enquiry.objects.get()
    assert (again.question, again.entries.get().text) == (enquiry.question, "A note that nobody shall read")
    assert decrypt(stored_values()[0]) == enquiry.question  # once, not twice
    assert Enquiry.objects.with_token(enquiry.token).from_email(enquiry.email).exists()


@pytest.mark.django_db
def test_dump_of_another_key_does_not_load(tmp_path, settings):
    an_enquiry()
    dump = tmp_path / "dump.json"
    call_command("dumpdata", *ENQUIRIES, output=str(dump), verbosity=0)
    settings.SECRET_KEY = "another"
    with pytest.raises(DeserializationError):
        call_command("loaddata", str(dump), verbosity=0)


@pytest.mark.django_db
def test_dump_in_the_clear_is_sealed_as_it_is_loaded(tmp_path):
    an_enquiry()
    out = io.StringIO()
    call_command("dumpdata", "consular.enquiry", stdout=out)
    facts = json.loads(out.getvalue())
    facts[0]["fields"]["question"] = "In the clear"
    dump = tmp_path / "dump.json"
    dump.write_text(json.dumps(facts))
    call_command("loaddata", str(dump), verbosity=0)
    assert decrypt(stored_values()[0]) == Enquiry.objects.get().question == "In the clear"


# Checks


@pytest.mark.django_db
def test_check_reports_undecryptable_data(settings):
    an_enquiry()
    settings.SECRET_KEY = "another"
    with pytest.raises(SystemCheckError, match="ENQUIRY_KEYS=new,old"):
        call_command("check", databases=["default"])


@pytest.mark.django_db
def test_check_is_content_with_the_right_key():
    an_enquiry()
    call_command("check", databases=["default"], fail_level="WARNING")


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("keys", "backend", "found"),
    [
        ([], "console", {"consular.W001", "consular.W002"}),
        ([NEW], "console", {"consular.W002"}),
        ([NEW], "smtp", set()),
    ],
)
def test_check_of_a_deployment_asks_for_keys_and_a_mail_server(settings, keys, backend, found):
    from consular import checks

    settings.ENQUIRY_KEYS = keys
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    assert {w.id for w in [*checks.check_enquiry_keys(), *checks.check_email_backend()]} == found
