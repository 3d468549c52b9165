"""Limits per recipient, priorities, and permanent refusals: e-mails caused by strangers do not harm the outbox."""

import threading
from datetime import timedelta
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

import pytest
from django.core.mail import EmailMessage
from django.db import connection

from outbox import rate_limits, registry
from outbox.delivery import is_permanent, send_due
from outbox.models import OutboxEmail, SendCount
from tests.factories import DAY, HOUR, NOON
from tests.helpers.mail_server import MailHost

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ANNA = rate_limits.hash_recipient("anna@example.org")
BORIS = rate_limits.hash_recipient("boris@example.org")


@pytest.fixture(autouse=True)
def kinds_of_the_test(monkeypatch):
    """Three limits, and two kinds of letter."""
    monkeypatch.setattr(rate_limits, "_limits", {})
    rate_limits.set_limit("receipt", 3)
    rate_limits.set_limit("reminder", 1, period=HOUR)
    rate_limits.set_limit("crowded", 3, per_hour=5)
    monkeypatch.setattr(registry, "_renderers", {})
    monkeypatch.setattr(registry, "_priorities", {})
    for name, priority in (("answer", registry.FIRST), ("reset", registry.LATER)):
        registry.register_email(name, priority)(
            lambda letter: EmailMessage(letter.kind, "Hello.", to=[f"reader{letter.recipient_id}@example.org"])
        )


# Limits


def test_a_recipient_gets_no_more_than_the_limit_within_the_period():
    assert [rate_limits.may_send("receipt", ANNA, NOON) for _number in range(5)] == [True, True, True, False, False]


@pytest.mark.parametrize(("kind", "count", "period"), [("receipt", 3, DAY), ("reminder", 1, HOUR)])
def test_the_period_slides(kind, count, period):
    for number in range(count):
        rate_limits.may_send(kind, ANNA, NOON + number * timedelta(minutes=1))
    assert not rate_limits.may_send(kind, ANNA, NOON + period - timedelta(seconds=1))
    assert rate_limits.may_send(kind, ANNA, NOON + period)
    assert rate_limits.may_send(kind, ANNA, NOON + period) is False or count > 1


def test_a_refused_request_does_not_prolong_the_wait():
    for minutes in range(60):
        rate_limits.may_send("reminder", ANNA, NOON + timedelta(minutes=minutes))
    assert rate_limits.may_send("reminder", ANNA, NOON + HOUR)


def test_recipients_and_kinds_are_counted_apart():
    for _number in range(3):
        rate_limits.may_send("receipt", ANNA, NOON)
    assert rate_limits.may_send("receipt", BORIS, NOON)
    assert rate_limits.may_send("reminder", ANNA, NOON)


@pytest.mark.one_database
@pytest.mark.parametrize("spelt", ["ANNA@EXAMPLE.ORG", " anna@example.org ", "Ａnna@example.org", "anna@eXample.org"])
def test_one_person_is_counted_once_however_the_address_is_spelt(spelt):
    assert rate_limits.hash_recipient(spelt) == ANNA


def test_hourly_limit_applies_to_all_recipients_together():
    people = [rate_limits.hash_recipient(f"visitor{number}@example.org") for number in range(8)]
    assert [rate_limits.may_send("crowded", person, NOON) for person in people] == [True] * 5 + [False] * 3
    assert rate_limits.is_ceiling_reached("crowded", NOON)
    assert rate_limits.may_send("crowded", people[-1], NOON + HOUR)


def test_counts_are_deleted_after_their_period_and_hold_no_address():
    rate_limits.may_send("receipt", ANNA, NOON)
    assert "anna" not in str(list(SendCount.objects.values_list()))
    rate_limits.may_send("receipt", BORIS, NOON + DAY)
    assert list(SendCount.objects.values_list("recipient", flat=True)) == [BORIS]


@pytest.mark.one_database
def test_a_kind_without_a_limit_is_an_error_and_not_unlimited():
    with pytest.raises(KeyError):
        rate_limits.may_send("unknown", ANNA, NOON)


@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_do_not_exceed_the_limit():
    allowed = []

    def ask():
        allowed.append(rate_limits.may_send("receipt", ANNA, NOON))
        connection.close()

    threads = [threading.Thread(target=ask) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 3


# One waiting letter, and which leaves first


def test_a_waiting_email_is_not_queued_again():
    first = OutboxEmail.objects.enqueue("reset", recipient_id=1, at=NOON, once=True)
    assert OutboxEmail.objects.enqueue("reset", recipient_id=1, at=NOON, once=True) == first
    assert OutboxEmail.objects.enqueue("reset", recipient_id=2, at=NOON, once=True) != first
    assert OutboxEmail.objects.enqueue("answer", recipient_id=1, at=NOON, once=True) != first


def test_a_sent_email_does_not_count_as_waiting():
    first = OutboxEmail.objects.enqueue("reset", recipient_id=1, at=NOON, once=True)
    send_due(lambda: NOON)
    assert OutboxEmail.objects.enqueue("reset", recipient_id=1, at=NOON, once=True) != first


def test_answers_leave_before_resets_that_were_asked_for_earlier(mailoutbox):
    for number in range(20):
        OutboxEmail.objects.enqueue("reset", recipient_id=number, at=NOON - HOUR)
    OutboxEmail.objects.enqueue("answer", recipient_id=99, at=NOON)
    send_due(lambda: NOON)
    assert [mail.subject for mail in mailoutbox] == ["answer"] + ["reset"] * 20


# Refusals


@pytest.fixture
def host(settings):
    made = MailHost().start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", made.port, 30
    yield made
    made.stop()


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("reply", "is_final"),
    [
        ("550 5.1.1 No such user", True),
        ("550 No such user", True),
        ("551 5.1.6 Moved", True),
        ("552 5.2.2 Mailbox full for good", True),
        ("553 5.1.3 Bad address", True),
        ("550 5.7.1 Relay denied", False),  # our server's settings: the operator corrects them
        ("554 5.7.1 Listed", False),
        ("450 4.2.0 Greylisted", False),
        ("451 4.3.0 Try again", False),
        ("452 4.2.2 Mailbox full", False),
    ],
)
def test_a_final_refusal_is_not_repeated_and_a_passing_one_is(host, reply, is_final):
    host.refusals["*"] = reply
    letter = OutboxEmail.objects.enqueue("answer", recipient_id=1, at=NOON)
    send_due(lambda: NOON)
    letter.refresh_from_db()
    assert (letter.given_up_at == NOON, OutboxEmail.objects.waiting().exists()) == (is_final, not is_final)
    assert letter.last_error == f"refused SMTPRecipientsRefused {reply[:3]}"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("error", "is_final"),
    [
        (SMTPDataError(552, b"5.3.4 Too big"), True),
        (SMTPDataError(554, b"5.7.1 Spam"), False),
        (SMTPDataError(451, b"4.3.0 Later"), False),
        (SMTPNotSupportedError("SMTPUTF8"), True),
        (SMTPSenderRefused(550, b"5.1.0 Sender", "press@example.org"), False),
        (SMTPAuthenticationError(535, b"5.7.8 Password"), False),
        (SMTPServerDisconnected("gone"), False),
        (SMTPRecipientsRefused({"a@example.org": (550, b"5.1.1 No"), "b@example.org": (450, b"4.2.1 Later")}), False),
        (ConnectionRefusedError(), False),
        (UnicodeEncodeError("ascii", "é", 0, 1, "no"), False),  # the address may be corrected
    ],
)
def test_only_a_refusal_of_this_recipient_or_text_is_final(error, is_final):
    assert is_permanent(error) is is_final
