"""Next midnight and next minute, in every time zone and at every change of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given
from hypothesis import strategies as st

from core.timezones import local_date, midnight_after, minute_after

# Before 2012 some clocks went back over midnight, so a date could begin twice.
MOMENTS = st.datetimes(datetime(2012, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(sorted(available_timezones()))


@given(MOMENTS, ZONES)
@example(datetime(2006, 10, 29, 2, 45, tzinfo=UTC), "America/St_Johns")  # midnight came twice
@example(datetime(2011, 12, 29, 12, 0, tzinfo=UTC), "Pacific/Apia")  # a day was skipped
@example(datetime(2024, 9, 8, 3, 59, tzinfo=UTC), "America/Santiago")  # midnight was skipped
def test_the_date_changes_at_midnight_and_not_before(at, name):
    zone = ZoneInfo(name)
    turn = midnight_after(at, zone)
    assert at < turn <= at + timedelta(days=2)
    assert local_date(turn, zone) != local_date(turn - timedelta(microseconds=1), zone)
    assert local_date(at, zone) == local_date(turn - timedelta(microseconds=1), zone)


@given(MOMENTS)
def test_the_next_minute_begins_within_a_minute(at):
    turn = minute_after(at)
    assert at < turn <= at + timedelta(minutes=1)
    assert (turn.second, turn.microsecond) == (0, 0)
