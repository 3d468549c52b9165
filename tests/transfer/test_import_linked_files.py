"""`import_feed --pictures`: featured pictures and linked files of an archive come along as far as they are there."""

import io

import pytest
from django.core.management import call_command

from news.models import Attachment, Message
from richtext.models import Image
from tests.helpers import feeds
from tests.helpers.files import PDF, a_picture_file
from tests.helpers.imports import import_messages
from transfer.importer import images

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

THUMBNAIL = "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>"
UPLOAD = (
    "<item><title>A handshake</title><wp:post_type>attachment</wp:post_type><wp:post_id>9</wp:post_id>"
    "<wp:post_parent>7</wp:post_parent><wp:attachment_url>https://old.example.org/u/v.jpg</wp:attachment_url></item>"
)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "old"
    (made / "u").mkdir(parents=True)
    (made / "u" / "v.jpg").write_bytes(a_picture_file((600, 400)).read())
    (made / "a.pdf").write_bytes(PDF)
    return made


@pytest.fixture
def importing(tmp_path):
    def run(content, **options):
        file = tmp_path / "feed.xml"
        file.write_text(content)
        said, noted = io.StringIO(), io.StringIO()
        call_command("import_feed", str(file), stdout=said, stderr=noted, **options)
        return said.getvalue() + noted.getvalue()

    return run


def test_a_featured_image_is_imported_wherever_its_upload_is_in_the_file(importing, folder):
    importing(feeds.rss(UPLOAD, feeds.post("Text.", THUMBNAIL)), pictures=str(folder))
    message = Message.objects.get()
    assert (message.image_width, message.image_alt, message.body) == (600, "A handshake", "<p>Text.</p>")


def test_a_gallery_and_an_old_caption_keep_their_images(importing, folder):
    content = 'One\n\n[gallery]\n\n[caption id="x" caption="Old words"]<img src="/u/v.jpg" alt="V">[/caption]'
    importing(feeds.rss(feeds.post(content), UPLOAD), pictures=str(folder))
    body = Message.objects.get().body
    assert (body.count("<img src"), "A handshake" in body) == (2, True)
    assert "<figcaption>Old words</figcaption>" in body


def test_a_linked_pdf_is_imported_and_the_link_leads_to_it(importing, folder, client):
    importing(feeds.of_rss('See &lt;a href="/a.pdf"&gt;the programme&lt;/a&gt;.'), pictures=str(folder))
    row = Attachment.objects.get()
    assert row.name == "the programme"
    assert Message.objects.get().body == f'<p>See <a href="/media/{row.file.name}">the programme</a>.</p>'
    assert client.get(f"/media/{row.file.name}").status_code == 200


def test_a_message_comes_without_a_file_that_the_folder_does_not_have(importing, folder):
    (folder / "u" / "v.jpg").unlink()
    said = importing(feeds.rss(feeds.post('<a href="/b.pdf">b</a>', THUMBNAIL), UPLOAD), pictures=str(folder))
    assert "“https://old.example.org/u/v.jpg” is not in the folder" in said
    assert "“https://old.example.org/b.pdf” is not in the folder" in said
    message = Message.objects.get()
    assert (message.image.name, message.body) == ("", '<p><a href="https://old.example.org/b.pdf">b</a></p>')


def test_the_same_feed_with_and_without_a_folder_is_the_same(importing, folder):
    feed = feeds.rss(feeds.post("Text.", THUMBNAIL), UPLOAD)
    importing(feed)
    assert "0 added" in importing(feed, pictures=str(folder))


@pytest.mark.parametrize("where", ["own", "text"])
def test_one_image_under_several_names_is_drawn_once_in_a_run(tmp_path, folder, monkeypatch, where):
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes((folder / "u" / "v.jpg").read_bytes())
    looks = []
    monkeypatch.setattr(images, "validate_image", lambda file: looks.append(file.name))
    lines = [
        {"headline": f"Message {number}", "picture": {"file": f"{number}.jpg", "decorative": True}}
        if where == "own"
        else {"headline": f"Message {number}", "body": f'<p>x <img src="{number}.jpg" alt="V"></p>'}
        for number in range(3)
    ]
    import_messages(tmp_path, *lines, pictures=str(folder))
    assert Message.objects.count() == 3
    names = {message.image.name for message in Message.objects.all()} if where == "own" else Image.objects.all()
    assert len(names) == 1
    assert len(looks) == (where == "text")
