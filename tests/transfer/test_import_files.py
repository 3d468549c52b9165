"""`import_messages --pictures`: a message's own picture and its attachments come along."""

import io
import json
import re
from functools import partial
from pathlib import Path

import pytest
from django.core.management import CommandError

from news.models import Attachment, Message
from tests.factories import DAY, NOON, a_message
from tests.helpers.files import PDF, a_picture_file, a_pictured_message, an_attachment
from tests.helpers.imports import GIVEN, empty_site, import_messages
from transfer import export
from transfer.importer import jsonl

pytestmark = pytest.mark.django_db

PICTURE = {"file": "2020/visit.jpg", "alt": "A handshake"}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "old"
    (made / "2020").mkdir(parents=True)
    (made / "2020" / "visit.jpg").write_bytes(a_picture_file((600, 400)).read())
    (made / "programme_of the visit.pdf").write_bytes(PDF)
    (made / "text.pdf").write_bytes(b"no such thing")
    return made


@pytest.fixture
def importing(tmp_path):
    return partial(import_messages, tmp_path)


def test_an_image_is_imported_with_what_is_said_of_it(importing, folder, client):
    told = PICTURE | {
        "credit": "A. Smith",
        "rights": "CC BY 4.0",
        "focus": [10, 90],
        "video": "https://video.example.org/1",
    }
    importing({"picture": told}, pictures=str(folder))
    message = Message.objects.get()
    assert (message.image_width, message.image_height, message.image_alt) == (600, 400, "A handshake")
    assert (message.image_credit, message.image_focus_x, message.image_focus_y) == ("A. Smith", 10, 90)
    assert (message.image_rights, message.video_url) == ("CC BY 4.0", "https://video.example.org/1")
    page = client.get(message.get_absolute_url()).content.decode()
    shown = re.findall(r'(?:src|srcset)="(/media/[^" ]+)', page)
    assert shown and {client.get(address).status_code for address in shown} == {200}


def test_attachments_come_along_in_their_order_under_their_names(importing, folder, client):
    given = [{"file": "programme_of the visit.pdf", "name": "Programme"}, {"file": "programme_of the visit.pdf"}]
    importing({"attachments": given}, pictures=str(folder))
    found = Attachment.objects.all()
    assert [(row.name, row.order, row.size) for row in found] == [
        ("Programme", 0, len(PDF)),
        ("programme of the visit", 1, len(PDF)),
    ]
    answer = client.get(f"/media/{found[0].file.name}")
    assert b"".join(answer.streaming_content if answer.streaming else [answer.content]) == PDF


def test_files_of_a_draft_are_not_public(importing, folder, client):
    importing(
        {"publish_at": None, "picture": PICTURE, "attachments": [{"file": "programme_of the visit.pdf"}]},
        pictures=str(folder),
    )
    names = [Message.objects.get().image.name, Attachment.objects.get().file.name]
    assert [client.get(f"/media/{name}").status_code for name in names] == [404, 404]


def test_twice_adds_nothing(importing, folder):
    line = {"picture": PICTURE, "attachments": [{"file": "programme_of the visit.pdf"}]}
    importing(line, pictures=str(folder))
    assert "0 added" in importing(line, pictures=str(folder))
    assert (Message.objects.count(), Attachment.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ({"picture": PICTURE | {"file": "2020/gone.jpg"}}, "“2020/gone.jpg” is not in the folder"),
        ({"picture": PICTURE | {"file": "../messages.jsonl"}}, "is not in the folder"),
        ({"picture": PICTURE | {"file": "text.pdf"}}, "“text.pdf” could not be imported: This file is"),
        ({"attachments": [{"file": "text.pdf"}]}, "“text.pdf” could not be imported: This file is"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_and_nothing_is_imported(importing, folder, line, fault):
    with pytest.raises(CommandError) as refused:
        importing({}, {"headline": "Another"} | line, pictures=str(folder))
    assert ("Line 2" in str(refused.value), fault in str(refused.value)) == (True, True)
    assert not Message.objects.exists()


def test_without_it_the_message_comes_alone_where_that_is_allowed(importing, folder):
    attached = [{"file": "text.pdf"}, {"file": "programme_of the visit.pdf"}]
    line = {"picture": PICTURE | {"file": "gone.jpg"}, "attachments": attached}
    said = importing(line, pictures=str(folder), without_missing=True)
    assert ("gone.jpg" in said, "text.pdf" in said) == (True, True)
    message = Message.objects.get()
    assert (message.image.name, [row.name for row in message.attachments.all()]) == ("", ["programme of the visit"])


def test_without_a_folder_files_are_skipped_and_reported(importing):
    said = importing({"picture": PICTURE}, {"attachments": [{"file": "a.pdf"}], "headline": "Another"})
    assert "The lead image and attachments of a message are left out. Use --pictures DIR to import them. (2)" in said
    assert [message.image.name for message in Message.objects.all()] == ["", ""]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ({"picture": "a.jpg"}, "Write it like this"),
        ({"picture": {"alt": "No file"}}, "Write it like this"),
        ({"picture": PICTURE | {"colour": "red"}}, "Write it like this"),
        ({"picture": {"file": " ", "decorative": True}}, "a file without a name"),
        ({"picture": {"file": 7, "decorative": True}}, "must be a text"),
        ({"picture": {"file": "a.jpg"}}, "decorative"),
        ({"picture": PICTURE | {"decorative": True}}, "decorative"),
        ({"picture": PICTURE | {"focus": [50]}}, "percentages"),
        ({"picture": PICTURE | {"focus": [True, 50]}}, "percentages"),
        ({"picture": PICTURE | {"focus": [50, 101]}}, "percentages"),
        ({"picture": PICTURE | {"video": "no address"}}, "web address"),
        ({"picture": PICTURE | {"credit": "x" * 201}}, "201"),
        ({"attachments": {"file": "a.pdf"}}, "must be a list"),
        ({"attachments": [{"file": "a.pdf", "name": "x" * 151}]}, "151"),
        ({"attachments": ["a.pdf"]}, "Write it like this"),
    ],
)
def test_an_invalid_alternative_text_is_reported(line, fault):
    ((number, said),) = jsonl.find_faults(io.BytesIO(json.dumps(GIVEN | line).encode()))
    assert (number, fault in said) == (1, True), said


def test_an_export_is_imported_with_its_files(importing, settings, tmp_path):
    a_pictured_message(
        image_credit="A. Smith", image_rights="CC BY 4.0", image_focus_x=0, video_url="https://video.example.org/1"
    )
    a_message(image=a_picture_file((300, 200), "PNG"), image_decorative=True, publish_at=NOON - DAY)
    an_attachment(an_attachment(name="Second").message, name="First", order=1)
    before = b"".join(line for _message, line in export.export_lines())
    bytes_before = [Path(settings.MEDIA_ROOT, row.file.name).read_bytes() for row in Attachment.objects.order_by("pk")]
    empty_site()
    importing(*map(json.loads, before.splitlines()), pictures=str(settings.MEDIA_ROOT))
    after = b"".join(line for _message, line in export.export_lines())
    named = re.compile(rb'(?<="file": ")[^"]+')
    assert named.sub(b"", after) == named.sub(b"", before)
    assert len(named.findall(before)) == 4 and not set(named.findall(after)) & set(named.findall(before))
    found = Attachment.objects.order_by("pk")
    assert [Path(settings.MEDIA_ROOT, row.file.name).read_bytes() for row in found] == bytes_before
