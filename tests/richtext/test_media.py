"""A file is public while its message is; the response for an unpublished file equals that for a missing one."""

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage

from news.models import Message
from pages.models import Page
from richtext.models import Image
from richtext.renditions import ImageFile
from tests.factories import HOUR, NOON, a_category, a_message, a_page
from tests.helpers.files import a_body, a_picture_file, a_pictured_message, an_attachment, an_image
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


def an_officer(*codenames, **kwargs):
    officer = get_user_model().objects.create_user("an officer", is_staff=True, **kwargs)
    officer.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return officer


# A message's picture and attachments


def test_the_files_of_a_published_message_are_public(client):
    message = a_pictured_message(body=a_body(image := an_image()))
    files = [message.image, an_attachment(message).file, image.file]
    assert [status(client, file) for file in files] == [200, 200, 200]


@pytest.mark.parametrize("state", NOT_PUBLIC)
def test_the_files_of_a_message_that_is_not_public_are_not_there(client, state):
    message = a_pictured_message(body=a_body(image := an_image()), **NOT_PUBLIC[state])
    files = [message.image, an_attachment(message).file, image.file]
    assert [status(client, file) for file in files] == [404, 404, 404]


def test_renditions_are_as_public_as_their_image(client):
    names = []
    for kwargs in ({}, NOT_PUBLIC["scheduled"]):
        picture = ImageFile.named(a_pictured_message(**kwargs).image.name)
        names += [picture.rendition(width, kind) for width in picture.widths for kind in picture.kinds]
    assert all(default_storage.exists(name) for name in names)
    assert [client.get(f"/media/{name}").status_code for name in names] == [200] * 6 + [404] * 6


def test_files_become_public_at_their_messages_second(client, clock):
    message = a_pictured_message(publish_at=NOON + HOUR, approved_at=NOON)
    clock.move_to(NOON + HOUR - HOUR / 3600)
    before = status(client, message.image)
    clock.move_to(NOON + HOUR)
    assert (before, status(client, message.image)) == (404, 200)


def test_files_are_gone_with_the_withdrawal_and_back_with_the_restoration(client):
    message = a_pictured_message()
    message.withdraw("An error", at=NOON)
    gone = status(client, message.image)
    message.restore(at=NOON)
    assert (gone, status(client, message.image)) == (404, 200)


def test_an_image_that_was_replaced_is_no_longer_public(client):
    message = a_pictured_message()
    old = message.image.name
    message.image = a_picture_file()
    message.save()
    assert client.get(f"/media/{old}").status_code == 404
    assert status(client, message.image) == 200


def headers_of(answer):
    """Return the headers, but for the number that each request has."""
    return {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}


def test_unpublished_and_missing_files_have_equal_responses(client):
    hidden = a_pictured_message(**NOT_PUBLIC["scheduled"])
    unknown = client.get(UNKNOWN)
    for file in (hidden.image, an_attachment(hidden).file, an_image().file):
        answer = client.get(address(file))
        assert answer.content.decode().replace(address(file), UNKNOWN) == unknown.content.decode()
        assert headers_of(answer) == headers_of(unknown)


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "a/",
        "pictures/",
        "../manage.py",
        "..%2f..%2fmanage.py",
        "%00",
        "a%0d%0ab",
        "%2e%2e/x",
        "a" * 3000,
        "ä",
        "%ff",
    ],
)
def test_a_name_that_makes_no_sense_is_not_found(client, admin_client, name):
    assert client.get(f"/media/{name}").status_code in (400, 404)
    assert admin_client.get(f"/media/{name}").status_code in (400, 404)


# Pictures in texts


def test_an_image_is_public_while_a_public_text_shows_it(client):
    image = an_image()
    message = a_message(body=a_body(image))
    shown = status(client, image.file)
    message.body = "<p>Without</p>"
    message.save()
    assert (shown, status(client, image.file)) == (200, 404)


def test_an_image_in_two_texts_is_public_while_one_of_them_is(client):
    image = an_image()
    a_message(body=a_body(image), **NOT_PUBLIC["withdrawn"])
    before = status(client, image.file)
    a_message(body=a_body(image))
    assert (before, status(client, image.file)) == (404, 200)


def test_an_image_of_a_page_is_public_while_the_page_is_shown(client):
    image = an_image()
    page = a_page(body=a_body(image))
    shown = status(client, image.file)
    page.shown = False
    page.save()
    assert (shown, status(client, image.file)) == (200, 404)


def test_an_image_that_no_text_has_is_not_public(client):
    assert status(client, an_image().file) == 404


@pytest.mark.parametrize("model", [Message, Page])
def test_images_are_noted_however_a_text_is_written(client, model):
    images = [an_image() for _ in range(4)]
    row = a_message() if model is Message else a_page()
    fields = {"headline": "B", "category": a_category(), "publish_at": NOON, "approved_at": NOON}
    (other,) = model.objects.bulk_create(
        [model(body=a_body(images[0]), **(fields if model is Message else {"title": "B", "path": "b", "shown": True}))]
    )
    model.objects.filter(pk=row.pk).update(body=a_body(images[1]))
    made = [status(client, image.file) for image in images]
    other.body = a_body(images[2])
    model.objects.bulk_update([other], ["body"])
    row.body = a_body(images[3])
    row.save(update_fields=["body"])
    assert made == [200, 200, 404, 404]
    assert [status(client, image.file) for image in images] == [404, 404, 200, 200]


def test_an_image_is_known_however_its_address_is_spelt(client):
    image = an_image()
    name = image.file.name.replace("-", "%2D")
    a_message(body=f'<p><img src="http://testserver/media/{name}?a=1#b" alt="A"></p>')
    assert status(client, image.file) == 200


def test_a_file_that_is_no_image_of_a_text_is_not_made_public_by_one(client):
    hidden = an_attachment(a_message(**NOT_PUBLIC["a draft"]))
    a_message(body=f'<p><img src="{address(hidden.file)}" alt="A"></p>')
    assert status(client, hidden.file) == 404


def test_the_lead_image_of_a_draft_is_public_once_a_public_text_uses_it_from_the_library(client):
    hidden = a_pictured_message(**NOT_PUBLIC["a draft"])
    before = status(client, hidden.image)
    a_message(body=f'<p><img src="{address(hidden.image)}" alt="A"></p>')
    assert (before, status(client, hidden.image)) == (404, 200)


def test_an_image_of_an_older_site_is_public_once_it_has_its_row(client, media):
    body = '<p><img src="/media/old/one.jpg" alt="A"></p>'
    (media / "old").mkdir()
    (media / "old/one.jpg").write_bytes(a_picture_file().read())
    message = a_message(body=body)
    before = client.get("/media/old/one.jpg").status_code
    Image.objects.create(file="old/one.jpg", uploaded_at=NOON, uploaded_by=an_officer())
    message.save()
    assert (before, client.get("/media/old/one.jpg").status_code) == (404, 200)


# Staff


@pytest.mark.parametrize("right", ["change_message", "view_message", "change_page", "add_image"])
def test_staff_see_unpublished_files_without_caching(client, right):
    client.force_login(an_officer(right))
    answer = client.get(address(an_image().file))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")


def test_staff_without_message_permissions_see_public_files_only(client):
    client.force_login(an_officer("change_enquiry"))
    assert status(client, an_image().file) == 404


def test_former_staff_see_public_files_only(client):
    officer = an_officer("change_message")
    client.force_login(officer)
    officer.is_staff = False
    officer.save()
    assert status(client, an_image().file) == 404


def test_staff_see_the_images_of_earlier_versions(client):
    message = a_pictured_message()
    old = message.image.name
    message.image = a_picture_file()
    message.save()
    client.force_login(an_officer("change_message"))
    assert client.get(f"/media/{old}").status_code == 200


def test_an_upload_is_visible_in_the_editor_immediately(admin_client):
    uploaded = admin_client.post("/admin/upload/", {"upload": a_picture_file()}).json()
    assert admin_client.get(uploaded["url"]).status_code == 200
