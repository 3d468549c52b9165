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

from consular.deadlines import annotate_deadlines
from consular.models import Enquiry, Notice
from core.timezones import local_date, midnight_after
from counters import milestones as rounds
from counters.models import Counter
from news.models import Message, Release
from outbox.models import OutboxEmail
from pages.models import Page

MAX_COUNT = 1000  # rows that are counted
MAX_ROWS = 10  # rows of a section; the changelist has the others
WEEK = timedelta(days=7)
MILESTONE_HORIZON = timedelta(days=14)


class DashboardSection(NamedTuple):
    """A registered section, shown to users with any of its permissions."""

    name: str  # an HTML id and CSS class
    template: str
    permissions: tuple[str, ...]
    build: Callable[..., dict | None]


SECTIONS: list[DashboardSection] = []


def dashboard_section(name: str, template: str, *permissions: str):
    def register(build):
        SECTIONS.append(DashboardSection(name, template, permissions, build))
        return build

    return register


def build_sections(user, at: datetime) -> list[dict]:
    """Return the sections for `user` at the time `at`; each costs a query or two.

    A section has `name`, `template`, `rows`, `more` (whether there are others) and `url`.
    """
    built = []
    for section in SECTIONS:
        if any(map(user.has_perm, section.permissions)) and (context := section.build(user, at)):
            built.append({"name": section.name, "template": section.template, **context})
    return built


def section_listing(rows, url_name: str, query: str = "", **context) -> dict:
    """Return the first rows of a section, whether there are more, and the URL of the changelist."""
    rows = list(rows[: MAX_ROWS + 1])
    return {"rows": rows[:MAX_ROWS], "more": len(rows) > MAX_ROWS, "url": f"{reverse(url_name)}{query}", **context}


# Outbox


@dashboard_section(
    "email-problems", "admin/dashboard/email_problems.html", "outbox.view_outboxemail", "consular.view_enquiry"
)
def email_problems(user, at):
    """E-mails that are late, with the last error, and those given up this week; no section if there are none."""
    late, given_up = OutboxEmail.objects.late(at), OutboxEmail.objects.filter(given_up_at__gt=at - WEEK).count()
    totals = late.aggregate(count=Count("pk"), since=Min("written_at"))
    if not totals["count"] and not given_up:
        return None
    failed = late.exclude(last_error="").order_by("-due_at").first()
    can_view = user.has_perm("outbox.view_outboxemail")
    empty = section_listing(OutboxEmail.objects.none(), "admin:outbox_outboxemail_changelist")
    return {**empty, **totals, "failed": failed, "given_up": given_up, "can_view": can_view}


# News


@dashboard_section("scheduled-today", "admin/dashboard/scheduled_today.html", "news.view_message")
def scheduled_today(user, at):
    """Messages that become public today, changes that take effect today, and the next of them after today."""
    midnight = midnight_after(at, timezone.get_default_timezone())
    visible = Message.objects.visible_to(user, at).for_desk()
    messages = visible.scheduled(at).order_by("publish_at", "id")[: MAX_ROWS + 1]
    changes = visible.pending_revisions()[: MAX_ROWS + 1]
    scheduled = sorted([*messages, *changes], key=lambda message: message.due_at)[: MAX_ROWS + 1]
    today = [message for message in scheduled if message.due_at < midnight]
    following = next(iter(scheduled[len(today) :]), None)
    return section_listing(today, "admin:news_message_changelist", "?state=scheduled", following=following)


@dashboard_section("releases-ahead", "admin/dashboard/releases_ahead.html", "news.view_message")
def releases_ahead(user, at):
    """Releases that are not published, the next one first."""
    rows = Release.objects.filter(published_at=None).order_by("moment", "id")
    return section_listing(rows, "admin:news_release_changelist")


@dashboard_section("awaiting-approval", "admin/dashboard/awaiting_approval.html", "news.approve_message")
def awaiting_approval(user, at):
    """Messages that the user can approve (not their own), the longest submitted first."""
    rows = Message.objects.submitted().visible_to(user, at).not_authored_by(user).for_desk()
    rows = rows.order_by("submitted_at", "id")
    return section_listing(rows, "admin:news_message_changelist", "?state=submitted")


@dashboard_section("my-drafts", "admin/dashboard/my_drafts.html", "news.change_message")
def my_drafts(user, at):
    """The user's messages that are not approved, the newest first."""
    rows = Message.objects.unapproved().visible_to(user, at).authored_by(user).for_desk()
    rows = rows.with_rejections().order_by("-id")
    return section_listing(rows, "admin:news_message_changelist", "?author=me")


@dashboard_section("recently-published", "admin/dashboard/recently_published.html", "news.view_message")
def recently_published(user, at):
    """Messages published in the last seven days, the newest first."""
    rows = Message.objects.published(at).filter(publish_at__gt=at - WEEK).for_desk()
    return section_listing(rows, "admin:news_message_changelist", "?published=week&state=published")


# Counters


@dashboard_section("upcoming-milestones", "admin/dashboard/upcoming_milestones.html", "counters.view_counter")
def upcoming_milestones(user, at):
    """Round numbers of days and anniversaries within two weeks, as (counter, milestone, days until then)."""
    rows = []
    for counter in Counter.objects.shown():
        today = local_date(at, counter.zone)
        milestones = rounds.next_milestones(counter.since, today, counter.until)
        rows += [
            (counter, each, (each.day - today).days) for each in milestones if each.day - today <= MILESTONE_HORIZON
        ]
    return section_listing(sorted(rows, key=lambda row: row[2]), "admin:counters_counter_changelist")


# Consular services


@dashboard_section("open-enquiries", "admin/dashboard/open_enquiries.html", "consular.view_enquiry")
def open_enquiries(user, at):
    """Open enquiries, the first due first, by reference and topic; numbers of overdue, suspected, undelivered ones."""
    waiting = Enquiry.objects.waiting().for_list().order_by("answer_by", "pk")
    section = section_listing(waiting, "admin:consular_enquiry_changelist")
    annotate_deadlines(section["rows"], at)
    overdue, suspected = Enquiry.objects.overdue(timezone.localdate(at)), Enquiry.objects.suspected_spam()
    undelivered = capped_count(Enquiry.objects.undelivered())
    return {
        **section,
        "overdue": capped_count(overdue),
        "suspected": capped_count(suspected),
        "undelivered": undelivered,
    }


def capped_count(rows) -> int:
    """Return the number of rows, at most MAX_COUNT."""
    return rows.order_by().values("pk")[:MAX_COUNT].count()


@dashboard_section("active-notices", "admin/dashboard/active_notices.html", "consular.view_notice")
def active_notices(user, at):
    """Notices that are public now."""
    return section_listing(Notice.objects.current(at), "admin:consular_notice_changelist")


# Pages


@dashboard_section("pages-in-progress", "admin/dashboard/pages_in_progress.html", "pages.change_page")
def pages_in_progress(user, at):
    """New pages and changes of pages that are drafts, submitted or scheduled; no section if there are none."""
    section = section_listing(Page.objects.in_progress().defer("body"), "admin:pages_page_changelist")
    return section if section["rows"] else None


@dashboard_section("pages-to-review", "admin/dashboard/pages_to_review.html", "pages.change_page")
def pages_to_review(user, at):
    """Pages not reviewed for a year, the longest ago first; no section if there are none."""
    section = section_listing(Page.objects.due_for_review(timezone.localdate(at)), "admin:pages_page_changelist")
    return section if section["rows"] else None
