"""Picture cards: the image of a message in the shape of a link preview, around its focus."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from news.syndication import picture_cards
from news.syndication.picture_cards import cut_box
from tests.factories import HOUR, NOON, a_message
from tests.helpers.files import a_pictured_message
from tests.helpers.page_metadata import meta_elements

SIDE, PERCENT = st.integers(1, 2560), st.integers(0, 100)


def preview_of(client, message):
    """Return the meta elements of a message's page, and the image that they name."""
    tags = meta_elements(client.get(message.get_absolute_url()).content.decode())
    response = client.get(tags["og:image"].removeprefix("http://testserver"))
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    return tags, Image.open(BytesIO(response.content))


@given(SIDE, SIDE, PERCENT, PERCENT)
def test_the_cut_is_inside_the_image_and_nearest_to_the_focus(width, height, x, y):
    left, top, right, bottom = cut_box(width, height, x, y)
    assert 0 <= left < right <= width and 0 <= top < bottom <= height
    assert right - left == width or bottom - top == height
    for begin, end, side, focus in ((left, right, width, x), (top, bottom, height, y)):
        middle, wanted = (begin + end) / 2, side * focus / 100
        assert begin == 0 or end == side or abs(middle - wanted) <= 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("size", "card"), [((600, 400), (600, 315)), ((400, 800), (400, 210)), ((2400, 1600), (1200, 630))]
)
def test_a_link_to_a_message_with_an_image_shows_it_in_the_shape_of_a_card(client, clock, size, card):
    tags, image = preview_of(client, a_pictured_message(size=size))
    assert image.size == card == (int(tags["og:image:width"]), int(tags["og:image:height"]))
    assert not image.getexif()


@pytest.mark.django_db
def test_the_card_is_cut_around_the_focus_and_its_address_follows_it(client, clock):
    picture = Image.new("RGB", (600, 900), "black")
    picture.paste("white", (0, 0, 600, 450))
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    message = a_message(image=SimpleUploadedFile("a.png", buffer.getvalue()), image_alt="Snow", image_focus_y=0)
    first, above = preview_of(client, message)
    message.image_focus_y = 100
    message.save()
    second, below = preview_of(client, message)
    assert above.getpixel((300, 100))[0] > 250 and below.getpixel((300, 100))[0] < 5
    assert first["og:image"] != second["og:image"]


@pytest.mark.django_db
def test_transparent_parts_are_white(client, clock):
    buffer = BytesIO()
    Image.new("RGBA", (600, 400), (0, 0, 0, 0)).save(buffer, "PNG")
    message = a_message(image=SimpleUploadedFile("a.png", buffer.getvalue()), image_alt="Nothing")
    assert min(preview_of(client, message)[1].getpixel((300, 100))) > 250


@pytest.mark.django_db
def test_a_card_is_drawn_once(client, clock, monkeypatch):
    message = a_pictured_message()
    preview_of(client, message)
    monkeypatch.setattr(picture_cards, "on_white", lambda image: 1 / 0)
    a_message()  # another edition
    preview_of(client, message)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["without an image", "draft", "ahead", "withdrawn", "file is missing"])
def test_only_a_published_message_with_an_image_has_a_picture_card(client, clock, state):
    ahead = state == "ahead"
    make = a_message if state == "without an image" else a_pictured_message
    message = make(publish_at=NOON + HOUR if ahead else NOON - HOUR)
    if state == "draft":
        type(message).objects.filter(pk=message.pk).update(approved_at=None)
    if state == "withdrawn":
        message.withdraw("Wrong.", at=NOON)
    if state == "file is missing":
        default_storage.delete(message.image.name)
    assert client.get(f"{message.get_absolute_url()}card.jpg").status_code == 404


@pytest.mark.django_db
def test_a_storage_that_does_not_respond_is_503(client, clock, monkeypatch):
    message = a_pictured_message()
    client.raise_request_exception = False

    def fail(name):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(default_storage, "open", fail)
    assert client.get(f"{message.get_absolute_url()}card.jpg").status_code == 503
