"""Images of messages in a browser: the focus point on the press desk, and sizes on public pages."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from news.models import Message
from tests.helpers.desk_pages import click_save, open_cards
from tests.helpers.files import a_picture_file, a_pictured_message, an_attachment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def chosen(size=(800, 400)):
    """Return an image as a file for `set_input_files`."""
    return {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": a_picture_file(size).read()}


def desk(page, message):
    page.goto(f"/admin/news/message/{message.pk}/change/")
    open_cards(page)
    page.get_by_text("Exactly, in percent").click()
    frame = page.locator(".focus-frame")
    return SimpleNamespace(
        frame=frame,
        image=frame.locator("img"),
        mark=frame.locator(".focus-mark"),
        x=page.get_by_label("Focus, from the left"),
        y=page.get_by_label("Focus, from the top"),
    )


def click(image, across, down):
    """Click on an image at fractions of its width and height, to the nearest pixel: browsers round down."""
    box = image.bounding_box()
    image.click(position={"x": box["width"] * across + 0.5, "y": box["height"] * down + 0.5})


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_click_on_the_image_sets_its_focus(staff):
    message = a_pictured_message(publish_at=None, size=(800, 400), image_focus_y=10)
    form = desk(staff, message)
    click(form.image, 0.25, 0.5)
    expect(form.x).to_have_value("25")
    expect(form.y).to_have_value("50")
    click_save(staff)
    expect(staff.locator(".messagelist")).to_be_visible()
    open_cards(staff)
    expect(form.x).to_have_value("25")
    assert Message.objects.values_list("image_focus_x", "image_focus_y").get() == (25, 50)


def test_the_cuts_follow_the_focus(staff):
    form = desk(staff, a_pictured_message(publish_at=None, size=(800, 400)))
    cuts = staff.locator(".picture-cuts img")
    expect(cuts).to_have_count(3)
    expect(cuts.first).to_be_visible()
    click(form.image, 0.25, 0.8)
    for cut in cuts.all():
        expect(cut).to_have_css("object-position", "25% 80%")
    ratios = [box["width"] / box["height"] for box in [cut.bounding_box() for cut in cuts.all()]]
    assert ratios == pytest.approx([16 / 9, 1, 1.91], abs=0.05)
    form.y.fill("10")
    expect(cuts.first).to_have_css("object-position", "25% 10%")


def test_a_focus_that_is_refused_is_unfolded(staff):
    form = desk(staff, a_pictured_message(publish_at=None))
    form.x.fill("101")
    staff.get_by_text("Exactly, in percent").click()
    expect(form.x).to_be_hidden()
    click_save(staff)
    expect(form.x).to_be_visible()


def test_the_mark_is_at_the_focus_that_is_entered(staff):
    form = desk(staff, a_pictured_message(publish_at=None, size=(800, 400)))
    form.x.fill("10")
    form.y.fill("90")
    # Both boxes in one evaluation, as the editor above may still move the page.
    place = form.frame.evaluate(
        """frame => {
          const image = frame.querySelector("img").getBoundingClientRect();
          const mark = frame.querySelector(".focus-mark").getBoundingClientRect();
          return [
            (mark.x + mark.width / 2 - image.x) / image.width,
            (mark.y + mark.height / 2 - image.y) / image.height,
          ];
        }"""
    )
    assert place == pytest.approx([0.1, 0.9], abs=0.02)


def test_a_newly_chosen_image_is_shown_with_its_focus_in_the_centre(staff):
    form = desk(staff, a_pictured_message(publish_at=None, image_focus_x=10, image_focus_y=10))
    before = form.image.get_attribute("src")
    staff.locator("#id_image").set_input_files(chosen())
    expect(form.x).to_have_value("50")
    expect(form.image).not_to_have_attribute("src", before)
    click(form.image, 0.75, 0.5)
    expect(form.x).to_have_value("75")


def test_a_message_without_an_image_has_no_focus_frame(staff):
    staff.goto("/admin/news/message/add/")
    open_cards(staff)
    expect(staff.locator(".focus-frame")).to_be_hidden()
    staff.locator("#id_image").set_input_files(chosen())
    expect(staff.locator(".focus-frame")).to_be_visible()


@pytest.mark.parametrize("kwargs", [{"image_credit": "A. Smith"}, {"video_url": "https://video.example.org/1"}])
def test_a_page_with_an_image_has_no_violations(page, axe, kwargs):
    message = a_pictured_message(**kwargs)
    an_attachment(message)
    page.goto(message.get_absolute_url())
    assert axe(page) == []


def test_the_form_with_an_image_has_no_violations(staff, axe):
    message = a_pictured_message(publish_at=None)
    an_attachment(message)
    desk(staff, message)
    assert axe(staff) == []


def test_a_phone_loads_a_small_avif(open_page):
    page = open_page(viewport={"width": 360, "height": 740})
    message = a_pictured_message(size=(2000, 1000))
    page.goto(message.get_absolute_url())
    image = page.locator(".picture img")
    assert image.evaluate("image => image.currentSrc").endswith("-480.avif")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")


@pytest.mark.may_complain
def test_the_layout_does_not_shift_when_the_image_loads(page):
    message = a_pictured_message(size=(1000, 500))
    page.route("**/media/**", lambda route: route.abort())
    page.goto(message.get_absolute_url(), wait_until="domcontentloaded")
    before = page.locator(".body").bounding_box()
    page.unroute("**/media/**")
    page.reload()
    page.locator(".picture img").evaluate("image => image.decode()")
    assert page.locator(".body").bounding_box() == before
