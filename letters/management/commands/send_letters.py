"""Send the letters that wait in the outbox."""

import signal
import threading
import time

from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError  # an InterfaceError is none of Django's DatabaseErrors
from django.db import close_old_connections
from django.utils import timezone

from letters.models import Letter
from letters.sending import log, send_due

EVERY = 5  # seconds between two looks at the outbox
LONGEST = 60  # seconds, while the mail server or the database is away
GLANCE = 0.2  # seconds between two looks at whether to stop
SWEPT_EVERY = 60 * 60  # seconds


class Command(BaseCommand):
    help = (
        "Send the letters that wait in the outbox: once, for a timer, or with --loop until told to stop. "
        "Any number may run, on any number of nodes: each letter is in one sender's hand at a time."
    )

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="Go on until told to stop (SIGTERM).")

    def handle(self, *, loop, verbosity, **options):
        self.told_to_stop = False
        if loop:
            self.listen()
            self.go_on()
            return
        done = send_due(timezone.now)
        Letter.objects.purge(timezone.now())
        if verbosity:
            self.stdout.write(in_words(done))

    def listen(self):
        """Heed SIGTERM and SIGINT: the letter in hand is sent and recorded first."""

        def stop(*signal_and_frame):
            self.told_to_stop = True  # and no Event: to set one in a handler can wait for its own lock, forever

        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, stop)

    def go_on(self):
        """Send, wait, and send again. While the server or the database is away, wait longer each time."""
        wait, swept = EVERY, float("-inf")
        while not self.told_to_stop:
            close_old_connections()
            try:
                is_away = send_due(timezone.now, go_on=lambda: not self.told_to_stop).is_away
                if time.monotonic() - swept > SWEPT_EVERY:
                    Letter.objects.purge(timezone.now())
                    swept = time.monotonic()
            except DatabaseError as error:
                log.error("The database is away (%s). Letters wait in the outbox.", type(error).__name__)
                is_away = True
            wait = min(wait * 2, LONGEST) if is_away else EVERY
            self.pause(wait)

    def pause(self, seconds):
        """Wait, but not when told to stop."""
        until = time.monotonic() + seconds
        while not self.told_to_stop and time.monotonic() < until:
            time.sleep(GLANCE)


def in_words(done) -> str:
    """Return what came of a round, for whoever watches."""
    away = f" The mail server is away ({done.fault}): the rest waits for the next run." if done.is_away else ""
    return f"Sent: {done.sent}. Not taken, to be tried again: {done.refused}.{away}"
