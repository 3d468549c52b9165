"""Dates at the ends of the calendar: 404 or an error message, never HTTP 500."""

import pytest
import time_machine
from django.utils import timezone

from tests.factories import NOON, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DAYS = [
    "0001-01-01",
    "0001-12-31",
    "1000-01-01",
    "1001-01-01",
    "1582-10-10",
    "9998-12-31",
    "9999-01-01",
    "9999-12-30",
    "9999-12-31",
]
OTHERS = [
    "2020-02-30",
    "2020-13-01",
    "0000-00-00",
    "99999-01-01",
    "-001-01-01",
    "2020-1-1",
    "",
    "x",
    "١٢٣٤-٠١-٠١",
    "1" * 400,
]
DATED = [
    "/messages/{y}/",
    "/messages/{y}/{m}/",
    "/messages/{y}/{m}/{d}/",
    "/messages/{y}/{m}/{d}/x/",
    "/messages/{y}/{m}/{d}/x/card.png",
    "/messages/{y}/{m}/{d}/x/card.jpg",
    "/messages/feed/{y}/{m}/{d}/",
    "/messages/statements/{y}/",
    "/messages/statements/{y}/{m}/",
    "/messages/statements/{y}/{m}/{d}/",
    "/messages/statements/feed/{y}/{m}/{d}/",
    "/sitemap/{y}-{m}.xml",
    "/sitemap/{y}-{m}-{d}.xml",
    "/sitemap/{y}-{m}-{d}-2.xml",
]
ASKED = [
    "/messages/?date={day}", "/messages/statements/?date={day}", "/messages/2020/?date={day}",
    "/search/?from={day}", "/search/?to={day}", "/search/?from={day}&to={day}",
    "/search/?q=statement&from={day}&to={day}",
    "/search/?q=statement&year={y}", "/search/feed/?q=statement&from={day}", "/search/feed.json?q=statement&to={day}",
    "/api/messages/?from={day}", "/api/messages/?to={day}", "/api/messages/?q=statement&from={day}&to={day}",
    "/api/messages/?year={y}", "/search/?q={day}", "/search/?q=december+{y}",
]  # fmt: skip
ZONES = ["Pacific/Kiritimati", "Pacific/Pago_Pago"]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(params=ZONES)
def host(request, settings):
    """Set the host's time zone: at the ends of the calendar some have no UTC."""
    settings.TIME_ZONE = request.param
    timezone.get_default_timezone.cache_clear()
    yield request.param
    timezone.get_default_timezone.cache_clear()


@pytest.mark.parametrize("day", [day for day in DAYS if day[:4] in ("0001", "9999")])
def test_dated_urls_work_at_the_ends_of_the_calendar(client, host, day):
    a_message()
    y, m, d = day.split("-")
    for path in DATED:
        path = path.format(y=y, m=m, d=d)
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("day", DAYS + OTHERS)
def test_queries_work_at_the_ends_of_the_calendar(client, day):
    a_message()
    for path in ASKED:
        path = path.format(day=day, y=day.split("-")[0])
        assert client.get(path).status_code in (200, 302, 400, 404), path


@pytest.mark.parametrize("moment", ["253402300799999999", "-62135596800000000", "9" * 18, "-" + "9" * 18, "0"])
@pytest.mark.parametrize("name", ["before", "after"])
def test_cursors_work_at_the_ends_of_the_calendar(client, moment, name):
    a_message()
    for path in (
        "/messages/",
        "/messages/2020/",
        "/messages/feed.json",
        "/search/",
        "/search/feed.json",
        "/api/messages/",
    ):
        for pk in ("0", "9" * 18):
            address = (
                f"{path}?q=statement&{name}={moment}.{pk}" if "messages" not in path else f"{path}?{name}={moment}.{pk}"
            )
            assert client.get(address).status_code in (200, 302, 400, 404), address
