"""The desk at many messages: server CPU of its pages, for a superuser who is signed in."""

from __future__ import annotations

from functools import partial
from statistics import median
from time import perf_counter, process_time
from urllib.parse import urlsplit

from benchmarks.places import VENDORS, Worker

MOST_MILLISECONDS = 100  # of CPU in the web process; the time of PostgreSQL's own processes is shown beside it


def measure_desk(table, vendor, make, count, times):
    """CPU milliseconds of the pages that an officer opens all day, at `count` messages."""
    table.heading(f"The desk on {VENDORS[vendor]} at {count:,} messages: CPU milliseconds in the web process")
    with Worker(make("desk")) as worker:
        worker.build(count=count)
        for name, figures in worker.measure_desk_pages(times=times).items():
            detail = f" ({figures['wall']:.0f} ms by the clock, {figures['queries']} queries)"
            table.at_most(name, figures["cpu"], MOST_MILLISECONDS, detail, form=".0f")


def measure_desk_pages(times: int) -> dict[str, dict[str, float]]:
    """Return median CPU and wall milliseconds and the number of queries of each page, by its name."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client

    user = get_user_model().objects.create_superuser("officer", password="for-the-benchmark")
    client = Client(SERVER_NAME=urlsplit(settings.SITE_URL).hostname)
    client.force_login(user)
    measured = {}
    for name, path in desk_pages().items():
        queries = []
        with connection.execute_wrapper(partial(count_query, queries)):
            response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answers {response.status_code}")
        cpu, wall = [], []
        for _ in range(times):
            began, used = perf_counter(), process_time()
            client.get(path)
            cpu.append((process_time() - used) * 1000)
            wall.append((perf_counter() - began) * 1000)
        measured[name] = {"cpu": median(cpu), "wall": median(wall), "queries": len(queries)}
    return measured


def count_query(queries, execute, sql, *rest):
    """Execute a query, and add it to `queries` (a wrapper of Django's database cursors)."""
    queries.append(sql)
    return execute(sql, *rest)


def desk_pages() -> dict[str, str]:
    """Return the paths of the measured pages by name."""
    from django.utils import timezone

    from news.models import Category, Message

    published = Message.objects.published(timezone.now())
    newest = published.order_by("-publish_at").first()
    oldest = published.order_by("publish_at").first()
    draft = Message.objects.filter(approved_at=None).order_by("-pk").first()
    listed, category = "/admin/news/message/", Category.objects.order_by("order").first()
    return {
        "dashboard": "/admin/",
        "list of messages": listed,
        "list, page 20": f"{listed}?p=20",
        "list, last page": f"{listed}?p=last",
        "list, one category": f"{listed}?category={category.pk}",
        "list, one year": f"{listed}?year={oldest.day.year + 5}",
        "list, a frequent word": f"{listed}?q=council",
        "list, a rare word": f"{listed}?q=1234",
        "list, no match": f"{listed}?q=xyzzy",
        "search of the desk": "/admin/search/?q=council",
        "search of the desk, no match": "/admin/search/?q=xyzzy",
        "a new message": f"{listed}add/",
        "a draft": f"{listed}{draft.pk}/change/",
        "a public message": f"{listed}{newest.pk}/change/",
        "its history": f"{listed}{newest.pk}/history/",
        "releases": "/admin/news/release/",
        "library of images": "/admin/richtext/image/",
        "pages": "/admin/pages/page/",
        "enquiries": "/admin/consular/enquiry/",
    }
