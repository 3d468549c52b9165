"""A picture sent with a message's form: never lost by an error elsewhere, never with the words of the one before it."""

import io
import re

import pytest
from django.core.files.storage import FileSystemStorage
from PIL import Image as Pillow

from news.models import Message
from richtext.models import Image
from tests.factories import a_category, a_message
from tests.helpers.files import a_pdf_file, a_picture_file, a_pictured_message
from tests.helpers.form_fields import fields_of
from tests.helpers.message_form import create_press_officer, save_as_colleague

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


def test_a_stored_upload_is_nobody_elses_and_no_id_can_be_made_up(admin_client, client):
    refused = admin_client.post(ADD, new_message(admin_client, image=a_picture_file(), image_alt=""))
    stored = fields_of(refused.content.decode(), "message_form")["image_choice"]
    client.force_login(create_press_officer())
    for value in (stored, "999999", "-1", "٣", "made-up", "9" * 40):
        data = filled(client, ADD, headline="A visit", category=a_category().pk, image_alt="A seal", image_choice=value)
        assert "not in the library any more" in client.post(ADD, data).content.decode(), value
    assert not Message.objects.exists()


# An image that a script has sent, or that is chosen from the library


def uploaded(client, size=(900, 450), name="visit.jpg"):
    """Return the id of an image that the script of the form has sent."""
    file = a_picture_file(size)
    file.name = name
    return client.post("/admin/upload/", {"upload": file}).json()["id"]


def test_an_image_is_on_the_server_as_soon_as_it_is_chosen_and_the_form_carries_its_id(admin_client):
    pk = uploaded(admin_client)
    texts = {"image_alt": "Ministers", "image_credit": "A. Smith", "image_focus_x": "25", "image_focus_y": "30"}
    refused = admin_client.post(ADD, new_message(admin_client, image_choice=pk, **texts) | {"headline": ""})
    data = fields_of(refused.content.decode(), "message_form")
    assert {name: data[name] for name in texts} | {"image_choice": data["image_choice"]} == texts | {
        "image_choice": str(pk)
    }
    assert send_again(admin_client, ADD, refused, headline="A visit").status_code == 302
    message, image = Message.objects.get(), Image.objects.get()
    assert (message.image.name, message.image_focus_x, message.image_focus_y) == (image.file.name, 25, 30)
    assert (image.pk, image.name, image.alt, image.credit) == (pk, "visit.jpg", "Ministers", "A. Smith")


def test_a_focal_point_that_equals_the_earlier_images_is_kept_for_a_chosen_image(admin_client):
    message = a_pictured_message(publish_at=None, approved_at=None, image_focus_x=25, image_focus_y=30)
    data = filled(admin_client, change(message), image_choice=uploaded(admin_client))
    assert admin_client.post(change(message), data).status_code == 302
    message.refresh_from_db()
    assert (message.image_width, message.image_focus_x, message.image_focus_y) == (900, 25, 30)


def test_the_earlier_images_focus_is_not_taken_over_through_an_error(admin_client):
    message = a_pictured_message(publish_at=None, approved_at=None, image_focus_x=25, image_focus_y=30)
    sent = filled(admin_client, change(message), image=a_picture_file((800, 400)), image_alt="Other", headline="")
    refused = admin_client.post(change(message), sent)
    send_again(admin_client, change(message), refused, headline="A visit")
    message.refresh_from_db()
    assert (message.image_width, message.image_focus_x, message.image_focus_y) == (800, 50, 50)


def test_a_file_in_the_form_outranks_the_id_and_removing_outranks_both(admin_client):
    pk = uploaded(admin_client)
    data = new_message(admin_client, image_choice=pk, image_alt="A", image=a_picture_file((700, 300)))
    admin_client.post(ADD, data)
    assert Message.objects.get().image_width == 700
    message = Message.objects.get()
    cleared = filled(admin_client, change(message), image_choice=pk, image_alt="") | {"image-clear": "on"}
    assert admin_client.post(change(message), cleared).status_code == 302
    message.refresh_from_db()
    assert not message.image


def test_choosing_the_present_image_again_changes_nothing(admin_client):
    message = a_pictured_message(publish_at=None, approved_at=None)
    image = Image.objects.get(file=message.image.name)
    versions = message.history.count()
    data = filled(admin_client, change(message), image_choice=image.pk)
    assert admin_client.post(change(message), data).status_code == 302
    assert message.history.count() == versions


def test_without_a_script_the_button_saves_and_opens_the_library_which_leads_back(admin_client):
    image = Image.objects.get(pk=uploaded(admin_client))
    image.alt, image.credit = "Two ministers", "A. Smith"
    image.save()
    saved = admin_client.post(ADD, new_message(admin_client, _library="1"))
    message = Message.objects.get()
    assert saved.url == f"/admin/richtext/image/?for=%2Fadmin%2Fnews%2Fmessage%2F{message.pk}%2Fchange%2F"
    library = admin_client.get(saved.url).content.decode()
    chosen = f"{change(message)}?image_choice={image.pk}"
    assert f'href="{chosen}"' in library
    data = filled(admin_client, chosen)
    assert admin_client.post(chosen, data).status_code == 302
    message.refresh_from_db()
    assert (message.image.name, message.image_alt, message.image_credit) == (
        image.file.name, "Two ministers", "A. Smith",
    )  # fmt: skip


def test_the_preview_of_an_unsaved_message_has_the_chosen_image(admin_client):
    image = Image.objects.get(pk=uploaded(admin_client))
    data = new_message(admin_client, image_choice=image.pk, image_alt="Two ministers")
    page = admin_client.post("/admin/news/message/preview/", data).content.decode()
    assert image.file.name in page


def test_a_chosen_image_survives_a_conflict_with_a_colleague(admin_client):
    message = a_pictured_message(publish_at=None, approved_at=None)
    pk = uploaded(admin_client)
    data = filled(admin_client, change(message), image_choice=pk, image_alt="Two ministers", headline="Mine")
    save_as_colleague(message, headline="Theirs")
    conflict = admin_client.post(change(message), data)
    assert "Someone else saved this" in conflict.content.decode()
    again = fields_of(conflict.content.decode(), "message_form")
    assert (again["image_choice"], again["image_alt"]) == (str(pk), "Two ministers")
    again["overwrite"] = again["seen"] = str(message.history.latest("history_id").pk)
    assert admin_client.post(change(message), again).status_code == 302
    message.refresh_from_db()
    assert (message.image_width, message.headline) == (900, "Mine")


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
