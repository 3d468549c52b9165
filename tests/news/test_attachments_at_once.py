"""Attachments edited by two users: no overwritten changes, and a version for each change."""

import pytest
from django.contrib.auth import get_user_model

from news.models import Attachment, Message
from tests.factories import HOUR, NOON, a_message
from tests.helpers.files import a_pdf_file, a_picture_file, an_attachment
from tests.helpers.form_fields import fields_of
from tests.helpers.message_form import a_draft, change_url, opened_form, post_form, save_as_colleague, stored_headline

pytestmark = pytest.mark.django_db

GONE = {"attachments-0-DELETE": "on"}
NEW = {"attachments-TOTAL_FORMS": "1", "attachments-0-name": "Programme", "attachments-0-order": "0"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def boris_client():
    """A colleague's client."""
    from django.test import Client

    client = Client()
    client.force_login(get_user_model().objects.create_superuser("boris", first_name="Boris", last_name="Orlov"))
    return client


def attached():
    return [attachment.name for attachment in Attachment.objects.all()]


def history(client, message):
    return client.get(f"/admin/news/message/{message.pk}/history/").content.decode()


# Versions


def test_an_added_pdf_creates_a_version(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft) | NEW | {"attachments-0-file": a_pdf_file()}
    assert post_form(admin_client, draft, form)[0] == 302
    newest = draft.history.order_by("-history_id").first()
    assert (newest.history_user.username, newest.history_change_reason) == ("admin", "added: Programme")
    assert "attachments changed: added: Programme" in history(admin_client, draft)


def test_a_user_who_attached_a_pdf_is_an_author(boris_client, admin_client):
    draft = a_draft()
    post_form(boris_client, draft, opened_form(boris_client, draft) | NEW | {"attachments-0-file": a_pdf_file()})
    assert get_user_model().objects.get(username="boris").pk in draft.authors()


@pytest.mark.usefixtures("clock")
def test_an_approval_with_a_new_pdf_is_an_approval_of_ones_own_text(boris_client):
    draft = a_draft()
    draft.submit(at=NOON)
    form = opened_form(boris_client, draft) | NEW | {"attachments-0-file": a_pdf_file(), "_approve": "x"}
    status, page = post_form(boris_client, draft, form)
    assert (status, "You have worked on this text." in page) == (200, True)
    assert not Message.objects.published(NOON).exists()
    form |= {"attachments-0-file": a_pdf_file(), "override": "Nobody else is on duty."}
    assert post_form(boris_client, draft, form)[0] == 302
    assert list(draft.log_entries.filter(reason="Nobody else is on duty.")) and draft.attachments.count() == 1


@pytest.mark.usefixtures("clock")
def test_a_submitted_text_with_a_new_pdf_is_submitted_again(boris_client):
    draft = a_draft()
    draft.submit(at=NOON - HOUR)
    post_form(boris_client, draft, opened_form(boris_client, draft) | NEW | {"attachments-0-file": a_pdf_file()})
    draft.refresh_from_db()
    assert (draft.submitted_at, draft.submitted_by.username) == (NOON, "boris")
    assert [entry.kind for entry in draft.log_entries.all()] == ["submitted", "submitted"]


def test_a_user_who_changed_the_image_is_an_author(boris_client):
    draft = a_draft()
    form = opened_form(boris_client, draft, image_decorative="on") | {"image": a_picture_file()}
    assert post_form(boris_client, draft, form)[0] == 302
    assert get_user_model().objects.get(username="boris").pk in draft.authors()


def test_a_draft_whose_attachments_were_changed_can_still_be_deleted(admin_client):
    draft = a_draft()
    post_form(admin_client, draft, opened_form(admin_client, draft) | NEW | {"attachments-0-file": a_pdf_file()})
    assert admin_client.post(f"/admin/news/message/{draft.pk}/delete/", {"post": "yes"}).status_code == 302


def test_a_version_describes_twenty_attachments():
    draft, words = a_draft(), "; ".join(f"added: {'x' * 150}" for _ in range(20))
    draft.record_attachment_change(words, at=NOON)
    newest = draft.history.order_by("-history_id").first()
    assert (newest.history_change_reason, newest.history_date) == (words, NOON)


def test_attachments_of_an_approved_message_create_a_version():
    message = a_message()
    before = message.history.count()
    message.record_attachment_change("added: Programme", at=NOON)
    assert message.history.count() == before + 1


# Two users


def test_a_save_after_a_colleague_deleted_a_pdf_is_refused_with_a_sentence(admin_client, boris_client):
    draft = a_draft()
    an_attachment(draft, name="Programme")
    mine = opened_form(admin_client, draft, headline="Mine")
    post_form(boris_client, draft, opened_form(boris_client, draft) | GONE)
    status, page = post_form(admin_client, draft, mine)
    assert (status, stored_headline(draft)) == (200, "The first headline")
    assert "The other person has changed the attachments (deleted: Programme)" in page
    assert fields_of(page, "message_form")["headline"] == "Mine"


def test_the_second_save_succeeds_without_the_deleted_row(admin_client, boris_client):
    draft = a_draft()
    an_attachment(draft, name="Programme")
    an_attachment(draft, name="Speech")
    mine = opened_form(admin_client, draft, headline="Mine")
    post_form(boris_client, draft, opened_form(boris_client, draft) | GONE)
    _, page = post_form(admin_client, draft, mine)
    again = fields_of(page, "message_form")
    assert post_form(admin_client, draft, again | {"_save": "Save"})[0] == 302
    assert (stored_headline(draft), attached()) == ("Mine", ["Speech"])


def test_a_row_deleted_without_a_version_is_dropped_with_a_sentence(admin_client):
    draft = a_draft()
    an_attachment(draft, name="Programme")
    mine = opened_form(admin_client, draft, headline="Mine")
    Attachment.objects.all().delete()
    answer = admin_client.post(change_url(draft), mine, follow=True)
    assert "A colleague deleted the attachment “Programme”" in answer.content.decode()
    assert (stored_headline(draft), attached()) == ("Mine", [])


def test_a_pdf_added_by_a_colleague_is_in_the_form_and_stays(admin_client, boris_client):
    draft = a_draft()
    an_attachment(draft, name="Speech", order=5)
    mine = opened_form(admin_client, draft, headline="Mine")
    form = opened_form(boris_client, draft)
    new = {"attachments-TOTAL_FORMS": "2", "attachments-1-name": "Programme", "attachments-1-order": "0"}
    post_form(boris_client, draft, form | new | {"attachments-1-file": a_pdf_file()})
    _, page = post_form(admin_client, draft, mine)
    again = fields_of(page, "message_form")
    assert (again["attachments-0-name"], again["attachments-1-name"]) == ("Programme", "Speech")
    post_form(admin_client, draft, again | {"_save": "Save"})
    assert (stored_headline(draft), attached()) == ("Mine", ["Programme", "Speech"])


def test_a_name_changed_by_a_colleague_only_is_kept(admin_client, boris_client):
    draft = a_draft()
    an_attachment(draft, name="Programme")
    mine = opened_form(admin_client, draft, headline="Mine")
    post_form(boris_client, draft, opened_form(boris_client, draft) | {"attachments-0-name": "Programme of the visit"})
    _, page = post_form(admin_client, draft, mine)
    post_form(admin_client, draft, fields_of(page, "message_form") | {"_save": "Save"})
    assert (stored_headline(draft), attached()) == ("Mine", ["Programme of the visit"])


def test_an_image_chosen_by_a_colleague_is_reported_and_kept(admin_client, boris_client):
    draft = a_draft()
    mine = opened_form(admin_client, draft, headline="Mine")
    form = opened_form(boris_client, draft, image_decorative="on") | {"image": a_picture_file()}
    post_form(boris_client, draft, form)
    _, page = post_form(admin_client, draft, mine)
    assert "Changed by the other person only: Image" in page
    post_form(admin_client, draft, fields_of(page, "message_form") | {"_save": "Save"})
    draft.refresh_from_db()
    assert (draft.headline, bool(draft.image)) == ("Mine", True)


@pytest.mark.parametrize(
    "wild",
    [
        {"attachments-INITIAL_FORMS": "1", "attachments-TOTAL_FORMS": "1", "attachments-0-id": "999999"},
        {"attachments-INITIAL_FORMS": "1", "attachments-TOTAL_FORMS": "1"},
        {"attachments-INITIAL_FORMS": "-3", "attachments-TOTAL_FORMS": "-1"},
        {"attachments-INITIAL_FORMS": "2000", "attachments-TOTAL_FORMS": "2000"},
        {"attachments-INITIAL_FORMS": "x"},
    ],
)
def test_invented_rows_cause_no_error(admin_client, wild):
    draft = a_draft()
    assert post_form(admin_client, draft, opened_form(admin_client, draft) | wild)[0] in (200, 302)


# Files after an error


def test_a_pdf_must_be_chosen_again_after_an_error_elsewhere(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="") | NEW | {"attachments-0-file": a_pdf_file()}
    _, page = post_form(admin_client, draft, form)
    row = page[page.index('id="attachments-0"') : page.index('id="attachments-empty"')]
    assert "Choose the file again." in row


def test_an_image_stays_chosen_after_an_error_in_an_attachment(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, image_decorative="on") | NEW
    _, page = post_form(
        admin_client, draft, form | {"image": a_picture_file(), "attachments-0-file": a_pdf_file(b"no")}
    )
    assert "Choose the file again" not in page
    assert fields_of(page, "message_form")["image_choice"].isdecimal()
    assert "This file is not a PDF" in page


def test_a_file_must_be_chosen_again_after_a_conflict(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="Mine") | NEW | {"attachments-0-file": a_pdf_file()}
    save_as_colleague(draft, headline="Theirs")
    assert "Choose the file again" in post_form(admin_client, draft, form)[1]
