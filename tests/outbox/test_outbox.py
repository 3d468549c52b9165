"""The outbox: an e-mail is committed with its cause, claimed by one sender at a time, and never lost."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import OperationalError, connection, transaction

from outbox import delivery, registry
from outbox.delivery import send_due
from outbox.models import FIRST_WAIT, GIVE_UP_AFTER, LATE_AFTER, LEASE, LONGEST_WAIT, RETENTION, OutboxEmail
from tests.factories import DAY, HOUR, NOON

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def of_test(letter):
    return EmailMessage("Hello", "Hello.\n", to=[f"reader{letter.object_id}@example.org"])


@pytest.fixture(autouse=True)
def wordings(monkeypatch):
    """The kinds of letter; each test may add its own."""
    known = {**registry._renderers, "hello": of_test}
    monkeypatch.setattr(registry, "_renderers", known)
    return known


def a_letter(**kwargs):
    return OutboxEmail.objects.enqueue(**{"kind": "hello", "object_id": 1, "at": NOON} | kwargs)


def send(at=NOON):
    return send_due(lambda: at)


def readers():
    return sorted(letter.to[0] for letter in mail.outbox)


# Putting


def test_email_is_due_immediately():
    letter = a_letter()
    assert list(OutboxEmail.objects.due(NOON)) == [letter]


def test_email_of_a_rolled_back_transaction_is_not_sent():
    with transaction.atomic():
        a_letter()
        transaction.set_rollback(True)
    assert (send().sent, mail.outbox) == (0, [])


def test_email_is_sent_once():
    a_letter()
    assert [send().sent, send().sent, send(NOON + DAY).sent] == [1, 0, 0]


def test_oldest_email_is_sent_first():
    a_letter(object_id=2)
    a_letter(object_id=1, at=NOON - HOUR)
    send()
    assert [letter.to[0] for letter in mail.outbox] == ["reader1@example.org", "reader2@example.org"]


# Claims


def test_claimed_email_is_exclusive_until_the_lease_expires():
    a_letter()
    assert OutboxEmail.objects.claim(NOON) is not None
    assert [OutboxEmail.objects.claim(NOON), OutboxEmail.objects.claim(NOON + LEASE - SECOND)] == [None, None]


def test_email_of_a_killed_sender_is_claimed_again_after_the_lease():
    a_letter()
    OutboxEmail.objects.claim(NOON)
    assert [send(NOON + MINUTE).sent, send(NOON + LEASE).sent] == [0, 1]


def test_only_the_claiming_sender_records_the_result():
    a_letter()
    first = OutboxEmail.objects.claim(NOON)
    OutboxEmail.objects.claim(NOON + LEASE)
    assert [first.mark_sent(NOON), first.record_failure(NOON, "refused"), first.discard(NOON)] == [False] * 3
    assert list(OutboxEmail.objects.values_list("sent_at", "attempts", "last_error")) == [(None, 0, "")]


@pytest.mark.one_database
def test_lease_is_longer_than_the_slowest_exchange_with_a_server(settings):
    steps = 10  # greeting, EHLO, STARTTLS, EHLO, two of AUTH, MAIL, RCPT, DATA, the text
    assert timedelta(seconds=settings.EMAIL_TIMEOUT) * steps < LEASE


@pytest.mark.django_db(transaction=True)
def test_concurrent_senders_never_claim_one_email_twice():
    put = [a_letter(object_id=number).pk for number in range(24)]
    claimed, start = [], threading.Barrier(4)

    def claim_all():
        start.wait()
        while letter := OutboxEmail.objects.claim(NOON):
            claimed.append(letter.pk)
        connection.close()

    threads = [threading.Thread(target=claim_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == put


# Refused


def refused(at, attempts=1, written_at=NOON):
    """Return an e-mail that was refused so often, the last time at a given time."""
    letter = a_letter(at=written_at)
    OutboxEmail.objects.filter(pk=letter.pk).update(attempts=attempts - 1, due_at=at)
    OutboxEmail.objects.claim(at).record_failure(at, "refused SMTPDataError 554")
    letter.refresh_from_db()
    return letter


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("attempts", "wait"), [(1, FIRST_WAIT), (2, 2 * FIRST_WAIT), (3, 4 * FIRST_WAIT), (9, LONGEST_WAIT), (1000, HOUR)]
)
def test_refused_email_is_retried_with_growing_delays_up_to_an_hour(attempts, wait):
    assert refused(NOON, attempts).due_at == NOON + wait


def test_refused_email_can_be_claimed_by_any_sender_when_due():
    letter = refused(NOON)
    assert OutboxEmail.objects.claim(NOON) is None
    assert OutboxEmail.objects.claim(NOON + FIRST_WAIT) == letter


def test_email_is_given_up_after_five_days_of_refusals():
    nearly = refused(NOON + GIVE_UP_AFTER - SECOND, attempts=100)
    over = refused(NOON + GIVE_UP_AFTER, attempts=100, written_at=NOON)
    assert (nearly.given_up_at, over.given_up_at) == (None, NOON + GIVE_UP_AFTER)
    assert list(OutboxEmail.objects.waiting()) == [nearly]


def test_days_without_attempts_do_not_count():
    assert refused(NOON + GIVE_UP_AFTER + DAY, attempts=1).given_up_at is None


@pytest.mark.one_database
def test_given_up_email_is_retried_by_a_manager(admin_client, clock):
    letter = refused(NOON + GIVE_UP_AFTER, attempts=100)
    clock.move_to(NOON + 6 * DAY)
    admin_client.post("/admin/outbox/outboxemail/", {"action": "try_now", "_selected_action": [letter.pk]})
    assert send(NOON + 6 * DAY).sent == 1


# Poison


def test_email_that_cannot_be_rendered_does_not_block_others(wordings, caplog):
    def broken(letter):
        raise ValueError("anna@example.org")

    wordings["broken"] = broken
    a_letter(kind="broken", at=NOON - HOUR)
    a_letter(kind="of another release", at=NOON - HOUR)
    a_letter()
    done = send()
    assert (done.sent, done.refused, readers()) == (1, 2, ["reader1@example.org"])
    assert sorted(OutboxEmail.objects.exclude(last_error="").values_list("last_error", flat=True)) == [
        "words LookupError",
        "words ValueError",
    ]
    assert "@example.org" not in caplog.text


@pytest.mark.one_database
@pytest.mark.parametrize("address", ["", "анна@example.org", "anna@faß.example", "anna@" + "ö" * 64 + ".example"])
def test_email_is_not_sent_to_another_address_than_the_one_meant(wordings, address):
    wordings["astray"] = lambda letter: EmailMessage("Hello", "Hello.", to=[address])
    a_letter(kind="astray", at=NOON - HOUR)
    a_letter()
    send()
    assert readers() == ["reader1@example.org"]
    assert OutboxEmail.objects.get(kind="astray").error_text.startswith("the e-mail address is missing or")


@pytest.mark.one_database
@pytest.mark.parametrize("address", ["anna@Почта.example", "anna@xn--80a1acny.example", "Anna@EXAMPLE.org"])
def test_email_is_sent_to_a_domain_in_any_script_and_spelling(wordings, address):
    wordings["abroad"] = lambda letter: EmailMessage("Hello", "Hello.", to=[address])
    a_letter(kind="abroad")
    assert (send().sent, readers()) == (1, [address])


def test_email_that_is_not_to_be_sent_any_more_is_removed(wordings):
    wordings["needless"] = lambda letter: None
    a_letter(kind="needless")
    assert (send().sent, mail.outbox, OutboxEmail.objects.count()) == (0, [], 0)


def test_round_ends_when_other_senders_have_claimed_every_email(monkeypatch):
    a_letter()
    tried = []
    monkeypatch.setattr(OutboxEmail.objects._queryset_class, "claim", lambda self, at: tried.append(at))
    send()
    assert len(tried) == 1


@pytest.mark.one_database
def test_round_ends_when_stopped():
    for number in range(3):
        a_letter(object_id=number)
    answers = iter([True, True, True, False, False])
    assert send_due(lambda: NOON, go_on=lambda: next(answers)).sent == 2


def test_database_outage_does_not_count_as_an_attempt(wordings):
    def unread(letter):
        raise OperationalError("gone")

    wordings["unread"] = unread
    letter = a_letter(kind="unread")
    with pytest.raises(OperationalError):
        send()
    letter.refresh_from_db()
    assert (letter.attempts, letter.last_error) == (0, "")


def test_sent_email_is_recorded_while_the_database_is_busy(monkeypatch):
    slept, answers = [], iter([OperationalError("database is locked"), True])

    def record():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(delivery.connection, "close", lambda: None)
    monkeypatch.setattr(delivery.time, "sleep", slept.append)
    assert (delivery.retry_on_db_outage(record), slept) == (True, [1])


# Watching


def test_email_is_late_after_ten_minutes():
    letter = a_letter()
    assert (
        list(OutboxEmail.objects.late(NOON + LATE_AFTER - SECOND)),
        list(OutboxEmail.objects.late(NOON + LATE_AFTER)),
    ) == ([], [letter])


def test_refused_email_is_late_immediately():
    letter = refused(NOON)
    assert list(OutboxEmail.objects.late(NOON)) == [letter]


# Sweeping


def test_sent_and_given_up_emails_are_deleted_after_a_month():
    a_letter()
    send()
    refused(NOON + GIVE_UP_AFTER, attempts=100)
    waiting = a_letter(at=NOON - 2 * RETENTION)
    assert OutboxEmail.objects.purge(NOON + RETENTION) == 0
    assert OutboxEmail.objects.purge(NOON + GIVE_UP_AFTER + RETENTION + SECOND) == 2
    assert list(OutboxEmail.objects.all()) == [waiting]


def test_outbox_holds_ids_and_moments_only():
    personal = {"CharField": {"kind", "claim", "last_error"}, "BigIntegerField": {"object_id", "recipient_id"}}
    for field in OutboxEmail._meta.concrete_fields:
        kind = field.get_internal_type()
        assert (
            kind in {"BigAutoField", "DateTimeField", "PositiveIntegerField", "PositiveSmallIntegerField"}
            or field.name in personal[kind]
        )
