"""Corrections of published messages, and the history: versions compared and restored."""

import pytest
from playwright.sync_api import expect

from tests.factories import NOON, a_message
from tests.helpers.desk_pages import approve_own

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/news/message/"
NOTE = "The talks begin on Tuesday. An earlier version said Monday."


def published():
    return a_message(headline="The talks begin on Monday", body="<p>They begin on Monday.</p>", publish_at=NOON)


def save_with(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_a_correction_is_proposed_approved_and_shown_under_the_message(staff, axe):
    message = published()
    staff.goto(f"{LIST}{message.pk}/change/")
    save_with(staff, "Change this text")
    staff.get_by_label("Headline").fill("The talks begin on Tuesday")
    save_with(staff, "Submit for approval")
    staff.locator("#choices [data-confirm]").click()
    expect(staff.locator("#choices .field-change_kind .errorlist")).to_contain_text("Select the type of your change")
    expect(staff.get_by_label("Headline")).to_have_value("The talks begin on Tuesday")
    assert axe(staff, without=[".django-ckeditor-widget", "#nav-sidebar", ".inline-group"]) == []
    staff.get_by_role("radio", name="Correction").check()
    staff.get_by_label("Note:").fill(NOTE)
    staff.locator("#choices [data-confirm]").click()
    expect(staff.locator(".messagelist")).to_contain_text("Submitted for approval")
    expect(staff.locator(".revision-differences ins")).to_have_text("Tuesday")
    approve_own(staff, "Nobody else is here.")
    expect(staff.locator(".messagelist")).to_contain_text("The change is in force")
    staff.goto(message.get_absolute_url())
    expect(staff.get_by_role("heading", level=1)).to_have_text("The talks begin on Tuesday")
    expect(staff.get_by_role("region", name="Changes since publication")).to_contain_text(NOTE)
    assert axe(staff) == []


def test_an_earlier_version_is_compared_and_restored(staff, axe):
    page = staff
    message = published()
    message.body = "<p>They begin on Tuesday.</p>"
    message.publish_correction(NOTE)
    page.goto(f"{LIST}{message.pk}/change/")
    page.get_by_role("link", name="History").click()
    expect(page.locator(".history tbody tr")).to_have_count(3)
    assert axe(page, without=["#nav-sidebar"]) == []
    page.get_by_role("link", name="Compare with the current text").click()
    expect(page.locator(".difference.body del")).to_have_text("Monday.")
    expect(page.locator(".difference.body ins")).to_have_text("Tuesday.")
    assert axe(page, without=["#nav-sidebar"]) == []
    page.get_by_role("button", name="Restore this version").click()
    expect(page.locator(".messagelist")).to_contain_text("as a change to be approved")
    expect(page.locator(".revision-differences del")).to_have_text("Tuesday.")
    page.goto(message.get_absolute_url())
    expect(page.locator(".body")).to_have_text("They begin on Tuesday.")


def test_any_two_versions_are_chosen_and_compared(staff):
    message = published()
    for day in ("Tuesday", "Wednesday"):
        message.body = f"<p>They begin on {day}.</p>"
        message.save()
    staff.goto(f"{LIST}{message.pk}/history/")
    staff.locator("input[name=a]").last.check()
    staff.get_by_role("button", name="Compare selected versions").click()
    expect(staff.locator(".difference.body p")).to_have_text("They begin on Monday.Wednesday.")
