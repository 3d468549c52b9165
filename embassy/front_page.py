"""The desk's front page: what is due, what waits for whoever asks, what went out, what comes near."""

from __future__ import annotations

from datetime import datetime, timedelta

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
LONGEST = 10  # rows in a section: the list behind it has the rest
WEEK = timedelta(days=7)
SOON = timedelta(days=14)  # a round number is in sight


def sections(user, at: datetime) -> list[dict]:
    """Return the sections that `user` may see at the moment `at`, at the cost of a query or two each.

    A section has a name, by which templates/admin/front_page/ shows it, its rows, and the address of the rest.
    """
    made = [make(user, at) for rights, make in SECTIONS if any(map(user.has_perm, rights.split()))]
    return [each for each in made if each]


def section(name: str, rows, address: str, query: str = "", **more) -> dict:
    """Return a section: its first rows, and whether there are more of them."""
    rows = list(rows[: LONGEST + 1])
    return {
        "name": name,
        "template": f"admin/front_page/{name}.html",
        "rows": rows[:LONGEST],
        "more": len(rows) > LONGEST,
        "address": f"{reverse(address)}{query}",
        **more,
    }


# News


def due(user, at):
    """What becomes public today, the next first; where nothing does, what comes after."""
    midnight = midnight_after(at, timezone.get_default_timezone())
    ahead = list(Message.objects.scheduled(at).for_desk().order_by("publish_at", "id")[: LONGEST + 1])
    today = [message for message in ahead if message.publish_at < midnight]
    then = next(iter(ahead[len(today) :]), None)
    return section("due", today, "admin:news_message_changelist", "?state=scheduled", then=then)


def waiting(user, at):
    """What waits for the approval of whoever asks, the longest waiting first: nobody approves their own."""
    rows = Message.objects.submitted().not_written_by(user).for_desk().order_by("submitted_at", "id")
    return section("waiting", rows, "admin:news_message_changelist", "?state=submitted")


def mine(user, at):
    """What whoever asks is writing, got back with a reason, or has submitted: the latest first."""
    rows = Message.objects.unapproved().written_by(user).for_desk().with_answers().order_by("-id")
    return section("mine", rows, "admin:news_message_changelist", "?hand=mine")


def out(user, at):
    """What went out in the last seven days, the newest first."""
    rows = Message.objects.published(at).filter(publish_at__gt=at - WEEK).for_desk()
    return section("out", rows, "admin:news_message_changelist", "?out=week&state=published")


# Counters


def near(user, at):
    """The counters that say a round number, or have lasted whole years, today or within two weeks."""
    rows = []
    for counter in Counter.objects.shown():
        today = local_date(at, counter.zone)
        found = rounds.coming(counter.since, today, counter.until)
        rows += [(counter, number, (number.day - today).days) for number in found if number.day - today <= SOON]
    return section("near", sorted(rows, key=lambda row: row[2]), "admin:counters_counter_changelist")


# The consul


def enquiries(user, at):
    """The enquiries that wait, what is due first on top: references and topics, nobody's name; and what else waits."""
    waiting = Enquiry.objects.waiting().for_list().order_by("answer_by", "pk")
    found = section("enquiries", waiting, "admin:consular_enquiry_changelist")
    add_words(found["rows"], at)
    overdue, suspected = Enquiry.objects.overdue(timezone.localdate(at)), Enquiry.objects.suspected_spam()
    undelivered = counted(Enquiry.objects.undelivered())
    return {**found, "overdue": counted(overdue), "suspected": counted(suspected), "undelivered": undelivered}


def counted(rows) -> int:
    """Return how many rows there are, counted no further than one looks."""
    return rows.order_by().values("pk")[:MOST].count()


def notices(user, at):
    """The notices that the public reads now."""
    return section("notices", Notice.objects.current(at), "admin:consular_notice_changelist")


# Pages


def reviews(user, at):
    """The pages that nobody has reviewed for a year, the longest ago first; nothing at all where there is none."""
    found = section("reviews", Page.objects.due_for_review(timezone.localdate(at)), "admin:pages_page_changelist")
    return found if found["rows"] else None


# The post


def letters(user, at):
    """The letters that should have left by now, why they did not, and those given up this week; else nothing at all."""
    late, given_up = Letter.objects.late(at), Letter.objects.filter(given_up_at__gt=at - WEEK).count()
    waiting = late.aggregate(count=Count("pk"), since=Min("written_at"))
    if not waiting["count"] and not given_up:
        return None
    tried = late.exclude(last_error="").order_by("-due_at").first()
    may_look = user.has_perm("letters.view_letter")
    empty = section("letters", Letter.objects.none(), "admin:letters_letter_changelist")
    return {**empty, **waiting, "tried": tried, "given_up": given_up, "may_look": may_look}


SECTIONS = [
    ("letters.view_letter consular.view_enquiry", letters),
    ("news.view_message", due),
    ("news.approve_message", waiting),
    ("news.change_message", mine),
    ("news.view_message", out),
    ("counters.view_counter", near),
    ("consular.view_enquiry", enquiries),
    ("consular.view_notice", notices),
    ("pages.change_page", reviews),
]
