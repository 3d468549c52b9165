"""Counters: days between dates in a named time zone, and their sentences."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import example, given
from hypothesis import strategies as st

from counters import zones
from counters.models import Counter
from counters.sentences import split_sentence, validate_sentence
from tests.factories import a_counter, a_message

NAMES = [name for _continent, group in zones.zone_choices() for name, _label in group]


def at(text, zone="Europe/London"):
    """Return a datetime from a zone's local time: at("2020-07-01 00:30")."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def since(day, **kwargs):
    """Return a counter that is only in memory."""
    return Counter(since=date.fromisoformat(day), **{"incident": "the fire", "time_zone": "Europe/London"} | kwargs)


# The number

SINCE = st.dates(date(1970, 1, 1), date(2026, 11, 1))
# Both changes of the clocks in London and New York, midnights that exist twice or not at all, and anything else.
MOMENTS = st.datetimes(datetime(2012, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)) | st.builds(
    lambda day, minutes: datetime.combine(day, time.min, UTC) + timedelta(minutes=minutes),
    st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2018, 11, 4)]),
    st.integers(-900, 900),
)


@pytest.mark.parametrize(
    ("start", "moment", "days"),
    [
        ("2018-03-04", "2020-11-24 12:37", 996),
        ("2018-03-12", "2020-11-24 12:37", 988),
        ("2018-03-04", "2020-07-01 00:30", 850),  # half an hour into the day, by summer time
        ("2018-03-04", "2018-03-04 23:59", 0),
        ("2018-03-04", "2018-03-05 00:00", 1),
    ],
)
def test_days_are_a_difference_of_dates_in_the_zone(start, moment, days):
    assert since(start).days(at(moment)) == days


def test_each_counter_uses_its_own_time_zone():
    moment = at("2020-11-24 22:00")
    assert since("2020-11-24", time_zone="Europe/Moscow").days(moment) == 1
    assert since("2020-11-24", time_zone="America/New_York").days(moment) == 0


@given(SINCE, st.sampled_from(NAMES), MOMENTS)
def test_days_follow_the_calendar_of_any_zone(start, zone, moment):
    assert since(str(start), time_zone=zone).days(moment) == max(
        (moment.astimezone(ZoneInfo(zone)).date() - start).days, 0
    )


@given(st.sampled_from(NAMES), MOMENTS)
@example("America/Havana", at("2026-11-01 00:30", "America/Havana"))  # midnight comes twice
@example("Africa/Cairo", at("2026-04-23 23:59", "Africa/Cairo"))  # midnight is skipped
@example("Pacific/Apia", at("2011-12-29 12:00", "Pacific/Apia"))  # a whole day is skipped
def test_number_changes_exactly_at_turns(zone, moment):
    counter = since("2001-01-01", time_zone=zone)
    turns = counter.turns(moment)
    assert moment < turns
    assert counter.days(turns - timedelta(microseconds=1)) == counter.days(moment)
    assert counter.days(turns) > counter.days(moment)


def test_number_stays_from_the_day_of_until():
    counter = since("2018-03-04", until=date(2018, 3, 10))
    assert [counter.days(at(moment)) for moment in ("2018-03-09 23:59", "2018-03-10 00:00", "2026-01-01 00:00")] == [
        5,
        6,
        6,
    ]


def test_stopped_counter_has_no_next_change():
    counter = since("2018-03-04", until=date(2018, 3, 10))
    assert counter.turns(at("2018-03-09 12:00")) == at("2018-03-10 00:00")
    assert counter.turns(at("2018-03-10 00:00")) is None


def test_number_is_never_below_zero():
    assert since("2030-01-01").days(at("2020-11-24 12:37")) == 0


def test_unknown_time_zone_falls_back_to_the_hosts():
    assert since("2018-03-04", time_zone="Atlantis/Capital").days(at("2020-11-24 12:37")) == 996


def test_time_zone_choices_include_the_hosts(settings):
    settings.TIME_ZONE = "Etc/GMT+5"
    assert "Etc/GMT+5" in [name for _continent, group in zones.zone_choices() for name, _label in group]


# The sentence


def test_only_day_one_uses_the_singular_sentence():
    counter = since("2020-11-24")
    said = [counter.sentence(at(f"2020-11-{day} 12:00")) for day in (24, 25, 26)]
    assert said == [
        "0 days have passed since the fire",
        "1 day has passed since the fire",
        "2 days have passed since the fire",
    ]


def test_number_may_be_anywhere_in_the_sentence():
    assert split_sentence("It is {days} days since {incident}.", 5, "the fire") == (
        "It is ",
        5,
        " days since the fire.",
    )


def test_braces_in_the_incident_are_unchanged():
    assert str(split_sentence("{days} days since {incident}", 5, "{days} {x")) == "5 days since {days} {x"


@given(st.text(), st.integers(0), st.text())
def test_any_template_gives_a_sentence(template, days, incident):
    assert str(days) in str(split_sentence(template, days, incident))


@pytest.mark.parametrize("template", ["{days} days", "Since {incident}: {days}", "{days} {incident} {incident}"])
def test_sentence_with_known_placeholders_is_valid(template):
    validate_sentence(template)


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("No number", "days"),
        ("{days} and {days}", "days"),
        ("{days} since {accident}", "placeholder"),
        ("{days} {0}", "placeholder"),
        ("{days} {incident.__class__}", "placeholder"),
        ("{days} {incident", "brace"),
        ("{days} }", "brace"),
        ("{{days}} since", "brace"),
    ],
)
def test_malformed_sentence_is_invalid(template, code):
    with pytest.raises(ValidationError) as refused:
        validate_sentence(template)
    assert refused.value.code == code


def test_unknown_placeholder_is_named():
    with pytest.raises(ValidationError, match=r"\{accident\} is not a known placeholder"):
        validate_sentence("{days} since {accident}")


# Stored data


@pytest.mark.django_db
@time_machine.travel(at("2020-11-24 22:30"), tick=False)
def test_since_may_not_be_in_the_future():
    since("2020-11-25", time_zone="Europe/Moscow").full_clean()  # there it is the 25th already
    with pytest.raises(ValidationError, match="is in the future"):
        since("2020-11-25").full_clean()


@pytest.mark.django_db
def test_until_before_since_is_an_error_of_its_field():
    with pytest.raises(ValidationError) as refused:
        since("2018-03-04", until=date(2018, 3, 3)).full_clean()
    assert set(refused.value.message_dict) == {"until"}


@pytest.mark.django_db
def test_until_before_since_violates_a_constraint():
    with pytest.raises(IntegrityError), transaction.atomic():
        a_counter(since=date(2018, 3, 4), until=date(2018, 3, 3))


@pytest.mark.django_db
def test_slug_is_derived_from_the_incident():
    assert a_counter(incident="Взрыв в порту").slug == "vzryv-v-portu"


@pytest.mark.django_db
def test_slugs_of_equal_incidents_differ():
    assert [a_counter(incident="The fire").slug for _ in range(3)] == ["the-fire", "the-fire-2", "the-fire-3"]


@pytest.mark.django_db
def test_incident_without_letters_has_a_slug():
    assert a_counter(incident="!!!").slug == "counter"


@pytest.mark.django_db
def test_slug_chosen_by_staff_is_kept():
    assert a_counter(slug="salisbury").slug == "salisbury"


# Which are shown, and when they turn


@pytest.mark.django_db
def test_public_counters_are_in_their_order():
    second, first, third = a_counter(order=1), a_counter(order=0), a_counter(order=1)
    a_counter(shown=False)
    assert list(Counter.objects.shown()) == [first, second, third]


@pytest.mark.django_db
def test_next_change_is_the_first_midnight_of_any_zone():
    for zone in ("Europe/London", "Europe/Moscow", "America/New_York"):
        a_counter(time_zone=zone)
    assert Counter.objects.next_change(at("2020-11-24 12:37")) == at("2020-11-25 00:00", "Europe/Moscow")


@pytest.mark.django_db
def test_hidden_and_stopped_counters_change_nothing():
    a_counter(shown=False)
    a_counter(since=date(2018, 3, 4), until=date(2018, 3, 10))
    assert Counter.objects.next_change(at("2020-11-24 12:37")) is None


@pytest.mark.django_db
@time_machine.travel(at("2020-11-24 12:37"), tick=False)
def test_only_a_published_message_is_fetched_with_its_counter():
    published = a_counter(message=a_message(publish_at=at("2020-11-24 12:00")))
    a_counter(message=a_message(publish_at=at("2020-11-24 13:00")))
    found = {counter: counter.public_message for counter in Counter.objects.with_messages(at("2020-11-24 12:37"))}
    assert [message for message in found.values() if message] == [published.message]


@pytest.mark.django_db
def test_counter_remains_when_its_message_is_deleted():
    counter = a_counter(message=a_message())
    counter.message.delete()
    counter.refresh_from_db()
    assert counter.message is None
