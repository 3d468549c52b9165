"""The library of images: who sees which, search, pages, uses, uploads, deletion, and where its files go."""

from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import ExifTags
from PIL import Image as Pillow

from accounts import roles
from backups import media as backup_media
from editions.models import EditionNumber
from news.models import Message
from richtext import ckeditor_config
from richtext.image_admin import PAGE_SIZE
from richtext.models import Image
from tests.factories import HOUR, NOON, a_message, a_page
from tests.helpers.accounts import a_member
from tests.helpers.files import a_body, a_picture_file, a_pictured_message, a_small_image_file
from tests.helpers.form_fields import fields_of
from tests.helpers.message_form import change_url, opened_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LIBRARY = "/admin/richtext/image/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def anna(client):
    """A writer, who is signed in."""
    user = a_member(roles.WRITERS, username="anna")
    client.force_login(user)
    return user


@pytest.fixture
def boris():
    return a_member(roles.EDITORS, username="boris")


def an_image(**kwargs):
    """Return an image that was put in the library, without renditions where `file` is a name."""
    fields = {"file": a_picture_file((40, 20)), "shared": True} | kwargs
    return Image.objects.create(uploaded_at=NOON, **fields)


def image_of(message):
    return Image.objects.get(file=message.image.name)


def seen(user):
    return set(Image.objects.visible_to(user, NOON))


def body(client, address=LIBRARY, **query):
    return client.get(address, query).content.decode()


def names_on(page):
    """Return the names of the images on a page of the library, in its order."""
    parts = page.split('class="library-link"')[1:]
    return [part.split('<span dir="auto">')[1].split("<")[0] for part in parts]


# What is in it


@pytest.mark.both_databases
def test_the_lead_image_of_a_message_is_in_the_library_with_its_texts_however_it_is_written(anna):
    pictured = a_pictured_message(image_credit="A. Smith")
    [created] = Message.objects.bulk_create(
        [Message(headline="B", category=pictured.category, image=a_picture_file((50, 20)), image_alt="A flag")]
    )
    image, other = image_of(pictured), image_of(created)
    assert (image.name, image.alt, image.credit) == ("holiday.jpeg", "The Ambassador at a lectern", "A. Smith")
    assert (image.width, other.width, other.alt) == (600, 50, "A flag")


def test_a_use_keeps_its_own_texts_and_leaves_the_librarys_alone(anna):
    image = an_image(alt="A flag", credit="A. Smith")
    message = a_message(image=image.file.name, image_alt="The flag of today", image_width=40, image_height=20)
    image.refresh_from_db()
    assert (image.alt, message.image_alt, Image.objects.count()) == ("A flag", "The flag of today", 1)


def test_an_image_in_a_text_gets_its_alternative_text_from_there(anna):
    image = an_image()
    a_message(body=a_body(image, alt="A handshake"))
    image.refresh_from_db()
    assert image.alt == "A handshake"


def test_texts_of_the_library_make_no_new_edition(client, anna):
    image = an_image()
    a_message(body=a_body(image))
    before = EditionNumber.objects.get().number
    page = f"{LIBRARY}{image.pk}/change/"
    data = fields_of(body(client, page), "image_form") | {"alt": "A flag", "credit": "A. Smith", "rights": "CC BY 4.0"}
    assert client.post(page, data).status_code == 302
    image.refresh_from_db()
    assert (image.alt, image.rights, EditionNumber.objects.get().number) == ("A flag", "CC BY 4.0", before)


# Who sees what


@pytest.mark.both_databases
def test_the_image_of_a_limited_draft_is_hidden_until_a_text_shows_it_that_all_can_see(anna, boris):
    draft = a_pictured_message(publish_at=None)
    in_text = an_image()
    other = a_message(body=a_body(in_text), publish_at=None)
    for message in (draft, other):
        message.limit_to([anna])
    assert (seen(anna), seen(boris)) == ({image_of(draft), in_text}, set())
    a_page(body=a_body(in_text))
    a_message(image=draft.image.name, image_alt="A", image_width=1, image_height=1)
    assert seen(boris) == {image_of(draft), in_text}


@pytest.mark.both_databases
def test_an_upload_that_no_text_shows_is_its_uploaders_until_it_is_shared(anna, boris):
    image = an_image(shared=False, uploaded_by=anna)
    assert (seen(anna), seen(boris)) == ({image}, set())
    Image.objects.filter(pk=image.pk).share()
    assert seen(boris) == {image}


def test_saving_a_message_shares_its_images_unless_it_is_limited(client, anna, boris):
    image = an_image(shared=False, uploaded_by=anna)
    draft = a_message(publish_at=None)
    draft.limit_to([anna])
    chosen = {"image_choice": image.pk, "image_alt": "A flag"}
    client.post(change_url(draft), opened_form(client, draft, **chosen))
    image.refresh_from_db()
    assert not image.shared
    draft.limit_to([])
    client.post(change_url(draft), opened_form(client, draft, lead="More"))
    image.refresh_from_db()
    assert image.shared


def test_an_image_that_a_revision_of_a_public_message_drops_stays_in_the_library(client, anna, boris):
    message = a_pictured_message()
    image = image_of(message)
    Image.objects.filter(pk=image.pk).update(uploaded_by=anna)
    revision, _is_new = message.start_revision(at=NOON, by=anna)
    client.post(change_url(revision), opened_form(client, revision, image_alt="") | {"image-clear": "on"})
    revision.refresh_from_db()
    image.refresh_from_db()
    assert (bool(revision.image), image.shared) == (False, True)


def test_a_hidden_image_has_no_page_and_cannot_be_chosen(client, anna, boris):
    draft = a_pictured_message(publish_at=None)
    draft.limit_to([boris])
    image = image_of(draft)
    own = a_message(publish_at=None)
    assert names_on(body(client)) == []
    assert client.get(f"{LIBRARY}{image.pk}/change/").status_code == 302
    assert client.get(f"{LIBRARY}{image.pk}/thumbnail/").status_code == 404
    chosen = client.post(change_url(own), opened_form(client, own, image_choice=image.pk, image_alt="A"))
    assert "not in the library any more" in chosen.content.decode()


def test_uses_in_limited_drafts_are_named_only_to_those_who_may_see_them(client, anna, boris):
    image = an_image()
    a_page(title="About the embassy", body=a_body(image))
    open_message = a_message(headline="An open statement", image=image.file.name, image_alt="A", image_width=1)
    limited = a_message(headline="Secret", image=image.file.name, image_alt="A", image_width=1, publish_at=None)
    limited.limit_to([boris])
    for page in (body(client), body(client, f"{LIBRARY}{image.pk}/change/")):
        assert (open_message.headline in page, "Secret" in page) == (True, False)
        assert "About the embassy" not in page  # writers cannot open pages
    client.force_login(boris)
    assert "Secret" in body(client)


@pytest.mark.parametrize(("group", "status"), [(roles.CONSULAR, 403), (roles.WRITERS, 200), (roles.MANAGERS, 200)])
def test_the_library_is_for_those_who_write_texts(client, group, status):
    client.force_login(a_member(group))
    assert [client.get(url).status_code for url in (LIBRARY, f"{LIBRARY}add/")] == [status, status]


# Search and pages


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("flag", ["flag.jpg"]),
        ("МИД", ["мид.jpg"]),
        ("мид лавров", ["мид.jpg"]),
        ("smith", ["мид.jpg", "flag.jpg"]),
        ("smith flag", ["flag.jpg"]),
        ("100%", []),
        ("_", []),
        ("x" * 5000, []),
    ],
)
def test_every_word_is_searched_in_name_alternative_text_and_credit(client, anna, query, found):
    an_image(name="flag.jpg", alt="The Flag", credit="A. Smith")
    an_image(name="мид.jpg", alt="Сергей Лавров", credit="A. Smith")
    assert names_on(body(client, q=query)) == found


@pytest.mark.both_databases
def test_pages_follow_one_another_without_counting(client, anna):
    fields = {"file": "pictures/none.jpg", "width": 1, "height": 1, "uploaded_at": NOON, "shared": True}
    Image.objects.bulk_create(Image(name=f"{number}.jpg", **fields) for number in range(PAGE_SIZE + 2))
    with CaptureQueriesContext(connection) as queries:
        first = body(client)
    assert names_on(first)[0] == f"{PAGE_SIZE + 1}.jpg"
    assert not any("COUNT(" in query["sql"] for query in queries)
    older = first.split('rel="next"')[0].rpartition('href="')[2].split('"')[0]
    assert names_on(body(client, LIBRARY + older.replace("&amp;", "&"))) == ["1.jpg", "0.jpg"]


@pytest.mark.parametrize("before", ["-1", "x", "9" * 30, "٣"])
def test_a_page_that_makes_no_sense_is_the_first(client, anna, before):
    an_image(name="flag.jpg")
    assert names_on(body(client, before=before)) == ["flag.jpg"]


# Choosing


@pytest.mark.parametrize(
    "form", ["https://example.org/", "//example.org/admin/", "/admin/../x?a=1", "javascript:a()", "/x/", "/admin/\\n"]
)
def test_a_chosen_image_never_leads_to_another_site(client, anna, form):
    an_image()
    page = body(client, **{"for": form})
    assert "image_choice" not in page or 'href="/admin/' in page
    assert "example.org" not in page and "javascript:" not in page


def test_the_editors_window_has_a_button_for_each_image(client, anna):
    image = an_image(alt="A “flag” & more")
    page = body(client, CKEditor="id_body", CKEditorFuncNum="1", langCode="en")
    assert f'data-url="/media/{image.file.name}" data-function="1"' in page
    assert 'data-alt="A “flag” &amp; more"' in page


# Uploads


def test_several_images_are_uploaded_and_a_refused_one_is_named(client, anna):
    good = a_picture_file((900, 450))
    good.name = "good.jpg"
    bad = a_picture_file()
    bad.name = "bad.jpg"
    bad.file.truncate(300)
    answer = client.post(f"{LIBRARY}add/", {"files": [good, bad]})
    page = answer.content.decode()
    assert "bad.jpg:" in page and "1 image is in the library" in page
    image = Image.objects.get()
    assert (image.name, image.shared, image.uploaded_by) == ("good.jpg", True, anna)


def test_a_single_upload_leads_to_its_page_to_be_described(client, anna):
    answer = client.post(f"{LIBRARY}add/", {"files": [a_picture_file((900, 450))]})
    assert answer.url == f"{LIBRARY}{Image.objects.get().pk}/change/"
    assert "Choose an image." in client.post(f"{LIBRARY}add/", {}).content.decode()


@pytest.mark.parametrize(
    ("taken", "stored"),
    [("2019:05:06 07:08:09", date(2019, 5, 6)), ("0000:00:00 00:00:00", None), ("soon", None), ("", None)],
)
def test_the_date_of_the_camera_is_kept_in_the_library_and_not_in_the_file(client, anna, taken, stored):
    exif = Pillow.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    client.post(f"{LIBRARY}add/", {"files": [a_small_image_file(exif=exif)]})
    image = Image.objects.get()
    with Pillow.open(image.file) as opened:
        assert (image.taken_on, dict(opened.getexif())) == (stored, {})


def test_the_editor_browses_the_library():
    assert reverse("admin:richtext_image_changelist") == ckeditor_config.LIBRARY_URL == LIBRARY


# Deleting


def delete(client, image):
    return client.post(f"{LIBRARY}{image.pk}/delete/", {"post": "yes"}, follow=True)


@pytest.mark.both_databases
@pytest.mark.parametrize("use", ["lead", "text", "page", "version"])
def test_an_image_that_a_text_shows_or_showed_cannot_be_deleted(client, boris, use):
    client.force_login(boris)
    image = an_image()
    if use == "page":
        a_page(body=a_body(image))
    elif use == "lead":
        a_message(image=image.file.name, image_alt="A", image_width=1, publish_at=None)
    else:
        message = a_message(body=a_body(image), publish_at=None)
        if use == "version":
            message.body = "<p>Without it.</p>"
            message.save()
    page = delete(client, image).content.decode()
    assert "cannot be deleted" in page
    assert default_storage.exists(image.file.name) and Image.objects.filter(pk=image.pk).exists()


def test_an_unused_image_is_deleted_with_its_renditions(client, boris, settings, django_capture_on_commit_callbacks):
    client.force_login(boris)
    image = an_image(file=a_picture_file((1000, 500)))
    with django_capture_on_commit_callbacks(execute=True):
        delete(client, image)
    assert not Image.objects.exists()
    assert [file for file in settings.MEDIA_ROOT.rglob("*") if file.is_file()] == []


def test_writers_delete_no_images(client, anna):
    image = an_image(uploaded_by=anna)
    assert client.post(f"{LIBRARY}{image.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Image.objects.exists()


# Where its files go


def test_a_backup_has_the_images_that_no_text_shows(anna, tmp_path, settings, monkeypatch):
    monkeypatch.setattr(backup_media, "MIN_AGE_SECONDS", 0)
    settings.MEDIA_ROOT = tmp_path / "media"
    image = an_image(name="flag.jpg", alt="A flag")
    assert image.file.name in set(backup_media.walk_storage(default_storage))


def test_an_image_that_no_public_text_shows_is_not_public(client):
    unused = an_image()
    a_pictured_message(publish_at=NOON + HOUR, approved_at=NOON)
    for image in Image.objects.all():
        assert client.get(f"/media/{image.file.name}").status_code == 404
    assert unused.shared
