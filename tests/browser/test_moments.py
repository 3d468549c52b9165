"""Date and time fields: the times in both cities are shown while typing."""

import pytest
from playwright.sync_api import expect

from news.models import Message
from tests.factories import a_category
from tests.helpers.desk_pages import click_save, open_cards
from tests.helpers.message_form import ADD_URL

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_times_of_both_cities_are_shown_while_typing(anna, axe):
    anna.goto(ADD_URL)
    open_cards(anna)
    box = anna.locator(".field-publish_at .moment")
    box.get_by_label("Date").fill("01/07/2030")
    box.get_by_label("Time").press_sequentially("22:30")
    expect(box.locator(".zones")).to_have_text("22:30 London · 2 July, 00:30 Moscow · 21:30 UTC")
    box.get_by_label("Date").fill("01/12/2030")
    expect(box.locator(".zones")).to_have_text("22:30 London · 2 December, 01:30 Moscow · 22:30 UTC")
    assert axe(anna, without=[".django-ckeditor-widget"]) == []


def test_a_nonexistent_or_ambiguous_time_is_reported_while_typing(anna):
    a_category()
    anna.goto(ADD_URL)
    open_cards(anna)
    box = anna.locator(".field-publish_at .moment")
    box.get_by_label("Date").fill("31/03/2030")
    box.get_by_label("Time").fill("01:30")
    expect(box.locator(".zones")).to_contain_text("does not exist")
    expect(box.get_by_role("radio")).to_have_count(0)
    box.get_by_label("Date").fill("27/10/2030")
    expect(box.locator(".zones")).to_contain_text("occurs twice")
    box.get_by_label("01:30 GMT (second)").check()
    expect(box.locator(".zones")).to_have_text("01:30 London · 04:30 Moscow · 01:30 UTC")
    anna.get_by_label("Headline").fill("In the second hour")
    anna.get_by_label("Statements").check()
    click_save(anna)
    expect(anna.locator(".messagelist")).to_be_visible()
    assert Message.objects.get().publish_at.isoformat() == "2030-10-27T01:30:00+00:00"


def test_the_shortcut_now_shows_the_times(anna):
    anna.goto(ADD_URL)
    open_cards(anna)
    box = anna.locator(".field-publish_at .moment")
    box.get_by_role("link", name="Today").click()
    box.get_by_role("link", name="Now").click()
    expect(box.locator(".zones")).to_contain_text("Moscow")


def test_a_notice_has_the_times_too(anna):
    anna.goto("/admin/consular/notice/add/")
    box = anna.locator(".field-ends .moment")
    box.get_by_label("Date").fill("01/07/2030")
    box.get_by_label("Time").fill("12:00")
    expect(box.locator(".zones")).to_have_text("12:00 London · 14:00 Moscow · 11:00 UTC")
