"""At every step of every history, what is served is what a fresh rendering would be."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consular.models import Notice
from counters.models import Counter
from editions import edition, middleware
from news.models import Category, Message
from tests.factories import a_category, a_message
from tests.front import ask, fresh

pytestmark = pytest.mark.django_db(transaction=True)

PATHS = ["/", "/messages/", "/counters/", "/messages/feed/", "/messages/statements/"]
ZONES = ["Europe/London", "Europe/Moscow", "Asia/Tokyo", "America/Santiago", "Pacific/Apia", "Asia/Kolkata"]
# Both changes of London's clocks, an ordinary day, a New Year.
STARTS = [
    datetime(2020, 3, 28, 22, 0, tzinfo=UTC),
    datetime(2020, 10, 24, 22, 0, tzinfo=UTC),
    datetime(2020, 11, 24, 12, 37, tzinfo=UTC),
    datetime(2020, 12, 31, 23, 30, tzinfo=UTC),
]

spans = st.one_of(st.integers(0, 90), st.integers(0, 3 * 24 * 3600), st.sampled_from([1, 59, 60, 3599, 3600, 86400]))
acts = st.one_of(
    st.tuples(st.just("wait"), spans),
    st.tuples(st.just("wait"), spans),
    st.tuples(st.just("schedule"), spans),
    st.tuples(st.just("draft"), spans),
    st.tuples(st.just("edit"), st.integers(0, 9)),
    st.tuples(st.just("withdraw"), st.integers(0, 9)),
    st.tuples(st.just("restore"), st.integers(0, 9)),
    st.tuples(st.just("feature"), st.integers(0, 9)),
    st.tuples(st.just("count"), st.sampled_from(ZONES)),
    st.tuples(st.just("notice"), spans),
    st.tuples(st.just("rename"), st.integers(0, 9)),
)


def perform(act, value, now):
    """Do one thing that staff, or the clock, may do."""
    rows = list(Message.objects.order_by("id"))
    row = rows[value % len(rows)] if rows and isinstance(value, int) else None
    if act == "schedule":
        a_message(publish_at=now + timedelta(seconds=value), approved_at=now)
    elif act == "draft":
        a_message(publish_at=now + timedelta(seconds=value), approved_at=None)
    elif act == "count":
        Counter.objects.create(incident="the flood", since=(now - timedelta(days=30)).date(), time_zone=value)
    elif act == "notice":
        Notice.objects.create(
            sentence="Closed", starts=now + timedelta(seconds=value), ends=now + timedelta(seconds=value + 3600)
        )
    elif act == "rename":
        Category.objects.filter(slug="statements").update(name=f"Statements {value}")
    elif row and act == "edit":
        row.headline += "!"
        row.save()
    elif row and act == "feature":
        Message.objects.filter(pk=row.pk).update(featured=True)
    elif row and act == "withdraw" and row.state(now) == Message.State.PUBLISHED:
        row.withdraw("It was wrong.", at=now)
    elif row and act == "restore" and row.withdrawn_at:
        row.restore()


@given(start=st.sampled_from(STARTS), history=st.lists(acts, min_size=1, max_size=12))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_served_equals_a_fresh_rendering_at_every_step(start, history):
    call_command("flush", interactive=False, verbosity=0)
    a_category()
    middleware.printings.clear()
    edition.forget()
    with time_machine.travel(start, tick=False) as clock:
        a_message(publish_at=start - timedelta(days=1))
        now = start
        for act, value in history:
            if act == "wait":
                now += timedelta(seconds=value)
                clock.move_to(now)
            else:
                perform(act, value, now)
            for path in PATHS:
                assert ask(path).body == fresh(path).body, (act, value, path)
