"""UTC offsets printed in pages: right at every moment until the last one, in every time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.utc_offsets import printed_offsets

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(sorted(available_timezones()))
LATER = st.timedeltas(timedelta(0), timedelta(days=365))


def offset_in(printed, at):
    """Return the offset at `at`, as site.js finds it."""
    steps = printed.split()
    pairs = zip(map(float, steps[::2]), map(int, steps[1::2]), strict=True)
    return next(minutes for minutes, until in pairs if at.timestamp() < until)


@given(MOMENTS, ZONES, LATER)
@example(datetime(2026, 10, 3, 15, 29, 59, tzinfo=UTC), "Australia/Lord_Howe", timedelta(seconds=1))  # half an hour
@example(datetime(2011, 12, 30, 9, 59, 59, tzinfo=UTC), "Pacific/Apia", timedelta(seconds=1))  # a whole day
@example(datetime(2014, 10, 25, 21, 59, 59, tzinfo=UTC), "Europe/Moscow", timedelta(seconds=1))  # a new standard time
@example(datetime(2014, 6, 1, tzinfo=UTC), "Africa/Cairo", timedelta(days=60))  # four changes in a year
def test_offset_is_right_at_every_moment_of_the_next_year(at, name, later):
    zone, moment = ZoneInfo(name), at + later
    printed = printed_offsets(zone, at)
    for each in (at, moment):
        assert timedelta(minutes=offset_in(printed, each)) == each.astimezone(zone).utcoffset()


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Europe/Moscow", "180 1830297600"),
        ("Europe/London", "60 1792890000 0 1806195600 60 1824944400 0 1830297600"),
        ("America/New_York", "-240 1793512800 -300 1805007600 -240 1825567200 -300 1830297600"),
        ("Australia/Lord_Howe", "630 1791041400 660 1806764400 630 1822491000 660 1830297600"),
    ],
)
def test_offsets_are_printed_with_the_time_until_which_each_holds(name, printed):
    assert printed_offsets(ZoneInfo(name), datetime(2026, 7, 1, 12, tzinfo=UTC)) == printed


@pytest.mark.parametrize("hour", [1, 2, 23])
def test_offsets_are_the_same_all_day_also_when_the_clocks_change(hour):
    london = ZoneInfo("Europe/London")
    morning, later = (datetime(2026, 3, 29, each, 30, tzinfo=london) for each in (0, hour))
    assert printed_offsets(london, later) == printed_offsets(london, morning)
    assert printed_offsets(london, morning).startswith("0 1774746000 60 ")  # they go forward at 01:00
