"""Changing the key, while the site is in use."""

import io
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from consular import key_rotation
from consular.models import Enquiry, EnquiryEntry
from tests.factories import HOUR, NOON, an_enquiry
from tests.helpers.stored_columns import stored_values

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.slow]


def run():
    out = io.StringIO()
    call_command("rotate_enquiry_keys", stdout=out)
    return out.getvalue()


@pytest.fixture
def old(settings):
    """Three enquiries, one with an addition, encrypted with the old key; the new one is configured, too."""
    settings.ENQUIRY_KEYS = [OLD]
    made = [an_enquiry(question=f"Question {number}") for number in range(3)]
    made[0].add("An addition", at=NOON)
    settings.ENQUIRY_KEYS = [NEW, OLD]
    return made


def test_after_it_the_new_key_alone_opens_and_finds_everything(old, settings):
    assert "remove the older keys" in run()
    settings.ENQUIRY_KEYS, settings.SECRET_KEY = [NEW], "another"
    assert [enquiry.question for enquiry in Enquiry.objects.order_by("pk")] == [
        "Question 0",
        "Question 1",
        "Question 2",
    ]
    assert EnquiryEntry.objects.get().text == "An addition"
    assert Enquiry.objects.from_email("anna@example.org").count() == 3
    assert Enquiry.objects.with_question("question 1").get() == Enquiry.objects.with_token(old[1].token).get() == old[1]


def test_before_and_amid_it_everything_is_found(old, monkeypatch):
    monkeypatch.setattr(key_rotation, "BATCH_SIZE", 2)
    steps = key_rotation.rotate_keys()
    for _step in range(3):
        assert Enquiry.objects.from_email("anna@example.org").count() == 3
        assert (
            Enquiry.objects.with_question("Question 2").exists() and Enquiry.objects.with_token(old[0].token).exists()
        )
        next(steps)


def test_it_continues_where_it_was_stopped(old, monkeypatch):
    monkeypatch.setattr(key_rotation, "BATCH_SIZE", 1)
    next(key_rotation.rotate_keys())
    done = list(key_rotation.rotate_keys())[-1]
    assert (done.seen, done.renewed) == (4, 3)


def test_second_run_writes_nothing(old):
    run()
    before = stored_values()
    run()
    assert stored_values() == before


def test_concurrent_changes_are_not_overwritten(old, monkeypatch):
    batches = key_rotation.read_in_batches

    def changed_after_the_choice(model):
        for rows in batches(model):
            if model is Enquiry:
                Enquiry.objects.filter(pk=old[0].pk).update(question="Changed meanwhile")
            yield rows

    monkeypatch.setattr(key_rotation, "read_in_batches", changed_after_the_choice)
    run()
    assert Enquiry.objects.get(pk=old[0].pk).question == "Changed meanwhile"


def test_moments_stay_as_they_are(old, time_machine):
    time_machine.move_to(NOON + HOUR)
    run()
    assert set(Enquiry.objects.values_list("last_activity_at", flat=True)) == {NOON}


def test_hashes_are_renewed_where_only_they_are_old(old):
    run()
    Enquiry.objects.update(email_hash="of an older key")
    done = list(key_rotation.rotate_keys())[-1]
    assert done.renewed == 3 and Enquiry.objects.from_email("anna@example.org").count() == 3


def test_missing_key_is_named_and_holds_up_nothing_else(old, settings):
    settings.ENQUIRY_KEYS = [Fernet.generate_key().decode()]
    lost = an_enquiry()
    settings.ENQUIRY_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match=rf"enquiry {lost.pk}\. Add their key"):
        run()
    assert key_rotation.count_not_rotated() == 1


def test_node_that_still_writes_with_the_old_key_is_noticed(old, monkeypatch, settings):
    rotate = key_rotation.rotate_keys

    def and_one_more():
        yield from rotate()
        settings.ENQUIRY_KEYS = [OLD]
        an_enquiry()
        settings.ENQUIRY_KEYS = [NEW, OLD]

    monkeypatch.setattr(key_rotation, "rotate_keys", and_one_more)
    with pytest.raises(CommandError, match="a node still uses it"):
        run()


def test_without_keys_there_is_nothing_to_change_to(settings):
    settings.ENQUIRY_KEYS = []
    with pytest.raises(CommandError, match="ENQUIRY_KEYS is not set"):
        run()


def test_empty_site_has_nothing_to_rotate(settings):
    settings.ENQUIRY_KEYS = [NEW]
    assert "The first key decrypts everything" in run()


@pytest.mark.django_db(transaction=True)
def test_old_sealed_bytes_are_gone_from_the_file(old):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL gives them up in its own time.")
    before, path = stored_values(), Path(connection.settings_dict["NAME"])
    assert all(one.encode() in path.read_bytes() for one in before)
    run()
    assert not any(one.encode() in path.read_bytes() for one in before)
