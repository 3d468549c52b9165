"""Properties of date and time fields: each instant can be entered in each capital, also when the clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.datetime_fields import ZonedDateTimeField, city_zones
from core.time_shortcuts import DAYS, parse_shortcuts

ZONES = ("Europe/London", "Europe/Moscow")
# In London the clocks change each year; in Moscow they did until 2011, and again in 2014.
CHANGES = [
    datetime(2021, 3, 28, 1, tzinfo=UTC),
    datetime(2021, 10, 31, 1, tzinfo=UTC),
    datetime(2010, 3, 27, 23, tzinfo=UTC),
    datetime(2010, 10, 30, 23, tzinfo=UTC),
    datetime(2014, 10, 25, 22, tzinfo=UTC),
]
near_a_change = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-180, 180)
)
at_any_time = st.integers(0, 100 * 366 * 24 * 60).map(lambda n: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
instants = near_a_change | at_any_time
zones = st.sampled_from(ZONES)


@given(at=instants, zone=zones, date_format=st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"]))
def test_each_instant_can_be_entered_in_each_capital(at, zone, date_format):
    local = at.astimezone(ZoneInfo(zone))
    parts = [local.strftime(date_format), f"{local:%H:%M}", str(local.fold), zone]
    assert ZonedDateTimeField().clean(parts) == at


@given(at=instants, zone=zones)
def test_the_same_instant_in_another_city_is_no_change(at, zone):
    local = at.astimezone(ZoneInfo(zone))
    parts = [f"{local:%Y-%m-%d}", f"{local:%H:%M}", str(local.fold), zone, "later"]
    assert not ZonedDateTimeField().has_changed(at, parts)
    assert ZonedDateTimeField().has_changed(at + timedelta(minutes=1), parts)


@given(minutes=st.integers(0, 59), seconds=st.none() | st.integers(0, 59), change=st.sampled_from(CHANGES), zone=zones)
def test_an_entered_time_is_found_or_refused_with_the_name_of_the_city(minutes, seconds, change, zone):
    """What the clocks show at a change, in either city: an hour is missing, or it occurs twice."""
    start = change.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) - timedelta(hours=1)
    city = next(name for name, each in city_zones() if each.key == zone)
    for hour in range(3):
        local = start + timedelta(hours=hour, minutes=minutes)
        clock = f"{local:%H:%M}" + ("" if seconds is None else f":{seconds:02}")
        try:
            at = ZonedDateTimeField().clean([f"{local:%Y-%m-%d}", clock, "", zone])
        except ValidationError as error:
            assert error.code in {"gap", "twice"}
            assert f" in {city}" in error.messages[0]
        else:
            assert at.astimezone(ZoneInfo(zone)).strftime("%H:%M") == f"{local:%H:%M}"


@pytest.mark.parametrize(
    ("parts", "code", "city"),
    [
        (["2021-03-28", "01:30", "", "Europe/London"], "gap", "London"),
        (["2021-10-31", "01:30", "", "Europe/London"], "twice", "London"),
        (["2010-03-28", "02:30", "", "Europe/Moscow"], "gap", "Moscow"),
        (["2010-10-31", "02:30", "", "Europe/Moscow"], "twice", "Moscow"),
    ],
)
def test_both_changes_of_the_clocks_have_a_sentence_in_both_cities(parts, code, city):
    with pytest.raises(ValidationError) as refusal:
        ZonedDateTimeField().clean(parts)
    assert (refusal.value.code, f" in {city}" in refusal.value.messages[0]) == (code, True)


@given(zone=st.text(min_size=1, max_size=40) | st.sampled_from(["Europe/Paris", "UTC", "London"]))
def test_another_time_zone_is_refused(zone):
    with pytest.raises(ValidationError, match="Select the city"):
        ZonedDateTimeField().clean(["2021-07-01", "12:00", "", zone if zone not in ZONES else "x"])


@given(parts=st.lists(st.text(max_size=12), min_size=2, max_size=5))
def test_no_text_is_an_unexpected_error(parts):
    try:
        at = ZonedDateTimeField(required=False).clean(parts)
    except ValidationError:
        return
    assert at is None or at.tzinfo is not None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(DAYS), st.integers(0, 23), st.integers(0, 59), st.sampled_from(["", "London", "Moscow"])
        ),
        max_size=8,
    )
)
def test_a_setting_of_shortcuts_is_read_as_it_was_written(wanted):
    text = ", ".join(f"{day.title()} {hour}:{minute:02} {city}" for day, hour, minute, city in wanted)
    read = parse_shortcuts(text, {"London": ZONES[0], "Moscow": ZONES[1]}, ZONES[0])
    assert [(each.day, each.clock, each.zone) for each in read] == [
        (day, f"{hour:02}:{minute:02}", ZONES[city == "Moscow"]) for day, hour, minute, city in wanted
    ]


@given(st.text(max_size=40))
def test_another_text_is_refused_with_a_reason(text):
    try:
        parse_shortcuts(text, {"London": ZONES[0]}, ZONES[0])
    except ValueError as error:
        assert str(error)
