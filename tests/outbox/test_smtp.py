"""The outbox against real mail servers, on loopback: away, full, silent, rude, back again."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone

from outbox.delivery import send_due
from outbox.models import LEASE, LONGEST_WAIT, OutboxEmail
from tests.factories import DAY, HOUR, NOON, a_topic, an_enquiry
from tests.helpers.mail_server import (
    MailHost,
    falls_silent_in_the_text,
    hangs_up_in_the_text,
    is_full,
    is_silent,
    misbehaving_server,
)
from tests.helpers.waiting import wait_until

MINUTE = timedelta(minutes=1)
SITE = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def smtp(settings):
    """Say at which port the mail server is."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 30

    def at_port(port):
        settings.EMAIL_PORT = port

    return at_port


@pytest.fixture
def host(smtp):
    """A mail server, not started yet."""
    made = MailHost()
    smtp(made.port)
    yield made
    made.stop()


def ask(*names, at=NOON):
    """Have visitors of these names ask something; their receipts wait, and nothing else."""
    topic = a_topic()
    for name in names:
        an_enquiry(topic=topic, email=f"{name}@example.org", at=at)
    OutboxEmail.objects.exclude(kind="enquiry receipt").delete()


def send(at=NOON):
    return send_due(lambda: at)


def faults():
    return [letter.last_error for letter in OutboxEmail.objects.order_by("pk")]


# A server that works


def test_server_gets_each_email_once(host):
    ask("anna", "boris")
    host.start()
    done = [send().sent, send().sent]
    assert (done, host.readers()) == ([2, 0], ["anna@example.org", "boris@example.org"])


def test_domain_of_another_script_is_written_in_ascii(host):
    an_enquiry(email="anna@почта.example")
    host.start()
    send()
    assert "anna@xn--80a1acny.example" in host.readers()


# A server that is away


def test_each_email_is_sent_once_after_a_days_outage(host):
    names = []
    for hour in range(24):
        at = NOON + hour * HOUR
        names.append(f"visitor{hour:02}")
        ask(names[-1], at=at)
        assert [send(at).is_away, send(at + MINUTE).is_away] == [True, True]
    host.start()
    assert [send(NOON + DAY).sent, send(NOON + DAY + HOUR).sent] == [24, 0]
    assert host.readers() == [f"{name}@example.org" for name in names]


def test_second_email_is_sent_after_a_crash_between_two(host):
    ask("anna")
    host.start()
    send()
    host.stop()
    ask("boris")
    assert send().is_away
    host.start()
    send(NOON + MINUTE)
    assert host.readers() == ["anna@example.org", "boris@example.org"]


def test_desk_shows_why_no_email_is_sent(host, caplog):
    ask("anna", "boris")
    send()
    first, second = OutboxEmail.objects.order_by("pk")
    assert first.error_text == "the mail server is not responding (ConnectionRefusedError)"
    assert (first.attempts, second.last_error, "@" in caplog.text) == (0, "", False)


def test_server_that_is_full_loses_nothing(host, smtp):
    ask("anna", "boris")
    with misbehaving_server(is_full) as port:
        smtp(port)
        done = send()
    smtp(host.start().port)
    assert (done.error, send().sent, len(host.mails)) == ("SMTPConnectError 421", 2, 2)


def test_silent_server_is_given_up_after_the_timeout(smtp, settings):
    settings.EMAIL_TIMEOUT = 0.5
    ask("anna", "boris")
    with misbehaving_server(is_silent) as port:
        smtp(port)
        done = send()
    assert (done.sent, done.is_away) == (0, True)


@pytest.mark.parametrize("manner", [hangs_up_in_the_text, falls_silent_in_the_text])
def test_email_is_sent_again_after_a_lost_connection(host, smtp, manner, settings):
    patience, settings.EMAIL_TIMEOUT = settings.EMAIL_TIMEOUT, 0.5
    ask("anna")
    with misbehaving_server(manner) as port:
        smtp(port)
        done = send()
    settings.EMAIL_TIMEOUT = patience
    smtp(host.start().port)
    assert (done.error, faults()) == ("SMTPServerDisconnected", ["away SMTPServerDisconnected"])
    assert [send().sent, send(NOON + MINUTE).sent, host.readers()] == [0, 1, ["anna@example.org"]]


def test_email_with_repeated_disconnects_does_not_block_others(host):
    ask("poison", "anna", "boris")
    host.refusals["poison@example.org"] = "421 4.3.0 Goodbye"
    host.start()
    assert send().sent == 2
    assert host.readers() == ["anna@example.org", "boris@example.org"]


def test_each_email_is_sent_once_after_a_day_of_421(host):
    ask("anna", "boris", "carol")
    host.refusals["*"] = "421 4.3.2 Not now"
    host.start()
    at = NOON
    while at < NOON + DAY:
        assert send(at).error == "SMTPRecipientsRefused 421" or not OutboxEmail.objects.due(at).exists()
        at += 10 * MINUTE
    host.refusals.clear()
    sent = sum(send(at + minutes * MINUTE).sent for minutes in range(0, 61, 20))
    assert (LONGEST_WAIT, sent) == (HOUR, 3)
    assert host.readers() == ["anna@example.org", "boris@example.org", "carol@example.org"]


# A server that rejects a recipient


def test_refused_reader_holds_up_no_other(host, caplog):
    ask("anna", "boris", "carol")
    host.refusals["boris@example.org"] = "550 5.1.1 No boris@example.org here"
    host.start()
    done = send()
    assert (done.sent, done.refused, done.is_away) == (2, 1, False)
    assert host.readers() == ["anna@example.org", "carol@example.org"]
    assert faults() == ["", "refused SMTPRecipientsRefused 550", ""]
    assert "@" not in caplog.text


@pytest.mark.both_databases
def test_refused_reader_is_tried_again(host):
    ask("boris")
    host.refusals["boris@example.org"] = "450 4.2.0 Greylisted"
    host.start()
    send()
    host.refusals.clear()
    assert [send(NOON + timedelta(seconds=19)).sent, send(NOON + timedelta(seconds=20)).sent] == [0, 1]


# Senders that are killed


@pytest.mark.both_databases
def test_accepted_but_unrecorded_email_is_sent_again_with_the_same_message_id(host, monkeypatch):
    """The one double there is: a kill between the server's 250 and our commit. Mail programs show it once."""
    ask("anna")
    host.start()

    def killed(letter, at):
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(OutboxEmail, "mark_sent", killed)
        send()
    assert [send(NOON + MINUTE).sent, send(NOON + LEASE).sent] == [0, 1]
    first, second = host.mails
    assert first["Message-ID"] == second["Message-ID"]


class Sender:
    """A real `manage.py send_emails --loop`, on the database of the tests."""

    def __init__(self, port):
        environment = os.environ | {"DATABASE_URL": database_url(), "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "send_emails", "--loop"],
            cwd=SITE,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self, by):
        """Send a signal, and return the exit status and all that was logged."""
        self.process.send_signal(by)
        log, _none = self.process.communicate(timeout=60)
        return self.process.returncode, log


def database_url():
    """Return the address of the database of the tests."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    host = f"{quote(values['USER'])}:{quote(values['PASSWORD'])}@{values['HOST']}:{values['PORT']}"
    return f"postgres://{host if values['HOST'] else ''}/{values['NAME']}"


@pytest.fixture
def start():
    """Start senders, and end them when the test ends, however it ends."""
    senders = []

    def started(port):
        senders.append(Sender(port))
        return senders[-1]

    yield started
    for sender in senders:
        if sender.process.poll() is None:
            sender.process.kill()
        sender.process.communicate()


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_senders_send_sixty_emails_once_each_and_stop_on_request(host, start):
    topic, now = a_topic(), timezone.now()
    for number in range(30):
        an_enquiry(topic=topic, email=f"visitor{number}@example.org", at=now)
    host.start()
    senders = [start(host.port), start(host.port)]
    assert host.wait_for(60)
    ends = [sender.end(signal.SIGTERM) for sender in senders]
    assert ends == [(0, ""), (0, "")]
    assert len({mail["Message-ID"] for mail in host.mails}) == len(host.mails) == 60
    assert not OutboxEmail.objects.filter(sent_at=None).exists()


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_email_claimed_by_a_killed_sender_is_sent_after_the_lease(host, smtp, start):
    ask("anna", at=timezone.now())
    with misbehaving_server(falls_silent_in_the_text) as port:
        sender = start(port)
        wait_until(OutboxEmail.objects.exclude(claim="").exists, "A sender that has claimed the e-mail")
        sender.end(signal.SIGKILL)
    host.start()
    smtp(host.port)
    now = timezone.now()
    assert [send(now).sent, send(now + LEASE).sent, host.readers()] == [0, 1, ["anna@example.org"]]
