"""A stale save of a text: merged by paragraph, asked where both changed one, never saved unseen, nothing typed lost."""

import re

import pytest

from news.models import Message
from richtext.html_blocks import split_blocks
from tests.factories import a_message
from tests.helpers.form_fields import fields_of
from tests.helpers.versioned_forms import answers, fields_in, opened_form, post_form, save_as_colleague, stored
from versions.admin.text_merge import MAX_QUESTIONS, shown_text

pytestmark = [pytest.mark.django_db]

ONE, TWO, THREE = "The minister arrives on Monday.", "The talks begin at noon.", "A dinner follows."
CHOOSE = "Choose Mine, Theirs or Both for each paragraph"


def text_of(*paragraphs):
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def a_draft(*paragraphs, **kwargs):
    return a_message(publish_at=None, headline="A visit", body=text_of(*(paragraphs or (ONE, TWO, THREE))), **kwargs)


def collide(client, mine, theirs, **kwargs):
    """Save a text as a colleague after it was opened: return the draft, and the form and page of the refused save."""
    draft = a_draft()
    form = opened_form(client, draft, body=text_of(*mine), **kwargs)
    save_as_colleague(draft, body=text_of(*theirs))
    status, page = post_form(client, draft, form)
    assert (status, stored(draft).body) == (200, text_of(*theirs))
    return draft, fields_in(page, draft), page


def sentences(page):
    """Return the page's text in single spaces."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


# Different paragraphs


@pytest.mark.both_databases
def test_different_paragraphs_come_back_merged_and_are_saved_by_the_next_save(admin_client):
    friday = "The minister arrives on Friday."
    draft, form, page = collide(admin_client, [ONE, TWO, "No dinner."], [friday, TWO, THREE])
    merged = text_of(friday, TWO, "No dinner.")
    assert form["body"] == merged
    assert "Boris Orlov changed 1 paragraph that you did not change." in sentences(page)
    assert 'data-marks="0"' in page and "<ins>Friday.</ins>" in page
    assert (post_form(admin_client, draft, form)[0], stored(draft).body) == (302, merged)


def test_a_merged_text_can_be_edited_before_it_is_saved(admin_client):
    draft, form, _ = collide(admin_client, [ONE, "At ten.", THREE], ["He arrives on Friday.", TWO, THREE])
    edited = text_of("I decide.", "At ten.", THREE)
    assert (post_form(admin_client, draft, form | {"body": edited})[0], stored(draft).body) == (302, edited)


def test_a_third_save_is_merged_from_the_new_base(admin_client):
    draft, form, _ = collide(admin_client, [ONE, TWO, "Mine."], ["He arrives on Friday.", TWO, THREE])
    save_as_colleague(draft, body=text_of("He arrives on Friday.", "At ten.", THREE))
    status, page = post_form(admin_client, draft, form)
    again = fields_in(page, draft)
    assert (status, again["body"]) == (200, text_of("He arrives on Friday.", "At ten.", "Mine."))
    assert post_form(admin_client, draft, again)[0] == 302


# The same paragraph


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("choice", "result"),
    [("mine", ["It ends at one."]), ("theirs", ["At ten."]), ("both", ["At ten.", "It ends at one."])],
)
def test_a_paragraph_that_both_changed_is_asked(admin_client, choice, result):
    draft, form, page = collide(admin_client, [ONE, "It ends at one.", THREE], [ONE, "At ten.", "No dinner."])
    assert form["body"] == text_of(ONE, "It ends at one.", "No dinner.")
    assert "Paragraph 1 of 1 that both of you changed" in sentences(page) and "Use their version: Text" not in page
    form |= answers(form, choice)
    assert post_form(admin_client, draft, form)[0] == 302
    assert stored(draft).body == text_of(ONE, *result, "No dinner.")


@pytest.mark.parametrize("choice", [{}, {"answer": "nonsense"}, {"overwrite": True}])
def test_a_save_without_a_choice_is_refused_and_loses_nothing(admin_client, choice):
    draft, form, page = collide(admin_client, [ONE, "Mine.", "Mine, too."], [ONE, "Theirs.", THREE])
    assert CHOOSE not in page
    if "answer" in choice:
        form |= answers(form, choice["answer"])
    if "overwrite" in choice:
        form["overwrite"] = form["seen"]
    status, page = post_form(admin_client, draft, form)
    again = fields_in(page, draft)
    assert (status, CHOOSE in page, "unanswered" in page) == (200, True, True)
    assert (again["body"], stored(draft).body) == (form["body"], text_of(ONE, "Theirs.", THREE))
    assert post_form(admin_client, draft, again | answers(again, "both"))[0] == 302
    assert stored(draft).body == text_of(ONE, "Theirs.", "Mine.", "Mine, too.")


def test_answers_are_kept_while_another_one_is_missing(admin_client):
    draft, form, _ = collide(admin_client, ["M1", TWO, "M3"], ["T1", TWO, "T3"])
    keys = [name.replace("_asked-", "_choice-") for name in form if name.startswith("_asked-")]
    status, page = post_form(admin_client, draft, form | {keys[0]: "both"})
    again = fields_in(page, draft)
    assert (status, again["body"]) == (200, text_of("T1", "M1", TWO, "M3"))
    assert (again[keys[0]], keys[1] in again) == ("mine", False)
    assert post_form(admin_client, draft, again | {keys[1]: "theirs"})[0] == 302
    assert stored(draft).body == text_of("T1", "M1", TWO, "T3")


@pytest.mark.parametrize("choice", ["mine", "theirs", "both"])
def test_a_paragraph_that_was_edited_after_the_question_is_saved_as_it_is_in_the_form(admin_client, choice):
    draft, form, _ = collide(admin_client, [ONE, "Mine.", THREE], [ONE, "Theirs.", THREE])
    edited = text_of(ONE, "Neither of them.", THREE)
    assert post_form(admin_client, draft, form | answers(form, choice) | {"body": edited})[0] == 302
    assert stored(draft).body == edited


def test_a_text_that_already_follows_the_answer_is_not_changed_again(admin_client):
    draft, form, _ = collide(admin_client, [ONE, "Mine.", THREE], [ONE, "Theirs.", THREE])
    form |= answers(form, "both") | {name: "followed" for name in form if name.startswith("_asked-")}  # by the script
    followed = text_of(ONE, "Theirs.", "Mine.", THREE)
    assert post_form(admin_client, draft, form | {"body": followed})[0] == 302
    assert stored(draft).body == followed


def test_a_paragraph_that_one_removed_and_the_other_changed_is_asked(admin_client):
    draft, form, page = collide(admin_client, [ONE, THREE], [ONE, "Theirs.", THREE])
    assert "You removed it." in page
    assert post_form(admin_client, draft, form | answers(form, "theirs"))[0] == 302
    assert stored(draft).body == text_of(ONE, "Theirs.", THREE)


def test_another_error_of_the_form_keeps_the_answered_text(admin_client):
    draft, form, _ = collide(admin_client, [ONE, "Mine.", THREE], [ONE, "Theirs.", THREE])
    _, page = post_form(admin_client, draft, form | answers(form, "both") | {"source_url": "example"})
    again = fields_in(page, draft)
    assert again["body"] == text_of(ONE, "Theirs.", "Mine.", THREE)
    assert post_form(admin_client, draft, again | {"source_url": ""})[0] == 302


@pytest.mark.both_databases
def test_a_third_save_before_the_answers_asks_again_where_it_collides(admin_client):
    draft, form, _ = collide(admin_client, [ONE, "Mine.", THREE], ["He comes on Friday.", "Theirs.", THREE])
    save_as_colleague(draft, body=text_of("He comes on Friday.", "Theirs again.", "No dinner."))
    status, page = post_form(admin_client, draft, form | answers(form, "mine"))
    again = fields_in(page, draft)
    assert (status, again["body"]) == (200, text_of("He comes on Friday.", "Mine.", "No dinner."))
    assert post_form(admin_client, draft, again | answers(again, "both"))[0] == 302
    assert stored(draft).body == text_of("He comes on Friday.", "Theirs again.", "Mine.", "No dinner.")


def test_a_third_save_of_another_field_keeps_the_answers(admin_client):
    draft, form, _ = collide(admin_client, [ONE, "Mine.", THREE], [ONE, "Theirs.", THREE])
    save_as_colleague(draft, lead="A lead")
    status, page = post_form(admin_client, draft, form | answers(form, "theirs"))
    again = fields_in(page, draft)
    assert (status, again["body"], again["lead"]) == (200, text_of(ONE, "Theirs.", THREE), "A lead")
    assert post_form(admin_client, draft, again)[0] == 302


# With other fields


def test_a_headline_that_both_changed_is_asked_as_a_whole_beside_the_paragraphs(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="Mine", body=text_of(ONE, "Mine.", THREE))
    save_as_colleague(draft, headline="Theirs", body=text_of(ONE, "Theirs.", THREE))
    _, page = post_form(admin_client, draft, form)
    form = fields_in(page, draft)
    assert "Use their version: Headline" in page
    only_text = post_form(admin_client, draft, form | answers(form, "both"))
    again = fields_in(only_text[1], draft)
    assert (only_text[0], again["body"]) == (200, text_of(ONE, "Theirs.", "Mine.", THREE))
    assert post_form(admin_client, draft, again | {"overwrite": again["seen"]})[0] == 302
    assert (stored(draft).headline, stored(draft).body) == ("Mine", again["body"])


def test_a_ticked_confirmation_stays_ticked_while_a_choice_is_missing(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="Mine", body=text_of(ONE, "Mine.", THREE))
    save_as_colleague(draft, headline="Theirs", body=text_of(ONE, "Theirs.", THREE))
    form = fields_in(post_form(admin_client, draft, form)[1], draft)
    status, page = post_form(admin_client, draft, form | {"overwrite": form["seen"]})
    again = fields_in(page, draft)
    assert (status, again["overwrite"]) == (200, form["seen"])
    assert post_form(admin_client, draft, again | answers(again, "mine"))[0] == 302


# What cannot be merged by paragraph


def test_too_many_collisions_are_asked_as_a_whole(admin_client):
    numbers = range(MAX_QUESTIONS + 1)
    draft = a_draft(*(f"Old {number}" for number in numbers))
    form = opened_form(admin_client, draft, body=text_of(*(f"Mine {number}" for number in numbers)))
    save_as_colleague(draft, body=text_of(*(f"Theirs {number}" for number in numbers)))
    status, page = post_form(admin_client, draft, form)
    again = fields_in(page, draft)
    assert (status, again["body"]) == (200, form["body"])
    assert "This text is not merged by paragraph" in page and "_merged-body" not in again
    assert post_form(admin_client, draft, again | {"overwrite": again["seen"]})[0] == 302


def test_a_question_about_other_texts_is_asked_again(admin_client):
    draft, form, _ = collide(admin_client, [ONE, "Mine.", THREE], [ONE, "Theirs.", THREE])
    form = {name.replace("_asked-body-", "_asked-body-0"): value for name, value in form.items()}
    status, page = post_form(admin_client, draft, form)
    again = fields_in(page, draft)
    assert (status, again["body"], len(answers(again, "both"))) == (200, form["body"], 1)


@pytest.mark.parametrize("seen", ["x", "-1", "9" * 49, "1\x00", "٣", ""])
def test_invalid_inputs_of_a_merge_are_refused_without_an_error(admin_client, seen):
    draft, form, _ = collide(admin_client, [ONE, "Mine.", THREE], [ONE, "Theirs.", THREE])
    bad = form | {"seen": seen, "_merged-body": seen, "_asked-body-x": seen, "_choice-body-x": "mine"}
    assert (post_form(admin_client, draft, bad)[0], stored(draft).body) == (200, text_of(ONE, "Theirs.", THREE))


def test_a_merged_text_that_is_too_long_is_refused_with_the_text_in_the_form(admin_client):
    draft = a_draft("Old.")
    form = opened_form(admin_client, draft, body=text_of("Old.", "m" * 120_000))
    save_as_colleague(draft, body=text_of("t" * 120_000, "Old."))
    status, page = post_form(admin_client, draft, form)
    again = fields_of(page, "message_form")
    assert (status, len(again["body"]) > 240_000, "The text is too long" in page) == (200, True, True)
    assert Message.objects.get().body == text_of("t" * 120_000, "Old.")


def test_an_image_is_shown_by_its_alternative_text():
    (block,) = split_blocks('<figure class="image"><img alt="The flag" src="/media/a.png"></figure>')
    assert shown_text((block,)) == "Image: The flag"
