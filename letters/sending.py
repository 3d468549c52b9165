"""Sending what waits in the outbox, through Django's mail back-end, one letter at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected

from django.core.mail import get_connection
from django.db import DatabaseError

from letters.kinds import worded
from letters.models import Letter

log = logging.getLogger("letters")

CLOSING = 421  # the server is about to hang up, whatever the letter (RFC 5321, 4.2.3)
A_CONNECTION = 50  # letters: some servers hang up after a hundred


@dataclass
class Round:
    """What came of one pass over the outbox."""

    sent: int = 0
    refused: int = 0
    fault: str = ""  # why the round ended early: the mail server is away

    @property
    def is_away(self) -> bool:
        return bool(self.fault)


class Away(Exception):
    """The mail server does not answer, or is about to hang up: no letter's fault."""


def send_due(clock: Callable[[], datetime], go_on: Callable[[], bool] = lambda: True) -> Round:
    """Send every letter that is due, and return what came of it. `clock` tells the time, `go_on` when to stop.

    A letter that is refused is tried again later, by itself; the others go out. When the server is away the round ends
    at once, and no letter has to wait for it longer than for the next round.
    """
    done = Round()
    try:
        while go_on() and Letter.objects.due(clock()).exists():
            with connected() as connection:
                for _letter in range(A_CONNECTION):
                    letter = Letter.objects.claim(clock()) if go_on() else None
                    if letter is None:
                        break
                    send(letter, connection, clock, done)
    except Away as away:
        done.fault = str(away)
        log.warning("The mail server is away (%s). The letters wait in the outbox.", done.fault)
    return done


class connected:
    """A connection to the mail server; Away where there is none to be had."""

    def __enter__(self):
        self.connection = get_connection()
        try:
            self.connection.open()
        except Exception as error:  # a name that is none, a password that is wrong: for the letters it is all one
            raise Away(reason(error)) from error
        return self.connection

    def __exit__(self, kind, error, trace):
        try:
            self.connection.close()
        except (OSError, SMTPException):  # it has hung up already: what was sent was sent
            pass


def send(letter: Letter, connection, clock, done: Round) -> None:
    """Word one letter and hand it to the server, and record what became of it."""
    try:
        mail = worded(letter)
    except DatabaseError:
        raise
    except Exception as error:  # a template, a key, another release's letter: it waits, and holds up nobody else's
        log.error("Letter %d (%s) can't be worded (%s).", letter.pk, letter.kind, type(error).__name__)
        letter.failed(clock(), f"It can't be worded: {type(error).__name__}")
        done.refused += 1
        return
    if mail is None:
        letter.needless(clock())
        return
    try:
        connection.send_messages([mail])
    except Exception as error:
        # Whose fault it is can't always be told: a letter may be what makes a server hang up. So it steps back, too.
        letter.failed(clock(), reason(error))
        done.refused += 1
        log.warning("Letter %d (%s) was not taken (%s).", letter.pk, letter.kind, reason(error))
        if is_away(error):
            raise Away(reason(error)) from error
        return
    done.sent += 1
    if not letter.sent(clock()):
        log.error("Letter %d (%s) took longer to send than its lease.", letter.pk, letter.kind)


def codes(error: Exception) -> list[int]:
    """Return the reply codes in what a mail server answered."""
    if isinstance(error, SMTPRecipientsRefused):
        return sorted({code for code, _text in error.recipients.values()})
    return [error.smtp_code] if isinstance(error, SMTPResponseException) else []


def is_away(error: Exception) -> bool:
    """Say whether the next letter would fare no better: nobody answers, or the server said that it hangs up."""
    is_socket = isinstance(error, OSError) and not isinstance(
        error, SMTPException
    )  # smtplib's errors are OSErrors, too
    return is_socket or isinstance(error, SMTPServerDisconnected) or CLOSING in codes(error)


def reason(error: Exception) -> str:
    """Return why a letter did not leave: the error's name and the server's codes, never its words or an address."""
    return " ".join([type(error).__name__, *map(str, codes(error))])
