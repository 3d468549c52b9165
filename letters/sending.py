"""Sending what waits in the outbox, through Django's mail back-end, one letter at a time."""

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

from editions.away import DATABASE_IS_AWAY
from letters.kinds import message_id, worded
from letters.models import Letter

log = logging.getLogger("letters")

CLOSING = 421  # the server is about to hang up, whatever the letter (RFC 5321, 4.2.3)
A_CONNECTION = 50  # letters: some servers hang up after a hundred
HANGS_UP = 3  # times in a row: then it is the server, and no longer a letter that it can't bear
PAUSES = (1, 2, 4, 8, 16)  # seconds, for a database that is away just when a letter has left


@dataclass
class Round:
    """What came of one pass over the outbox."""

    sent: int = 0
    refused: int = 0
    fault: str = ""  # why letters still wait: the mail server does not answer, or hung up at last

    @property
    def is_away(self) -> bool:
        return bool(self.fault)


class Away(Exception):
    """The mail server does not answer: no letter's fault."""


class NoAddress(Exception):
    """A letter is to nobody, or to an address that would lead to somebody else: no mail server is asked."""


class HungUp(Exception):
    """The mail server has hung up on a letter, or is about to: whose fault it is can't be told."""


def send_due(clock: Callable[[], datetime], go_on: Callable[[], bool] = lambda: True) -> Round:
    """Send every letter that is due, and return what came of it. `clock` tells the time, `go_on` when to stop.

    A letter that is refused is tried again later, by itself; the others go out. When the server does not answer, the
    round ends at once and no letter steps back; when it hangs up HANGS_UP times in a row, those letters do.
    """
    done, hung_up = Round(), 0
    while hung_up < HANGS_UP and go_on() and Letter.objects.due(clock()).exists():
        try:
            with connected() as server:
                for _letter in range(A_CONNECTION):
                    letter = Letter.objects.claim(clock()) if go_on() else None
                    if letter is None:  # or the others are in another sender's hand
                        return done
                    send(letter, server, clock, done)
                    hung_up, done.fault = 0, ""
        except HungUp as error:
            hung_up, done.fault = hung_up + 1, str(error)
        except Away as error:
            done.fault = str(error)
            Letter.objects.record_outage(clock(), f"away {done.fault}")
            break
    if done.fault:
        log.warning("The mail server is away (%s). The letters wait in the outbox.", done.fault)
    return done


class connected:
    """A connection to the mail server; Away where there is none to be had."""

    connection = None

    def __enter__(self):
        try:
            self.connection = get_connection()
            self.connection.open()
        except Exception as error:  # a name that is none, a password that is wrong: for the letters it is all one
            self.close()
            raise Away(reason(error)) from error
        return self.connection

    def __exit__(self, kind, error, trace):
        self.close()

    def close(self):
        try:
            if self.connection:
                self.connection.close()
        except (OSError, SMTPException):  # it has hung up already: what was sent was sent
            pass


def send(letter: Letter, server, clock, done: Round) -> None:
    """Word one letter and hand it to the server, and record what became of it."""
    try:
        mail = worded(letter)
    except DATABASE_IS_AWAY:
        raise
    except Exception as error:  # a template, a key, another release's letter: it waits, and holds up nobody else's
        done.refused += 1
        log.error("Letter %d (%s) can't be worded (%s).", letter.pk, letter.kind, type(error).__name__)
        fault = f"words {type(error).__name__}"
        surely(lambda: letter.record_failure(clock(), fault))
        return
    if mail is None:
        surely(lambda: letter.discard(clock()))
        return
    try:
        hand_over(mail, letter, server)
    except Exception as error:
        done.refused += 1
        log.warning("Letter %d (%s) was not taken (%s).", letter.pk, letter.kind, reason(error))
        fault, for_good = f"{at_fault(error)} {reason(error)}", is_permanent(error)
        surely(lambda: letter.record_failure(clock(), fault, for_good))
        if is_away(error):
            raise HungUp(reason(error)) from error
        return
    done.sent += 1
    if not surely(lambda: letter.mark_sent(clock())):
        log.error("Letter %d (%s) took longer to send than its lease.", letter.pk, letter.kind)


def hand_over(mail, letter: Letter, server) -> None:
    """Give a letter to the server, with a Message-ID that is the same at each attempt: a double can be told as one."""
    if not any(name.lower() == "message-id" for name in mail.extra_headers):
        unguessable = f"{letter.pk} {letter.written_at.timestamp()}"
        secret = salted_hmac("letters", unguessable, algorithm="sha256").hexdigest()
        mail.extra_headers["Message-ID"] = message_id(secret)
    for to in mail.recipients():
        check(to)
    if not mail.recipients() or not server.send_messages([mail]):
        raise NoAddress


def check(to: str) -> None:
    """Raise NoAddress or a UnicodeError for an address that Django's back-end would turn into somebody else's.

    It writes a mailbox that is not in ASCII as an encoded word, and domains by IDNA 2003, where faß is fass.
    """
    mailbox, _at, domain = parseaddr(to)[1].rpartition("@")
    mailbox.encode("ascii")
    meant = unicodedata.normalize("NFC", domain).lower()
    if not (mailbox and domain):
        raise NoAddress
    if not domain.isascii() and domain.encode("idna").decode("idna") != meant:
        raise NoAddress


def surely(record: Callable[[], bool]) -> bool:
    """Write down what became of a letter, and don't give in while the database is away: it would be sent twice."""
    for pause in PAUSES:
        try:
            return record()
        except DATABASE_IS_AWAY:
            connection.close()
            time.sleep(pause)
    return record()


def codes(error: Exception) -> list[int]:
    """Return the reply codes in what a mail server answered."""
    if isinstance(error, SMTPRecipientsRefused):
        return sorted({code for code, _text in error.recipients.values()})
    return [error.smtp_code] if isinstance(error, SMTPResponseException) else []


def is_away(error: Exception) -> bool:
    """Say whether the next letter would fare no better: nobody answers, or the server said that it hangs up."""
    is_socket = isinstance(error, OSError) and not isinstance(error, SMTPException)  # smtplib's are OSErrors, too
    return is_socket or isinstance(error, SMTPServerDisconnected) or CLOSING in codes(error)


def is_permanent(error: Exception) -> bool:
    """Return whether another attempt would be refused as well: this recipient or this text, for good.

    RFC 5321, 4.2.1: a 5yz reply is not to be repeated. It counts where the server answered to the recipient or to the
    text. A refused sender or password is a fault of our settings, and so may be a refusal by policy (5.7.x of RFC
    3463: "relay denied", a block list): those letters wait for somebody to mend that.
    """
    if isinstance(error, SMTPRecipientsRefused):
        replies = list(error.recipients.values())
    elif isinstance(error, SMTPDataError):
        replies = [(error.smtp_code, error.smtp_error)]
    else:  # an address that needs SMTPUTF8, which this server does not offer
        return isinstance(error, SMTPNotSupportedError)
    return bool(replies) and all(500 <= code < 600 and not is_policy(text) for code, text in replies)


def is_policy(reply) -> bool:
    """Return whether a server's reply has an enhanced status code of the class "security or policy" (5.7.x)."""
    text = reply.decode("ascii", "replace") if isinstance(reply, bytes) else str(reply)
    return text.lstrip().startswith("5.7.")


def at_fault(error: Exception) -> str:
    """Return what stood in a letter's way: one of the words in letters.models.FAULTS."""
    if is_away(error):
        return "away"
    return "refused" if isinstance(error, SMTPException) else "address"


def reason(error: Exception) -> str:
    """Return why a letter did not leave: the error's name and the server's codes, never its words or an address."""
    return " ".join([type(error).__name__, *map(str, codes(error))])
