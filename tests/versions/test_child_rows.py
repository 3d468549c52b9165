"""Child rows in the versions of their parent: hours and exceptions of an office, questions of a topic."""

from datetime import date, time

import pytest
from django.core.exceptions import ValidationError

from consular.models import CommonQuestion, Holiday, Office, OpeningHours
from tests.factories import HOUR, NOON, a_topic, an_office
from tests.helpers.versioned_forms import (
    a_colleague,
    admin_url,
    compared,
    fields_in,
    numbers,
    opened_form,
    post_form,
    restore,
    stored,
)
from versions.children import deferred_versions
from versions.models import VersionInfo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def office():
    """An office that is open on Monday and Tuesday, with one version."""
    with deferred_versions():
        office = Office.objects.create(name="Consular Section")
        for weekday in (0, 1):
            OpeningHours.objects.create(office=office, weekday=weekday, opens=time(9), closes=time(13))
    office.record_version(VersionInfo(NOON - HOUR, None))
    return office


def week(office):
    """Return the stored hours of an office: a text for each row."""
    return [str(row) for row in OpeningHours.objects.filter(office=office)]


def last_children(office):
    return office.history.latest().children


def change_hours(office, number=0, **kwargs):
    """Change one row of hours, as a colleague does."""
    row = office.hours.all()[number]
    for name, value in kwargs.items():
        setattr(row, name, value)
    office.ensure_version()
    with deferred_versions():
        row.save()
    office.record_version(VersionInfo(NOON, a_colleague()))


# When a version is saved


@pytest.mark.both_databases
def test_a_version_has_the_child_rows(office):
    (version,) = office.history.all()
    first, second = office.hours.all()
    assert version.children == {
        "hours": [
            {"id": first.pk, "weekday": 0, "opens": "09:00:00", "closes": "13:00:00"},
            {"id": second.pk, "weekday": 1, "opens": "09:00:00", "closes": "13:00:00"},
        ],
        "holidays": [],
    }


WAYS = {
    "save": lambda office, row: Holiday.objects.create(office=office, date=date(2020, 12, 25), name="Christmas Day"),
    "change": lambda office, row: setattr(row, "closes", time(14)) or row.save(),
    "delete": lambda office, row: row.delete(),
    "update": lambda office, row: office.hours.update(closes=time(14)),
    "bulk_create": lambda office, row: OpeningHours.objects.bulk_create(
        [OpeningHours(office=office, weekday=2, opens=time(9), closes=time(13))]
    ),
    "bulk_update": lambda office, row: setattr(row, "closes", time(14)) or office.hours.bulk_update([row], ["closes"]),
    "queryset.delete": lambda office, row: office.hours.all().delete(),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("way", WAYS)
def test_a_change_to_a_child_row_alone_saves_a_version(office, way):
    before = last_children(office)
    WAYS[way](office, office.hours.first())
    assert len(numbers(office)) == 2
    assert last_children(office) != before


def test_a_child_row_saved_without_a_change_saves_no_version(office):
    office.hours.first().save()
    assert len(numbers(office)) == 1


def test_a_row_that_moves_to_another_parent_saves_a_version_of_both(office):
    other = an_office(hours="")
    before = len(numbers(other))
    row = office.hours.first()
    row.office = other
    row.save()
    assert (len(numbers(office)), len(numbers(other))) == (2, before + 1)


def test_a_deleted_office_has_its_last_version(office):
    pk = office.pk
    office.delete()
    assert Office.history.filter(id=pk).latest().history_type == "-"


def test_one_save_in_the_admin_is_one_version(admin_client, office):
    form = opened_form(admin_client, office, name="Consulate", change_reason="Shorter hours.")
    post_form(admin_client, office, form | {"hours-0-closes": "12:00"})
    newest = office.history.latest()
    assert (len(numbers(office)), newest.name, newest.children["hours"][0]["closes"]) == (2, "Consulate", "12:00:00")
    assert (newest.history_user.username, newest.history_change_reason) == ("admin", "Shorter hours.")


def test_a_new_office_in_the_admin_has_one_version(admin_client):
    page = admin_client.get("/admin/consular/office/add/").content.decode()
    form = fields_in(page, Office()) | {"name": "New", "hours-TOTAL_FORMS": "1"}
    form |= {"hours-0-weekday": "0", "hours-0-opens": "9:00", "hours-0-closes": "13:00"}
    admin_client.post("/admin/consular/office/add/", form)
    (version,) = Office.objects.get().history.all()
    assert (version.history_type, len(version.children["hours"])) == ("+", 1)


# Comparison and restoring


def test_child_rows_are_compared_as_text(admin_client, office):
    change_hours(office, closes=time(14, 30))
    shown = compared(admin_client, office, *numbers(office))
    assert "Opening hours" in shown and "<del>" in shown and "14:30" in shown


def test_the_history_names_the_child_rows_that_changed(admin_client, office):
    change_hours(office, closes=time(14, 30))
    listed = admin_client.get(admin_url(office, "history")).content.decode()
    assert "changed: opening hours" in listed and "Boris Orlov" in listed


@pytest.mark.both_databases
def test_restoring_brings_the_child_rows_back_as_one_new_version(admin_client, office):
    before = week(office)
    office.hours.all().delete()
    restore(admin_client, office, numbers(office)[0], reason="Deleted by mistake.")
    assert (week(office), len(numbers(office))) == (before, 3)
    assert last_children(office) == office.history.earliest().children
    assert office.history.latest().history_change_reason.endswith("Deleted by mistake.")


def test_restoring_the_same_rows_is_refused(office):
    with pytest.raises(ValidationError, match="already the same"):
        office.revert(office.history.latest())


# Two managers at once


@pytest.mark.both_databases
def test_a_stale_save_of_hours_is_refused_and_keeps_what_was_typed(admin_client, office):
    form = opened_form(admin_client, office) | {"hours-0-closes": "12:00", "address": "1 Main Street"}
    change_hours(office, closes=time(14))
    status, shown = post_form(admin_client, office, form)
    again = fields_in(shown, office)
    assert (status, stored(office).hours.first().closes) == (200, time(14))
    assert (again["hours-0-closes"], again["address"]) == ("12:00", "1 Main Street")
    assert "Boris Orlov saved this office at 12:37." in shown and "changed by both of you" in shown
    over = {"overwrite": str(numbers(office)[-1])}
    assert post_form(admin_client, office, again)[0] == 200
    assert post_form(admin_client, office, again | over)[0] == 302
    assert stored(office).hours.first().closes == time(12)


def test_hours_changed_by_the_other_manager_only_are_taken_over(admin_client, office):
    form = opened_form(admin_client, office) | {"address": "1 Main Street"}
    change_hours(office, closes=time(14))
    _, shown = post_form(admin_client, office, form)
    again = fields_in(shown, office)
    assert (again["hours-0-closes"], again["address"]) == ("14:00", "1 Main Street")
    assert post_form(admin_client, office, again)[0] == 302
    assert (stored(office).hours.first().closes, stored(office).address) == (time(14), "1 Main Street")


def test_changes_to_different_rows_are_both_in_the_form(admin_client, office):
    form = opened_form(admin_client, office) | {"hours-0-closes": "12:00"}
    change_hours(office, number=1, closes=time(14))
    _, shown = post_form(admin_client, office, form)
    again = fields_in(shown, office)
    assert (again["hours-0-closes"], again["hours-1-closes"]) == ("12:00", "14:00")


def test_a_row_that_the_other_manager_has_added_is_in_the_form(admin_client, office):
    form = opened_form(admin_client, office) | {"hours-0-closes": "12:00"}
    OpeningHours.objects.create(office=office, weekday=2, opens=time(9), closes=time(13))
    _, shown = post_form(admin_client, office, form)
    again = fields_in(shown, office) | {"overwrite": str(numbers(office)[-1])}
    assert post_form(admin_client, office, again)[0] == 302
    assert [row.closes.hour for row in stored(office).hours.all()] == [12, 13, 13]


def test_a_row_that_the_other_manager_has_deleted_is_a_new_one_where_it_was_changed(admin_client, office):
    form = opened_form(admin_client, office) | {"hours-0-closes": "12:00"}
    office.hours.all().delete()
    _, shown = post_form(admin_client, office, form)
    again = fields_in(shown, office) | {"overwrite": str(numbers(office)[-1])}
    assert (again["hours-TOTAL_FORMS"], again["hours-0-closes"], again["hours-0-id"]) == ("1", "12:00", "")
    assert post_form(admin_client, office, again)[0] == 302
    assert week(office) == ["Monday 09:00–12:00"]


def test_a_new_row_and_a_deletion_survive_the_refusal(admin_client, office):
    form = opened_form(admin_client, office) | {"hours-TOTAL_FORMS": "3", "hours-1-DELETE": "on"}
    form |= {"hours-2-weekday": "4", "hours-2-opens": "10", "hours-2-closes": "11", "hours-2-id": ""}
    change_hours(office, closes=time(14))
    _, shown = post_form(admin_client, office, form)
    again = fields_in(shown, office) | {"overwrite": str(numbers(office)[-1])}
    assert post_form(admin_client, office, again)[0] == 302
    assert week(office) == ["Monday 09:00–14:00", "Friday 10:00–11:00"]


def test_an_invalid_row_survives_the_refusal(admin_client, office):
    form = opened_form(admin_client, office) | {"hours-0-closes": "noonish"}
    change_hours(office, closes=time(14))
    status, shown = post_form(admin_client, office, form)
    assert (status, fields_in(shown, office)["hours-0-closes"]) == (200, "noonish")


@pytest.mark.parametrize("version", ["x", "-1", "9" * 49, "1\x00"])
def test_an_invalid_version_number_is_stale(admin_client, office, version):
    form = opened_form(admin_client, office) | {"hours-0-closes": "12:00", "version": version}
    assert (post_form(admin_client, office, form)[0], office.hours.first().closes) == (200, time(13))


@pytest.mark.parametrize("field", ["hours-TOTAL_FORMS", "hours-INITIAL_FORMS", "hours-0-office"])
@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 21, "1\x00"])
def test_a_stale_form_with_an_invalid_row_number_is_refused_kindly(admin_client, office, field, value):
    form = opened_form(admin_client, office) | {"hours-0-closes": "12:00", field: value}
    change_hours(office, closes=time(14))
    assert post_form(admin_client, office, form)[0] == 200
    assert office.hours.first().closes == time(14)


def test_the_hours_typed_into_an_office_that_was_deleted_are_shown_for_copying(admin_client, office):
    form = opened_form(admin_client, office) | {"hours-0-closes": "12:34"}
    stored(office).delete()
    status, shown = post_form(admin_client, office, form)
    assert (status, "12:34" in shown) == (409, True)


def test_the_questions_of_a_topic_have_versions_and_conflicts_too(admin_client):
    topic = a_topic()
    question = CommonQuestion.objects.create(topic=topic, question="How long?", answer="A week.")
    form = opened_form(admin_client, topic) | {"common_questions-0-answer": "Ten days."}
    question.answer = "Two weeks."
    question.save()
    status, shown = post_form(admin_client, topic, form)
    assert (status, fields_in(shown, topic)["common_questions-0-answer"]) == (200, "Ten days.")
    assert "Two" in shown
    restore(admin_client, topic, numbers(topic)[1])
    assert topic.common_questions.get().answer == "A week."
