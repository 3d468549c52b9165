"""Send the letters that wait in the outbox."""

import signal
import threading

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from letters.models import Letter
from letters.sending import log, send_due

EVERY = 5  # seconds between two looks at the outbox
LONGEST = 60  # seconds, while the mail server is away


class Command(BaseCommand):
    help = (
        "Send the letters that wait in the outbox: once, for a timer, or with --loop until told to stop. "
        "Any number may run, on any number of nodes: each letter is in one sender's hand at a time."
    )

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="Go on until told to stop (SIGTERM).")

    def handle(self, *, loop, verbosity, **options):
        self.stop = threading.Event()
        if not loop:
            done = send_due(timezone.now)
            Letter.objects.sweep(timezone.now())
            if verbosity:
                self.stdout.write(in_words(done))
            return
        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: self.stop.set())
        self.go_on()

    def go_on(self):
        """Send, wait, and send again. While the server or the database is away, wait longer each time."""
        wait = EVERY
        while not self.stop.is_set():
            close_old_connections()
            try:
                is_away = send_due(timezone.now, go_on=lambda: not self.stop.is_set()).is_away
                Letter.objects.sweep(timezone.now())
            except DatabaseError as error:
                log.error("The database is away (%s). Letters wait in the outbox.", type(error).__name__)
                is_away = True
            wait = min(wait * 2, LONGEST) if is_away else EVERY
            self.stop.wait(wait)


def in_words(done) -> str:
    """Return what came of a round, for whoever watches."""
    away = f" The mail server is away ({done.fault}): the rest waits for the next run." if done.is_away else ""
    return f"Sent: {done.sent}. Not taken, to be tried again: {done.refused}.{away}"
