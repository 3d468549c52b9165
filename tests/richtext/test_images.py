"""Uploaded images: accepted and rejected files, and removed data."""

import struct
import zlib

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image as Pillow
from PIL import ImageCms

from richtext.images import MAX_BYTES, MAX_SIDE, ImageFormField, SafeImageField, make_safe
from richtext.models import Image
from tests.helpers.files import RED, a_small_image_file

pytestmark = pytest.mark.slow


def drawn(file):
    """Return what Pillow sees in a file that is safe."""
    file.seek(0)
    image = Pillow.open(file)
    image.load()
    return image


def a_png_header(width, height):
    """Return the beginning of a PNG that claims to be of a size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checked = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + checked + b"\0\0\0\x28IDAT" + b"\0" * 40


def refusal(content, name="a.png"):
    with pytest.raises(ValidationError) as caught:
        make_safe(ContentFile(content, name=name))
    return caught.value.messages[0]


# Accepted files


@pytest.mark.parametrize(("kind", "suffix"), [("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp")])
def test_an_image_keeps_its_format_and_loses_its_name(kind, suffix):
    safe = make_safe(a_small_image_file(kind))
    assert drawn(safe).format == kind
    assert safe.name.endswith(suffix)
    assert "holiday" not in safe.name


def test_a_gif_becomes_a_png():
    assert drawn(make_safe(a_small_image_file("GIF"))).format == "PNG"


def test_no_two_images_get_the_same_name():
    assert make_safe(a_small_image_file()).name != make_safe(a_small_image_file()).name


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_an_image_was_taken_is_not_kept(kind):
    exif = Pillow.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    options = {"comment": b"SecretCamera"} if kind == "JPEG" else {}
    file = a_small_image_file(kind, exif=exif, **options)
    assert b"SecretCamera" in file.read()
    safe = make_safe(file)
    assert b"SecretCamera" not in safe.read()
    assert dict(drawn(safe).getexif()) == {}


def test_an_image_taken_sideways_is_turned_upright():
    exif = Pillow.Exif()
    exif[0x0112] = 6
    assert drawn(make_safe(a_small_image_file(size=(40, 20), exif=exif))).size == (20, 40)


@pytest.mark.parametrize(
    ("kind", "mode", "colour"),
    [
        ("JPEG", "L", 90), ("JPEG", "CMYK", (10, 200, 90, 0)), ("PNG", "1", 1), ("PNG", "L", 90),
        ("PNG", "LA", (90, 9)), ("PNG", "P", 3), ("PNG", "RGBA", (1, 2, 3, 4)), ("PNG", "I;16", 30_000),
        ("WEBP", "RGBA", (1, 2, 3, 4)),
    ],
)  # fmt: skip
def test_an_image_of_any_mode_is_taken(kind, mode, colour):
    assert drawn(make_safe(a_small_image_file(kind, mode=mode, colour=colour))).size == (40, 20)


def test_transparency_is_kept():
    image = drawn(make_safe(a_small_image_file("PNG", mode="RGBA", colour=(1, 2, 3, 0))))
    assert image.getpixel((0, 0))[3] == 0


def test_sixteen_bits_a_pixel_become_eight():
    assert drawn(make_safe(a_small_image_file("PNG", mode="I;16", colour=0x8000))).getpixel((0, 0)) == 0x80


def test_a_colour_profile_is_worked_in_and_dropped():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = drawn(make_safe(a_small_image_file("PNG", icc_profile=profile)))
    assert "icc_profile" not in image.info
    assert max(abs(a - b) for a, b in zip(image.getpixel((0, 0)), RED, strict=True)) <= 1


def test_a_colour_profile_without_sense_does_no_harm():
    assert drawn(make_safe(a_small_image_file("PNG", icc_profile=b"nonsense"))).getpixel((0, 0)) == RED


def test_an_image_larger_than_any_screen_is_made_smaller():
    assert drawn(make_safe(a_small_image_file(size=(6000, 1500)))).size == (MAX_SIDE, MAX_SIDE // 4)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_is_reduced_to_its_first_frame(kind):
    more = [Pillow.new("RGB", (40, 20), (0, 0, n)) for n in range(5)]
    image = drawn(make_safe(a_small_image_file(kind, save_all=True, append_images=more, duration=50)))
    assert getattr(image, "n_frames", 1) == 1


# Rejected files


def test_an_empty_file_is_refused():
    assert refusal(b"") == "This file is empty. Choose the image again."


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>a()</script></svg>",
        b"<!doctype html><script>a()</script>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"GIF89a",
        b"BM" + b"\0" * 100,
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"\0",
    ],
)
def test_an_unreadable_image_is_rejected_with_advice(content):
    assert any(way in refusal(content) for way in ("JPEG, PNG or WebP", "Save it again and upload the new copy"))


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM"])
def test_another_image_format_is_rejected_with_any_name(kind):
    assert "JPEG, PNG or WebP" in refusal(a_small_image_file(kind).read(), "a.png")


@pytest.mark.parametrize("size", [(20_000, 20_000), (8_000, 6_000), (6_500, 6_500), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_before_it_is_decoded(size):
    assert "Make it smaller" in refusal(a_png_header(*size))


def test_an_image_cut_short_is_refused():
    for kind in ("JPEG", "PNG"):
        content = a_small_image_file(kind, size=(400, 400), colour=RED).read()
        assert "damaged" in refusal(content[: len(content) // 2])


def test_a_truncated_image_always_gives_an_error_message():
    for kind in ("JPEG", "PNG", "WEBP"):
        content = a_small_image_file(kind, size=(30, 30)).read()
        for length in range(1, len(content) - 20, 7):
            assert refusal(content[:length]).endswith(".")


def test_a_file_too_large_is_refused_with_its_size():
    assert refusal(b"\0" * (MAX_BYTES + 1)).startswith("This file is 40.0")


# The fields


def test_the_form_reencodes_every_new_upload():
    upload = SimpleUploadedFile("evil.html", a_small_image_file("PNG").read() + b"<script>", "text/html")
    safe = ImageFormField().clean(upload)
    assert safe.name.endswith(".png")
    assert b"<script>" not in safe.read()


def test_migrations_see_a_plain_image_field():
    _, path, _, kwargs = SafeImageField().deconstruct()
    assert path == "django.db.models.ImageField"
    assert kwargs["upload_to"] == "pictures/%y/%m/"


@pytest.fixture
def officer(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return get_user_model().objects.create_superuser("officer")


def test_an_image_set_by_a_script_is_reencoded(officer):
    image = Image.objects.create(file=a_small_image_file(), uploaded_at=timezone.now(), uploaded_by=officer)
    assert "holiday" not in image.file.name
    assert image.file.name.startswith("pictures/")
    assert (image.width, image.height) == (40, 20)


# The upload


def send(client, file, **kwargs):
    return client.post("/admin/upload/", {"upload": file} if file else {}, **kwargs)


@pytest.fixture
def desk(client, officer):
    client.force_login(officer)
    return client


def test_an_upload_answers_with_the_address_of_the_image(desk, officer):
    answer = send(desk, a_small_image_file()).json()
    image = Image.objects.get()
    assert answer | {"uploaded": 1, "fileName": str(image), "url": image.file.url} == answer
    assert (answer["id"], answer["width"], answer["height"]) == (image.pk, 40, 20)
    assert image.uploaded_by == officer


@pytest.mark.parametrize(
    "content", [b"", b"<svg/>", b"<html>", a_png_header(20_000, 20_000), a_small_image_file().read()[:200]]
)
def test_an_upload_that_is_no_good_is_answered_with_a_sentence(desk, content):
    answer = send(desk, ContentFile(content, name="a.png"))
    assert answer.status_code == 200
    assert answer.json()["uploaded"] == 0
    assert answer.json()["error"]["message"].endswith(".")
    assert not Image.objects.exists()


def test_an_upload_without_a_file_is_answered_with_a_sentence(desk):
    assert send(desk, None).json()["error"]["message"] == "This file is empty. Choose the image again."


def test_a_request_that_breaks_off_is_no_server_error(desk):
    body = b"--x\r\nContent-Disposition: form-data; name=upload; filename=a.png\r\n\r\n\x89PNG"
    for content_type in ("multipart/form-data; boundary=x", "multipart/form-data", "application/json"):
        assert desk.post("/admin/upload/", body, content_type=content_type).status_code in (200, 400)


def test_an_upload_needs_the_forms_token(officer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    assert send(client, a_small_image_file()).status_code == 403


def test_an_upload_needs_a_login(client, db):
    answer = send(client, a_small_image_file())
    assert answer.status_code == 403
    assert "Your session has expired" in answer.json()["error"]["message"]


def test_an_upload_needs_the_right_to_it(client, officer):
    clerk = get_user_model().objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    assert send(client, a_small_image_file()).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="add_image"))
    assert send(client, a_small_image_file()).json()["uploaded"] == 1


def test_an_upload_is_nothing_to_look_at(desk):
    assert desk.get("/admin/upload/").status_code == 405
