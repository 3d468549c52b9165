"""Previews in the admin: the unsaved text as the public page, for staff only."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from editions.edition import Edition
from news.models import Message, WorkflowLogEntry
from richtext import fields
from tests.factories import DAY, NOON, a_message
from tests.helpers.form_fields import buttons_of
from tests.helpers.message_form import create_press_officer, filled_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NEW = "/admin/news/message/preview/"


def desk(message, what="preview"):
    return f"/admin/news/message/{message.pk}/{what}/"


# The unsaved text


def test_the_text_in_the_form_is_previewed_and_nothing_is_saved(admin_client):
    draft = a_message(publish_at=None, headline="As saved")
    number, versions = Edition.current(NOON).number, draft.history.count()
    page = admin_client.post(desk(draft), filled_form(headline="As typed", body="<p>Typed</p>")).content.decode()
    draft.refresh_from_db()
    assert ('<h1 lang="en" dir="ltr">As typed</h1>' in page, "<p>Typed</p>" in page, draft.headline) == (
        True,
        True,
        "As saved",
    )
    assert (Edition.current(NOON).number, draft.history.count(), WorkflowLogEntry.objects.count()) == (
        number,
        versions,
        0,
    )


def test_a_message_that_was_never_saved_is_previewed(admin_client):
    page = admin_client.post(NEW, filled_form(headline="Brand new")).content.decode()
    assert ('<h1 lang="en" dir="ltr">Brand new</h1>' in page, Message.objects.exists()) == (True, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"headline": ""},
        {"headline": "x" * 301},
        {"headline": "x\x00y"},
        {"category": ""},
        {"category": "9" * 30},
        {"publish_at_0": "31/02/2021", "publish_at_1": "12:00"},
        {"delivered_on": "yesterday"},
        {"language": "klingon"},
        {"slug": "a b"},
        {"source_url": "javascript:alert(1)"},
        {"body": "<p>The text.</p><img src='/media/x.jpg'>"},
        {"body": "<p>The text.</p>" * 20_000},
    ],
)
def test_an_invalid_form_is_previewed(admin_client, wrong):
    page = admin_client.post(NEW, filled_form(lead="Typed with care") | wrong)
    text = page.content.decode()
    assert (page.status_code, "Typed with care" in text, "<p>The text.</p>" in text) == (200, True, True)
    assert ("Correct these errors before you save" in text, "javascript:" in text) == (True, False)


def test_an_empty_form_is_previewed_too(admin_client):
    assert "No headline yet" in admin_client.post(NEW, {}).content.decode()


def test_the_preview_shows_sanitised_text(admin_client):
    page = admin_client.post(
        NEW, filled_form(body="<p onclick='x()'>Text<script>alert(1)</script></p>")
    ).content.decode()
    assert ("<p>Text</p>" in page, "alert(1)" in page) == (True, False)


def test_images_are_previewed_as_saved(admin_client):
    data = filled_form(image=SimpleUploadedFile("new.png", b"no picture"), image_alt="A sunset")
    page = admin_client.post(NEW, data).content.decode()
    assert ("A sunset" in page, "cannot be saved" in page) == (False, False)


def test_a_preview_is_not_cached(admin_client):
    assert "no-store" in admin_client.post(NEW, filled_form())["Cache-Control"]


def test_users_without_change_permission_preview_the_saved_text(client):
    scheduled = a_message(publish_at=NOON + DAY, approved_at=NOON, headline="As approved")
    client.force_login(create_press_officer())
    page = client.post(desk(scheduled), filled_form(headline="As smuggled in")).content.decode()
    assert ("As approved" in page, "As smuggled in" in page) == (True, False)


def test_previews_are_for_staff_only(client):
    assert [client.post(NEW, filled_form()).status_code, client.post(desk(a_message()), filled_form()).status_code] == [
        302,
        302,
    ]


def test_the_form_has_a_preview_button(admin_client):
    draft = a_message(publish_at=None)
    page = admin_client.get(desk(draft, "change")).content.decode()
    button = next(each for each in buttons_of(page, "message_form") if each.get("class") == "preview")
    assert (button["formaction"], button["formtarget"]) == (desk(draft), "desk-preview")


def test_a_long_text_is_converted_once(admin_client, monkeypatch):
    texts = []
    convert = fields.convert_html
    monkeypatch.setattr(fields, "convert_html", lambda text, **given: texts.append(text) or convert(text, **given))
    admin_client.post(NEW, filled_form(body="<p>Typed</p>"))
    assert texts == ["<p>Typed</p>"]
