"""Messages in a language that the site no longer offers (`MESSAGE_LANGUAGES`)."""

import pytest

from tests.helpers.message_form import a_draft, opened_form, post_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_a_message_in_a_former_language_is_not_saved_in_another_one_unasked(admin_client, settings):
    draft = a_draft(language="fr")
    settings.LANGUAGES = [("en", "English"), ("ru", "Russian")]
    form = opened_form(admin_client, draft)
    status, page = post_form(admin_client, draft, form)
    assert (status, form["language"]) == (200, "")
    assert "Select the language of the text." in page
    assert post_form(admin_client, draft, form | {"language": "ru"})[0] == 302
    draft.refresh_from_db()
    assert draft.language == "ru"
