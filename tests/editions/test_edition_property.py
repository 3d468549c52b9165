"""Property: after any sequence of changes, the served response equals a fresh rendering."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consular.models import Notice
from counters.models import Counter
from editions import edition, middleware
from news.models import Category, Message
from redirects.models import Redirect
from tests.factories import a_category, a_message
from tests.helpers.revisions import a_revision
from tests.helpers.wsgi import render_fresh, request_page
from tests.properties import examples

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.slow]

# Each step checks these and some of the others in turn; the last step checks all.
CORE = ["/", "/messages/", "/messages/statements/", "/messages/feed/"]
OTHERS = [
    *("/messages/texts/", "/messages/statements/feed/", "/messages/feed.json"),
    *("/counters/", "/counters/flood/", "/counters/flood.json", "/counters/flood.svg"),
]
FEW = 4
ZONES = ["Europe/London", "Europe/Moscow", "Asia/Tokyo", "America/Santiago", "Pacific/Apia", "Asia/Kolkata"]
# Both changes of London's clocks, an ordinary day, a New Year.
STARTS = [
    datetime(2020, 3, 28, 22, 0, tzinfo=UTC),
    datetime(2020, 10, 24, 22, 0, tzinfo=UTC),
    datetime(2020, 11, 24, 12, 37, tzinfo=UTC),
    datetime(2020, 12, 31, 23, 30, tzinfo=UTC),
]

spans = st.one_of(st.integers(0, 90), st.integers(0, 3 * 24 * 3600), st.sampled_from([1, 59, 60, 3599, 3600, 86400]))
rows = st.integers(0, 9)
acts = st.one_of(
    st.tuples(st.just("wait"), spans),
    st.tuples(st.just("wait"), spans),
    st.tuples(st.sampled_from(["schedule", "draft", "move", "notice"]), spans),
    st.tuples(st.sampled_from(["correct", "withdraw later"]), spans),
    st.tuples(st.sampled_from(["edit", "withdraw", "restore", "feature", "rename", "delete", "rename category"]), rows),
    st.tuples(st.just("count"), st.sampled_from(ZONES)),
)


def perform(act, value, now):
    """Perform an action of staff."""
    if act == "schedule":
        a_message(publish_at=now + timedelta(seconds=value), approved_at=now)
    elif act == "draft":
        a_message(publish_at=now + timedelta(seconds=value), approved_at=None)
    elif act == "count":
        since = (now - timedelta(days=30)).date()
        Counter.objects.create(
            incident="the flood",
            since=since,
            time_zone=value,
            **({} if Counter.objects.exists() else {"slug": "flood"}),
        )
    elif act == "notice":
        Notice.objects.create(
            sentence="Closed", starts=now + timedelta(seconds=value), ends=now + timedelta(seconds=value + 3600)
        )
    elif act == "rename category":
        Category.objects.filter(name__startswith="Statements").update(name=f"Statements {value}")
        if value % 3 == 0:
            slug = "statements" if Category.objects.filter(slug="texts").exists() else "texts"
            Category.objects.filter(slug__in=["statements", "texts"]).update(slug=slug)
    elif act in ("correct", "withdraw later"):
        revise(act, value, now)
    elif found := list(Message.objects.filter(revision_of=None).order_by("id")):
        change(found[value % len(found)], act, value, now)


def revise(act, value, now):
    """Approve a correction, or a withdrawal, of a public message after a while."""
    row = Message.objects.published(now).order_by("pk").first()
    if row is None or row.open_revision():
        return
    moment = now + timedelta(seconds=value)
    if act == "withdraw later":
        row.schedule_withdrawal("It was wrong.", moment, at=now)
    else:
        body = f"{row.body}<p>Corrected.</p>"
        a_revision(row, at=now, body=body, change_kind="correction", change_note="It was wrong.", effective_at=moment)
        row.open_revision().approve(at=now)


def change(row, act, value, now):
    """Perform an action of staff on a message."""
    state = row.state(now)
    if act == "edit":
        row.headline += "!"
        row.save()
    elif act == "rename":
        row.slug = f"renamed-{value}"
        row.save()
    elif act == "move" and (row.publish_at > now or state == Message.State.PUBLISHED):
        row.publish_at += timedelta(seconds=value) * (-1 if state == Message.State.PUBLISHED else 1)
        row.save()
    elif act == "delete" and not row.approved_at:
        row.delete()
    elif act == "feature":
        Message.objects.filter(pk=row.pk).update(featured=True)
    elif act == "withdraw" and state == Message.State.PUBLISHED:
        row.withdraw("It was wrong.", at=now)
    elif act == "restore" and row.withdrawn_at:
        row.restore()


def addresses(met):
    """Return every URL that a message has or has had, and those of its day, month and year."""
    for message in Message.objects.exclude(day=None):
        address = message.get_absolute_url()
        lists = [f"/messages/{message.day:{form}}/" for form in ("%Y/%m/%d", "%Y/%m", "%Y")]
        met.update(dict.fromkeys([address, f"{address}earlier/1/", *lists]))
    met.update(dict.fromkeys(Redirect.objects.values_list("path", flat=True)))
    return [*OTHERS, *met]


@given(start=st.sampled_from(STARTS), history=st.lists(acts, min_size=1, max_size=12))
@settings(max_examples=examples(16), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_served_response_equals_a_fresh_rendering_at_every_step(restore_database, start, history):
    restore_database()
    a_category()
    middleware.edition_cache.store.clear()
    edition.reset_for_tests()
    met, turn = {}, 0
    with time_machine.travel(start, tick=False) as clock:
        a_message(publish_at=start - timedelta(days=1))
        now = start
        for act, value in history:
            if act == "wait":
                now += timedelta(seconds=value)
                clock.move_to(now)
            else:
                perform(act, value, now)
            others = addresses(met)
            turn = (turn + FEW) % len(others)
            compare([*CORE, *(others[turn:] + others[:turn])[:FEW]], act, value)
        compare(others, *history)


def compare(paths, *after):
    """Compare the served responses at these URLs with fresh renderings."""
    for path in paths:
        served, rendered = request_page(path), render_fresh(path)
        assert (served.status, served.body) == (rendered.status, rendered.body), (path, after)
        assert served.headers.get("Location") == rendered.headers.get("Location"), (path, after)
