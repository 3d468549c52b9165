"""Measure a WSGI application in its own process: JSON commands on stdin, JSON results on stdout, one per line.

`python -m benchmarks.inside MODULE`: the module has the `application`; settings and database are in the environment.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO
from time import perf_counter, process_time
from urllib.parse import urlsplit

from django.conf import settings

OTHERS = ("/counters/", "/messages/feed.json")  # requested so that the edition is cached


class Inside:
    """The commands that the process accepts."""

    def __init__(self, module):
        self.application = import_module(module).application

    def ask(self, path, coding=""):
        """Return status, headers and body for a request."""
        parts = urlsplit(path)
        site = urlsplit(getattr(settings, "SITE_URL", "http://127.0.0.1"))
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "SERVER_NAME": site.hostname,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": site.netloc,
            "HTTP_ACCEPT_ENCODING": coding,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr,
        }
        got = []
        answer = self.application(environ, lambda status, headers, exc_info=None: got.extend([status, headers]))
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        if not got[0].startswith("200"):
            raise RuntimeError(f"{path} answers {got[0]}")
        return dict(got[1]), body

    def prepare(self, state):
        """Prepare the caches: `hit`, `cold` (edition cached, page not), `first` (neither)."""
        if state in ("cold", "first"):
            from editions import edition, middleware

            edition.reset_for_tests()
            middleware.edition_cache.store.clear()
            if state == "cold":
                for other in OTHERS:
                    self.ask(other)
                middleware.edition_cache.store.clear()

    def measure(self, paths, state="", times=1, coding=""):
        """Return CPU and wall milliseconds of each of `times` requests."""
        cpu, wall = [], []
        for number in range(times):
            path = paths[number % len(paths)]
            if state == "hit" and number < len(paths):
                self.ask(path, coding)
            self.prepare(state)
            began, used = perf_counter(), process_time()
            self.ask(path, coding)
            cpu.append((process_time() - used) * 1000)
            wall.append((perf_counter() - began) * 1000)
        return {"cpu": cpu, "wall": wall}

    def queries(self, path, state):
        """Return the number of queries of a page, without the one for the edition number."""
        from django.db import connection

        from editions.edition import EDITION_NUMBER_QUERY

        seen = []

        def note(execute, sql, *rest):
            seen.append(sql)
            return execute(sql, *rest)

        self.prepare(state)
        with connection.execute_wrapper(note):
            self.ask(path)
        return [sql for sql in seen if sql != EDITION_NUMBER_QUERY]

    def build(self, count):
        """Migrate and fill the database."""
        from benchmarks import content

        began = perf_counter()
        content.build(count)
        return perf_counter() - began

    def build_searched(self, count):
        """Migrate the database and import an archive with words of known frequency."""
        from benchmarks import searched

        return searched.build_archive(count)

    def save_searched(self, times):
        """Return the milliseconds of several saves."""
        from benchmarks import searched

        return searched.measure_save(times)

    def measure_desk_pages(self, times):
        """Return milliseconds and queries of the pages of the desk."""
        from benchmarks import desk

        return desk.measure_desk_pages(times)

    def publish(self, headline):
        """Publish a message, as staff do."""
        from news.models import Category, Message

        now = datetime.now(UTC)
        message = Message(headline=headline, body="<p>Text.</p>", publish_at=now, approved_at=now)
        message.category = Category.objects.first()
        message.save()
        return message.get_absolute_url()

    def addresses(self, number=1):
        """Return the paths of the pages to measure, and of `number` messages spread over the years."""
        from core.cursors import Cursor
        from news.models import Message

        published = Message.objects.published(datetime.now(UTC))
        oldest = published.order_by("publish_at", "id")
        total = published.count()
        keys = list(oldest.values_list("pk", flat=True))[:: max(1, total // number)][-number:]
        rows = oldest.only("day", "slug").in_bulk(keys)
        middle = oldest[total // 2]
        return {
            "home": "/",
            "list": "/messages/",
            "deepest": f"/messages/?before={Cursor.of(oldest[20])}",
            "month": f"/messages/{middle.day:%Y/%m}/",
            "feed": "/messages/feed/",
            "messages": [rows[key].get_absolute_url() for key in keys],
        }


def main():
    """Execute commands until the input ends."""
    inside = Inside(sys.argv[1])
    for line in sys.stdin:
        order = json.loads(line)
        answer = getattr(inside, order.pop("do"))(**order)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
