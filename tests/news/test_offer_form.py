"""The form of a message that offers the original of its image to journalists."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from news import offers
from news.models import Message
from richtext.models import Original
from tests.factories import a_category, a_message
from tests.helpers.files import an_image
from tests.helpers.form_fields import fields_of
from tests.helpers.message_form import change_url, opened_form
from tests.helpers.photos import a_photo_file, an_offering_message, offer_fields

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def complete_errors(message) -> dict:
    with pytest.raises(ValidationError) as caught:
        message.full_clean(exclude=["slug"])
    return caught.value.message_dict


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"image_credit": ""}, {"image_credit": [offers.NO_CREDIT]}),
        ({"image_rights": ""}, {"image_rights": [offers.NO_RIGHTS]}),
    ],
)
def test_an_offer_needs_credit_and_rights(fields, errors):
    values = offer_fields() | fields
    message = Message(headline="A", body="<p>A</p>", category=a_category(), **values)
    found = complete_errors(message)
    assert {name: found[name] for name in errors} == {name: list(map(str, texts)) for name, texts in errors.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        a_message(**values)


def test_an_image_whose_original_was_not_kept_cannot_be_offered():
    image = an_image()
    Original.objects.filter(image=image).delete()
    message = Message(headline="A", body="<p>A</p>", category=a_category(), **offer_fields(image))
    assert complete_errors(message)["image_offered"] == [str(offers.NO_ORIGINAL)]


def test_a_message_without_an_image_offers_nothing():
    message = Message(headline="A", body="<p>A</p>", category=a_category(), image_offered=True)
    assert complete_errors(message)["image_offered"] == [str(offers.NO_IMAGE)]


def form_of_a_photo(client, **kwargs):
    data = fields_of(client.get("/admin/news/message/add/").content.decode(), "message_form")
    texts = {"image_alt": "Ministers", "image_credit": "A. Smith", "image_rights": "CC BY 4.0", "image_offered": "on"}
    return data | texts | {"headline": "A visit", "body": "<p>Text.</p>", "category": a_category().pk} | kwargs


def test_a_photo_can_be_offered_in_the_form_that_uploads_it_without_a_script(admin_client):
    response = admin_client.post("/admin/news/message/add/", form_of_a_photo(admin_client, image=a_photo_file()))
    assert response.status_code == 302
    message = Message.objects.get()
    assert message.offered_original.original.width == 640
    assert (
        'name="image_offered" class="" id="id_image_offered" checked'
        in admin_client.get(change_url(message)).content.decode()
        or opened_form(admin_client, message)["image_offered"]
    )


def test_a_photo_of_a_refused_form_keeps_its_original(admin_client):
    data = form_of_a_photo(admin_client, image=a_photo_file(), headline="")
    page = admin_client.post("/admin/news/message/add/", data).content.decode()
    assert Original.objects.count() == 1
    fields = fields_of(page, "message_form") | {"headline": "A visit"}
    assert admin_client.post("/admin/news/message/add/", fields).status_code == 302
    assert Message.objects.get().offered_original


def test_a_file_that_the_browser_made_smaller_is_no_original(admin_client):
    data = form_of_a_photo(admin_client, image=a_photo_file(), image_made_smaller="1", image_offered="")
    data.pop("image_offered")
    assert admin_client.post("/admin/news/message/add/", data).status_code == 302
    assert Message.objects.get().image and not Original.objects.exists()


def test_a_file_that_the_browser_made_smaller_cannot_be_offered(admin_client):
    data = form_of_a_photo(admin_client, image=a_photo_file(), image_made_smaller="1")
    page = admin_client.post("/admin/news/message/add/", data).content.decode()
    assert str(offers.NO_ORIGINAL) in page
    assert not Message.objects.exists()


def test_removing_the_image_ends_the_offer(admin_client):
    draft = an_offering_message(publish_at=None, approved_at=None)
    response = admin_client.post(change_url(draft), opened_form(admin_client, draft, **{"image-clear": "on"}))
    assert response.status_code == 302
    draft.refresh_from_db()
    assert (draft.image.name, draft.image_offered) == ("", False)
