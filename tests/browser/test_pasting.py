"""Paste and drop into the editor: images are uploaded, and omissions are reported."""

import base64
import re

import pytest
from playwright.sync_api import expect

from news.models import Message
from richtext.models import Image
from tests.factories import a_category, a_message
from tests.helpers.pasting import a_png, html, notices, open_editor, paste, send, text

pytestmark = pytest.mark.django_db(transaction=True)

UPLOADED = "img[src^='/media/pictures/']"


@pytest.fixture
def desk(staff, settings, tmp_path):
    """The form for a new message, with the editor ready."""
    settings.MEDIA_ROOT = tmp_path
    a_category()
    open_editor(staff)
    return staff


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_pasted_or_dropped_image_file_is_uploaded_and_inserted(desk, kind):
    send(desk, kind, ("image.png", "image/png", a_png()))
    expect(text(desk).locator(UPLOADED)).to_be_visible()
    assert Image.objects.get().file.url in html(desk)
    assert "data:" not in html(desk)


def test_several_image_files_are_all_uploaded(desk):
    send(desk, "drop", ("a.png", "image/png", a_png()), ("b.png", "image/png", a_png((50, 50))))
    expect(text(desk).locator(UPLOADED)).to_have_count(2)
    assert Image.objects.count() == 2


def test_an_image_in_pasted_html_is_uploaded_with_its_alternative_text(desk):
    data = base64.b64encode(a_png()).decode()
    send(desk, "paste", html=f'<p>Before <img src="data:image/png;base64,{data}" alt="A chart"> after</p>')
    expect(text(desk).locator(f"{UPLOADED}[alt='A chart']")).to_be_visible()
    assert re.search(r'Before <img alt="A chart" height="40" src="[^"]+" width="60" /> after', html(desk))


def test_a_copied_image_is_uploaded_and_not_linked_to_its_site(desk):
    given = '<meta charset="utf-8"><img src="https://example.org/a.png" alt="A">'
    send(desk, "paste", ("image.png", "image/png", a_png()), html=given)
    expect(text(desk).locator(UPLOADED)).to_be_visible()
    assert "example.org" not in html(desk)


def test_submitting_waits_for_an_upload(staff, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    message = a_message(body="<p>Text</p>", publish_at=None)
    open_editor(staff, f"/admin/news/message/{message.pk}/change/")
    send(staff, "paste", ("image.png", "image/png", a_png()))
    staff.locator("[name=_continue]").click()
    expect(staff.locator(".errorlist").last).to_contain_text("has no alternative text")
    assert Image.objects.get().file.url in html(staff)


def test_submitting_waits_for_pasted_text(staff):
    message = a_message(body="", publish_at=None)
    open_editor(staff, f"/admin/news/message/{message.pk}/change/")
    send(staff, "paste", html="<p>Pasted <b>words</b></p>")
    staff.locator("[name=_continue]").click()
    expect(staff.locator(".messagelist .success")).to_be_visible()
    assert Message.objects.get().body == "<p>Pasted <strong>words</strong></p>"


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_file_that_is_not_an_image_is_reported(desk, kind):
    send(desk, kind, ("speech.pdf", "application/pdf", b"%PDF-1.4"))
    expect(notices(desk)).to_contain_text("The file speech.pdf is not an image")


def test_an_image_of_another_site_is_reported_and_never_requested(desk):
    paste(desk, '<p>a</p><figure><img src="https://example.org/a.jpg"><figcaption>Photo: agency</figcaption></figure>')
    expect(notices(desk)).to_contain_text(["An image from example.org was removed", "Photo: agency"])
    assert html(desk).strip() == "<p>a</p>"


def test_losses_from_html_source_are_reported(desk):
    desk.locator(".cke_button__source").click()
    desk.locator("textarea.cke_source").fill('<p>a</p><iframe src="https://example.org/map" title="The way"></iframe>')
    desk.locator(".cke_button__source").click()
    expect(notices(desk)).to_contain_text("from example.org was replaced by a link.")
    expect(text(desk).get_by_role("link", name="The way")).to_be_visible()


def test_plain_text_is_pasted_without_a_request(desk):
    asked = []
    desk.on("request", lambda request: asked.append(request.url) if "prepare" in request.url else None)
    desk.evaluate(
        """CKEDITOR.instances.id_body.fire("paste", {type: "text", method: "paste", dataValue: "One<br>two",
        dataTransfer: new CKEDITOR.plugins.clipboard.dataTransfer(null, CKEDITOR.instances.id_body)})"""
    )
    expect(text(desk)).to_contain_text("One")
    assert asked == []


@pytest.mark.may_complain
def test_without_the_server_a_paste_becomes_plain_text_with_a_notice(desk):
    desk.route("**/admin/prepare/", lambda route: route.abort())
    paste(desk, "<p>One <b>two</b></p><p>three &lt;four&gt;</p><script>five()</script>")
    expect(notices(desk)).to_contain_text("pasted without formatting")
    assert html(desk).split() == "<p>One two</p> <p>three &lt;four&gt;</p>".split()


def test_no_field_truncates_pasted_text(desk):
    given = "Headline " * 40
    field = desk.get_by_label("Headline")
    field.focus()
    desk.keyboard.insert_text(given)
    expect(field).to_have_value(given)
