"""A picture sent with a message's form: never lost by an error elsewhere, never with the words of the one before it."""

import io
import re

import pytest
from django.contrib.auth import get_user_model
from django.core.files.storage import FileSystemStorage
from PIL import Image as Pillow

from news.models import Message
from tests.factories import a_category, a_message
from tests.helpers.files import a_pdf_file, a_picture_file, a_pictured_message
from tests.helpers.form_fields import fields_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ADD = "/admin/news/message/add/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def change(message):
    return f"/admin/news/message/{message.pk}/change/"


def filled(client, address, **kwargs):
    """Return the data that a browser would send from the form at a URL."""
    return fields_of(client.get(address).content.decode(), "message_form") | kwargs


def send_again(client, address, page, **kwargs):
    """Send a refused form again as the browser does, which keeps no file."""
    return client.post(address, fields_of(page.content.decode(), "message_form") | kwargs)


def new_message(client, **kwargs):
    return filled(client, ADD, headline="A visit", body="<p>Text.</p>", category=a_category().pk) | kwargs


@pytest.mark.parametrize(
    ("missing", "mended"),
    [
        ({"headline": ""}, {"headline": "A visit"}),
        ({"image_alt": ""}, {"image_alt": "The ministers shake hands"}),
        ({"source_url": "nowhere"}, {"source_url": "https://example.org/"}),
    ],
)
def test_an_image_and_its_focus_survive_an_error_elsewhere_in_the_form(admin_client, missing, mended):
    complete = {"image_alt": "Two ministers", "image_focus_x": "25", "image_focus_y": "30"}
    data = new_message(admin_client, image=a_picture_file((800, 400)), **complete) | missing
    refused = admin_client.post(ADD, data)
    assert refused.status_code == 200
    assert "Choose the file again" not in refused.content.decode()
    assert send_again(admin_client, ADD, refused, **mended).status_code == 302
    message = Message.objects.get()
    assert (message.image_width, message.image_focus_x, message.image_focus_y) == (800, 25, 30)
    assert admin_client.get(f"/media/{message.image.name}").status_code == 200


def test_an_image_survives_several_errors_and_one_of_an_attachment(admin_client):
    data = new_message(
        admin_client,
        image=a_picture_file(),
        image_alt="A flag",
        **{"attachments-TOTAL_FORMS": 1, "attachments-0-name": ""},
    )
    refused = admin_client.post(ADD, data | {"attachments-0-file": a_pdf_file(b"no pdf")})
    again = send_again(admin_client, ADD, refused, headline="")
    stored = fields_of(again.content.decode(), "message_form") | {"headline": "A visit", "attachments-TOTAL_FORMS": 0}
    assert admin_client.post(ADD, stored).status_code == 302
    assert Message.objects.get().image_width == 600


def test_the_stored_image_is_shown_in_the_refused_form(admin_client):
    refused = admin_client.post(ADD, new_message(admin_client, image=a_picture_file((800, 400)), image_alt=""))
    shown = re.search(r'class="focus-frame"[^>]*><img src="([^"]+)"', refused.content.decode())[1]
    assert admin_client.get(shown).status_code == 200


def test_another_image_may_be_chosen_in_a_refused_form(admin_client):
    refused = admin_client.post(ADD, new_message(admin_client, image=a_picture_file((800, 400)), image_alt=""))
    send_again(admin_client, ADD, refused, image=a_picture_file((300, 300)), image_alt="A seal")
    assert Message.objects.get().image_width == 300


def test_a_stored_upload_is_nobody_elses_and_no_token_can_be_made_up(admin_client, client):
    refused = admin_client.post(ADD, new_message(admin_client, image=a_picture_file(), image_alt=""))
    data = fields_of(refused.content.decode(), "message_form") | {"image_alt": "A seal"}
    get_user_model().objects.create_superuser("another", password="x")
    client.login(username="another", password="x")
    for token in (data["image_upload"], "made-up", data["image_upload"] + "x"):
        own = fields_of(client.get(ADD).content.decode(), "message_form")
        client.post(ADD, data | {"draft_key": own.get("draft_key", ""), "image_alt": "", "image_upload": token})
    assert not Message.objects.exclude(image="").exists()


# The words of another picture


@pytest.mark.parametrize(
    ("words", "changed", "asked"),
    [
        ({"image_alt": "Ministers", "image_credit": "A. Smith"}, {}, ["id_image_alt", "id_image_credit"]),
        ({"image_alt": "Ministers", "image_credit": "A. Smith"}, {"image_alt": "A flag"}, ["id_image_credit"]),
        ({"image_alt": "Ministers", "image_credit": ""}, {"image_alt": "A flag"}, []),
        ({"image_alt": "", "image_decorative": True, "image_credit": "A. Smith"}, {}, ["id_image_credit"]),
    ],
)
def test_the_words_of_the_earlier_image_are_asked_about(admin_client, words, changed, asked):
    message = a_pictured_message(publish_at=None, approved_at=None, **words)
    data = filled(admin_client, change(message), image=a_picture_file((800, 400))) | changed
    answer = admin_client.post(change(message), data)
    page = answer.content.decode()
    assert [f'href="#{name}"' in page for name in ("id_image_alt", "id_image_credit")] == [
        name in asked for name in ("id_image_alt", "id_image_credit")
    ]
    if asked:
        assert send_again(admin_client, change(message), answer).status_code == 302
    message.refresh_from_db()
    assert message.image_width == 800


def test_words_may_be_left_when_the_image_is_not_changed(admin_client):
    message = a_pictured_message(publish_at=None, approved_at=None)
    assert admin_client.post(change(message), filled(admin_client, change(message), lead="More")).status_code == 302


# Data removed from an upload


def animation():
    """Return an animated GIF as an uploaded file."""
    frames = [Pillow.new("RGB", (900, 450), (0, 0, 90 * number)) for number in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    buffer.name, _ = "moving.gif", buffer.seek(0)
    return buffer


def test_a_lost_animation_is_named_when_the_message_is_saved(admin_client):
    data = new_message(admin_client, image=animation(), image_alt="A flag")
    assert "Only its first frame" in admin_client.post(ADD, data, follow=True).content.decode()


def test_a_lost_animation_is_named_in_the_editor(admin_client):
    answer = admin_client.post("/admin/upload/", {"upload": animation()}).json()
    assert (answer["uploaded"], "Only its first frame" in answer["error"]["message"]) == (1, True)
    assert "error" not in admin_client.post("/admin/upload/", {"upload": a_picture_file()}).json()


@pytest.mark.parametrize(("size", "said"), [((300, 200), True), ((827, 500), True), ((828, 500), False)])
def test_a_small_image_is_named_when_the_message_is_saved(admin_client, size, said):
    message = a_message(publish_at=None, approved_at=None)
    data = filled(admin_client, change(message), image=a_picture_file(size), image_alt="A flag")
    page = admin_client.post(change(message), data, follow=True).content.decode()
    assert (f"only {size[0]} pixels wide" in page) is said


# A full disk


def refuse_after(monkeypatch, count):
    """Let the file system refuse every file after the first `count`."""
    stored, save = [], FileSystemStorage._save

    def fill(storage, name, content):
        if len(stored) >= count:
            raise OSError(28, "No space left on device")
        stored.append(name)
        return save(storage, name, content)

    monkeypatch.setattr(FileSystemStorage, "_save", fill)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_image_that_does_not_fit_on_the_disk_leaves_nothing_behind(admin_client, monkeypatch, settings, count):
    refuse_after(monkeypatch, count)
    answer = admin_client.post("/admin/upload/", {"upload": a_picture_file()}).json()
    assert answer["uploaded"] == 0
    assert [file for file in settings.MEDIA_ROOT.rglob("*") if file.is_file()] == []


def test_a_pdf_that_does_not_fit_on_the_disk_is_no_server_error(admin_client, monkeypatch, settings):
    refuse_after(monkeypatch, 0)
    data = new_message(admin_client) | {"attachments-TOTAL_FORMS": 1, "attachments-0-file": a_pdf_file()}
    data |= {"attachments-0-name": "Programme", "attachments-0-order": 0}
    admin_client.raise_request_exception = False
    assert admin_client.post(ADD, data).status_code == 503
    assert not Message.objects.exists()
