"""The system clock jumps over midnight, over both changes of summer time, and back: pages follow immediately."""

import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.requirements import missing
from tests.resilience.database_actions import run_action

LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)
SINCE = date(2018, 3, 4)
LONDON, MOSCOW = ZoneInfo("Europe/London"), ZoneInfo("Europe/Moscow")


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    """The file from which the node reads its time, in seconds since the epoch (libfaketime)."""
    if not LIBRARY:
        missing("libfaketime (Debian: apt-get install faketime)")
    file = tmp_path_factory.mktemp("clock") / "now"
    set_to(file, local("2020-03-28T12:00:00"))
    return file


@pytest.fixture(scope="module")
def node(serve, a_file, clock):
    faked = {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_FMT": "%s",
    }
    node = serve(a_file, FAKETIME_DONT_FAKE_MONOTONIC="1", **faked)
    run_action(node, "counter", SINCE.isoformat())
    return node


def local(text, zone=LONDON):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def set_to(clock, at):
    clock.write_text(f"{at.timestamp():.0f}")


def shown(node):
    """Return values of the home page: the days of the counter, the date, and the time in Moscow."""
    status, page = node.ask("/")
    assert status == 200
    days = re.search(r'data-since="2018-03-04".*?<data value="(\d+)"', page, re.DOTALL)
    day = re.search(r'<time data-date="[^>]*" datetime="([^"]*)"', page)[1]
    return int(days[1]), day, re.search(r'data-clock="Europe/Moscow"[^>]* datetime="([^"]*)"', page)[1]


def expected(at):
    here = at.astimezone(LONDON).date()
    return (here - SINCE).days, here.isoformat(), f"{at.astimezone(MOSCOW):%H:%M}"


JUMPS = [
    *("2020-03-28T23:59:59", "2020-03-29T00:00:00", "2020-03-29T00:59:59", "2020-03-29T02:00:00"),
    *("2020-03-29T23:59:59", "2020-03-30T00:00:00"),  # a day of 23 hours
    *(
        "2020-10-24T23:59:59",
        "2020-10-25T00:00:00",
        "2020-10-25T03:00:00",
        "2020-10-25T23:59:59",
        "2020-10-26T00:00:00",
    ),
    *("2020-12-31T23:59:59", "2021-01-01T00:00:00"),
    *("2020-10-25T12:00:00", "2020-03-28T23:59:59"),  # and back
]


def test_pages_show_the_right_date_and_time_after_each_jump_of_the_clock(node, clock):
    for moment in map(local, JUMPS):
        set_to(clock, moment)
        assert [shown(node) for _ in range(4)] == [expected(moment)] * 4, moment


def test_a_scheduled_message_appears_with_a_jump_and_disappears_with_one_back(node, clock):
    due = local("2020-06-01T12:00:00")
    set_to(clock, local("2020-06-01T11:59:59"))
    headline = run_action(node, "schedule", due.isoformat())
    assert [headline in node.ask("/messages/")[1] for _ in range(4)] == [False] * 4
    set_to(clock, due)
    assert [headline in node.ask("/messages/")[1] for _ in range(4)] == [True] * 4
    set_to(clock, local("2020-06-01T11:00:00"))
    assert [headline in node.ask("/messages/")[1] for _ in range(4)] == [False] * 4
