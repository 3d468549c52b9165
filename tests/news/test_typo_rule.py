"""The bound of a typo: a few words, and no number, name, date, link or image."""

import pytest

from news.models import Message
from news.typo_rule import typo_error
from tests.helpers.revisions import TEXT


def texts(old, new):
    """Return two messages with these fields."""
    given = {"headline": "The talks", "body": TEXT}
    return Message(**given | old), Message(**given | new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<p>Paris told London.</p>", "<p>London told Paris.</p>"),
        ("<p>Paris told us.</p>", "<p>London told us.</p>"),
        ("<p>It was 10 of 20.</p>", "<p>It was 20 of 10.</p>"),
        ('<p><a href="/a/">one</a> <a href="/b/">two</a></p>', '<p><a href="/b/">one</a> <a href="/a/">two</a></p>'),
        ("<p>on monday</p>", "<p>on friday</p>"),
    ],
)
def test_names_numbers_and_links_that_change_places_are_no_typo(old, new):
    assert "Select “Correction” or “Update”." in typo_error(*texts({"body": old}, {"body": new}))


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ({"body": "<p>The talks have only now begun in earnest on Monday, as we see it.</p>"}, "More than 5 words"),
        ({"body": "<p>The talks began on Monday at 10.</p>"}, "A number has changed."),
        ({"body": "<p>The talks began on Tuesday.</p>"}, "with a capital letter, has changed."),
        ({"body": '<p>The talks <a href="https://example.org/">began</a> on Monday.</p>'}, "A link or an image"),
        ({"source_url": "https://example.org/"}, "A typo changes words of the headline, the lead or the text only."),
    ],
)
def test_what_is_more_than_a_typo_is_refused_as_one(new, sentence):
    assert sentence in typo_error(*texts({}, new))


@pytest.mark.parametrize(
    "new", [{"featured": True}, {"slug": "other-talks"}, {"body": TEXT.replace("began", "begun")}, {"image_focus_x": 9}]
)
def test_a_misspelt_word_and_a_new_place_are_typos(new):
    assert typo_error(*texts({}, new)) == ""
