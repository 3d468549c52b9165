"""Two officers in one text: different paragraphs come back merged, and a conflict needs a choice."""

import pytest
from playwright.sync_api import expect

from tests.factories import a_message
from tests.helpers.desk_pages import click_save

pytestmark = pytest.mark.django_db(transaction=True)

ONE, TWO, THREE = "The minister arrives on Monday.", "The talks begin at noon.", "A dinner follows."


@pytest.fixture
def draft():
    body = "\n".join(f"<p>{text}</p>" for text in (ONE, TWO, THREE))
    return a_message(publish_at=None, headline="A visit", body=body)


def editor(page):
    return page.locator(".cke_wysiwyg_div")


def paragraphs(page):
    return editor(page).locator("> p")


def bars(page):
    return editor(page).locator("> [data-cke-merge]")


def choice(page, name):
    return page.locator(".conflict").get_by_label(name, exact=True)


def rewrite(page, number, text):
    """Type over a paragraph of the text."""
    paragraphs(page).nth(number).select_text()
    page.keyboard.type(text)
    expect(paragraphs(page).nth(number)).to_have_text(text)


def open_text(page, message):
    page.goto(f"/admin/news/message/{message.pk}/change/")
    expect(editor(page)).to_be_visible()


def collide(anna, boris, draft, mine, theirs):
    """Let both open the text, Boris save his paragraphs, and Anna press Save on hers, by number."""
    for page in (anna, boris):
        open_text(page, draft)
    for page, changes in ((boris, theirs), (anna, mine)):
        for number, text in changes.items():
            rewrite(page, number, text)
    click_save(boris)
    expect(boris.locator(".messagelist")).to_be_visible()
    click_save(anna)
    expect(anna.locator(".merged-text")).to_be_visible()


def save(page, draft):
    """Save, and return the paragraphs that are stored."""
    click_save(page)
    expect(page.locator(".messagelist")).to_be_visible()
    draft.refresh_from_db()
    return draft.body.replace("<p>", "").replace("</p>", "").split("\n")


def test_two_officers_in_two_paragraphs_are_merged_and_one_click_saves(anna, boris, draft, axe):
    collide(anna, boris, draft, {0: "He arrives on Friday."}, {2: "No dinner."})
    expect(anna.locator(".conflict")).to_contain_text("Boris changed 1 paragraph that you did not change.")
    expect(paragraphs(anna)).to_have_text(["He arrives on Friday.", TWO, "No dinner."])
    expect(bars(anna)).to_have_text(["No dinner."])
    expect(anna.locator(".conflict [type=radio]")).to_have_count(0)
    assert axe(anna, without=[".django-ckeditor-widget"]) == []
    assert save(anna, draft) == ["He arrives on Friday.", TWO, "No dinner."]


def test_the_text_follows_the_choice_for_a_paragraph_that_both_changed(anna, boris, draft, axe):
    collide(anna, boris, draft, {1: "The talks begin at one."}, {1: "The talks begin at ten.", 2: "No dinner."})
    mine, theirs = "The talks begin at one.", "The talks begin at ten."
    expect(bars(anna)).to_have_text([mine, "No dinner."])
    assert axe(anna, without=[".django-ckeditor-widget"]) == []
    click_save(anna)
    expect(anna.get_by_text("Choose Mine, Theirs or Both for each paragraph")).to_be_visible()
    expect(bars(anna)).to_have_text([mine, "No dinner."])
    choice(anna, "Theirs").check()
    expect(paragraphs(anna)).to_have_text([ONE, theirs, "No dinner."])
    choice(anna, "Mine").check()
    expect(paragraphs(anna)).to_have_text([ONE, mine, "No dinner."])
    choice(anna, "Both: theirs, then mine").check()
    expect(paragraphs(anna)).to_have_text([ONE, theirs, mine, "No dinner."])
    rewrite(anna, 0, "Edited after the choice.")
    assert save(anna, draft) == ["Edited after the choice.", theirs, mine, "No dinner."]


def test_a_removed_paragraph_comes_back_with_theirs(anna, boris, draft):
    for page in (anna, boris):
        open_text(page, draft)
    rewrite(boris, 1, "The talks begin at ten.")
    click_save(boris)
    expect(boris.locator(".messagelist")).to_be_visible()
    anna.wait_for_function("CKEDITOR.instances.id_body.status === 'ready'")
    anna.evaluate("(html) => CKEDITOR.instances.id_body.setData(html)", f"<p>{ONE}</p><p>{THREE}</p>")
    expect(paragraphs(anna)).to_have_text([ONE, THREE])
    click_save(anna)
    expect(anna.locator(".conflict")).to_contain_text("You removed it.")
    expect(paragraphs(anna)).to_have_text([ONE, THREE])
    choice(anna, "Theirs").check()
    expect(paragraphs(anna)).to_have_text([ONE, "The talks begin at ten.", THREE])
    choice(anna, "Mine").check()
    expect(paragraphs(anna)).to_have_text([ONE, THREE])
    choice(anna, "Theirs").check()
    assert save(anna, draft) == [ONE, "The talks begin at ten.", THREE]


def test_without_javascript_the_server_applies_the_choice(anna, boris, draft, open_page):
    plain = open_page(java_script_enabled=False)
    plain.context.add_cookies(anna.context.cookies())
    for page in (plain, boris):
        page.goto(f"/admin/news/message/{draft.pk}/change/")
    expect(editor(boris)).to_be_visible()
    rewrite(boris, 1, "The talks begin at ten.")
    click_save(boris)
    expect(boris.locator(".messagelist")).to_be_visible()
    text = plain.locator("textarea[name=body]")
    text.fill(text.input_value().replace(TWO, "The talks begin at one."))
    click_save(plain)
    choice(plain, "Both: theirs, then mine").check()
    assert save(plain, draft) == [ONE, "The talks begin at ten.", "The talks begin at one.", THREE]
