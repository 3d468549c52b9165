"""Times of day as staff enter them, and the messages about opening hours."""

from datetime import time

import pytest

from consular.admin.time_fields import ClosingField, OpeningField, parse_time
from consular.models import Holiday, Office, OpeningHours

MIDNIGHT = time(0)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        *[(text, time(9, 30)) for text in ("09:30", "9:30", "9.30", "930", "9h30", "9:30 am", "９：３０", "09:30:00")],
        *[(text, time(17)) for text in ("17", "17:00", "5 pm", "5pm", "5 p.m.", "17h", "17 Uhr", " 17:00\u200b")],
        *[(text, MIDNIGHT) for text in ("24:00", "24", "24.00", "2400", "0:00", "00:00", "12 am", "midnight", "24h")],
        *[(text, None) for text in ("25:00", "24:01", "9:60", "13 pm", "0 am", "nine", "-1:00", "9:3", "1" * 50)],
    ],
)  # fmt: skip
def test_common_ways_to_write_a_time_are_accepted(typed, kept):
    assert parse_time(typed) == kept


def test_the_end_of_a_day_is_shown_as_24_00():
    opening, closing = OpeningField(), ClosingField()
    assert (opening.widget.format_value(MIDNIGHT), closing.widget.format_value(MIDNIGHT)) == ("00:00", "24:00")
    assert (opening.clean("23:59"), closing.clean("23:59")) == (time(23, 59), MIDNIGHT)


def office_form(**rows):
    """Return the form data of an office with these hours and holidays."""
    form = {"kind": "consular", "name": "Consul", "order": "0"}
    for prefix, entries in rows.items():
        form |= {f"{prefix}-TOTAL_FORMS": len(entries), f"{prefix}-INITIAL_FORMS": 0}
        form |= {f"{prefix}-{n}-{name}": value for n, entry in enumerate(entries) for name, value in entry.items()}
    return form


@pytest.mark.django_db
def test_hours_past_midnight_are_reported_to_staff(admin_client):
    christmas = {"date": "2020-12-25", "name": "Christmas"}
    form = office_form(
        hours=[{"weekday": 0, "opens": "20:00", "closes": "2:00"}, {"weekday": 5, "opens": "0:00", "closes": "24:00"}],
        holidays=[christmas | {"opens": "10", "closes": "12"}, christmas | {"opens": "14", "closes": "24:00"}],
    )
    page = admin_client.post("/admin/consular/office/add/", form, follow=True).content.decode()
    assert "These hours end on the next day: Monday 20:00–02:00." in page
    assert [str(hours) for hours in OpeningHours.objects.all()] == ["Monday 20:00–02:00", "Saturday round the clock"]
    assert [str(day) for day in Holiday.objects.all()] == [
        "25.12.2020 Christmas 10:00–12:00",
        "25.12.2020 Christmas 14:00–24:00",
    ]
    office = Office.objects.get()
    again = admin_client.get(f"/admin/consular/office/{office.pk}/change/").content.decode()
    assert 'value="24:00"' in again


@pytest.mark.django_db
def test_a_closed_day_with_hours_is_refused(admin_client):
    christmas = {"date": "2020-12-25", "name": "Christmas"}
    form = office_form(hours=[], holidays=[christmas, christmas | {"opens": "10:00", "closes": "12:00"}])
    page = admin_client.post("/admin/consular/office/add/", form).content.decode()
    assert "25 December 2020 is closed all day in one row and has hours in another." in page
