"""A picture is offered in several widths and formats, and nothing on the page jumps when it comes."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from PIL import Image as Pillow

from news.models import Message
from richtext.renditions import MODERN_FORMATS, ImageFile, source_candidates
from tests.factories import a_message, a_page
from tests.helpers.files import a_body, a_picture_file, a_pictured_message, an_image

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(media):
    return sorted(path.name.partition("-")[2] for path in media.rglob("*") if path.is_file())


# The files


def test_this_pillow_writes_both_modern_formats():
    assert MODERN_FORMATS == ["AVIF", "WEBP"]


def test_an_image_is_drawn_in_all_widths_and_formats_when_it_is_saved(media):
    a_pictured_message(size=(2000, 1000))
    drawn = [f"2000x1000-{width}.{suffix}" for width in (1440, 480, 960) for suffix in ("avif", "jpg", "webp")]
    assert files(media) == [*drawn, "2000x1000.jpg"]


def test_no_rendition_is_wider_than_its_image(media):
    a_pictured_message(size=(600, 400))
    assert files(media) == [
        "600x400-480.avif", "600x400-480.jpg", "600x400-480.webp", "600x400-600.avif", "600x400-600.webp", "600x400.jpg"
    ]  # fmt: skip


def test_a_small_image_is_its_own_rendition(media):
    a_pictured_message(size=(40, 20))
    assert files(media) == ["40x20-40.avif", "40x20-40.webp", "40x20.jpg"]


@pytest.mark.parametrize(
    ("kind", "mode", "colour"), [("PNG", "RGBA", (1, 2, 3, 4)), ("PNG", "L", 9), ("WEBP", "RGB", 0)]
)
def test_images_of_every_kind_have_renditions_of_the_right_size(media, kind, mode, colour):
    a_message(image=a_picture_file((1000, 300), kind, mode, colour), image_alt="A")
    sizes = {Pillow.open(path).size for path in media.rglob("*-480.*")}
    assert sizes == {(480, 144)}


def test_a_very_flat_image_keeps_a_line(media):
    a_pictured_message(size=(2000, 1))
    assert (480, 1) in {Pillow.open(path).size for path in media.rglob("*-480.*")}


def test_a_rendition_may_be_of_an_image_in_any_format_of_ours():
    assert source_candidates("pictures/a-9x9-480.avif") == [
        "pictures/a-9x9-480.avif", "pictures/a-9x9.jpg", "pictures/a-9x9.png", "pictures/a-9x9.webp"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", "a.jpg", "pictures/a-480.jpg", "a-9x9.gif", "a-9x9-480.jpg", "a-9x9.jpg\n"])
def test_a_name_that_is_not_ours_is_no_image(name):
    assert ImageFile.named(name) is None


def test_a_new_image_has_a_new_address_and_the_old_files_stay(media):
    message = a_pictured_message()
    before = message.image.name
    message.image = a_picture_file()
    message.save()
    assert message.image.name != before
    assert default_storage.exists(before)


def test_a_missing_rendition_is_made_up_when_it_is_asked_for(client, media):
    name = a_pictured_message(size=(1000, 500)).image.name
    rendition = Path(media, ImageFile.named(name).rendition(480, "AVIF"))
    rendition.unlink()
    assert client.get(f"/media/{ImageFile.named(name).rendition(480, 'AVIF')}").status_code == 200
    assert Pillow.open(rendition).size == (480, 240)


def test_no_other_width_is_made_up(client, media):
    picture = ImageFile.named(a_pictured_message(size=(1000, 500)).image.name)
    before = files(media)
    assert client.get(f"/media/{picture.stem}-481.webp").status_code == 404
    assert client.get(f"/media/{picture.stem}-480.png").status_code == 404
    assert files(media) == before


# The page


def test_a_message_offers_its_image_in_all_formats_with_its_size(client):
    message = a_pictured_message(size=(1000, 500), image_credit="Photo: A. Smith")
    page = client.get(message.get_absolute_url()).content.decode()
    stem = f"/media/{ImageFile.named(message.image.name).stem}"
    assert (
        f'<source type="image/avif" srcset="{stem}-480.avif 480w, {stem}-960.avif 960w, {stem}-1000.avif 1000w"' in page
    )
    assert '<source type="image/webp"' in page
    assert f'srcset="{stem}-480.jpg 480w, {stem}-960.jpg 960w, {stem}.jpg 1000w"' in page
    assert 'alt="The Ambassador at a lectern" width="1000" height="500"' in page
    assert "<figcaption>Photo: A. Smith</figcaption>" in page


def test_every_address_on_a_page_has_a_file(client):
    message = a_pictured_message(size=(1700, 500), body=a_body(an_image((1000, 700))))
    page = client.get(message.get_absolute_url()).content.decode()
    addresses = set(re.findall(r'/media/[^\s"]+', page))
    assert len(addresses) == 10 + 9
    assert {client.get(address).status_code for address in addresses} == {200}


def test_the_home_page_shows_the_featured_messages_image(client):
    a_pictured_message()
    assert "<picture>" in client.get("/").content.decode()


def test_a_decorative_image_says_nothing(client):
    message = a_pictured_message(image_alt="", image_decorative=True)
    assert ' alt="" width="600"' in client.get(message.get_absolute_url()).content.decode()


def test_the_focus_is_said_in_classes_to_the_nearest_tenth(client):
    message = a_pictured_message(image_focus_x=23, image_focus_y=100)
    assert 'height="400" class="x20 y100"' in client.get(message.get_absolute_url()).content.decode()


def test_the_middle_needs_no_class(client):
    message = a_pictured_message()
    assert 'height="400"></picture>' in client.get(message.get_absolute_url()).content.decode()


def test_an_image_in_a_text_is_offered_in_renditions(client):
    image = an_image((1000, 700))
    page = client.get(a_page(body=a_body(image)).get_absolute_url()).content.decode()
    stem = f"/media/{ImageFile.named(image.file.name).stem}"
    assert f'<picture><source type="image/avif" srcset="{stem}-480.avif 480w' in page
    assert 'alt="A handshake" width="300" height="200" srcset="' in page
    assert 'loading="lazy"></picture>' in page


def test_an_image_in_a_text_without_its_size_is_given_it(client):
    image = an_image((1000, 700))
    message = a_message(body=f'<p><img src="/media/{image.file.name}" alt="A"></p>')
    assert ' alt="A" width="1000" height="700" srcset="' in client.get(message.get_absolute_url()).content.decode()


def test_an_image_from_elsewhere_stays_as_it_is(client):
    message = a_message(body='<p><img src="/media/old/one.jpg" alt="A"></p>')
    assert '<p><img src="/media/old/one.jpg" alt="A"></p>' in client.get(message.get_absolute_url()).content.decode()


def test_a_video_is_a_link_around_its_still(client):
    message = a_pictured_message(video_url="https://video.example.org/watch?v=1&t=2")
    page = client.get(message.get_absolute_url()).content.decode()
    assert '<a class="video" href="https://video.example.org/watch?v=1&amp;t=2" rel="external"><picture>' in page
    assert "Watch the video</span></a>" in page
    assert "<iframe" not in page


# What must be said of a picture


def faults(**kwargs):
    message = Message(headline="x", image="pictures/one.jpg", image_width=1, image_height=1, **kwargs)
    with pytest.raises(ValidationError) as error:
        message.clean()
    return error.value.message_dict


def test_an_image_needs_words_or_is_decorative():
    assert "or mark it as decorative" in faults()["image_alt"][0]


def test_a_decorative_image_has_no_words():
    assert "no alternative text" in faults(image_alt="A", image_decorative=True)["image_alt"][0]


def test_a_video_needs_a_still_image():
    with pytest.raises(ValidationError) as error:
        Message(headline="x", video_url="https://example.org/").clean()
    assert "still image" in error.value.message_dict["image"][0]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.org/a", "example.org"])
def test_a_video_is_at_a_web_address(address):
    with pytest.raises(ValidationError) as error:
        Message(headline="x", video_url=address).clean_fields()
    assert "Enter a full web address" in error.value.message_dict["video_url"][0]


@pytest.mark.parametrize(
    "values",
    [
        {"image_alt": ""},
        {"image_alt": "A", "image_decorative": True},
        {"image_focus_x": 101},
        {"image_focus_y": 101},
    ],
)
def test_the_database_holds_to_it_too(values):
    message = a_pictured_message()
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**values)
