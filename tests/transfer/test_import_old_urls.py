"""`import_messages`: former URLs redirect, and the images of an archive are imported."""

import os
from functools import partial
from pathlib import Path

import pytest
from django.core.management import CommandError

from news.models import Message
from redirects.models import Redirect
from richtext.models import Image
from tests.factories import a_message
from tests.helpers.files import a_picture_file
from tests.helpers.imports import import_messages
from transfer.importer.images import ImportFolder

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

PICTURE = a_picture_file().read()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "pictures"
    (made / "2019").mkdir(parents=True)
    (made / "2019" / "one.jpg").write_bytes(PICTURE)
    return made


@pytest.fixture
def importing(tmp_path):
    return partial(import_messages, tmp_path)


# Former addresses


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("/press/123.html", "/press/123.html"),
        ("https://old.example.org/press/123.html#top", "/press/123.html"),
        ("/press.php?id=7&lang=en", "/press.php?id=7&lang=en"),
        ("/press/view/?id=7", "/press/view/?id=7"),  # a possible URL of this site
        ("/%D0%BF%D1%80%D0%B5%D1%81%D1%81%D0%B0/1", "/%D0%BF%D1%80%D0%B5%D1%81%D1%81%D0%B0/1"),
        ("/%CF%F0%E5%F1%F1%E0/1", "/%CF%F0%E5%F1%F1%E0/1"),  # Windows-1251
        ("/пресса/1", "/%D0%BF%D1%80%D0%B5%D1%81%D1%81%D0%B0/1"),
        ("/press.php?имя=7", "/press.php?%D0%B8%D0%BC%D1%8F=7"),
    ],
)
def test_a_former_address_leads_to_the_message_for_ever(importing, client, given, asked):
    importing({"old_urls": [given]})
    answer = client.get(asked)
    assert (answer.status_code, answer["Location"]) == (301, Message.objects.get().get_absolute_url())


def test_another_query_is_another_address(importing, client):
    importing({"old_urls": ["/press.php?id=7"]})
    assert client.get("/press.php?id=8").status_code == 404


def test_an_address_that_leads_somewhere_already_stays(importing):
    message = a_message()
    Redirect.add("/press/1", message=message)
    importing({"old_urls": ["/press/1", "/press/2"]})
    assert Redirect.objects.get(path="/press/1").message == message
    assert Redirect.objects.filter(path="/press/2").exists()


def test_former_url_of_a_draft_tells_nothing(importing, client):
    importing({"publish_at": None, "old_urls": ["/press/1.html"]})
    assert client.get("/press/1.html").status_code == 404


@pytest.mark.one_database
@pytest.mark.parametrize("bad", ["javascript:x", "press/1", "", "//[", "/a%00b", "/a%3Fb", "/" + "x" * 500, "/a\nb", 7])
def test_an_invalid_url_is_an_error(importing, bad):
    with pytest.raises(CommandError, match="Line 1: “old_urls”"):
        importing({"old_urls": [bad]})
    assert not Message.objects.exists()


# Pictures


@pytest.mark.parametrize(
    "source", ["2019/one.jpg", "/2019/one.jpg", "https://old.example.org/2019/one.jpg?w=300", "/media/2019/one.jpg"]
)
def test_an_image_is_imported_and_keeps_its_words(importing, folder, source):
    body = f'<p><img src="{source}" alt="Two &amp; three" width="9" onerror="x"></p>'
    importing({"body": body}, pictures=str(folder))
    image = Image.objects.get()
    message = Message.objects.get()
    assert message.body == f'<p><img src="{image.file.url}" alt="Two &amp; three"></p>'
    assert list(message.pictures.all()) == [image]
    assert Path(image.file.path).exists()


@pytest.mark.one_database
def test_an_image_is_found_by_its_name_alone(importing, folder):
    (folder / "two.jpg").write_bytes(PICTURE)
    importing({"body": '<p><img src="/no/such/place/two.jpg" alt="x"></p>'}, pictures=str(folder))
    assert Image.objects.count() == 1


@pytest.mark.one_database
def test_one_image_in_two_texts_is_drawn_once(importing, folder):
    body = '<p><img src="2019/one.jpg" alt="x"></p>'
    importing({"body": body}, {"body": body, "lead": "Two."}, pictures=str(folder))
    assert (Image.objects.count(), Message.objects.count()) == (1, 2)


def test_running_it_again_draws_nothing(importing, folder):
    body = '<p><img src="2019/one.jpg" alt="x"></p>'
    importing({"body": body}, pictures=str(folder))
    assert "0 added" in importing({"body": body}, pictures=str(folder))
    assert Image.objects.count() == 1


@pytest.mark.one_database
def test_an_image_of_this_site_stays_as_it_is(importing, folder):
    importing({"body": '<p><img src="2019/one.jpg" alt="x"></p>'}, pictures=str(folder))
    body = Message.objects.get().body
    importing({"body": body, "headline": "Another"}, pictures=str(folder))
    assert (Message.objects.get(headline="Another").body, Image.objects.count()) == (body, 1)


@pytest.mark.one_database
def test_a_missing_image_is_named_with_its_line_before_anything_is_written(importing, folder):
    with pytest.raises(CommandError, match=r"Line 2: the image “gone\.jpg” is not in the folder"):
        importing({}, {"body": '<p><img src="gone.jpg" alt="x"></p>'}, pictures=str(folder))
    assert not Message.objects.exists()


@pytest.mark.one_database
def test_a_broken_image_is_named_before_anything_is_written(importing, folder):
    (folder / "broken.jpg").write_bytes(PICTURE[:-300])
    with pytest.raises(CommandError, match=r"Line 1: the image “broken\.jpg” could not be imported"):
        importing({"body": '<p><img src="broken.jpg" alt="x"></p>'}, pictures=str(folder))


@pytest.mark.one_database
def test_without_missing_ones_their_words_stand_in_their_places(importing, folder):
    body = '<p>One <img src="gone.jpg" alt="a &lt;b&gt; flag"> two.</p>'
    said = importing({"body": body}, pictures=str(folder), without_missing=True)
    assert "Line 1: the image “gone.jpg” is not in the folder" in said
    assert Message.objects.get().body == "<p>One a &lt;b&gt; flag two.</p>"


@pytest.mark.one_database
@pytest.mark.parametrize(
    "source",
    ["../secret.jpg", "2019/../../secret.jpg", "/%2e%2e/secret.jpg", "..\\secret.jpg", "link.jpg", "dir/secret.jpg"],
)
def test_nothing_outside_the_folder_is_read(folder, source):
    (folder.parent / "secret.jpg").write_bytes(PICTURE)
    (folder / "link.jpg").symlink_to(folder.parent / "secret.jpg")
    (folder / "dir").symlink_to(folder.parent)
    assert ImportFolder(str(folder)).find(source) is None


@pytest.mark.one_database
@pytest.mark.parametrize("source", ["", "/", "a\0b", "x" * 5000, "http://[", "%ff", "2019", "ring", "pipe"])
def test_no_name_breaks_the_search(folder, source):
    (folder / "ring").symlink_to(folder / "ring")
    os.mkfifo(folder / "pipe")
    assert ImportFolder(str(folder)).find(source) is None


@pytest.mark.one_database
def test_a_folder_that_is_none_gets_a_sentence(importing, tmp_path):
    with pytest.raises(CommandError, match=r"Cannot read .*no-such-folder"):
        importing({}, pictures=str(tmp_path / "no-such-folder"))
    with pytest.raises(CommandError, match="Cannot read"):
        importing({}, pictures=str(tmp_path / "messages.jsonl"))


@pytest.mark.one_database
def test_images_that_would_be_dropped_are_reported(importing):
    assert "--pictures" in importing({"body": '<p>x <img src="a.jpg" alt="x"></p>'})
