"""Opening hours beyond a plain week: nights, round the clock, breaks on holidays, closures of weeks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consular.hours import Span, State, Timetable, first_instant
from consular.models import Holiday, Office, OpeningHours
from consular.opening_hours_text import hours_text, opening_context, opening_schedule, today_text
from tests.factories import an_office
from tests.properties import examples

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
MIDNIGHT = time(0)
WHOLE_DAY = Span(MIDNIGHT, MIDNIGHT)
NIGHT = Span(time(20), time(2))
ALWAYS = Timetable({weekday: [WHOLE_DAY] for weekday in range(7)})
NIGHTS = Timetable({weekday: [NIGHT] for weekday in range(5)})


def at(text, zone=LONDON):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# The arithmetic


@pytest.mark.parametrize(
    ("now", "is_open", "turns"),
    [
        ("2020-11-24 19:59", False, "2020-11-24 20:00"),
        ("2020-11-24 23:59:59", True, "2020-11-25 02:00"),
        ("2020-11-25 00:00", True, "2020-11-25 02:00"),
        ("2020-11-25 02:00", False, "2020-11-25 20:00"),
        ("2020-11-28 01:00", True, "2020-11-28 02:00"),  # Friday's night, on Saturday
        ("2020-11-28 02:00", False, "2020-11-30 20:00"),
        ("2020-11-23 01:00", False, "2020-11-23 20:00"),  # no night begins on a Sunday
        ("2020-10-26 01:00", False, "2020-10-26 20:00"),
    ],
)
def test_a_night_lasts_until_its_end_on_the_next_day(now, is_open, turns):
    assert NIGHTS.state(at(now), LONDON) == State(is_open, at(turns))


def test_round_the_clock_is_never_closed_and_never_turns():
    for hours in range(0, 24 * 14, 5):
        assert ALWAYS.state(at("2020-10-20 00:00") + timedelta(hours=hours), LONDON) == State(True, None)


@pytest.mark.parametrize(
    "week",
    [
        {weekday: [Span(time(8), time(20)), Span(time(20), time(8))] for weekday in range(7)},
        {weekday: [Span(MIDNIGHT, time(12)), Span(time(12), MIDNIGHT)] for weekday in range(7)},
        {weekday: [Span(time(18), MIDNIGHT), Span(MIDNIGHT, time(18))] for weekday in range(7)},
        {weekday: [WHOLE_DAY, Span(time(20), time(2))] for weekday in range(7)},
    ],
)
def test_shifts_that_leave_no_minute_out_are_round_the_clock(week):
    table = Timetable(week)
    assert table.is_round_the_clock
    assert table.state(at("2020-11-24 20:00"), LONDON) == State(True, None)


@pytest.mark.parametrize("week", [{}, {0: [WHOLE_DAY]}, {day: [Span(MIDNIGHT, time(23, 58))] for day in range(7)}])
def test_hours_with_a_missing_minute_are_not_round_the_clock(week):
    assert not Timetable(week).is_round_the_clock


def test_round_the_clock_closes_for_a_holiday_at_its_midnights():
    table = Timetable(ALWAYS.week, {date(2020, 11, 26): []})
    assert table.state(at("2020-11-24 12:00"), LONDON) == State(True, at("2020-11-26 00:00"))
    assert table.state(at("2020-11-26 12:00"), LONDON) == State(False, at("2020-11-27 00:00"))


def test_a_night_before_a_holiday_continues_to_its_end():
    table = Timetable(NIGHTS.week, {date(2020, 11, 25): []})
    assert table.state(at("2020-11-25 01:00"), LONDON) == State(True, at("2020-11-25 02:00"))
    assert table.state(at("2020-11-25 03:00"), LONDON) == State(False, at("2020-11-26 20:00"))


def test_a_holiday_can_have_a_night_of_its_own():
    table = Timetable(NIGHTS.week, {date(2020, 11, 29): [Span(time(22), time(4))]})  # a Sunday
    assert table.state(at("2020-11-30 03:00"), LONDON) == State(True, at("2020-11-30 04:00"))


@pytest.mark.parametrize(
    ("now", "turns"),
    [
        ("2021-03-28 00:30", datetime(2021, 3, 28, 1, tzinfo=UTC)),  # 02:00 is the second after 00:59:59
        ("2020-10-25 00:30", datetime(2020, 10, 25, 2, tzinfo=UTC)),  # 01:00 to 02:00 comes twice
    ],
)
def test_a_night_in_which_the_clocks_change_ends_by_the_wall_clock(now, turns):
    nights = Timetable({weekday: [NIGHT] for weekday in range(7)})
    assert nights.state(at(now), LONDON).changes_at == turns


def test_next_opening_is_found_beyond_a_closure_of_months():
    away = Timetable(NIGHTS.week, {date(2020, 12, 1) + day * DAY: [] for day in range(300)})
    assert away.state(at("2020-12-01 12:00"), LONDON).changes_at == at("2021-09-27 20:00")


TIMES = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
SPANS = st.lists(
    st.tuples(TIMES, TIMES).filter(lambda two: two[0] != two[1] or not any((two[0].hour, two[0].minute))).map(
        lambda two: Span(*two)
    ),
    max_size=3,
)  # fmt: skip
TIMETABLES = st.builds(
    Timetable,
    st.dictionaries(st.integers(0, 6), SPANS),
    st.dictionaries(st.integers(-2, 12).map(lambda day: date(2021, 3, 24) + day * DAY), SPANS, max_size=6),
)
ZONES = st.sampled_from(["Europe/London", "America/New_York", "Asia/Beirut", "Australia/Lord_Howe"]).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2021, 3, 22), datetime(2021, 4, 8), timezones=st.just(UTC))


def covers(table, when, zone):
    """Return whether a span of the day or of the day before covers a time: calculated span by span."""
    today = when.astimezone(zone).date()
    for day in (today - DAY, today):
        spans = table.holidays.get(day, table.week.get(day.weekday(), ()))
        for span in spans:
            last = day + DAY * (span.closes <= span.opens)
            if first_instant(day, span.opens, zone) <= when < first_instant(last, span.closes, zone):
                return True
    return False


@settings(deadline=None)
@given(table=TIMETABLES, when=MOMENTS, zone=ZONES)
@example(table=ALWAYS, when=datetime(2021, 3, 28, 1, tzinfo=UTC), zone=LONDON)
def test_office_is_open_when_one_of_its_spans_covers_the_time(table, when, zone):
    assert table.state(when, zone).is_open == covers(table, when, zone)


@settings(deadline=None)
@given(table=TIMETABLES, when=MOMENTS, zone=ZONES)
def test_nothing_changes_before_the_turn_and_everything_at_it(table, when, zone):
    state = table.state(when, zone)
    if state.changes_at is None:
        assert not state.is_open or all(covers(table, when + hours * timedelta(hours=1), zone) for hours in range(200))
        return
    assert state.changes_at > when and covers(table, state.changes_at.astimezone(UTC), zone) != state.is_open
    step = (state.changes_at.astimezone(UTC) - when) / 50
    assert all(covers(table, when + n * step, zone) == state.is_open for n in range(50))


@settings(max_examples=examples(30))
@given(table=TIMETABLES, when=MOMENTS, zone=ZONES)
def test_a_page_left_open_shows_the_same_as_a_new_page(table, when, zone):
    phases = opening_schedule(table, when, zone).phases
    for hours in range(0, 8 * 24, 11):
        later = when + timedelta(hours=hours, minutes=hours % 60)
        said = [words for begins, _is_open, words in phases if begins <= later][-1]
        day = later.astimezone(zone).date()
        assert said == today_text(table.state(later, zone), day, table.spans(day))


# The words


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours", "now", "words"),
    [
        ("00:00-00:00", "2020-11-24 12:00", "Open now, until Friday 24:00"),
        ("20:00-02:00", "2020-11-24 21:00", "Open now, until 02:00"),
        ("20:00-02:00", "2020-11-25 01:00", "Open now, until 02:00"),
        ("20:00-02:00", "2020-11-25 03:00", "Closed now, opens 20:00"),
        ("20:00-00:00", "2020-11-24 21:00", "Open now, until 24:00"),
        ("09:00-23:59", "2020-11-24 21:00", "Open now, until 24:00"),
        ("08:00-06:00", "2020-11-24 09:00", "Open now, until 06:00"),
        ("14:00-13:00", "2020-11-24 15:00", "Open now, until Wednesday 13:00"),
    ],
)
def test_state_of_nights_has_a_text(hours, now, words):
    assert an_office(hours=hours).state_in_words(at(now)) == words


def an_office_round_the_clock(**kwargs):
    office = an_office(hours="00:00-00:00", **kwargs)
    for weekday in (5, 6):
        OpeningHours.objects.create(office=office, weekday=weekday, opens=MIDNIGHT, closes=MIDNIGHT)
    return office


@pytest.mark.django_db
@pytest.mark.parametrize("closes", [MIDNIGHT, time(23, 59)])
def test_round_the_clock_has_a_text_at_every_second(closes):
    office = an_office_round_the_clock(emergency_phone="112")
    office.hours.update(closes=closes)
    for now in ("2020-11-24 12:00", "2020-11-24 23:59:00", "2020-11-24 23:59:59.999", "2020-11-25 00:00"):
        said = opening_context(Office.objects.with_hours().get(), at(now))
        assert (said["text"], said["is_open"], said["emergency"]) == ("Open round the clock", True, "In an emergency:")
    assert said["week"] == [("Monday to Sunday", "round the clock")] and "Closed" not in said["schedule"]


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([NIGHT], "20:00–02:00"),
        ([WHOLE_DAY], "round the clock"),
        ([Span(time(9), MIDNIGHT)], "09:00–24:00"),
        ([Span(time(9), time(12)), NIGHT], "09:00–12:00, 20:00–02:00"),
    ],
)
def test_hours_that_end_at_midnight_or_later_in_words(spans, words):
    assert hours_text(spans) == words


# Holidays


@pytest.mark.django_db
def test_a_holiday_may_have_a_break():
    office = an_office()
    for opens, closes in ((14, 16), (10, 12)):
        Holiday.objects.create(
            office=office, date=date(2020, 11, 25), name="Election", opens=time(opens), closes=time(closes)
        )
    assert office.state_in_words(at("2020-11-25 13:00")) == "Closed now, opens 14:00"
    [(holiday, hours)] = opening_context(office, at("2020-11-24 12:00"))["holidays"]
    assert (holiday.name, hours) == ("Election", "10:00–12:00, 14:00–16:00")


@pytest.mark.django_db
def test_a_closure_of_weeks_is_one_line(client):
    office = an_office()
    Holiday.objects.create(office=office, date=date(2020, 11, 23), last_date=date(2021, 1, 15), name="Building works")
    Holiday.objects.create(
        office=office, date=date(2020, 12, 2), name="Ballot", opens=time(10), closes=time(12)
    )  # fmt: skip
    assert office.state_in_words(at("2020-11-24 12:00")) == "Closed now, opens Wednesday 2 December, 10:00"
    assert office.state_in_words(at("2020-12-03 12:00")) == "Closed now, opens Monday 18 January, 09:30"
    listed = opening_context(office, at("2020-12-03 12:00"))["holidays"]
    assert [(day.name, day.last_date, hours) for day, hours in listed] == [
        ("Building works", date(2021, 1, 15), "closed")
    ]
    page = client.get("/contact/").content.decode()
    assert "Building works" not in page  # it is over


@pytest.mark.django_db
def test_no_answer_is_due_within_a_closure():
    office = an_office()
    Holiday.objects.create(office=office, date=date(2020, 11, 25), last_date=date(2020, 12, 31), name="Works")
    opens_on = Office.objects.opens_on()
    assert (opens_on(date(2020, 12, 15)), opens_on(date(2021, 1, 4))) == (False, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("last", "sentence"), [(date(2020, 12, 24), "after the first"), (date(2022, 12, 24), "longer than a year")]
)
def test_a_closure_with_impossible_dates_is_refused_with_a_sentence(last, sentence):
    with pytest.raises(Exception, match=sentence):
        Holiday(office=an_office(), date=date(2020, 12, 24), last_date=last, name="Works").full_clean()
