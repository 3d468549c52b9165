"""Letters that go wrong, and their neighbours, which must not: poison, addresses that lead astray, hang-ups."""

import threading

import pytest
from django.core.mail import EmailMessage
from django.db import DataError, connection, transaction

from outbox import registry
from outbox.delivery import EMAILS_PER_CONNECTION, MAX_DISCONNECTS, send_due
from outbox.models import FIRST_WAIT, LONGEST_WAIT, OutboxEmail
from tests.factories import NOON
from tests.helpers.mail_server import MailHost

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def of_test(letter):
    return EmailMessage("Hello", "Hello.\n", to=[f"reader{letter.recipient_id}@example.org"])


@pytest.fixture(autouse=True)
def wordings(monkeypatch):
    known = {"hello": of_test}
    monkeypatch.setattr(registry, "_renderers", known)
    return known


@pytest.fixture
def host(settings):
    """A mail server that is there."""
    made = MailHost().start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", made.port, 30
    yield made
    made.stop()


def put(*readers, kind="hello"):
    return [OutboxEmail.objects.enqueue(kind, recipient_id=reader, at=NOON) for reader in readers]


def send(at=NOON):
    return send_due(lambda: at)


def address(reader):
    return f"reader{reader}@example.org"


# Poison


@pytest.mark.django_db(transaction=True)
def test_unreadable_row_does_not_block_other_emails(wordings, mailoutbox):
    def refused(letter):
        raise DataError("Anna")

    wordings["refused"] = refused
    poison, _good = *put(1, kind="refused"), *put(2)
    send()
    poison.refresh_from_db()
    assert [mail.to for mail in mailoutbox] == [[address(2)]]
    assert (poison.last_error, poison.due_at) == ("words DataError", NOON + FIRST_WAIT)


def test_header_of_two_lines_is_rejected_and_logged_without_its_text(wordings, host, caplog):
    wordings["hello"] = lambda letter: EmailMessage("Hello\nBcc: boris@example.org", "Hello.", to=[address(1)])
    put(1)
    send()
    assert (OutboxEmail.objects.get().last_error, host.mails) == ("address BadHeaderError", [])
    assert "@" not in caplog.text


def test_message_id_that_a_room_gives_stays(wordings, mailoutbox):
    headers = {"Message-Id": "<thread@testserver>"}
    wordings["hello"] = lambda letter: EmailMessage("Hello", "Hello.", to=[address(1)], headers=headers)
    put(1)
    send()
    assert mailoutbox[0].message()["Message-ID"] == "<thread@testserver>"


# A server that hangs up


def test_emails_with_disconnects_do_not_block_others(host):
    poison = (1, 3, 5, 7)
    host.refusals |= {address(reader): "421 4.3.0 Goodbye" for reader in poison}
    put(*range(1, 9))
    assert send().sent == 4
    assert host.readers() == [address(reader) for reader in (2, 4, 6, 8)]


def test_server_that_hangs_up_three_times_in_a_row_is_left_alone(host):
    host.refusals["*"] = "421 4.3.2 Not now"
    put(*range(MAX_DISCONNECTS + 2))
    assert (send().refused, OutboxEmail.objects.due(NOON).count()) == (MAX_DISCONNECTS, 2)
    host.refusals.clear()
    send(NOON + LONGEST_WAIT)
    assert host.readers() == [address(reader) for reader in range(MAX_DISCONNECTS + 2)]


def test_more_emails_than_one_connection_accepts_are_sent_in_one_pass(host):
    put(*range(EMAILS_PER_CONNECTION + 5))
    assert (send().sent, len(set(host.readers()))) == (EMAILS_PER_CONNECTION + 5, EMAILS_PER_CONNECTION + 5)


# Neighbours in other hands


@pytest.mark.django_db(transaction=True)
def test_email_being_claimed_by_another_sender_is_skipped():
    if connection.vendor == "sqlite":
        pytest.skip("There writers queue, one behind the other.")
    first, second = put(1, 2)
    found = []
    with transaction.atomic():
        OutboxEmail.objects.select_for_update().get(pk=first.pk)
        other = threading.Thread(target=lambda: (found.append(OutboxEmail.objects.claim(NOON)), connection.close()))
        other.start()
        other.join(10)
    assert found == [second]
