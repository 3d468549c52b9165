"""The lead image of a message in a browser: chosen, dropped, pasted, made smaller, sent immediately, never lost."""

import base64
import io

import pytest
from PIL import Image as Pillow
from playwright.sync_api import expect

from news.models import Message
from richtext.models import Image
from tests.factories import a_category
from tests.helpers.desk_pages import click_save, open_cards
from tests.helpers.files import a_picture_file, a_pictured_message

pytestmark = pytest.mark.django_db(transaction=True)

ADD = "/admin/news/message/add/"

# A real event on the drop zone, or on the page, with files on its clipboard.
SEND = """([kind, files]) => {
  const transfer = new DataTransfer();
  for (const [name, type, content] of files) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, {type}));
  }
  const given = {bubbles: true, cancelable: true};
  if (kind === "paste") document.body.dispatchEvent(new ClipboardEvent("paste", {...given, clipboardData: transfer}));
  else document.querySelector(".picture-drop").dispatchEvent(new DragEvent("drop", {...given, dataTransfer: transfer}));
}"""


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(staff):
    """The form for a new message."""
    a_category()
    staff.goto(ADD)
    open_cards(staff)
    return staff


def chosen(size=(900, 450), kind="JPEG", name="visit.jpg", content=None, **kwargs):
    """Return an image as a file for `set_input_files`."""
    content = a_picture_file(size, kind, **kwargs).read() if content is None else content
    return {"name": name, "mimeType": f"image/{kind.lower()}", "buffer": content}


def choose(page, file):
    page.locator("#id_image").set_input_files(file)


def send(page, kind, *files):
    """Send a "paste" or a "drop" with files."""
    coded = [[file["name"], file["mimeType"], base64.b64encode(file["buffer"]).decode()] for file in files]
    page.evaluate(SEND, [kind, coded])


def status(page):
    return page.locator(".picture-status")


def stored(page):
    """Return the image of the library that the form carries, once it is on the server."""
    expect(status(page)).to_contain_text("The image is on the server.")
    return Image.objects.get(pk=int(page.locator("[name=image_choice]").input_value()))


def fill_in(page, headline="A visit"):
    page.get_by_label("Headline").fill(headline)
    page.locator("[name=category]").first.check()


@pytest.mark.parametrize("how", ["choose", "drop", "paste"])
def test_an_image_is_sent_at_once_and_survives_an_error_elsewhere(desk, how):
    fill_in(desk)
    desk.get_by_label("Source URL").fill("nowhere")
    choose(desk, chosen()) if how == "choose" else send(desk, how, chosen())
    image = stored(desk)
    expect(desk.get_by_label("Alternative text")).to_be_focused()
    desk.get_by_label("Alternative text").fill("Two ministers")
    desk.get_by_label("Credit").fill("A. Smith")
    desk.get_by_text("Exactly, in percent").click()
    desk.get_by_label("Focus, from the left").fill("25")
    click_save(desk)
    expect(desk.locator(".error-summary")).to_contain_text("web address")
    open_cards(desk)
    expect(desk.locator(".focus-frame img")).to_be_visible()
    desk.get_by_label("Source URL").fill("")
    click_save(desk)
    expect(desk.locator(".messagelist .success")).to_be_visible()
    message = Message.objects.get()
    assert (message.image.name, message.image_alt, message.image_credit, message.image_focus_x) == (
        image.file.name, "Two ministers", "A. Smith", 25,
    )  # fmt: skip
    assert Image.objects.count() == 1


def test_submitting_waits_for_the_image(desk):
    fill_in(desk)
    desk.get_by_label("Alternative text").fill("Two ministers")
    choose(desk, chosen((2400, 1200)))
    click_save(desk)
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert Message.objects.get().image_width == 2400


@pytest.mark.own_context
@pytest.mark.may_complain
def test_of_two_files_the_last_one_counts(desk):
    slow, fast = chosen((2000, 1000), name="first.jpg"), chosen((900, 450), name="second.jpg")
    held = []
    desk.route("**/admin/upload/", lambda route: route.continue_() if held else held.append(route))
    with desk.expect_request("**/admin/upload/"):
        choose(desk, slow)
    choose(desk, fast)
    assert stored(desk).name == "second.jpg"
    held[0].abort()
    desk.unroute("**/admin/upload/")


def test_a_file_dropped_beside_the_zone_leaves_the_page_alone(desk):
    prevented = desk.evaluate(
        """() => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(["a"], "a.txt"));
          const drop = new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer});
          document.querySelector("h1").dispatchEvent(drop);
          return drop.defaultPrevented;
        }"""
    )
    assert prevented
    expect(status(desk)).to_be_empty()


@pytest.mark.may_complain
def test_without_the_server_the_file_goes_with_the_form(desk):
    fill_in(desk)
    desk.route("**/admin/upload/", lambda route: route.abort())
    choose(desk, chosen())
    expect(status(desk)).to_contain_text("It will be sent when you save")
    desk.get_by_label("Alternative text").fill("Two ministers")
    click_save(desk)
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert Message.objects.get().image_width == 900


# Made smaller


def test_a_camera_image_is_made_smaller_before_it_is_sent(desk):
    camera = chosen((6000, 4500), name="DSC_0001.JPG")
    with desk.expect_request_finished(lambda asked: "/admin/upload/" in asked.url) as sent:
        choose(desk, camera)
    image = stored(desk)
    assert (image.width, image.height, image.name) == (2560, 1920, "DSC_0001.JPG")
    assert sent.value.sizes()["requestBodySize"] < len(camera["buffer"]) / 2


def test_a_transparent_image_stays_transparent(desk):
    choose(desk, chosen((3000, 1500), "PNG", "seal.png", mode="RGBA", colour=(200, 0, 0, 90)))
    image = stored(desk)
    assert image.width == 2560 and image.file.name.endswith(".png")
    with Pillow.open(image.file) as opened:
        assert opened.mode == "RGBA"


def test_a_large_png_without_transparency_becomes_a_jpeg(desk):
    choose(desk, chosen((3000, 1500), "PNG", "chart.png"))
    assert stored(desk).file.name.endswith(".jpg")


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (chosen((300, 200)), "only 300 pixels wide"),
        (chosen(content=b"\0\0\0\x18ftypheic" + bytes(40), kind="HEIC", name="IMG_1.HEIC"), "HEIC image"),
        (chosen(content=b"%PDF-1.7", kind="PDF", name="a.jpg"), "not an image"),
    ],
)
def test_an_unsuitable_file_gets_a_sentence(desk, file, sentence):
    choose(desk, file)
    expect(status(desk)).to_contain_text(sentence)


def test_an_animation_gets_a_sentence(desk):
    frames = [Pillow.new("RGB", (900, 450), (0, 0, 90 * number)) for number in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    choose(desk, chosen(content=buffer.getvalue(), kind="GIF", name="moving.gif"))
    expect(status(desk)).to_contain_text("Only its first frame is used")


# The texts of the earlier image


def test_replacing_an_image_empties_its_texts_and_can_put_them_back(staff):
    message = a_pictured_message(publish_at=None, image_credit="A. Smith")
    staff.goto(f"/admin/news/message/{message.pk}/change/")
    open_cards(staff)
    choose(staff, chosen())
    stored(staff)
    expect(status(staff)).to_contain_text("text, credit and rights of the earlier image were removed")
    for label in ("Alternative text", "Credit"):
        expect(staff.get_by_label(label)).to_have_value("")
    staff.get_by_role("button", name="Put them back").click()
    expect(staff.get_by_label("Alternative text")).to_have_value(message.image_alt)
    expect(staff.get_by_label("Credit")).to_have_value("A. Smith")
    click_save(staff)
    expect(staff.locator(".messagelist .success")).to_be_visible()
    message.refresh_from_db()
    assert (message.image_width, message.image_credit) == (900, "A. Smith")


def test_texts_typed_before_the_first_image_stay(desk):
    desk.get_by_label("Alternative text").fill("Two ministers")
    choose(desk, chosen())
    stored(desk)
    expect(desk.get_by_label("Alternative text")).to_have_value("Two ministers")


# The library


def an_image(**kwargs):
    """Return an image of the library."""
    fields = {"alt": "The Ambassador", "credit": "A. Smith", "name": "ambassador.jpg", "shared": True} | kwargs
    return Image.objects.create(file=a_picture_file((900, 450)), uploaded_at="2020-11-24T12:00Z", **fields)


def test_an_image_is_chosen_from_the_library_with_its_texts(desk):
    image, _other = an_image(), an_image(alt="A flag", name="flag.jpg")
    fill_in(desk)
    desk.get_by_role("button", name="Choose from the library").click()
    dialog = desk.get_by_role("dialog", name="Choose from the library")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    dialog.get_by_role("searchbox").fill("ambassador")
    dialog.get_by_role("button", name="Search").click()
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    dialog.get_by_role("button", name="Use ambassador.jpg").click()
    expect(status(desk)).to_contain_text("Chosen from the library")
    expect(desk.get_by_label("Alternative text")).to_have_value("The Ambassador")
    click_save(desk)
    expect(desk.locator(".messagelist .success")).to_be_visible()
    message = Message.objects.get()
    assert (message.image.name, message.image_credit) == (image.file.name, "A. Smith")


def test_the_editor_takes_an_image_from_the_library_with_its_alternative_text(desk):
    image = an_image()
    expect(desk.locator(".cke_wysiwyg_div")).to_be_editable()
    desk.locator(".cke_button__image").click()
    editor = desk.locator(".cke_dialog")
    with desk.expect_popup() as opened:
        editor.get_by_role("button", name="Browse Server").first.click()
    with opened.value.expect_event("close"):
        opened.value.get_by_role("button", name="Use ambassador.jpg").click()
    expect(editor.get_by_label("URL")).to_have_value(image.file.url)
    expect(editor.get_by_label("Alternative Text")).to_have_value("The Ambassador")
    editor.get_by_role("button", name="OK").click()
    expect(desk.locator(".cke_wysiwyg_div img[alt='The Ambassador']")).to_be_visible()


@pytest.mark.parametrize(
    "address",
    [
        "/admin/richtext/image/",
        "/admin/richtext/image/add/",
        pytest.param("an image", marks=pytest.mark.may_complain),  # axe itself writes a style attribute there
        "a dialog",
    ],
)
def test_the_library_has_no_violations(staff, axe, address):
    image = an_image()
    a_pictured_message()
    if address == "a dialog":
        staff.goto(ADD)
        open_cards(staff)
        staff.get_by_role("button", name="Choose from the library").click()
        expect(staff.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()
    else:
        staff.goto(f"/admin/richtext/image/{image.pk}/change/" if address == "an image" else address)
    assert axe(staff) == []
