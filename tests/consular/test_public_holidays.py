"""Public holidays of the host and home country, offered as closed days of an office."""

from datetime import date, time

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from consular.models import Holiday, OpeningHours
from consular.public_holidays import closable_holidays, is_known_country, public_holidays
from tests.factories import an_office

pytestmark = pytest.mark.django_db

NEW_YEAR, GOOD_FRIDAY, RUSSIA_DAY = date(2027, 1, 1), date(2027, 3, 26), date(2027, 6, 14)


@pytest.fixture(autouse=True)
def in_2027():
    with time_machine.travel("2027-02-01 12:00Z", tick=False):
        yield


@pytest.fixture
def office():
    return an_office()


def url(office, year=2027):
    return f"/admin/consular/office/{office.pk}/public-holidays/?year={year}"


def offered(page):
    return [value for value, _label in page.context["form"].fields["days"].choices]


def test_holidays_of_both_countries_are_listed_by_date():
    found = public_holidays(2027)
    assert [each.date for each in found] == sorted({each.date for each in found})
    countries = {each.date: each.countries for each in found}
    assert (countries[GOOD_FRIDAY], countries[RUSSIA_DAY]) == ("GB-ENG", "RU")
    assert found[0].countries == "GB-ENG, RU" and found[0].name.startswith("New Year's Day, ")


def test_a_country_that_the_library_does_not_have_adds_nothing(settings):
    settings.HOME_COUNTRY = "XX"
    assert {each.countries for each in public_holidays(2027)} == {"GB-ENG"}
    assert is_known_country("GB-ENG") and not is_known_country("GB-XXX")


def test_only_days_on_which_the_office_opens_are_offered(office):
    assert {each.date.weekday() for each in closable_holidays(office, 2027)} <= set(range(5))
    office.hours.all().delete()
    OpeningHours.objects.create(office=office, weekday=4, opens=time(9), closes=time(12))
    assert {each.date.weekday() for each in closable_holidays(office, 2027)} == {4}


def test_days_with_an_entry_are_not_offered(office):
    Holiday.objects.create(office=office, date=date(2027, 3, 20), last_date=date(2027, 3, 31), name="Works")
    Holiday.objects.create(office=office, date=NEW_YEAR, opens=time(9), closes=time(12), name="Open all the same")
    days = {each.date for each in closable_holidays(office, 2027)}
    assert RUSSIA_DAY in days and not days & {NEW_YEAR, GOOD_FRIDAY}


def test_nothing_is_saved_before_the_user_has_reviewed_the_days(admin_client, office):
    page = admin_client.get(url(office))
    assert GOOD_FRIDAY.isoformat() in offered(page) and not Holiday.objects.exists()
    assert (
        f"/admin/consular/office/{office.pk}/public-holidays/"
        in admin_client.get(f"/admin/consular/office/{office.pk}/change/").content.decode()
    )


def test_selected_days_are_added_as_closed_and_logged(admin_client, office):
    days = [GOOD_FRIDAY.isoformat(), RUSSIA_DAY.isoformat()]
    answer = admin_client.post(url(office), {"days": days})
    assert answer.status_code == 302
    assert list(Holiday.objects.values_list("date", "name", "opens")) == [
        (GOOD_FRIDAY, "Good Friday", None),
        (RUSSIA_DAY, "Russia Day (observed)", None),
    ]
    assert LogEntry.objects.get().get_change_message() == "Added public holidays of 2027."
    assert not set(days) & set(offered(admin_client.get(url(office))))


def test_an_entry_made_in_the_meantime_is_never_overwritten(admin_client, office):
    Holiday.objects.create(office=office, date=GOOD_FRIDAY, opens=time(9), closes=time(12), name="Open until noon")
    answer = admin_client.post(url(office), {"days": [GOOD_FRIDAY.isoformat()]})
    assert answer.status_code == 200 and Holiday.objects.get().name == "Open until noon"


@pytest.mark.parametrize("year", [2026, 2030, "x", ""])
def test_another_year_shows_the_current_one(admin_client, office, year):
    assert admin_client.get(url(office, year)).context["year"] == timezone.localdate().year


def test_no_day_selected_is_an_error(admin_client, office):
    assert "Select at least one day." in admin_client.post(url(office), {}).content.decode()


def test_a_user_without_the_permission_is_refused(client, office, django_user_model):
    client.force_login(django_user_model.objects.create_user("viewer", is_staff=True))
    assert client.get(url(office)).status_code == 403
