"""Two site managers who edit the same page, office or list: a stale save is refused and nothing typed is lost."""

from datetime import time

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import a_page, an_office
from tests.helpers.desk_pages import click_save, lose_working_copies, open_cards

pytestmark = pytest.mark.django_db(transaction=True)


def form_of(row):
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def editor(page):
    return page.locator(".cke_wysiwyg_div")


def type_over(page, text):
    """Replace the text in the editor."""
    editor(page).click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


@pytest.fixture
def visas():
    """Return an open change of a public page, on which two managers work."""
    page = a_page(title="Visas", path="visas", body="<p>A visa costs 30 pounds.</p>")
    return page.start_change(at=timezone.now())[0]


def test_two_managers_who_edit_visas_lose_nothing(anna, boris, visas, axe):
    for page in (anna, boris):
        page.goto(form_of(visas))
        expect(editor(page)).to_be_visible()
    type_over(boris, "A visa costs 35 pounds.")
    boris.get_by_label("Reason for the change").fill("The fee has changed.")
    click_save(boris)
    expect(boris.locator(".messagelist")).to_be_visible()
    type_over(anna, "A visa costs 30 pounds and takes a week.")
    open_cards(anna)
    anna.get_by_role("textbox", name="Description").fill("How long it takes.")
    click_save(anna)
    conflict = anna.locator(".conflict")
    expect(conflict).to_contain_text("Boris saved this page")
    expect(conflict.locator("mark").filter(has_text="35")).to_be_visible()
    expect(editor(anna)).to_have_text("A visa costs 30 pounds and takes a week.")
    open_cards(anna)
    expect(anna.get_by_role("textbox", name="Description")).to_have_value("How long it takes.")
    assert axe(anna, without=[".django-ckeditor-widget"]) == []
    conflict.get_by_label("Theirs", exact=True).check()
    expect(editor(anna)).to_have_text("A visa costs 35 pounds.")
    click_save(anna)
    expect(anna.locator(".messagelist")).to_be_visible()
    visas.refresh_from_db()
    assert "35" in visas.body and visas.description == "How long it takes."


def test_the_text_of_a_page_survives_a_crash(anna, visas):
    lose_working_copies(anna.context)
    anna.goto(form_of(visas))
    expect(editor(anna)).to_be_visible()
    type_over(anna, "Typed before the crash.")
    expect(anna.locator("[data-copied]")).to_be_visible()  # so that a closing page sends nothing, which has no route
    crashed = anna.context.new_page()
    anna.close(run_before_unload=False)
    crashed.goto(form_of(visas))
    expect(editor(crashed)).to_be_visible()
    crashed.get_by_role("button", name="Restore").click()
    expect(editor(crashed)).to_have_text("Typed before the crash.")
    click_save(crashed)
    expect(crashed.locator(".messagelist")).to_be_visible()
    visas.refresh_from_db()
    assert "Typed before the crash." in visas.body


def test_hours_that_were_added_before_a_crash_are_offered_again(anna):
    office = an_office()
    anna.goto(form_of(office))
    anna.locator("#hours-group .add-row a").click()
    anna.locator("#id_hours-5-weekday").select_option("Saturday")
    anna.locator("#id_hours-5-opens").fill("10:00")
    anna.locator("#id_hours-5-closes").fill("12:00")
    anna.wait_for_function("() => Object.keys(localStorage).some((key) => key.startsWith('desk/'))")
    crashed = anna.context.new_page()
    anna.close(run_before_unload=False)
    crashed.goto(form_of(office))
    crashed.get_by_role("button", name="Restore").click()
    expect(crashed.locator("#id_hours-5-closes")).to_have_value("12:00")
    click_save(crashed)
    expect(crashed.locator(".messagelist")).to_be_visible()
    assert office.hours.filter(weekday=5, closes=time(12)).exists()
