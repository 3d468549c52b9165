"""Serving of public files: headers, a proxy in front, and external storage."""

import pytest
import time_machine
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from richtext.public_files import is_public
from richtext.renditions import ImageFile
from tests.factories import NOON
from tests.helpers.files import PDF, a_pictured_message, an_attachment
from tests.helpers.message_states import NOT_PUBLIC

pytestmark = pytest.mark.django_db

UNKNOWN = "/media/pictures/20/11/0123456789abcdef01234567-600x400.jpg"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def address(file):
    return f"/media/{file.name}"


def status(client, file):
    return client.get(address(file)).status_code


# Serving


def test_public_files_are_cached_for_a_minute_without_vary(admin_client):
    answer = admin_client.get(address(a_pictured_message().image))
    assert answer["Cache-Control"] == "max-age=60, public"
    assert "Vary" not in answer
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("kind", ["AVIF", "WEBP", "JPEG"])
def test_an_image_has_its_media_type(client, kind):
    picture = ImageFile.named(a_pictured_message().image.name)
    answer = client.get(f"/media/{picture.rendition(480, kind)}")
    assert answer["Content-Type"] == f"image/{kind.lower()}"
    assert "Content-Disposition" not in answer


def test_head_is_answered_with_the_headers_alone(client):
    picture = a_pictured_message().image
    got, asked = client.get(address(picture)), client.head(address(picture))
    assert asked.content == b""
    assert got["Content-Length"] == asked["Content-Length"] == str(picture.size)


def test_a_copy_that_is_still_good_is_not_sent_again(client):
    file = a_pictured_message().image
    tag = client.get(address(file))["ETag"]
    assert client.get(address(file), headers={"If-None-Match": tag}).status_code == 304


def test_a_cached_copy_of_a_withdrawn_file_gets_404(client):
    message = a_pictured_message()
    tag = client.get(address(message.image))["ETag"]
    message.withdraw("An error", at=NOON)
    assert client.get(address(message.image), headers={"If-None-Match": tag}).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_takes_no_other_method(client, method):
    assert getattr(client, method)(UNKNOWN).status_code == 405


def test_a_public_file_that_is_lost_is_not_found(client, media):
    message = a_pictured_message()
    (media / message.image.name).unlink()
    assert status(client, message.image) == 404


def test_a_proxy_in_front_sends_the_file_if_the_settings_say_so(client, settings):
    settings.MEDIA_X_ACCEL_PREFIX = "/protected/"
    attachment = an_attachment()
    answer = client.get(address(attachment.file))
    assert answer["X-Accel-Redirect"] == f"/protected/{attachment.file.name}"
    assert answer["Content-Disposition"] == 'attachment; filename="Programme of the visit.pdf"'
    assert (answer["Content-Type"], answer.content) == ("application/pdf", b"")


def test_a_proxy_gets_no_path_of_unpublished_or_missing_files(client, settings, media):
    settings.MEDIA_X_ACCEL_PREFIX = "/protected/"
    lost = a_pictured_message().image
    (media / lost.name).unlink()
    answers = [client.get(address(file)) for file in (lost, a_pictured_message(**NOT_PUBLIC["scheduled"]).image)]
    assert [(answer.status_code, "X-Accel-Redirect" in answer) for answer in answers] == [(404, False)] * 2


class SigningStorage(FileSystemStorage):
    """A storage elsewhere, that signs addresses as django-storages' S3 does."""

    def url(self, name, parameters=None, expire=None):
        told = "&".join(f"{key}={value}" for key, value in (parameters or {}).items())
        return f"https://bucket.example.org/{name}?expires={expire}&{told}"


@pytest.fixture
def elsewhere(settings, media):
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": f"{__name__}.SigningStorage"}}


def test_a_storage_that_signs_addresses_hands_attachments_over_itself(client, elsewhere):
    attachment = an_attachment()
    answer = client.get(address(attachment.file))
    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-store")
    assert answer["Location"].startswith(f"https://bucket.example.org/{attachment.file.name}?expires=60&")
    assert "ResponseContentDisposition=attachment" in answer["Location"]


def test_images_come_from_this_site_wherever_they_are_stored(client, elsewhere):
    message = a_pictured_message()
    assert status(client, message.image) == 200
    assert "bucket.example.org" not in client.get(message.get_absolute_url()).content.decode()


def test_whether_a_file_is_public_takes_one_query():
    with CaptureQueriesContext(connection) as queries:
        assert not is_public("attachments/20/11/a.pdf", NOON)
    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_an_edition_remembers_which_files_are_public(client):
    attachment, message = an_attachment(), a_pictured_message()
    client.get(address(attachment.file)), client.get(address(message.image))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(attachment.file))["Content-Disposition"].endswith('"Programme of the visit.pdf"')
        assert status(client, message.image) == 200
    assert all("editions_editionnumber" in query["sql"] for query in queries)
    message.withdraw("An error", at=NOON)
    assert status(client, message.image) == 404


# Part of a file


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-4", PDF[:5]),
        ("bytes=5-", PDF[5:]),
        ("bytes=-6", PDF[-6:]),
        ("bytes=0-999999", PDF),
        ("bytes=-999999", PDF),
        ("BYTES = 1 - 1", PDF[1:2]),
    ],
)
def test_a_range_of_a_file_is_sent_as_partial_content(client, asked, expected):
    answer = client.get(address(an_attachment().file), headers={"Range": asked})
    assert (answer.status_code, answer.getvalue()) == (206, expected)
    assert answer["Content-Length"] == str(len(expected))
    start = PDF.index(expected)
    assert answer["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(PDF)}"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    "asked", ["", "bytes=", "bytes=-", "bytes=9-2", "bytes=0-1,3-4", "lines=1-2", "bytes=a-b", "bytes=" + "1" * 500]
)
def test_a_request_without_a_single_range_gets_the_whole_file(client, asked):
    answer = client.get(address(an_attachment().file), headers={"Range": asked})
    assert (answer.status_code, answer.getvalue(), answer["Accept-Ranges"]) == (200, PDF, "bytes")


@pytest.mark.parametrize("asked", [f"bytes={len(PDF)}-", "bytes=99999999-", "bytes=-0"])
def test_a_range_outside_the_file_is_refused_with_its_size(client, asked):
    answer = client.get(address(an_attachment().file), headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(PDF)}")


def test_a_range_of_another_version_gets_the_whole_file(client):
    file = an_attachment().file
    tag = client.get(address(file))["ETag"]
    ask = {"Range": "bytes=0-4"}
    assert client.get(address(file), headers=ask | {"If-Range": tag}).status_code == 206
    assert client.get(address(file), headers=ask | {"If-Range": '"another"'}).status_code == 200
    assert client.get(address(file), headers=ask | {"If-None-Match": tag}).status_code == 304


def test_a_pdf_is_streamed_whole(client):
    assert client.get(address(an_attachment().file)).getvalue() == PDF
