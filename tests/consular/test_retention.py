"""Retention: enquiries are kept as long as their topic says, and not a day longer."""

import io
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from consular import retention
from consular.models import Enquiry, EnquiryLogEntry, EnquirySubmission, Erasure
from consular.models.entries import ERASURE_RETENTION
from outbox.models import OutboxEmail
from tests.factories import DAY, HOUR, NOON, a_topic, an_enquiry

pytestmark = pytest.mark.both_databases

LATER = NOON + 31 * DAY


def run(*arguments):
    """Return the command's output on both streams."""
    out, err = io.StringIO(), io.StringIO()
    call_command("purge_enquiries", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def at_later(time_machine):
    time_machine.move_to(LATER, tick=False)


def kept_for(days, **kwargs):
    return an_enquiry(topic=a_topic(retention_days=days), **kwargs)


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [[], ["--dry-run"]])
def test_dry_run_reports_and_erases_nothing(at_later, arguments):
    kept_for(30), kept_for(365)
    out, _err = run(*arguments)
    assert "1  Topic" in out and ": received" in out and "1 to be deleted. Nothing was" in out
    assert Enquiry.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("argument", ["--delete", "--yes"])
def test_enquiry_is_deleted_after_its_topics_retention_period(at_later, argument):
    old, young = kept_for(30), kept_for(32)
    out, _err = run(argument)
    assert "1 of 1 deleted" in out
    assert list(Enquiry.objects.all()) == [young]
    assert Erasure.objects.values_list("reference", "reason", "at").get() == (old.reference, "expired", LATER)


@pytest.mark.django_db
def test_second_run_finds_nothing_more(at_later):
    kept_for(30)
    run("--delete")
    assert "0 of 0 deleted" in run("--delete")[0]


@pytest.mark.django_db
def test_unanswered_enquiries_are_reported_prominently(at_later, admin_user):
    waiting, answered, closed = kept_for(30), kept_for(30), kept_for(30)
    answered.answer("It is here.", by=admin_user, at=NOON)
    closed.close(by=admin_user, at=NOON)
    _out, err = run()
    assert "1 OF THEM WERE NEVER ANSWERED" in err and waiting.reference in err
    assert answered.reference not in err and closed.reference not in err


@pytest.mark.django_db
def test_days_count_from_the_last_thing_that_happened(at_later, admin_user):
    enquiry = kept_for(30)
    enquiry.note("Looked into.", by=admin_user, at=NOON + 2 * DAY)
    run("--delete")
    assert Enquiry.objects.exists()


@pytest.mark.django_db
def test_addition_between_choice_and_deletion_saves_the_enquiry(at_later, monkeypatch):
    enquiry, other = kept_for(30), kept_for(30)
    erase = retention._erase

    def after_an_addition(chosen, at):
        enquiry.add("Something new.", at=LATER)
        return erase(chosen, at)

    monkeypatch.setattr(retention, "_erase", after_an_addition)
    out, _err = run("--delete")
    assert "1 of 2 deleted" in out and "next run" in out
    assert list(Enquiry.objects.all()) == [enquiry] and Erasure.objects.get().reference == other.reference


@pytest.mark.django_db(transaction=True)
def test_purge_waits_for_an_addition_that_is_being_written(at_later):
    enquiry = kept_for(30)
    written, go_on = threading.Event(), threading.Event()

    def add():
        try:
            with transaction.atomic():
                enquiry.add("Something new.", at=LATER)
                written.set()
                go_on.wait(5)
        finally:
            connection.close()

    thread = threading.Thread(target=add)
    # SQLite blocks readers while a page is written; the rows are selected before that.
    chosen = list(retention.expired_enquiries(LATER).values_list("pk", flat=True))
    thread.start()
    assert written.wait(5)
    threading.Timer(0.2, go_on.set).start()
    erased = retention._erase(chosen, LATER)
    thread.join()
    assert (erased, Enquiry.objects.get().entries.get().text) == (0, "Something new.")


@pytest.mark.django_db
def test_purge_works_in_batches(at_later, monkeypatch):
    monkeypatch.setattr(retention, "BATCH_SIZE", 2)
    topic = a_topic(retention_days=30)
    for _ in range(5):
        an_enquiry(topic=topic)
    assert list(retention.purge_enquiries(LATER)) == [2, 2, 1]


@pytest.mark.django_db
def test_all_related_data_is_deleted_and_its_emails_are_not_sent(at_later, admin_user, mailoutbox):
    enquiry = kept_for(30)
    enquiry.note("A note", by=admin_user, at=NOON)
    enquiry.record_opened(admin_user, NOON)
    run("--delete")
    assert not EnquiryLogEntry.objects.exists() and OutboxEmail.objects.exists()
    call_command("send_emails", verbosity=0)
    assert mailoutbox == [] and not OutboxEmail.objects.waiting().exists()


@pytest.mark.django_db
def test_undecryptable_enquiries_can_be_erased(at_later, settings, admin_user):
    kept_for(30).note("A note", by=admin_user, at=NOON)
    settings.SECRET_KEY = "the old one is lost"
    run("--delete")
    assert not Enquiry.objects.exists()


@pytest.mark.django_db
def test_where_enquiries_came_from_is_forgotten_after_an_hour(at_later):
    EnquirySubmission.objects.create(network_hash="a", at=LATER - HOUR)
    EnquirySubmission.objects.create(network_hash="b", at=LATER - HOUR + timedelta(seconds=1))
    run("--delete")
    assert EnquirySubmission.objects.get().network_hash == "b"


@pytest.mark.django_db
def test_notes_of_old_erasures_are_forgotten(at_later):
    for reference, at in (("old", LATER - ERASURE_RETENTION - DAY), ("new", LATER - ERASURE_RETENTION + DAY)):
        Erasure.objects.create(reference=reference, token_hash=reference, at=at, reason="visitor")
    run("--delete")
    assert Erasure.objects.get().reference == "new"


@pytest.mark.django_db
def test_erasing_twice_is_erasing_once():
    enquiry = an_enquiry()
    again = Enquiry.objects.get()
    enquiry.erase("visitor", at=NOON)
    again.erase("person", at=NOON + HOUR)
    assert Erasure.objects.get().reason == "visitor"


@pytest.mark.django_db(transaction=True)
def test_on_postgresql_the_tables_are_vacuumed(at_later):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has overwritten what was deleted by then.")
    kept_for(30)
    run("--delete")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('consular_enquiry')")
        assert cursor.fetchone() == (0,)  # every page was empty, and was given back
