"""Dashboard sections about the site: the home page now, what is ahead, active notices."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consular.models import Notice
from core.timezones import local_date, midnight_after
from counters import milestones as rounds
from counters.models import Counter
from embassy.dashboard.registry import AROUND, MAX_ROWS, dashboard_section, section_listing
from news.models import Message, Release
from pages.models import Page

HORIZON = timedelta(days=14)
DAYS_ON_LINE = 7
MAX_NEWER = 100  # messages that are counted


class Ahead(NamedTuple):
    """Something that happens on the site by itself, at a moment."""

    at: datetime
    kind: str
    title: str
    url: str
    is_day: bool = False  # it is about a day, and `at` its midnight


@dashboard_section("home-now", "admin/dashboard/home_now.html", "news.view_message", column=AROUND)
def home_now(user, at):
    """The message at the top of the home page, and how many published ones are newer; no section without one."""
    leading = Message.objects.featured(at)
    if leading is None:
        return None
    newer = Message.objects.published(at).filter(publish_at__gt=leading.publish_at).order_by()
    newer = newer.values("pk")[:MAX_NEWER].count()
    can_change = bool(newer and leading.featured and user.has_perm("news.approve_message"))
    return {"rows": [leading], "more": False, "newer": newer, "can_change": can_change}


@dashboard_section(
    "ahead",
    "admin/dashboard/ahead.html",
    *("news.view_message", "pages.view_page", "consular.view_notice", "counters.view_counter"),
    column=AROUND,
)
def ahead(user, at):
    """What happens in the next two weeks, in order: messages, changes, releases, pages, notices, milestones."""
    midnight_before = at - timedelta(days=1)  # what is about today is listed as well
    found = [
        item
        for permission, items in SOURCES
        if user.has_perm(permission)
        for item in items(user, at)
        if (midnight_before if item.is_day else at) < item.at <= at + HORIZON
    ]
    found = sorted(found, key=lambda item: item.at)
    more = len(found) > MAX_ROWS
    return {
        "rows": found[:MAX_ROWS],
        "more": more,
        "url": reverse("admin:news_message_changelist") + "?state=scheduled" if more else "",
        "line": days_on_line(found, at),
        "none": _("Nothing is scheduled for the next two weeks."),
    }


def days_on_line(found: list[Ahead], at: datetime) -> list[tuple]:
    """Return the next days, each with the number of things that happen on it."""
    zone = timezone.get_default_timezone()
    today = local_date(at, zone)
    dates = [local_date(item.at, zone) for item in found]
    days = [today + timedelta(days=number) for number in range(DAYS_ON_LINE)]
    return [(day, dates.count(day)) for day in days]


def messages_ahead(user, at):
    """Yield scheduled messages and approved changes that are in no release."""
    visible = Message.objects.visible_to(user, at).for_desk()
    for message in visible.scheduled(at).order_by("publish_at", "id")[: MAX_ROWS + 1]:
        yield Ahead(message.due_at, _("Message"), message.headline, form_url(message))
    for change in visible.pending_revisions().filter(release=None)[: MAX_ROWS + 1]:
        yield Ahead(change.due_at, _("Change"), change.headline, form_url(change))


def releases_ahead(user, at):
    """Yield releases with a moment, approved or not."""
    for release in Release.objects.filter(published_at=None, moment__gt=at).order_by("moment")[: MAX_ROWS + 1]:
        yield Ahead(release.moment, _("Release, %s") % release.get_state(), release.name, form_url(release))


def pages_ahead(user, at):
    """Yield approved pages and changes of pages."""
    for page in Page.objects.pending().defer("body")[: MAX_ROWS + 1]:
        yield Ahead(page.effective_at, _("Page"), page.title, form_url(page))


def notices_ahead(user, at):
    """Yield notices that begin or end."""
    for notice in Notice.objects.filter(starts__gt=at).order_by("starts")[: MAX_ROWS + 1]:
        yield Ahead(notice.starts, _("Notice begins"), notice.sentence, form_url(notice))
    for notice in Notice.objects.current(at).filter(ends__isnull=False)[: MAX_ROWS + 1]:
        yield Ahead(notice.ends, _("Notice ends"), notice.sentence, form_url(notice))


def milestones_ahead(user, at):
    """Yield round numbers of days and anniversaries of counters, at the midnight when they are reached."""
    for counter in Counter.objects.shown():
        today = local_date(at, counter.zone)
        for milestone in rounds.next_milestones(counter.since, today, counter.until):
            if milestone.years:
                label = ngettext("Counter: %d year", "Counter: %d years", milestone.years) % milestone.years
            else:
                label = ngettext("Counter: %d day", "Counter: %d days", milestone.days) % milestone.days
            noon_before = datetime.combine(milestone.day - timedelta(days=1), time(12), tzinfo=counter.zone)
            midnight = midnight_after(noon_before, counter.zone)
            yield Ahead(midnight, label, counter.incident, counter.get_absolute_url(), is_day=True)


SOURCES = [  # permission and function
    ("news.view_message", messages_ahead),
    ("news.view_message", releases_ahead),
    ("pages.view_page", pages_ahead),
    ("consular.view_notice", notices_ahead),
    ("counters.view_counter", milestones_ahead),
]


def form_url(row) -> str:
    """Return the address of a row's form."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@dashboard_section("active-notices", "admin/dashboard/active_notices.html", "consular.view_notice", column=AROUND)
def active_notices(user, at):
    """Notices that are public now."""
    rows = Notice.objects.current(at)
    return section_listing(rows, "admin:consular_notice_changelist", none=_("No active notices."))
