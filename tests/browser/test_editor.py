"""The rich-text editor: its content security policy, every allowed tag, and images."""

import io
import re

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image as Pillow
from playwright.sync_api import expect

from news.models import Message
from richtext.models import Image
from tests.factories import a_category, a_message

pytestmark = pytest.mark.django_db(transaction=True)

# Every tag and attribute that the configuration allows, as the sanitizer writes them.
EVERYTHING = """
<h2>A <em>b</em></h2>
<h3 lang="fr">C</h3>
<h4 dir="rtl">D</h4>
<p>E <strong>f</strong> <s>g</s> <sub>h</sub> <sup>i</sup> <cite>j</cite><br>k
<a href="https://example.org/?a=1&amp;b=2" title="l" hreflang="ru">m</a></p>
<blockquote><p>n</p></blockquote>
<hr>
<ol start="3"><li>o<ul><li>p</li></ul></li></ol>
<p><img src="PICTURE" alt="q" width="10" height="12"></p>
<figure class="image"><img src="PICTURE" alt="r"><figcaption>s</figcaption></figure>
<table class="data"><caption>t</caption>
<thead><tr><th scope="col">u</th><th scope="col">v</th></tr></thead>
<tbody><tr><td colspan="2">w</td></tr><tr><td rowspan="2">x</td><td>y</td></tr><tr><td>z</td></tr></tbody></table>
"""


@pytest.fixture
def pictures(settings, tmp_path):
    """A media folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def a_picture(staff, pictures):
    """The URL of an uploaded image."""
    officer = get_user_model().objects.get()
    file = ContentFile(a_png()["buffer"], name="a.png")
    return Image.objects.create(file=file, uploaded_at=timezone.now(), uploaded_by=officer).file.url


@pytest.fixture
def desk(staff, pictures):
    """The form for a new message, with the editor ready."""
    a_category()
    staff.goto("/admin/news/message/add/")
    expect(text(staff)).to_be_editable()
    return staff


def text(page):
    return page.locator(".cke_wysiwyg_div")


def button(page, name):
    return page.locator(f".cke_button__{name}")


def html(page):
    """Return the text as the form would send it."""
    return page.evaluate("CKEDITOR.instances.id_body.getData()")


def a_png(size=(60, 40)):
    buffer = io.BytesIO()
    Pillow.new("RGB", size, (200, 10, 10)).save(buffer, "PNG")
    return {"name": "holiday.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


def test_every_allowed_tag_goes_through_the_editor_and_comes_out_unchanged(staff, a_picture):
    message = a_message(body=EVERYTHING.replace("PICTURE", a_picture), publish_at=None)
    before = message.body
    assert all(mark in before for mark in ("<cite>", "hreflang", "figcaption", 'rowspan="2"', 'width="10"', "<sub>"))
    staff.goto(f"/admin/news/message/{message.pk}/change/")
    expect(text(staff)).to_be_editable()
    text(staff).press("Control+End")
    staff.get_by_label("Headline").fill("Changed")
    staff.locator("[name=_continue]").click()
    expect(staff.locator(".success")).to_be_visible()
    message.refresh_from_db()
    assert "".join(message.body.split()) == "".join(before.split())  # the editor adds line breaks


def test_the_toolbar_works_by_mouse(desk):
    text(desk).click()
    desk.keyboard.type("Plain ")
    button(desk, "bold").click()
    desk.keyboard.type("bold")
    desk.locator(".cke_combo__format a").click()
    desk.frame_locator("iframe.cke_panel_frame").get_by_role("option", name="Heading 2").click()
    expect(text(desk).locator("h2 strong")).to_have_text("bold")


def test_the_toolbar_works_by_keyboard(desk):
    text(desk).click()
    desk.keyboard.type("Plain bold")
    desk.keyboard.press("Control+Shift+ArrowLeft")
    desk.keyboard.press("Alt+F10")
    desk.keyboard.press("ArrowRight")
    expect(button(desk, "bold")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(text(desk).locator("strong")).to_have_text("bold")
    expect(text(desk)).to_be_focused()


def test_html_source_keeps_allowed_tags_only(desk):
    button(desk, "source").click()
    desk.locator("textarea.cke_source").fill('<p onclick="a()">One <b>two</b><script>a()</script></p>')
    button(desk, "source").click()
    expect(text(desk).locator("strong")).to_have_text("two")
    assert html(desk).strip() == "<p>One <strong>two</strong></p>"


def test_a_paste_keeps_the_text_and_drops_its_styles(desk):
    text(desk).click()
    desk.evaluate(
        """CKEDITOR.instances.id_body.fire('paste', {type: 'html', method: 'paste', dataTransfer:
           new CKEDITOR.plugins.clipboard.dataTransfer(null, CKEDITOR.instances.id_body), dataValue:
           '<p class=MsoNormal style="color:red"><span style="font-size:9pt">One <b>two</b></span></p>'})"""
    )
    expect(text(desk).locator("strong")).to_have_text("two")
    assert html(desk).strip() == "<p>One <strong>two</strong></p>"


def test_an_image_is_uploaded_and_inserted(desk):
    button(desk, "image").click()
    dialog = desk.locator(".cke_dialog")
    dialog.get_by_role("tab", name="Upload").click()
    desk.frame_locator("iframe.cke_dialog_ui_input_file").locator("input[type=file]").set_input_files(a_png())
    dialog.get_by_role("button", name="Send it to the Server").click()
    expect(dialog.get_by_label("URL")).to_have_value(re.compile("^/media/pictures/"))
    assert Image.objects.get().file.url == dialog.get_by_label("URL").input_value()
    dialog.get_by_label("Alternative Text").fill("A red picture")
    dialog.get_by_role("button", name="OK").click()
    expect(text(desk).locator("img[alt='A red picture']")).to_be_visible()


def test_a_refused_upload_says_why(desk):
    said = []
    desk.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    button(desk, "image").click()
    dialog = desk.locator(".cke_dialog")
    dialog.get_by_role("tab", name="Upload").click()
    file = {"name": "evil.png", "mimeType": "image/png", "buffer": b"<svg/>"}
    desk.frame_locator("iframe.cke_dialog_ui_input_file").locator("input[type=file]").set_input_files(file)
    with desk.expect_event("dialog"):
        dialog.get_by_role("button", name="Send it to the Server").click()
    assert "JPEG, PNG or WebP" in said[0]


def test_an_image_without_alternative_text_is_refused(desk, a_picture):
    desk.get_by_label("Headline").fill("With a picture")
    desk.locator("[name=category]").first.check()
    button(desk, "source").click()
    desk.locator("textarea.cke_source").fill(f'<p><img src="{a_picture}" alt=""></p>')
    desk.locator("[name=_continue]").click()
    expect(desk.locator(".errorlist").last).to_contain_text("has no alternative text. Double-click it")
    assert not Message.objects.exists()


def test_the_editor_is_dark_in_the_dark_colour_scheme(dark, log_in):
    log_in(dark)
    dark.goto("/admin/news/message/add/")
    expect(dark.locator("body")).to_have_css("background-color", "rgb(20, 22, 26)")
    expect(text(dark)).to_have_css("color", "rgb(236, 235, 231)")
    text(dark).click()
    dark.locator(".cke_combo__format a").click()
    dark.frame_locator("iframe.cke_panel_frame").get_by_role("option", name="Heading 2").click()
    dark.keyboard.type("Heading")
    expect(text(dark).locator("h2")).to_have_css("color", "rgb(236, 235, 231)")
    expect(text(dark).locator("h2")).to_have_css("background-color", "rgba(0, 0, 0, 0)")
