"""PDFs that come with a message: what is taken, how it is named, and how it is handed over."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from news.models import Attachment, Message
from news.pdf import LARGEST_FILE, PdfField, check
from tests.factories import a_category, a_message
from tests.files import PDF, a_pdf_file, an_attachment
from tests.filling import fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def refusal(content):
    with pytest.raises(ValidationError) as error:
        check(a_pdf_file(content))
    return error.value.messages[0]


# What is taken


@pytest.mark.parametrize(
    "content",
    [
        PDF,
        PDF.replace(b"1.7", b"2.0"),
        PDF.replace(b"\n", b"\r\n"),
        PDF + b"\0" * 1500,
        PDF + b"\0" * 500_000,
        PDF + b"\r\n \x1a",
        PDF + b"<!-- a mail gateway was here -->" * 20,
        b"\xef\xbb\xbf" + PDF,
        b"\r\n" + PDF,
        b"\0" * 512 + PDF,
        b"%!PS-Adobe-N.n PDF-M.m\n" + PDF,
        b"@PJL SET JOBNAME=scan\r\n" + PDF,
    ],
    ids=range(12),
)
def test_a_whole_pdf_is_taken_as_readers_take_it(content):
    assert check(a_pdf_file(content)) is None


@pytest.mark.parametrize("content", [b"what", b"%PDF", b"%PDF-9.9" + PDF[8:], b" " * 1024 + PDF])
def test_what_only_says_it_is_a_pdf_is_refused(content):
    assert "This file is not a PDF" in refusal(content)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"<html>" + PDF, "a web page"),
        (b"PK\x03\x04", "a Word"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"II*\0", "a TIFF image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word"),
        (b"{\\rtf1", "a text document"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_name(content, named):
    assert f"This file is {named}" in refusal(content)
    assert "Save it as a PDF" in refusal(content)


@pytest.mark.parametrize("content", [PDF[:40], PDF[:-6], PDF + b"x" * 9000, PDF.replace(b"startxref", b"")])
def test_a_pdf_without_its_end_is_refused(content):
    assert "its end is missing" in refusal(content)


def test_an_empty_file_is_refused():
    assert refusal(b"") == "This file is empty. Choose it again."


def test_a_pdf_too_large_is_refused_with_its_size():
    assert refusal(PDF + b" " * LARGEST_FILE).startswith("This file has 25.0")


def test_a_script_can_attach_no_other_file_either():
    message = a_message()
    with pytest.raises(ValidationError), transaction.atomic():
        Attachment.objects.create(message=message, file=a_pdf_file(b"<html>"), name="A")
    assert not Attachment.objects.exists()


def test_migrations_see_a_plain_file_field():
    assert PdfField().deconstruct()[1] == "django.db.models.FileField"


# What it is called


def test_a_file_is_kept_under_a_random_name():
    first, second = an_attachment(), an_attachment()
    assert first.file.name.startswith("attachments/")
    assert "programme" not in first.file.name
    assert first.file.name != second.file.name


def test_a_pdf_without_a_name_is_called_as_its_file():
    assert an_attachment(name=" ").name == "programme of the visit"


def test_its_size_is_kept():
    assert an_attachment().size == len(PDF)


def test_a_name_is_one_line():
    assert an_attachment(name="Programme\r\nSet-Cookie: a").name == "Programme Set-Cookie: a"


def test_the_database_keeps_none_without_a_name():
    attachment = an_attachment()
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).update(name="")


def test_a_name_that_was_emptied_is_asked_for():
    attachment = an_attachment()
    attachment.name = ""
    with pytest.raises(ValidationError) as error:
        attachment.full_clean()
    assert error.value.message_dict["name"] == ["Say what it is: Programme of the visit."]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Programme", "Programme.pdf"),
        ("Programme.pdf", "Programme.pdf"),
        ("a/b\\c:d", "a b c d.pdf"),
        ("/", "attachment.pdf"),
        ("Программа", "Программа.pdf"),
        ("cod\u202efdp.exe", "cod fdp.exe.pdf"),
    ],
)
def test_a_visitor_keeps_it_under_a_name_that_any_computer_has(name, kept):
    assert Attachment(name=name).given_name == kept


# What a visitor gets


def test_a_message_lists_its_attachments_with_their_size_in_their_order(client):
    message = a_message()
    an_attachment(message, name="Second", order=2)
    an_attachment(message, name="First & foremost", order=1)
    page = client.get(message.get_absolute_url()).content.decode()
    assert page.index(f"First &amp; foremost</a> <span>(PDF, {len(PDF)}\xa0bytes)</span>") < page.index("Second</a>")


def test_a_message_without_attachments_lists_none(client):
    assert "attachments" not in client.get(a_message().get_absolute_url()).content.decode()


def test_a_pdf_is_kept_and_not_shown_and_nothing_in_it_runs(client):
    response = client.get(f"/media/{an_attachment().file.name}")
    assert response.getvalue() == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="Programme of the visit.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_a_name_in_any_script_is_given_as_rfc_6266_says(client):
    response = client.get(f"/media/{an_attachment(name='Программа').file.name}")
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%D0%9F%D1%80%D0%BE%D0%B3%D1%80%D0%B0%D0%BC%D0%BC%D0%B0.pdf"
    )


def test_an_attachment_that_was_taken_off_is_gone(client):
    attachment = an_attachment()
    attachment.delete()
    assert client.get(f"/media/{attachment.file.name}").status_code == 404


# On the desk


def send(client, file, name="", **kwargs):
    category = a_category()
    data = {
        "headline": "With a programme", "lead": "", "body": "<p>Text.</p>", "category": category.pk, "language": "en",
        "image_focus_x": 50, "image_focus_y": 50, "attachments-TOTAL_FORMS": 1, "attachments-INITIAL_FORMS": 0,
        "attachments-0-name": name, "attachments-0-order": 0, "attachments-0-file": file,
    }  # fmt: skip
    return client.post("/admin/news/message/add/", data | kwargs)


def test_an_officer_attaches_a_pdf_in_the_messages_form(admin_client):
    assert send(admin_client, a_pdf_file()).status_code == 302
    assert [str(attachment) for attachment in Message.objects.get().attachments.all()] == ["programme of the visit"]


def test_a_file_that_is_no_pdf_is_refused_in_the_form(admin_client):
    response = send(admin_client, a_pdf_file(b"<html>", "a.pdf"))
    assert "This file is a web page, not a PDF. Save it as a PDF" in response.content.decode()
    assert not Message.objects.exists()


def test_who_may_write_messages_may_attach_to_them(client):
    writer = get_user_model().objects.create_user("writer", is_staff=True)
    writer.user_permissions.add(*Permission.objects.filter(codename__in=["add_message", "view_message"]))
    client.force_login(writer)
    assert send(client, a_pdf_file()).status_code == 302
    assert Attachment.objects.count() == 1


def test_what_is_done_to_the_attachments_of_a_public_message_is_on_record(admin_client):
    message = a_message()
    an_attachment(message, name="Programme")
    address = f"/admin/news/message/{message.pk}/change/"
    form = fields_of(admin_client.get(address).content.decode(), "message_form")
    admin_client.post(address, form | {"attachments-0-DELETE": "on", "_save": "Save"})
    act = message.acts.get()
    message.refresh_from_db()
    assert (message.attachments.count(), act.kind, act.reason) == (0, "attached", "deleted: Programme")
    assert message.updated_at == act.at
