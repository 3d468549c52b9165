"""Date and time field in the press desk: the host's time zone, and local times that do not exist or occur twice."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError

from consular.models import Notice
from core.datetime_fields import ZonedDateTimeField, in_zones
from core.timezones import possible_instants, zone_name
from news.models import Message
from tests.factories import DAY, HOUR, NOON, a_category, a_message, a_notice
from tests.helpers.form_fields import fields_of
from tests.helpers.revisions import a_revision

LONDON, MOSCOW, APIA = (ZoneInfo(name) for name in ("Europe/London", "Europe/Moscow", "Pacific/Apia"))
FIRST, SECOND = (datetime(2021, 10, 31, hour, 30, tzinfo=UTC) for hour in (0, 1))  # both 01:30 in London
ADD = "/admin/news/message/add/"
TWICE = {"publish_at_0": "31/10/2021", "publish_at_1": "01:30"}


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def typed(day, clock, which=""):
    """Return the time that is entered in the three parts of a field."""
    return ZonedDateTimeField(required=False).clean([day, clock, which])


def filled(client, address=ADD, **kwargs):
    """Return the form at an address, as an officer fills it in."""
    text = {"headline": "On time", "category": a_category().pk, "_save": "Save"}
    return fields_of(client.get(address).content.decode(), "message_form") | text | kwargs


def change(message):
    return f"/admin/news/message/{message.pk}/change/"


# Local times


def test_a_local_time_usually_occurs_once():
    assert possible_instants(datetime(2021, 7, 1, 12, 0), LONDON) == [datetime(2021, 7, 1, 11, 0, tzinfo=UTC)]


def test_a_skipped_local_time_does_not_occur():
    assert possible_instants(datetime(2021, 3, 28, 1, 30), LONDON) == []


def test_a_repeated_local_time_occurs_twice():
    assert possible_instants(datetime(2021, 10, 31, 1, 30), LONDON) == [FIRST, SECOND]


def test_a_day_that_a_zone_skipped_has_no_times():
    assert possible_instants(datetime(2011, 12, 30, 12, 0), APIA) == []


@pytest.mark.parametrize(
    ("at", "zone", "name"), [(FIRST, LONDON, "BST"), (SECOND, LONDON, "GMT"), (NOON, ZoneInfo("Asia/Dubai"), "UTC+04")]
)
def test_time_zones_have_their_usual_names(at, zone, name):
    assert zone_name(at, zone) == name


# The field


def test_a_time_is_in_the_hosts_zone():
    assert typed("01/07/2021", "12:00") == datetime(2021, 7, 1, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock", "sentence"),
    [
        ("28/03/2021", "01:30", "does not exist"),
        ("31/10/2021", "01:30", "occurs twice"),
        ("31/10/2021", "", "Enter a time"),
        ("", "01:30", "Enter a date"),
        ("31/02/2021", "12:00", "Enter the date as"),
        ("0001-01-01", "00:00", "four digits"),
        ("9999-12-31", "23:59", "four digits"),
    ],
)
def test_an_invalid_date_or_time_is_refused(day, clock, sentence):
    with pytest.raises(ValidationError, match=sentence):
        typed(day, clock)


@pytest.mark.parametrize(("which", "moment"), [("0", FIRST), ("1", SECOND)])
def test_the_selected_one_of_two_times_is_used(which, moment):
    assert typed("31/10/2021", "01:30", which) == moment


@pytest.mark.parametrize("which", ["2", "x", "\x00", "-1"])
def test_an_invalid_selection_is_refused(which):
    with pytest.raises(ValidationError, match="occurs twice"):
        typed("31/10/2021", "01:30", which)


def test_an_empty_field_is_none():
    assert typed("", "", "0") is None


@pytest.mark.parametrize(("which", "changed"), [("1", False), ("0", True)])
def test_another_selection_is_a_change(which, changed):
    assert ZonedDateTimeField().has_changed(SECOND, ["31/10/2021", "01:30:00", which]) == changed


def test_a_time_is_shown_in_all_zones_with_the_date_if_it_differs():
    text = "Thu 1 July 2021, 22:30 London · Fri 2 July, 00:30 Moscow · 21:30 UTC"
    assert in_zones(datetime(2021, 7, 1, 21, 30, tzinfo=UTC)) == text


def test_a_host_without_a_clock_in_the_header_has_the_name_of_its_zone(settings):
    settings.TIME_ZONE = "America/New_York"
    assert in_zones(NOON).startswith("Tue 24 November 2020, 07:37 New York · 15:37 Moscow")


# On the desk


@pytest.mark.django_db
def test_every_time_field_has_labels_and_shows_both_cities(admin_client):
    pages = [
        change(a_message(publish_at=NOON, approved_at=None)),
        f"/admin/consular/notice/{a_notice(ends=NOON + DAY).pk}/change/",
    ]
    for page in [admin_client.get(address).content.decode() for address in pages]:
        named = [page.count(f"<span>{name}</span> <input") for name in ("Date", "Time")]
        assert named == [page.count('<output class="zones">')] * 2
        assert "15:37 Moscow · 12:37 UTC" in page
        assert 'value="Europe/London" checked> <span>London</span>' in page


@pytest.mark.django_db
def test_a_time_that_occurs_twice_needs_a_selection_and_keeps_the_input(admin_client):
    page = admin_client.post(ADD, filled(admin_client, **TWICE)).content.decode()
    assert ("01:30 BST (first)" in page, "01:30 GMT (second)" in page, 'value="2021-10-31"' in page) == (True,) * 3
    admin_client.post(ADD, filled(admin_client, **TWICE, publish_at_which="1"))
    assert Message.objects.get().publish_at == SECOND


@pytest.mark.django_db
def test_the_second_of_two_stays_the_second(admin_client):
    message = a_message(publish_at=SECOND, approved_at=None, slug="second")
    page = admin_client.get(change(message)).content.decode()
    assert 'name="publish_at_which" value="1" checked' in page
    admin_client.post(change(message), filled(admin_client, change(message), override="Alone."))
    message.refresh_from_db()
    assert (message.headline, message.publish_at) == ("On time", SECOND)


@pytest.mark.django_db
def test_a_time_that_occurs_once_needs_no_selection(admin_client):
    assert "(first)</span>" not in admin_client.get(change(a_message(approved_at=None))).content.decode()


@pytest.mark.django_db
def test_a_notice_cannot_have_a_time_that_does_not_exist(admin_client):
    data = {"sentence": "Closed.", "starts_0": "28/03/2021", "starts_1": "01:30", "ends_0": "", "ends_1": ""}
    page = admin_client.post("/admin/consular/notice/add/", data).content.decode()
    assert ("does not exist" in page, Notice.objects.exists()) == (True, False)


@pytest.mark.django_db
@pytest.mark.parametrize("fraction", [0, 345_678])
def test_a_save_moves_no_time_that_has_seconds(admin_client, fraction):
    """What is published on approval has a time with seconds. A form that showed minutes alone would move it."""
    at = NOON - DAY + timedelta(seconds=41, microseconds=fraction)
    draft, notice = a_message(publish_at=at, approved_at=None), a_notice(starts=at, ends=at + 2 * DAY)
    revision = a_revision(a_message(publish_at=at))
    for address in (change(draft), change(revision), f"/admin/consular/notice/{notice.pk}/change/"):
        form = fields_of(admin_client.get(address).content.decode(), f"{address.split('/')[-4]}_form")
        assert admin_client.post(address, form | {"_save": "Save"}).status_code == 302
    for row in (draft, notice, revision):
        row.refresh_from_db()
    assert (draft.publish_at, revision.publish_at) == (at, at)
    assert [time.replace(microsecond=0) for time in (notice.starts, notice.ends)] == [
        at.replace(microsecond=0),
        at.replace(microsecond=0) + 2 * DAY,
    ]


# The past


@pytest.mark.django_db
@pytest.mark.parametrize("button", ["_save", "_approve"])
def test_a_past_time_is_refused(admin_client, button):
    data = filled(admin_client, publish_at_0="24/11/2020", publish_at_1="12:31", override="Alone.") | {button: "x"}
    page = admin_client.post(ADD, data).content.decode()
    assert ("This time is in the past" in page, Message.objects.exists()) == (True, False)


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [0, 1, 5])
def test_a_time_up_to_five_minutes_ago_means_now(admin_client, minutes):
    typed = NOON.replace(second=0) - timedelta(minutes=minutes)
    data = filled(admin_client, publish_at_0="24/11/2020", publish_at_1=f"{typed:%H:%M}", override="Alone.")
    admin_client.post(ADD, data | {"_approve": "x"})
    assert Message.objects.published(NOON).get().publish_at == NOON


@pytest.mark.django_db
def test_a_time_that_has_passed_since_it_was_saved_is_accepted(admin_client):
    draft = a_message(publish_at=NOON - HOUR, approved_at=None, slug="late")
    admin_client.post(change(draft), filled(admin_client, change(draft)))
    draft.refresh_from_db()
    assert (draft.headline, draft.publish_at) == ("On time", NOON - HOUR)


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "is_refused"), [(0, False), (5, False), (6, True)])
def test_a_moment_of_a_change_follows_the_same_rule(admin_client, minutes, is_refused):
    revision = a_revision(a_message(), change_kind="typo")
    typed = NOON.replace(second=0) - timedelta(minutes=minutes)
    moment = {"effective_at_0": "24/11/2020", "effective_at_1": f"{typed:%H:%M}", "headline": revision.headline}
    page = admin_client.post(change(revision), filled(admin_client, change(revision), **moment)).content.decode()
    revision.refresh_from_db()
    assert ("Leave it empty to have the change take effect" in page) is is_refused
    assert revision.effective_at == (None if is_refused else NOON)
