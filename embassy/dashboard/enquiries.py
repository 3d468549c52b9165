"""The dashboard's section of enquiries: overdue, due today, new ones and the officer's own, by reference and topic."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from consular.deadlines import annotate_deadlines
from consular.models import Enquiry
from embassy.dashboard.registry import MAX_ROWS, capped_count, dashboard_section

CHANGELIST = "admin:consular_enquiry_changelist"


class Queue(NamedTuple):
    """Some of the open enquiries, and the address of the list that has the others; "" if there are none."""

    name: str
    title: str
    rows: list[Enquiry]
    more_url: str


@dashboard_section("open-enquiries", "admin/dashboard/open_enquiries.html", "consular.view_enquiry")
def open_enquiries(user, at: datetime):
    """What waits, in four queues without the empty ones; the numbers of suspected and undelivered ones.

    An enquiry is in the first queue that fits. Names and questions are not loaded.
    """
    queues = [queue for queue in build_queues(user, at) if queue.rows]
    rows = [enquiry for queue in queues for enquiry in queue.rows]
    annotate_deadlines(rows, at)
    suspected, undelivered = capped_count(Enquiry.objects.suspected_spam()), capped_count(Enquiry.objects.undelivered())
    waiting = capped_count(Enquiry.objects.waiting())
    return {
        "queues": queues,
        "rows": rows,
        "more": False,
        "waiting": waiting,
        "none": "" if suspected or undelivered or waiting else _("No open enquiries."),
        "suspected": suspected,
        "undelivered": undelivered,
    }


def build_queues(user, at: datetime) -> list[Queue]:
    """Return the four queues, each with a query."""
    today = timezone.localdate(at)
    waiting = Enquiry.objects.waiting()
    later = waiting.filter(answer_by__gt=today)
    return [
        make_queue("overdue", _("Overdue"), Enquiry.objects.overdue(today), "state=overdue"),
        make_queue("today", _("Due today"), waiting.filter(answer_by=today), ""),
        make_queue("new", _("New"), later.filter(assigned_to=None), ""),
        make_queue("mine", _("Mine"), later.filter(assigned_to=user), "state=mine"),
    ]


def make_queue(name: str, title: str, rows, query: str) -> Queue:
    """Return a queue of the rows that are due first."""
    found = list(rows.for_list().order_by("answer_by", "pk")[: MAX_ROWS + 1])
    more_url = f"{reverse(CHANGELIST)}?{query}".rstrip("?") if len(found) > MAX_ROWS else ""
    return Queue(name, title, found[:MAX_ROWS], more_url)
