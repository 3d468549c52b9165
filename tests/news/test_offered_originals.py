"""Originals that messages offer to journalists: public with the message, with credit and rights, without GPS."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import ExifTags, Image, IptcImagePlugin

from core.site_urls import absolute_url
from editions.models import EditionNumber
from mirror.client import fetch
from mirror.paths import SiteUrl
from news.differences import differences
from news.typo_rule import typo_error
from richtext import press_copies
from richtext.models import Original
from tests.factories import HOUR, NOON, a_message
from tests.helpers.message_states import NOT_PUBLIC
from tests.helpers.page_metadata import json_ld
from tests.helpers.photos import (
    SECRET,
    a_photo,
    an_image_with_original,
    an_offering_message,
    offer_fields,
    offer_url,
    read_xmp,
)
from tests.helpers.revisions import a_revision, an_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.both_databases]

LINK = '<a href="{}" type="image/jpeg" download>Download the original</a> <span>(JPEG, 640&nbsp;×&nbsp;400, '


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def content(response) -> bytes:
    return b"".join(response.streaming_content)


def page(client, message) -> str:
    return client.get(message.get_absolute_url()).content.decode()


# What is delivered


@pytest.mark.one_database
def test_the_page_links_to_the_original_with_credit_and_rights(client):
    message = an_offering_message()
    html = page(client, message)
    assert LINK.format(offer_url(message)) in html
    assert "Анна Smith" in html and "Free for editorial use" in html


@pytest.mark.one_database
def test_the_download_has_a_readable_name_and_the_metadata_of_the_message(client, settings):
    settings.EMBASSY_NAME = "Embassy of Examplia"
    response = client.get(offer_url(an_offering_message()))
    assert response["Content-Disposition"] == 'attachment; filename="two-ministers-shake-hands-640x400.jpg"'
    assert response["Content-Type"] == "image/jpeg"
    data = content(response)
    assert read_xmp(data) == {
        "creator": "Анна Smith",
        "description": "Two ministers shake hands",
        "rights": "Free for editorial use",
        "Credit": "Анна Smith",
        "Source": "Embassy of Examplia",
        "Marked": "True",
        "UsageTerms": "Free for editorial use",
    }
    records = IptcImagePlugin.getiptcinfo(Image.open(BytesIO(data)))
    assert records[(2, 80)] == records[(2, 110)] == "Анна Smith".encode()
    assert (records[(2, 116)], records[(2, 120)]) == (b"Free for editorial use", b"Two ministers shake hands")


@pytest.mark.one_database
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 8])
def test_no_byte_that_is_delivered_says_where_or_with_what_it_was_taken(client, kind, orientation):
    message = an_offering_message(an_image_with_original(kind=kind, orientation=orientation))
    data = content(client.get(offer_url(message)))
    assert SECRET not in data
    image, exif = Image.open(BytesIO(data)), Image.open(BytesIO(data)).getexif()
    assert image.tobytes() == Image.open(BytesIO(a_photo(kind))).tobytes()
    assert set(exif) == ({ExifTags.Base.Orientation} if orientation > 1 else set())
    assert not exif.get_ifd(ExifTags.IFD.GPSInfo)


@pytest.mark.one_database
def test_a_decorative_image_is_described_by_the_headline(client):
    message = an_offering_message(image_alt="", image_decorative=True, headline="The flag")
    assert read_xmp(content(client.get(offer_url(message))))["description"] == "The flag"


@pytest.mark.one_database
def test_parts_of_a_download_can_be_requested(client):
    url = offer_url(an_offering_message())
    whole = content(client.get(url))
    part = client.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, content(part)) == (206, whole[100:200])
    assert client.head(url)["Content-Length"] == str(len(whole))


@pytest.mark.one_database
def test_the_proxy_sends_the_copy(client, settings):
    settings.MEDIA_X_ACCEL_PREFIX = "/protected/"
    message = an_offering_message()
    response = client.get(offer_url(message))
    assert response["X-Accel-Redirect"] == f"/protected/{message.offered_original.name}"
    assert response["Content-Disposition"].startswith("attachment")
    assert default_storage.exists(message.offered_original.name)


def test_a_copy_is_created_once_and_again_after_a_restore_without_it(client, monkeypatch):
    url = offer_url(message := an_offering_message())
    assert client.get(url).status_code == 200
    default_storage.delete(message.offered_original.name)
    assert client.get(url).status_code == 200
    monkeypatch.setattr(press_copies, "rewrite", None)
    assert client.get(url).status_code == 200


def test_copies_that_no_message_offers_any_more_are_deleted_with_the_next_one(client):
    message = an_offering_message()
    earlier = message.offered_original
    client.get(offer_url(message))
    message.image_credit = "A. Jones"
    message.save()
    assert client.get(f"/media/{earlier.name}").status_code == 404
    client.get(offer_url(message))
    assert press_copies.copies_of(default_storage, earlier.original) == [message.offered_original.name]


@pytest.mark.one_database
def test_a_lost_original_is_not_found_and_the_page_still_works(client):
    message = an_offering_message()
    default_storage.delete(message.offered_original.original.file.name)
    assert client.get(offer_url(message)).status_code == 404
    assert client.get(message.get_absolute_url()).status_code == 200


@pytest.mark.one_database
def test_the_mirror_has_the_copy(client):
    message = an_offering_message()
    assert SECRET not in fetch(SiteUrl(offer_url(message))).content
    message.withdraw("An error", at=NOON)
    assert fetch(SiteUrl(offer_url(message))) is None


@pytest.mark.one_database
def test_structured_data_name_the_original(client):
    message = an_offering_message()
    article = next(each for each in json_ld(client, message.get_absolute_url())[0]["@graph"] if "headline" in each)
    assert article["associatedMedia"] == {
        "@type": "ImageObject",
        "contentUrl": absolute_url(offer_url(message)),
        "encodingFormat": "image/jpeg",
        "width": 640,
        "height": 400,
        "caption": "Two ministers shake hands",
        "creditText": "Анна Smith",
        "copyrightNotice": "Free for editorial use",
    }


# Who gets it


@pytest.mark.parametrize("state", NOT_PUBLIC)
def test_the_original_of_a_message_that_is_not_public_is_not_there(client, state):
    message = an_offering_message(**NOT_PUBLIC[state])
    url = offer_url(message)
    assert client.get(url).status_code == 404
    assert not default_storage.exists("press")


def test_it_becomes_public_with_the_message_and_ends_with_it(client, clock):
    message = an_offering_message(publish_at=NOON + HOUR, approved_at=NOON)
    url = offer_url(message)
    assert client.get(url).status_code == 404
    clock.move_to(NOON + HOUR)
    assert client.get(url).status_code == 200
    message.withdraw("An error", at=NOON + HOUR)
    assert client.get(url).status_code == 404


def test_an_original_that_is_not_offered_is_not_there(client):
    message = an_offering_message()
    url = offer_url(message)
    message.image_offered = False
    message.save()
    assert "Download the original" not in page(client, message)
    assert client.get(url).status_code == 404


@pytest.mark.one_database
def test_nobody_gets_a_copy_by_other_names(client, admin_client):
    message = an_offering_message()
    offer = message.offered_original
    names = [f"press/{offer.original.pk}/{'0' * 32}.jpg", offer.name.replace(".jpg", ".png"), f"press/{'9' * 30}/x.jpg"]
    for name in [*names, "press/", offer.name.upper(), f"press/{'9' * 18}/{'0' * 32}.jpg"]:
        assert client.get(f"/media/{name}").status_code == admin_client.get(f"/media/{name}").status_code == 404, name


def test_the_original_of_a_limited_draft_is_hidden_from_colleagues_too(client):
    officer, other = an_officer("anna"), an_officer("boris")
    client.force_login(officer)
    message = an_offering_message(publish_at=None, approved_at=None)
    assert client.get(offer_url(message)).status_code == 200
    default_storage.delete(message.offered_original.name)
    message.limit_to([other])
    assert client.get(offer_url(message)).status_code == 404
    assert client.get(f"/admin/richtext/image/{Original.objects.get().image_id}/original/").status_code == 404
    client.force_login(other)
    assert client.get(offer_url(message)).status_code == 200


@pytest.mark.one_database
def test_the_name_of_a_download_says_nothing_of_an_unpublished_message(client):
    image = an_image_with_original()
    a_message(**offer_fields(image), headline="Secret talks", publish_at=None, approved_at=None)
    message = an_offering_message(image, headline="Public talks")
    assert "ecret" not in client.get(offer_url(message))["Content-Disposition"]


@pytest.mark.one_database
def test_a_preview_shows_the_offer_without_a_link(admin_client):
    draft = an_offering_message(publish_at=None, approved_at=None)
    html = admin_client.get(f"/admin/news/message/{draft.pk}/preview/", follow=True).content.decode()
    assert "Download the original" in html
    assert offer_url(draft) not in html


# The offer is part of the text


def test_the_offer_and_the_rights_of_a_public_message_change_by_a_revision_and_make_an_edition(client):
    message = an_offering_message(image_offered=False)
    assert "Download the original" not in page(client, message)
    revision = a_revision(message, image_offered=True, image_rights="CC BY 4.0")
    assert set(differences(message, revision)) == {"image_offered", "image_rights"}
    assert client.get(offer_url(revision)).status_code == 404
    message.refresh_from_db()
    before = EditionNumber.objects.get().number
    message.image_offered = True
    message.save()
    assert EditionNumber.objects.get().number > before
    assert message.log_entries.exists()  # a change by a program
    assert LINK.format(offer_url(message)) in page(client, message)


@pytest.mark.one_database
def test_an_offer_alone_needs_no_public_note():
    message = an_offering_message(image_offered=False)
    assert typo_error(message, a_revision(message, image_offered=True, image_rights="CC BY 4.0")) == ""
    other = an_offering_message()
    assert typo_error(other, a_revision(other, image_credit="A. Jones"))  # shown below the image


def test_a_change_of_the_library_changes_nothing_public(client):
    image = an_image_with_original()
    message = an_offering_message(image)
    html, before = page(client, message), EditionNumber.objects.get().number
    image.refresh_from_db()
    image.credit, image.rights, image.alt = "Another", "None", "Something"
    image.save()
    assert (page(client, message), EditionNumber.objects.get().number) == (html, before)


def test_the_library_learns_the_rights_of_the_first_use():
    image = an_image_with_original()
    an_offering_message(image)
    image.refresh_from_db()
    assert image.rights == "Free for editorial use"
