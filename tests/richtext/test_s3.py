"""Media in a bucket: an S3 server of its own on this machine, through the desk, the import and `/media/`."""

import json
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from embassy import env
from news.models import Message
from richtext.models import Image
from richtext.renditions import ImageFile
from richtext.serving import StorageUnavailable
from tests.factories import NOON, a_category, a_message
from tests.helpers.files import PDF, a_body, a_pdf_file, a_picture_file, a_pictured_message, an_attachment, an_image
from tests.helpers.form_fields import fields_of
from tests.helpers.message_form import post_attachment
from tests.helpers.nginx import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NAMES = ("S3_BUCKET", "S3_ENDPOINT", "S3_REGION")


@pytest.fixture(scope="module")
def server():
    """An S3 server at a port of this machine; its address."""
    from moto.server import ThreadedMotoServer

    port = free_port()
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    running.start()
    yield f"http://127.0.0.1:{port}"
    running.stop()


@pytest.fixture(autouse=True)
def bucket(server, monkeypatch, settings, tmp_path):
    """An empty bucket, named by the environment as in production; its content as {name: bytes}."""
    for name, value in {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "S3_BUCKET": "press"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("S3_ENDPOINT", server)
    monkeypatch.setenv("S3_REGION", "eu-west-2")
    made = boto3.resource("s3", endpoint_url=server, region_name="eu-west-2").Bucket("press")
    made.create(CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    settings.STORAGES = settings.STORAGES | {"default": env.read_storage(*NAMES)}
    settings.MEDIA_ROOT = tmp_path / "nothing here"
    yield made
    made.objects.all().delete()
    made.delete()
    assert not settings.MEDIA_ROOT.exists()


def names(bucket):
    return {each.key for each in bucket.objects.all()}


def address(file):
    return f"/media/{file.name}"


# Uploads


def test_an_image_and_all_its_renditions_are_kept_in_the_bucket(bucket):
    picture = ImageFile.named(a_pictured_message(size=(1000, 600)).image.name)
    drawn = {name for kind in picture.kinds for name, _ in picture.source_set(kind)}
    assert names(bucket) == drawn | {picture.name}


def test_what_the_editor_uploads_is_kept_in_the_bucket_and_shown_to_staff(admin_client, bucket):
    file = SimpleUploadedFile("a.jpg", a_picture_file().read(), "image/jpeg")
    answer = admin_client.post(reverse("richtext:upload"), {"upload": file}).json()
    assert answer["uploaded"] == 1
    assert answer["url"].removeprefix("/media/") in names(bucket)
    assert admin_client.get(answer["url"]).status_code == 200


def test_images_of_an_import_are_kept_in_the_bucket(bucket, tmp_path):
    (tmp_path / "hall.jpg").write_bytes(a_picture_file().read())
    line = {"headline": "Moved in", "category": "statements", "publish_at": "2020-11-20T12:00:00+00:00"}
    line["body"] = '<p><img src="hall.jpg" alt="The hall"></p>'
    (tmp_path / "archive.jsonl").write_text(json.dumps(line) + "\n")
    call_command("import_messages", tmp_path / "archive.jsonl", pictures=tmp_path, verbosity=0)
    assert Image.objects.get().file.name in names(bucket)
    assert f"/media/{Image.objects.get().file.name}" in Message.objects.get().body


def test_an_officer_keeps_an_image_and_an_attachment_in_the_bucket(admin_client, bucket):
    picture = SimpleUploadedFile("a.jpg", a_picture_file().read(), "image/jpeg")
    assert post_attachment(admin_client, a_pdf_file(), image=picture, image_alt="The hall").status_code == 302
    message = Message.objects.get()
    assert {message.image.name, message.attachments.get().file.name} < names(bucket)


# Downloads


def test_an_image_comes_from_this_site(client, bucket):
    message = a_pictured_message()
    answer = client.get(address(message.image))
    assert b"".join(answer) == bucket.Object(message.image.name).get()["Body"].read()
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "max-age=60, public")
    assert "127.0.0.1" not in client.get(message.get_absolute_url()).content.decode()


def test_an_image_in_a_text_comes_from_this_site(client):
    image = an_image()
    a_message(body=a_body(image))
    assert client.get(address(image.file)).status_code == 200


def test_a_rendition_that_is_missing_is_made_up_and_kept(client, bucket):
    picture = ImageFile.named(a_pictured_message().image.name)
    name = picture.rendition(480, "JPEG")
    bucket.Object(name).delete()
    assert client.get(f"/media/{name}").status_code == 200
    assert name in names(bucket)


def test_an_attachment_is_handed_over_by_an_address_that_ends(client):
    attachment = an_attachment()
    answer = client.get(address(attachment.file))
    signed = parse_qs(urlsplit(answer["Location"]).query)
    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-store")
    assert signed["X-Amz-Expires"] == ["60"]
    with urlopen(answer["Location"], timeout=10) as got:
        assert got.read() == PDF
        assert got.headers["Content-Disposition"].startswith("attachment; ")


def test_a_proxy_gets_the_signed_path(client, settings):
    settings.MEDIA_X_ACCEL_PREFIX = "/protected/"
    message = a_pictured_message()
    for file, kind in ((message.image, "image/jpeg"), (an_attachment(message).file, "application/pdf")):
        answer = client.get(address(file))
        led = urlsplit(answer["X-Accel-Redirect"])
        assert (led.path, answer["Content-Type"]) == (f"/protected/press/{file.name}", kind)
        assert parse_qs(led.query)["X-Amz-Expires"] == ["60"]


def test_nothing_is_public_before_its_message_nor_after_its_withdrawal(client):
    message = a_pictured_message(publish_at=None, approved_at=None)
    attachment = an_attachment(message)
    files = [message.image, attachment.file]
    before = [client.get(address(file)).status_code for file in files]
    message.publish_at = message.approved_at = NOON
    message.save()
    public = [client.get(address(file)).status_code for file in files]
    message.withdraw("It named the wrong city.")
    after = [client.get(address(file)).status_code for file in files]
    assert (before, public, after) == ([404, 404], [200, 302], [404, 404])


def test_a_file_that_is_not_there_is_not_found(client, bucket):
    message = a_pictured_message(size=(100, 100))
    bucket.objects.all().delete()
    assert client.get(address(message.image)).status_code == 404


# While it is away


@pytest.fixture
def away(settings):
    """Lead the site to a port where nothing listens."""
    nobody = f"http://127.0.0.1:{free_port()}"
    storage = settings.STORAGES["default"]
    settings.STORAGES = settings.STORAGES | {
        "default": storage | {"OPTIONS": storage["OPTIONS"] | {"endpoint_url": nobody}}
    }


def test_while_the_bucket_is_unavailable_a_file_is_503(client, request):
    message = a_pictured_message()
    request.getfixturevalue("away")
    answer = client.get(address(message.image))
    assert (answer.status_code, answer["Cache-Control"], answer["Retry-After"]) == (503, "no-store", "10")


@pytest.mark.django_db(transaction=True)
def test_while_the_bucket_is_unavailable_the_editor_shows_an_error(admin_client, away):
    file = SimpleUploadedFile("a.jpg", a_picture_file().read(), "image/jpeg")
    answer = admin_client.post(reverse("richtext:upload"), {"upload": file})
    assert "Try again in a minute" in answer.json()["error"]["message"]
    assert not Image.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_while_the_bucket_is_unavailable_a_save_with_a_new_image_is_refused(admin_client, away):
    address = reverse("admin:news_message_add")
    typed = fields_of(admin_client.get(address).content.decode(), "message_form") | {
        "headline": "Kept by nobody",
        "category": str(a_category().pk),
        "image": SimpleUploadedFile("a.jpg", a_picture_file().read(), "image/jpeg"),
        "image_alt": "A",
    }
    admin_client.raise_request_exception = False
    answer = admin_client.post(address, typed)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert not Message.objects.exists()


def test_any_failure_of_the_bucket_has_one_name(away):
    for ask in (default_storage.exists, default_storage.open, default_storage.size, default_storage.delete):
        with pytest.raises(StorageUnavailable):
            ask("pictures/20/11/a.jpg")


# How it is named


def test_without_a_bucket_media_are_files(monkeypatch):
    monkeypatch.setenv("S3_BUCKET", "")
    assert env.read_storage(*NAMES) == {"BACKEND": "django.core.files.storage.FileSystemStorage"}


@pytest.mark.parametrize(("name", "value"), [("S3_BUCKET", "s3://press"), ("S3_ENDPOINT", "store.example.org")])
def test_a_malformed_name_stops_the_start(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        env.read_storage(*NAMES)
