"""WSGI cache: serves cached responses before Django, with one small query for the edition number."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable

from django.db import DatabaseError, connections, router

from editions import replicas, sqlite_timeout
from editions.decorators import cache_policy_for
from editions.edition import EDITION_NUMBER_QUERY
from editions.middleware import edition_cache, is_renderable_without_database, server_timing
from editions.models import EditionNumber
from editions.response_cache import status_line

log = logging.getLogger("editions.wsgi_cache")

REPORT_SECONDS = 60.0  # one log line for all hits of this time
stats = Counter()  # since the start: hits, requests passed to Django, and hits while the database was unavailable


class CacheFrontend:
    """A WSGI application that serves cached responses and forwards all other requests to Django.

    `answered`, if given, is called for each cached response, with "hit" or "stale" and the status.
    """

    def __init__(self, application, answered: Callable[[str, int], None] | None = None):
        self.application = application
        self.answered = answered
        self.reported, self.next_report = Counter(), time.time() + REPORT_SECONDS

    def __call__(self, environ, start_response):
        key, cached = edition_cache.lookup(environ)
        if cached is None:
            return self.forward(environ, start_response)
        now = time.time()
        number = self.number(now)
        if number is not None and not cached.is_fresh(number, now):
            return self.forward(environ, start_response)
        if number is None and is_renderable_without_database(cache_policy_for(key[0]), cached, now):
            return self.forward(environ, start_response)
        return self.serve(environ, start_response, key, cached, now, away=number is None)

    def forward(self, environ, start_response):
        """Pass the request to Django, with the configured database timeout."""
        stats["passes"] += 1
        sqlite_timeout.restore_timeout(connections[router.db_for_read(EditionNumber)])
        return self.application(environ, start_response)

    def number(self, now: float) -> int | None:
        """Return the edition number, from a replica if the primary is unavailable, None if those are too."""
        alias = router.db_for_read(EditionNumber)
        if not replicas.primary.is_away():
            try:
                row = replicas.fetch_row(alias, EDITION_NUMBER_QUERY)
            except (DatabaseError, connections[alias].Database.Error) as error:
                replicas.primary.fail(error)
            else:
                replicas.primary.answered()
                number = row[0] if row else 0
                replicas.record_served(number)
                return number
        return replicas.edition_number_from_replica()

    def serve(self, environ, start_response, key, cached, now, *, away):
        """Respond from the cache."""
        status, headers, body = edition_cache.respond(environ, key, cached)
        stats["away" if away else "hits"] += 1
        if self.answered:
            self.answered("stale" if away else "hit", status)
        if now >= self.next_report:
            self.report(now)
        value = "embassy; hit; detail=database-away" if away else "embassy; hit"
        start_response(status_line(status), [*headers, ("Cache-Status", value), ("Server-Timing", server_timing(now))])
        return [body]

    def report(self, now: float) -> None:
        """Log the numbers since the last report; a line for each hit would take longer than the hit."""
        self.next_report = now + REPORT_SECONDS
        new = {name: stats[name] - self.reported[name] for name in ("hits", "passes", "away")}
        self.reported = Counter(stats)
        log.info("Served from cache: %(hits)d, passed to Django: %(passes)d, database unavailable: %(away)d.", new)
