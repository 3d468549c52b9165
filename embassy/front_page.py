"""Dashboard of the press desk: sections that each user sees according to their permissions.

`@dashboard_section(name, template, *permissions)` registers a function of user and time that returns the section as a
dictionary, or None to leave it out. The order of registration is the order on the page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone

from consular.deadlines import add_words
from consular.models import Enquiry, Notice
from counters import rounds
from counters.models import Counter
from editions.moments import local_date, midnight_after
from letters.models import Letter
from news.models import Message
from pages.models import Page

MOST = 1000  # rows that are counted
LONGEST = 10  # rows of a section; the changelist has the others
WEEK = timedelta(days=7)
SOON = timedelta(days=14)


class Section(NamedTuple):
    """A registered section, shown to users with any of its permissions."""

    name: str  # an HTML id and CSS class
    template: str
    permissions: tuple[str, ...]
    build: Callable[..., dict | None]


SECTIONS: list[Section] = []


def dashboard_section(name: str, template: str, *permissions: str):
    def register(build):
        SECTIONS.append(Section(name, template, permissions, build))
        return build

    return register


def sections(user, at: datetime) -> list[dict]:
    """Return the sections for `user` at the time `at`; each costs a query or two.

    A section has `name`, `template`, `rows`, `more` (whether there are others) and `url`.
    """
    built = []
    for section in SECTIONS:
        if any(map(user.has_perm, section.permissions)) and (context := section.build(user, at)):
            built.append({"name": section.name, "template": section.template, **context})
    return built


def listing(rows, url_name: str, query: str = "", **context) -> dict:
    """Return the first rows of a section, whether there are more, and the URL of the changelist."""
    rows = list(rows[: LONGEST + 1])
    return {"rows": rows[:LONGEST], "more": len(rows) > LONGEST, "url": f"{reverse(url_name)}{query}", **context}


# Outbox


@dashboard_section("email-problems", "admin/front_page/letters.html", "letters.view_letter", "consular.view_enquiry")
def letters(user, at):
    """E-mails that are late, with the last error, and those given up this week; no section if there are none."""
    late, given_up = Letter.objects.late(at), Letter.objects.filter(given_up_at__gt=at - WEEK).count()
    totals = late.aggregate(count=Count("pk"), since=Min("written_at"))
    if not totals["count"] and not given_up:
        return None
    failed = late.exclude(last_error="").order_by("-due_at").first()
    can_view = user.has_perm("letters.view_letter")
    empty = listing(Letter.objects.none(), "admin:letters_letter_changelist")
    return {**empty, **totals, "failed": failed, "given_up": given_up, "can_view": can_view}


# News


@dashboard_section("scheduled-today", "admin/front_page/due.html", "news.view_message")
def due(user, at):
    """Messages that become public today, and the next one after today."""
    midnight = midnight_after(at, timezone.get_default_timezone())
    scheduled = list(Message.objects.scheduled(at).for_desk().order_by("publish_at", "id")[: LONGEST + 1])
    today = [message for message in scheduled if message.publish_at < midnight]
    following = next(iter(scheduled[len(today) :]), None)
    return listing(today, "admin:news_message_changelist", "?state=scheduled", following=following)


@dashboard_section("awaiting-approval", "admin/front_page/waiting.html", "news.approve_message")
def waiting(user, at):
    """Messages that the user can approve (not their own), the longest submitted first."""
    rows = Message.objects.submitted().not_authored_by(user).for_desk().order_by("submitted_at", "id")
    return listing(rows, "admin:news_message_changelist", "?state=submitted")


@dashboard_section("my-drafts", "admin/front_page/mine.html", "news.change_message")
def mine(user, at):
    """The user's messages that are not approved, the newest first."""
    rows = Message.objects.unapproved().authored_by(user).for_desk().with_rejections().order_by("-id")
    return listing(rows, "admin:news_message_changelist", "?author=me")


@dashboard_section("recently-published", "admin/front_page/out.html", "news.view_message")
def out(user, at):
    """Messages published in the last seven days, the newest first."""
    rows = Message.objects.published(at).filter(publish_at__gt=at - WEEK).for_desk()
    return listing(rows, "admin:news_message_changelist", "?published=week&state=published")


# Counters


@dashboard_section("upcoming-milestones", "admin/front_page/near.html", "counters.view_counter")
def near(user, at):
    """Round numbers of days and anniversaries within two weeks, as (counter, milestone, days until then)."""
    rows = []
    for counter in Counter.objects.shown():
        today = local_date(at, counter.zone)
        milestones = rounds.coming(counter.since, today, counter.until)
        rows += [(counter, each, (each.day - today).days) for each in milestones if each.day - today <= SOON]
    return listing(sorted(rows, key=lambda row: row[2]), "admin:counters_counter_changelist")


# Consular services


@dashboard_section("open-enquiries", "admin/front_page/enquiries.html", "consular.view_enquiry")
def enquiries(user, at):
    """Open enquiries, the first due first, by reference and topic; numbers of overdue, suspected, undelivered ones."""
    waiting = Enquiry.objects.waiting().for_list().order_by("answer_by", "pk")
    section = listing(waiting, "admin:consular_enquiry_changelist")
    add_words(section["rows"], at)
    overdue, suspected = Enquiry.objects.overdue(timezone.localdate(at)), Enquiry.objects.suspected_spam()
    undelivered = counted(Enquiry.objects.undelivered())
    return {**section, "overdue": counted(overdue), "suspected": counted(suspected), "undelivered": undelivered}


def counted(rows) -> int:
    """Return the number of rows, at most MOST."""
    return rows.order_by().values("pk")[:MOST].count()


@dashboard_section("active-notices", "admin/front_page/notices.html", "consular.view_notice")
def notices(user, at):
    """Notices that are public now."""
    return listing(Notice.objects.current(at), "admin:consular_notice_changelist")


# Pages


@dashboard_section("pages-to-review", "admin/front_page/reviews.html", "pages.change_page")
def reviews(user, at):
    """Pages not reviewed for a year, the longest ago first; no section if there are none."""
    section = listing(Page.objects.due_for_review(timezone.localdate(at)), "admin:pages_page_changelist")
    return section if section["rows"] else None
