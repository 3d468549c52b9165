"""Opening hours: open or closed, and until when, right to the minute and over both changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import assume, example, given
from hypothesis import strategies as st

from consular.hours import Span, State, Timetable, first_instant, merge_spans
from consular.models import Holiday, OpeningHours
from consular.opening_hours_text import hours_text, opening_context, weekdays_text
from tests.factories import an_office

LONDON = ZoneInfo("Europe/London")
MORNING = Span(time(9, 30), time(13))
AFTERNOON = Span(time(14), time(17))
WEEK = Timetable({weekday: [MORNING, AFTERNOON] for weekday in range(5)})


def at(text, zone=LONDON):
    """Return a datetime from a zone's local time: at("2020-07-01 00:30")."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# The arithmetic


@pytest.mark.parametrize(
    ("now", "is_open", "turns"),
    [
        ("2020-11-24 09:29:59", False, "2020-11-24 09:30"),
        ("2020-11-24 09:30", True, "2020-11-24 13:00"),
        ("2020-11-24 12:59:59.999999", True, "2020-11-24 13:00"),
        ("2020-11-24 13:00", False, "2020-11-24 14:00"),
        ("2020-11-27 17:00", False, "2020-11-30 09:30"),  # over the weekend
        ("2021-03-26 18:00", False, "2021-03-29 09:30"),  # and over the change to summer time
    ],
)
def test_office_opens_and_closes_to_the_second(now, is_open, turns):
    assert WEEK.state(at(now), LONDON) == State(is_open, at(turns))


def test_holiday_closes_the_office():
    closed = Timetable(WEEK.week, {date(2020, 11, 24): []})
    assert closed.state(at("2020-11-24 10:00"), LONDON) == State(False, at("2020-11-25 09:30"))


def test_holiday_has_hours_of_its_own():
    saturday = Timetable(WEEK.week, {date(2020, 11, 28): [Span(time(10), time(12))]})
    assert saturday.state(at("2020-11-28 11:00"), LONDON) == State(True, at("2020-11-28 12:00"))


def test_next_opening_is_found_beyond_a_long_holiday():
    away = Timetable(WEEK.week, {date(2020, 12, 21) + timedelta(days=day): [] for day in range(21)})
    assert away.state(at("2020-12-20 12:00"), LONDON).changes_at == at("2021-01-11 09:30")


def test_office_without_hours_is_closed_and_promises_nothing():
    assert Timetable({}).state(at("2020-11-24 10:00"), LONDON) == State(False, None)


def test_spans_that_touch_or_overlap_are_one():
    assert merge_spans([Span(time(12), time(15)), Span(time(9), time(12)), Span(time(14), time(14, 30))]) == [
        Span(time(9), time(15))
    ]


def test_neighbouring_days_with_the_same_hours_share_a_row():
    assert WEEK.rows() == [(0, 4, [MORNING, AFTERNOON]), (5, 6, [])]


def test_skipped_opening_time_means_the_time_of_the_change():
    assert first_instant(date(2021, 3, 28), time(1, 30), LONDON) == datetime(2021, 3, 28, 1, tzinfo=UTC)


def test_repeated_opening_time_means_the_first_of_the_two():
    assert first_instant(date(2020, 10, 25), time(1, 30), LONDON) == datetime(2020, 10, 25, 0, 30, tzinfo=UTC)


def test_midnight_that_does_not_exist_is_the_jump():
    beirut = ZoneInfo("Asia/Beirut")  # its clocks are put forward at midnight
    assert first_instant(date(2022, 3, 27), time(0), beirut) == datetime(2022, 3, 26, 22, tzinfo=UTC)


TIMES = st.times().map(lambda value: value.replace(second=0, microsecond=0))
SPANS = st.lists(st.tuples(TIMES, TIMES).filter(lambda two: two[0] < two[1]).map(lambda two: Span(*two)), max_size=2)
DAYS = st.dates(date(2015, 1, 1), date(2030, 1, 1))
TIMETABLES = st.builds(
    Timetable,
    st.dictionaries(st.integers(0, 6), SPANS),
    st.dictionaries(st.integers(-2, 20).map(lambda day: date(2021, 3, 20) + timedelta(days=day)), SPANS, max_size=6),
)
ZONES = st.sampled_from(
    ["Europe/London", "Europe/Moscow", "America/New_York", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Kathmandu"]
).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2021, 3, 10), datetime(2021, 4, 10), timezones=st.just(UTC))


def shows(timetable, when, zone):
    """Return whether the wall clock stands within the day's hours."""
    local = when.astimezone(zone)
    return any(span.opens <= local.time() < span.closes for span in timetable.spans(local.date()))


@given(timetable=TIMETABLES, when=MOMENTS, zone=ZONES)
@example(timetable=Timetable({6: [Span(time(1, 30), time(2, 15))]}), when=at("2021-03-28 02:05"), zone=LONDON)
def test_office_is_open_according_to_local_time(timetable, when, zone):
    before, after = ((when + timedelta(hours=step)).astimezone(zone).utcoffset() for step in (-4, 4))
    assume(before <= after)  # where a time is shown twice, the first of the two counts: a test of its own above
    assert timetable.state(when, zone).is_open == shows(timetable, when, zone)


@given(timetable=TIMETABLES, when=MOMENTS, zone=ZONES)
@example(
    timetable=Timetable({6: [Span(time(0, 0), time(2, 0))]}),
    when=datetime(2021, 3, 21, tzinfo=UTC),
    zone=ZoneInfo("Asia/Beirut"),  # where the clocks are put forward at midnight
)
def test_the_turn_is_ahead_and_the_first_one(timetable, when, zone):
    state = timetable.state(when, zone)
    if state.changes_at is None:
        return
    assert state.changes_at > when
    just_before = state.changes_at.astimezone(UTC) - timedelta(microseconds=1)  # in UTC: local time may skip it
    assert timetable.state(just_before, zone).is_open == state.is_open
    assert timetable.state(state.changes_at, zone).is_open != state.is_open


@given(day=DAYS, times=st.lists(TIMES, min_size=2, max_size=2).map(sorted), zone=ZONES)
def test_moments_of_a_day_keep_the_order_of_the_clock(day, times, zone):
    assert first_instant(day, times[0], zone) <= first_instant(day, times[1], zone)


# The words


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2020-11-24 12:37", "Open now, until 13:00"),
        ("2020-11-24 08:00", "Closed now, opens 09:30"),
        ("2020-11-24 13:00", "Closed now, opens Wednesday 09:30"),
        ("2020-11-28 12:00", "Closed now, opens Monday 09:30"),
        ("2020-12-24 14:00", "Closed now, opens Friday 1 January, 09:30"),
    ],
)
def test_state_has_a_text(now, words):
    office = an_office()
    for day in range(25, 32):
        Holiday.objects.create(office=office, date=date(2020, 12, day), name="Christmas")
    assert office.state_in_words(at(now)) == words


@pytest.mark.django_db
def test_office_opens_by_the_hosts_clocks_in_summer():
    office = an_office()
    assert not office.state(datetime(2020, 7, 1, 8, 29, tzinfo=UTC)).is_open
    assert office.state(datetime(2020, 7, 1, 8, 30, tzinfo=UTC)).is_open


@pytest.mark.django_db
def test_office_without_hours_shows_no_state():
    assert opening_context(an_office(hours=""), at("2020-11-24 12:37")) == {}


@pytest.mark.django_db
def test_past_holidays_are_listed_no_more():
    office = an_office()
    for day in (23, 24, 25):
        Holiday.objects.create(office=office, date=date(2020, 11, day), name=f"Day {day}")
    assert [holiday.name for holiday in office.holidays_ahead(at("2020-11-24 23:59"))] == ["Day 24", "Day 25"]


def test_hours_of_a_day_in_words():
    assert hours_text([MORNING, AFTERNOON]) == "09:30–13:00, 14:00–17:00"
    assert hours_text([]) == "closed"


@pytest.mark.parametrize(
    ("first", "last", "words"), [(0, 0, "Monday"), (5, 6, "Saturday and Sunday"), (0, 4, "Monday to Friday")]
)
def test_run_of_weekdays_in_words(first, last, words):
    assert weekdays_text(first, last) == words


# Input of staff


@pytest.mark.django_db
@pytest.mark.parametrize("wall", [time(9), time(23, 59), time(0, 1)])
def test_hours_of_no_length_are_refused_with_a_sentence(wall):
    office = an_office()
    with pytest.raises(ValidationError, match="For round the clock enter 00:00 and 24:00"):
        OpeningHours(office=office, weekday=5, opens=wall, closes=wall).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningHours.objects.create(office=office, weekday=5, opens=wall, closes=wall)
    with pytest.raises(IntegrityError), transaction.atomic():
        Holiday.objects.create(office=office, date=date(2020, 12, 24), name="Eve", opens=wall, closes=wall)


@pytest.mark.django_db
@pytest.mark.parametrize(("opens", "closes"), [(time(9), None), (None, time(9))])
def test_holiday_with_half_its_hours_is_refused_with_a_sentence(opens, closes):
    with pytest.raises(ValidationError, match="leave both empty"):
        Holiday(office=an_office(), date=date(2020, 12, 24), name="Eve", opens=opens, closes=closes).full_clean()
