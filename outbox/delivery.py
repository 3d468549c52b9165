"""Delivery of the outbox through Django's e-mail back-end, one e-mail at a time."""

from __future__ import annotations

import logging
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from django.core.mail import get_connection
from django.db import connection
from django.utils.crypto import salted_hmac

from core.db_errors import DATABASE_UNAVAILABLE
from outbox.models import OutboxEmail
from outbox.registry import message_id, render_email

log = logging.getLogger("outbox")

SERVICE_CLOSING = 421  # reply code: the server is about to close the connection (RFC 5321, 4.2.3)
EMAILS_PER_CONNECTION = 50  # e-mails: some servers disconnect after a hundred
MAX_DISCONNECTS = 3  # disconnects in a row after which the server is at fault, not an e-mail that it cannot process
DB_RETRY_DELAYS = (1, 2, 4, 8, 16)  # seconds between attempts to record a result during a database outage


@dataclass
class DeliveryResult:
    """Result of one pass over the outbox."""

    sent: int = 0
    refused: int = 0
    error: str = ""  # why e-mails still wait: the mail server is unavailable or disconnects

    @property
    def is_away(self) -> bool:
        return bool(self.error)


class ServerUnavailable(Exception):
    """The mail server is unavailable."""


class NoAddress(Exception):
    """An e-mail has no recipient, or an address that would be changed into another person's."""


class ServerHungUp(Exception):
    """The mail server disconnected, or is about to, during an e-mail."""


def send_due(clock: Callable[[], datetime], go_on: Callable[[], bool] = lambda: True) -> DeliveryResult:
    """Send every due e-mail and return the result. `clock` returns the time, `go_on` whether to continue.

    A rejected e-mail is retried later, and the others are sent. If the server is unavailable, the round ends without
    counting an attempt; if it disconnects HANGS_UP times in a row, those e-mails are retried later.
    """
    result, disconnects = DeliveryResult(), 0
    while disconnects < MAX_DISCONNECTS and go_on() and OutboxEmail.objects.due(clock()).exists():
        try:
            with mail_connection() as server:
                for _number in range(EMAILS_PER_CONNECTION):
                    email = OutboxEmail.objects.claim(clock()) if go_on() else None
                    if email is None:  # the rest may be claimed by another sender
                        return result
                    send_email(email, server, clock, result)
                    disconnects, result.error = 0, ""
        except ServerHungUp as error:
            disconnects, result.error = disconnects + 1, str(error)
        except ServerUnavailable as error:
            result.error = str(error)
            OutboxEmail.objects.record_outage(clock(), f"away {result.error}")
            break
    if result.error:
        log.warning("The mail server is unavailable (%s). E-mails wait in the outbox.", result.error)
    return result


class mail_connection:
    """Context manager: a connection to the mail server; raises Away if there is none."""

    connection = None

    def __enter__(self):
        try:
            self.connection = get_connection()
            self.connection.open()
        except Exception as error:  # an unknown host or a wrong password: the same for every e-mail
            self.close()
            raise ServerUnavailable(error_summary(error)) from error
        return self.connection

    def __exit__(self, kind, error, trace):
        self.close()

    def close(self):
        try:
            if self.connection:
                self.connection.close()
        except (OSError, SMTPException):  # the server has already disconnected
            pass


def send_email(email: OutboxEmail, server, clock, result: DeliveryResult) -> None:
    """Render one e-mail, send it, and record the outcome."""
    try:
        message = render_email(email)
    except DATABASE_UNAVAILABLE:
        raise
    except Exception as error:  # a template, a key, a type of another release: this e-mail waits, the others are sent
        result.refused += 1
        log.error("E-mail %d (%s) could not be rendered (%s).", email.pk, email.kind, type(error).__name__)
        code = f"words {type(error).__name__}"
        retry_on_db_outage(lambda: email.record_failure(clock(), code))
        return
    if message is None:
        retry_on_db_outage(lambda: email.discard(clock()))
        return
    try:
        deliver(message, email, server)
    except Exception as error:
        result.refused += 1
        log.warning("E-mail %d (%s) was rejected (%s).", email.pk, email.kind, error_summary(error))
        code, permanent = f"{fault_code(error)} {error_summary(error)}", is_permanent(error)
        retry_on_db_outage(lambda: email.record_failure(clock(), code, permanent))
        if is_connection_error(error):
            raise ServerHungUp(error_summary(error)) from error
        return
    result.sent += 1
    if not retry_on_db_outage(lambda: email.mark_sent(clock())):
        log.error("E-mail %d (%s) took longer to send than its lease.", email.pk, email.kind)


def deliver(message, email: OutboxEmail, server) -> None:
    """Send a message, with a Message-ID that is the same at each attempt, so that a duplicate can be detected."""
    if not any(name.lower() == "message-id" for name in message.extra_headers):
        secret = salted_hmac("outbox", f"{email.pk} {email.written_at.timestamp()}", algorithm="sha256").hexdigest()
        message.extra_headers["Message-ID"] = message_id(secret)
    for to in message.recipients():
        check_address(to)
    if not message.recipients() or not server.send_messages([message]):
        raise NoAddress


def check_address(to: str) -> None:
    """Raise NoAddress or UnicodeError for an address that Django's back-end would change into another one.

    It sends a local part that is not ASCII as an encoded word, and domains by IDNA 2003, where faß is fass.
    """
    local, _at, domain = parseaddr(to)[1].rpartition("@")
    local.encode("ascii")
    meant = unicodedata.normalize("NFC", domain).lower()
    if not (local and domain):
        raise NoAddress
    if not domain.isascii() and domain.encode("idna").decode("idna") != meant:
        raise NoAddress


def retry_on_db_outage(record: Callable[[], bool]) -> bool:
    """Record an outcome, and retry during a database outage: else the e-mail would be sent twice."""
    for pause in DB_RETRY_DELAYS:
        try:
            return record()
        except DATABASE_UNAVAILABLE:
            connection.close()
            time.sleep(pause)
    return record()


# Errors


def reply_codes(error: Exception) -> list[int]:
    """Return the SMTP reply codes of an error."""
    if isinstance(error, SMTPRecipientsRefused):
        return sorted({code for code, _text in error.recipients.values()})
    return [error.smtp_code] if isinstance(error, SMTPResponseException) else []


def is_connection_error(error: Exception) -> bool:
    """Return whether the next e-mail would fail too: there is no connection, or the server is about to close it."""
    is_socket = isinstance(error, OSError) and not isinstance(error, SMTPException)  # an SMTPException is an OSError
    return is_socket or isinstance(error, SMTPServerDisconnected) or SERVICE_CLOSING in reply_codes(error)


def is_permanent(error: Exception) -> bool:
    """Return whether every attempt would be rejected, because of the recipient or the text.

    RFC 5321, 4.2.1: a 5yz reply is permanent. That counts for replies to the recipient or to the text. A rejected
    sender or password is an error in our settings, and a rejection by policy (5.7.x of RFC 3463: "relay denied", a
    block list) may be one: those e-mails wait until it is fixed.
    """
    if isinstance(error, SMTPRecipientsRefused):
        replies = list(error.recipients.values())
    elif isinstance(error, SMTPDataError):
        replies = [(error.smtp_code, error.smtp_error)]
    else:  # an address that needs SMTPUTF8, which the server does not support
        return isinstance(error, SMTPNotSupportedError)
    return bool(replies) and all(500 <= code < 600 and not is_policy_rejection(text) for code, text in replies)


def is_policy_rejection(reply) -> bool:
    """Return whether a server's reply has an enhanced status code of the class "security or policy" (5.7.x)."""
    text = reply.decode("ascii", "replace") if isinstance(reply, bytes) else str(reply)
    return text.lstrip().startswith("5.7.")


def fault_code(error: Exception) -> str:
    """Return the cause of an error: a key of outbox.models.ERROR_TEXTS."""
    if is_connection_error(error):
        return "away"
    return "refused" if isinstance(error, SMTPException) else "address"


def error_summary(error: Exception) -> str:
    """Return an error's name and the server's codes, without its text, which may contain an address."""
    return " ".join([type(error).__name__, *map(str, reply_codes(error))])
