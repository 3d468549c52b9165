"""The front: answers from printings ahead of Django, with one tiny query for the edition's number."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable

from django.db import DatabaseError, connections, router

from editions import patience, replicas
from editions.decorators import key_for
from editions.edition import NUMBER_QUERY
from editions.middleware import printings, server_timing
from editions.models import EditionNumber
from editions.origin import is_ours
from editions.printings import status_line

log = logging.getLogger("editions.front")

REPORT_SECONDS = 60.0  # how often the hits are logged: one line for thousands
counts = Counter()  # since the start: hits, passes to Django, and hits served while the database was away


class Front:
    """A WSGI application that answers what is printed, and passes all else to Django.

    `answered`, where given, is told of each answer of its own: "hit" or "away", and the status.
    """

    def __init__(self, application, answered: Callable[[str, int], None] | None = None):
        self.application = application
        self.answered = answered
        self.reported, self.next_report = Counter(), time.time() + REPORT_SECONDS

    def __call__(self, environ, start_response):
        key, kept = self.find(environ)
        if kept is None:
            return self.pass_on(environ, start_response)
        now = time.time()
        number = self.number(now)
        if number is not None and not kept.lasts(number, now):
            return self.pass_on(environ, start_response)
        return self.serve(environ, start_response, key, kept, now, away=number is None)

    def pass_on(self, environ, start_response):
        """Have Django answer, with all the patience that the settings give it."""
        counts["passes"] += 1
        patience.restore(connections[router.db_for_read(EditionNumber)])
        return self.application(environ, start_response)

    def find(self, environ):
        """Return the key and the printing for a request, of whatever edition; nothing where Django must look."""
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not path.isascii() or not is_ours(environ):
            return None, None
        query = environ.get("QUERY_STRING", "")
        key = (path, "")
        if query:
            try:
                found = key_for(path, query)
            except ValueError:
                return None, None
            if found is None:
                return None, None
            key = found[1]
        return key, printings.get(key)

    def number(self, now: float) -> int | None:
        """Return the edition's number, read on the primary, while that is away on a replica; None where that is too."""
        alias = router.db_for_read(EditionNumber)
        if not replicas.primary.is_away():
            try:
                row = replicas.ask(alias, NUMBER_QUERY)
            except (DatabaseError, connections[alias].Database.Error) as error:
                replicas.primary.fail(error)
            else:
                replicas.primary.answered()
                number = row[0] if row else 0
                replicas.note(number)
                return number
        return replicas.number_instead()

    def serve(self, environ, start_response, key, kept, now, *, away):
        """Answer from a printing."""
        before = kept.size
        head = environ["REQUEST_METHOD"] == "HEAD"
        status, headers, body = kept.answer(now, environ, head)
        if kept.size != before:
            printings.keep(key, kept)
        counts["away" if away else "hits"] += 1
        if self.answered:
            self.answered("stale" if away else "hit", status)
        if now >= self.next_report:
            self.report(now)
        cached = "embassy; hit; detail=database-away" if away else "embassy; hit"
        start_response(status_line(status), [*headers, ("Cache-Status", cached), ("Server-Timing", server_timing(now))])
        return [body]

    def report(self, now: float) -> None:
        """Log what was answered since the last report: a log line a hit would cost more than the hit."""
        self.next_report = now + REPORT_SECONDS
        news = {name: counts[name] - self.reported[name] for name in ("hits", "passes", "away")}
        self.reported = Counter(counts)
        log.info("Answered from printings: %(hits)d. Passed to Django: %(passes)d. While away: %(away)d.", news)
