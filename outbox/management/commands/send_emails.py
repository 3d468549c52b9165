"""Send the e-mails in the outbox, once or in a loop."""

import signal
import threading
import time

from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError  # Django's InterfaceError is not a subclass of its DatabaseError
from django.db import close_old_connections
from django.utils import timezone

from outbox.delivery import log, send_due
from outbox.models import OutboxEmail

INTERVAL = 5  # seconds between two rounds
MAX_INTERVAL = 60  # seconds between two rounds during an outage of the mail server or the database
SIGNAL_CHECK_INTERVAL = 0.2  # seconds between two checks for a signal
PURGE_INTERVAL = 60 * 60  # seconds between two deletions of old rows


class Command(BaseCommand):
    help = (
        "Send the e-mails in the outbox: once, for a timer, or with --loop until stopped. Several can run at the same "
        "time, on several nodes: each e-mail is claimed by one of them."
    )

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="Continue until stopped (SIGTERM).")

    def handle(self, *, loop, verbosity, **options):
        self.is_stopping = False
        if loop:
            self.handle_signals()
            self.run_loop()
            return
        result = send_due(timezone.now)
        OutboxEmail.objects.purge(timezone.now())
        if verbosity:
            self.stdout.write(result_text(result))

    def handle_signals(self):
        """Stop on SIGTERM and SIGINT, after the current e-mail has been sent and recorded."""

        def stop(*signal_and_frame):
            self.is_stopping = True  # not an Event: setting one in a signal handler can deadlock on its own lock

        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, stop)

    def run_loop(self):
        """Send, wait, and send again, with exponential backoff during an outage."""
        wait, purged = INTERVAL, float("-inf")
        while not self.is_stopping:
            close_old_connections()
            try:
                is_away = send_due(timezone.now, go_on=lambda: not self.is_stopping).is_away
                if time.monotonic() - purged > PURGE_INTERVAL:
                    OutboxEmail.objects.purge(timezone.now())
                    purged = time.monotonic()
            except DatabaseError as error:
                log.error("The database is unavailable (%s). E-mails wait in the outbox.", type(error).__name__)
                is_away = True
            wait = min(wait * 2, MAX_INTERVAL) if is_away else INTERVAL
            self.pause(wait)

    def pause(self, seconds):
        """Wait, or return early when stopping."""
        until = time.monotonic() + seconds
        while not self.is_stopping and time.monotonic() < until:
            time.sleep(SIGNAL_CHECK_INTERVAL)


def result_text(result) -> str:
    """Return the result of a round as text."""
    away = f" The mail server is unavailable ({result.error}): the others still wait." if result.is_away else ""
    return f"Sent: {result.sent}. Rejected, to be retried: {result.refused}.{away}"
