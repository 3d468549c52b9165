"""The original of a lead image in a browser: sent after the smaller image, kept, offered, downloaded."""

import pytest
from playwright.sync_api import expect

from news.models import Message
from richtext.models import Image, Original
from tests.factories import a_category
from tests.helpers.desk_pages import click_save, open_cards
from tests.helpers.photos import SECRET, a_photo, an_offering_message, draw_photo

pytestmark = pytest.mark.django_db(transaction=True)

LARGE = (3200, 2000)
KEPT = "The original is kept: JPEG, 3200 × 2000"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(staff):
    """The form for a new message, with a headline."""
    a_category()
    staff.goto("/admin/news/message/add/")
    open_cards(staff)
    staff.get_by_label("Headline").fill("A visit")
    staff.locator("[name=category]").first.check()
    return staff


def choose(page, content=None, name="IMG_1234.JPG", kind="image/jpeg"):
    content = content or a_photo(size=LARGE)
    page.locator("#id_image").set_input_files({"name": name, "mimeType": kind, "buffer": content})


def original_status(page):
    return page.locator(".picture-original")


def test_the_untouched_file_follows_the_smaller_image_and_can_be_offered(desk):
    photo = a_photo(size=LARGE)
    choose(desk, photo)
    expect(original_status(desk)).to_contain_text(KEPT)
    original = Original.objects.get()
    assert (original.image.width, original.size) == (2560, len(photo))
    desk.get_by_label("Alternative text").fill("Two ministers")
    desk.get_by_label("Offer the original to journalists").check()
    click_save(desk)
    expect(desk.locator(".error-summary")).to_contain_text("Enter who took the image.")
    open_cards(desk)
    desk.get_by_label("Credit").fill("A. Smith")
    desk.get_by_label("Licence and rights").fill("CC BY 4.0")
    click_save(desk)
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert Message.objects.get().offered_original.original == original


def test_a_photo_that_the_phone_took_sideways_is_recognised(desk):
    choose(desk, a_photo(size=LARGE, orientation=6))
    expect(original_status(desk)).to_contain_text("The original is kept: JPEG, 2000 × 3200")


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_photos_in_other_colours_are_recognised(desk, mode):
    choose(desk, a_photo(image=draw_photo(LARGE, mode)))
    expect(original_status(desk)).to_contain_text(KEPT)


def test_a_png_with_transparent_parts_is_recognised(desk):
    image = draw_photo(LARGE, "RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 900, 2000))
    choose(desk, a_photo("PNG", image=image), "logo.png", "image/png")
    expect(original_status(desk)).to_contain_text("The original is kept: PNG, 3200 × 2000")


def test_a_small_image_is_its_own_original(desk):
    choose(desk, photo := a_photo())
    expect(desk.locator(".picture-status")).to_contain_text("The image is on the server.")
    assert Original.objects.get().size == len(photo)
    expect(original_status(desk)).to_be_empty()


@pytest.mark.own_context
@pytest.mark.may_complain
def test_saving_waits_for_the_original_and_the_officer_may_go_on_without_it(desk):
    held = []
    desk.route("**/original/", lambda route: held.append(route))
    desk.get_by_label("Alternative text").fill("Two ministers")
    with desk.expect_request("**/original/"):
        choose(desk)
    desk.get_by_label("Alternative text").fill("Two ministers")
    click_save(desk)
    expect(original_status(desk)).to_contain_text("Sending the original in the background.")
    assert not Message.objects.exists()
    desk.get_by_role("button", name="Go on without the original").click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert Message.objects.get().image and not Original.objects.exists()


@pytest.mark.own_context
@pytest.mark.may_complain
def test_an_original_that_cannot_be_sent_loses_nothing(desk):
    desk.route("**/original/", lambda route: route.abort())
    choose(desk)
    expect(original_status(desk)).to_contain_text("The original could not be sent.")
    desk.get_by_label("Alternative text").fill("Two ministers")
    click_save(desk)
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert Message.objects.get().image.name == Image.objects.get().file.name


def test_an_original_above_the_limit_is_not_sent_and_the_image_is_used(desk, settings):
    settings.ORIGINAL_MAX_MB = 1
    desk.reload()
    open_cards(desk)
    choose(desk, a_photo(size=LARGE) + bytes(1024 * 1024))
    expect(original_status(desk)).to_contain_text("The original is not kept, because it is larger than 1.0\xa0MB.")
    assert Image.objects.get().width == 2560


def test_a_journalist_downloads_the_original(page, axe):
    message = an_offering_message()
    page.goto(message.get_absolute_url())
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the original").click()
    assert download.value.suggested_filename == "two-ministers-shake-hands-640x400.jpg"
    assert SECRET not in download.value.path().read_bytes()
    assert axe(page) == []
