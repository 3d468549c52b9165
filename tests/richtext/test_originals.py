"""Originals of images: kept as they were uploaded, in private, once, and deleted with the image."""

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ImageOps

from richtext.models import Image, Original
from richtext.originals import check_original
from tests.helpers.files import a_picture_file, an_image
from tests.helpers.message_form import create_press_officer
from tests.helpers.photos import SECRET, a_photo, a_photo_file, an_image_with_original, draw_photo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LARGE = (3200, 2000)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def stored(original) -> bytes:
    with default_storage.open(original.file.name) as file:
        return file.read()


def a_smaller_copy(image=None, orientation=1):
    """Return the upload that the browser makes of a photo: smaller, upright, without metadata."""
    small = (image or draw_photo(LARGE)).resize((800, 500))
    if orientation > 4:
        small = small.rotate(-90, expand=True)
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=80)
    return SimpleUploadedFile("IMG_1234.JPG", buffer.getvalue())


def send_smaller(client, file=None):
    """Send a smaller copy as the script does, and return the id of the image."""
    return client.post("/admin/upload/", {"upload": file or a_smaller_copy(), "made_smaller": "1"}).json()["id"]


def send_original(client, pk, file):
    return client.post(f"/admin/richtext/image/{pk}/original/", {"original": file}).json()


# What is kept


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_is_uploaded_is_kept_unchanged(admin_client, kind):
    photo = a_photo(kind)
    admin_client.post("/admin/upload/", {"upload": SimpleUploadedFile("a photo", photo)})
    original = Original.objects.get()
    assert stored(original) == photo
    assert (original.kind, original.width, original.height, original.size) == (kind, 640, 400, len(photo))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"orientation": 6}])
def test_a_large_photo_is_kept_in_full_and_upright(options):
    image = an_image_with_original(size=LARGE, **options)
    size = LARGE[::-1] if "orientation" in options else LARGE
    assert (image.original.width, image.original.height) == size
    assert max(image.width, image.height) <= 2560
    assert image.original.orientation == options.get("orientation", 1)


def test_a_photo_of_several_images_is_kept(admin_client):
    buffer = BytesIO()
    draw_photo(LARGE).save(buffer, "MPO", save_all=True, append_images=[draw_photo()])
    admin_client.post("/admin/upload/", {"upload": SimpleUploadedFile("a.mpo", buffer.getvalue())})
    assert stored(Original.objects.get()) == buffer.getvalue()


def test_the_image_of_the_library_has_no_data_of_the_camera():
    image = an_image_with_original()
    with default_storage.open(image.file.name) as file:
        assert SECRET not in file.read()


def test_originals_of_library_uploads_and_of_forms_without_a_script_are_kept(admin_client):
    admin_client.post("/admin/richtext/image/add/", {"files": [a_photo_file(), a_photo_file("PNG", "b.png")]})
    assert Original.objects.count() == 2


def test_a_gif_is_an_image_without_an_original(admin_client):
    assert admin_client.post("/admin/upload/", {"upload": a_picture_file(kind="GIF")}).json()["uploaded"] == 1
    assert not Original.objects.exists()


def test_a_site_may_keep_no_originals(admin_client, settings):
    settings.ORIGINAL_MAX_MB = 0
    assert admin_client.post("/admin/upload/", {"upload": a_photo_file()}).json()["uploaded"] == 1
    assert not Original.objects.exists()


# Sent by a script, after the smaller image


@pytest.mark.parametrize("orientation", [1, 6])
def test_the_original_of_an_image_that_the_browser_made_smaller_is_sent_apart(admin_client, orientation):
    pk = send_smaller(admin_client, a_smaller_copy(orientation=orientation))
    assert not Original.objects.exists()
    photo = a_photo_file(size=LARGE, orientation=orientation)
    answer = send_original(admin_client, pk, photo)
    assert answer["kept"], answer
    size = "3200 × 2000" if orientation == 1 else "2000 × 3200"
    assert answer["message"].startswith(f"The original is kept: JPEG, {size}, ")
    assert Image.objects.get(pk=pk).taken_on == date(2026, 9, 3)
    assert stored(Image.objects.get(pk=pk).original) == (photo.seek(0), photo.read())[1]


def test_the_file_of_another_image_is_refused(admin_client):
    pk = send_smaller(admin_client)
    upside_down, wide = ImageOps.flip(draw_photo(LARGE)), draw_photo((3200, 1000))
    for image in (upside_down, wide):
        answer = send_original(admin_client, pk, a_photo_file(image=image))
        assert answer == {
            "kept": False,
            "message": "This file shows another image. Choose the original of the image in the library.",
        }
    assert not Original.objects.exists()
    assert not (default_storage.exists("originals") and default_storage.listdir("originals")[0])


@pytest.mark.both_databases
def test_an_original_is_never_replaced(admin_client):
    image = an_image_with_original()
    answer = send_original(admin_client, image.pk, a_photo_file(quality=50))
    assert answer == {"kept": False, "message": "The original of this image is already kept."}
    assert Original.objects.get() == image.original


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (lambda: SimpleUploadedFile("a.jpg", b""), "This file is empty. Choose the image again."),
        (lambda: SimpleUploadedFile("a.jpg", a_photo()[:2000]), "This image is damaged or incomplete."),
        (lambda: SimpleUploadedFile("a.jpg", b"\xff\xd8\xff\xd9" * 99), "This image is damaged or incomplete."),
        (lambda: SimpleUploadedFile("a.pdf", b"%PDF-1.7"), "not an image"),
        (lambda: a_picture_file(kind="GIF"), "not a JPEG, PNG or WebP image"),
        (lambda: "no file", "Choose the original of the image."),
    ],
    ids=["empty", "incomplete", "markers", "pdf", "gif", "text"],
)
def test_a_file_that_cannot_be_kept_gets_a_sentence_and_the_image_stays(admin_client, file, sentence):
    pk = send_smaller(admin_client)
    answer = send_original(admin_client, pk, file())
    assert sentence in answer["message"] and not answer["kept"]
    assert Image.objects.filter(pk=pk).exists() and not Original.objects.exists()


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (lambda: a_photo_file(after=bytes(1024 * 1024)), "Originals of up to 1.0\xa0MB are kept."),
        (lambda: a_photo_file(size=LARGE), "The original has 7 megapixels. Originals of up to 3 are kept."),
    ],
    ids=["bytes", "pixels"],
)
def test_files_above_the_limits_are_refused(settings, file, sentence):
    settings.ORIGINAL_MAX_MB, settings.ORIGINAL_MAX_MEGAPIXELS = 1, 3
    with pytest.raises(ValidationError) as caught:
        check_original(file())
    assert sentence in caught.value.messages[0]


def test_a_storage_that_fails_loses_the_original_only(admin_client, monkeypatch):
    pk = send_smaller(admin_client)
    monkeypatch.setattr(FileSystemStorage, "_save", lambda *args: (_ for _ in ()).throw(OSError(28, "full")))
    assert "File storage is not responding" in send_original(admin_client, pk, a_photo_file(size=LARGE))["message"]
    assert Image.objects.filter(pk=pk).exists() and not Original.objects.exists()


def test_nobody_adds_an_original_to_an_image_that_they_may_not_use(admin_client, client):
    pk = send_smaller(admin_client)
    client.force_login(create_press_officer())
    address = f"/admin/richtext/image/{pk}/original/"
    assert client.post(address, {"original": a_photo_file(size=LARGE)}).status_code == 404
    assert client.get(f"/admin/richtext/image/{'9' * 30}/original/").status_code == 404
    assert not Original.objects.exists()


# The page of an image


def page_fields(**kwargs):
    return {"name": "A photo", "alt": "", "credit": "", "rights": "", "taken_on": ""} | kwargs


def test_an_original_can_be_added_on_the_page_of_an_image_without_a_script(admin_client):
    address = f"/admin/richtext/image/{send_smaller(admin_client)}/change/"
    assert 'name="original_file"' in admin_client.get(address).content.decode()
    other = a_photo_file(image=ImageOps.flip(draw_photo(LARGE)))
    refused = admin_client.post(address, page_fields(original_file=other))
    assert "This file shows another image." in refused.content.decode()
    assert admin_client.post(address, page_fields(original_file=a_photo_file(size=LARGE))).status_code == 302
    page = admin_client.get(address).content.decode()
    assert "JPEG, 3200 × 2000" in page and 'name="original_file"' not in page


def test_staff_who_see_an_image_can_download_its_original_and_nobody_else(admin_client, client):
    image = an_image_with_original()
    address = f"/admin/richtext/image/{image.pk}/original/"
    answer = admin_client.get(address)
    assert b"".join(answer.streaming_content) == stored(image.original)
    assert answer["Content-Disposition"] == 'attachment; filename="IMG_1234.jpg"'
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert client.get(address).status_code == 302
    assert admin_client.get(f"/admin/richtext/image/{an_image().pk}/original/").status_code == 404


def test_no_address_of_media_leads_to_an_original_not_even_for_staff(admin_client, client):
    name = an_image_with_original().original.file.name
    for path in (name, name.upper(), f"/{name}", f"pictures/../{name}", f"./{name}", name.replace("/", "//")):
        for someone in (client, admin_client):
            assert someone.get(f"/media/{path}").status_code == 404, path


# Deleting


@pytest.mark.both_databases
def test_an_original_is_deleted_with_its_image(admin_client, media, django_capture_on_commit_callbacks):
    image = an_image_with_original()
    copy = media / "press" / str(image.original.pk) / "0.jpg"
    copy.parent.mkdir(parents=True)
    copy.touch()
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(f"/admin/richtext/image/{image.pk}/delete/", {"post": "yes"})
    assert not Image.objects.exists() and not Original.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []
