"""PDF attachments: validation, names, storage, download."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from news.models import Attachment, Message
from news.pdf import MAX_FILE_SIZE, PdfField, validate_pdf
from tests.factories import NOON, a_message
from tests.helpers.files import PDF, a_pdf_file, an_attachment
from tests.helpers.message_form import post_attachment
from tests.helpers.revisions import a_revision

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def refusal(content):
    with pytest.raises(ValidationError) as error:
        validate_pdf(a_pdf_file(content))
    return error.value.messages[0]


# Validation


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
def test_complete_pdfs_are_accepted(content):
    assert validate_pdf(a_pdf_file(content)) is None


@pytest.mark.parametrize("content", [b"what", b"%PDF", b"%PDF-9.9" + PDF[8:], b" " * 1024 + PDF])
def test_files_with_a_false_type_are_refused(content):
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
def test_files_of_another_type_are_refused_by_name(content, named):
    assert f"This file is {named}" in refusal(content)
    assert "Save the document as a PDF" in refusal(content)


@pytest.mark.parametrize("content", [PDF[:40], PDF[:-6], PDF + b"x" * 9000, PDF.replace(b"startxref", b"")])
def test_an_incomplete_pdf_is_refused(content):
    assert "This PDF is incomplete" in refusal(content)


def test_an_empty_file_is_refused():
    assert refusal(b"") == "This file is empty. Choose another file."


def test_a_pdf_too_large_is_refused_with_its_size():
    assert refusal(PDF + b" " * MAX_FILE_SIZE).startswith("This file is 25.0")


def test_files_from_scripts_are_checked():
    message = a_message()
    with pytest.raises(ValidationError), transaction.atomic():
        Attachment.objects.create(message=message, file=a_pdf_file(b"<html>"), name="A")
    assert not Attachment.objects.exists()


def test_migrations_see_a_plain_file_field():
    assert PdfField().deconstruct()[1] == "django.db.models.FileField"


# Names


def test_files_are_stored_under_random_names():
    first, second = an_attachment(), an_attachment()
    assert first.file.name.startswith("attachments/")
    assert "programme" not in first.file.name
    assert first.file.name != second.file.name


def test_the_default_name_is_the_file_name():
    assert an_attachment(name=" ").name == "programme of the visit"


def test_the_size_is_stored():
    assert an_attachment().size == len(PDF)


def test_a_name_is_one_line():
    assert an_attachment(name="Programme\r\nSet-Cookie: a").name == "Programme Set-Cookie: a"


def test_the_database_requires_a_name():
    attachment = an_attachment()
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).update(name="")


def test_an_emptied_name_is_refused():
    attachment = an_attachment()
    attachment.name = ""
    with pytest.raises(ValidationError) as error:
        attachment.full_clean()
    assert error.value.message_dict["name"] == ["Enter a name, for example “Programme of the visit”."]


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
def test_the_download_name_is_safe_on_all_systems(name, kept):
    assert Attachment(name=name).download_name == kept


# Downloads


def test_a_message_lists_its_attachments_with_their_size_in_their_order(client):
    message = a_message()
    an_attachment(message, name="Second", order=2)
    an_attachment(message, name="First & foremost", order=1)
    page = client.get(message.get_absolute_url()).content.decode()
    assert page.index(f"First &amp; foremost</a> <span>(PDF, {len(PDF)}\xa0bytes)</span>") < page.index("Second</a>")


def test_a_message_without_attachments_lists_none(client):
    assert "attachments" not in client.get(a_message().get_absolute_url()).content.decode()


def test_a_pdf_is_served_as_a_download_in_a_sandbox(client):
    response = client.get(f"/media/{an_attachment().file.name}")
    assert response.getvalue() == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="Programme of the visit.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_download_names_follow_rfc_6266(client):
    response = client.get(f"/media/{an_attachment(name='Программа').file.name}")
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%D0%9F%D1%80%D0%BE%D0%B3%D1%80%D0%B0%D0%BC%D0%BC%D0%B0.pdf"
    )


def test_a_deleted_attachment_is_not_served(client):
    attachment = an_attachment()
    attachment.delete()
    assert client.get(f"/media/{attachment.file.name}").status_code == 404


# In the admin


def test_a_pdf_is_attached_in_the_form(admin_client):
    assert post_attachment(admin_client, a_pdf_file()).status_code == 302
    assert [str(attachment) for attachment in Message.objects.get().attachments.all()] == ["programme of the visit"]


def test_other_files_are_refused_in_the_form(admin_client):
    response = post_attachment(admin_client, a_pdf_file(b"<html>", "a.pdf"))
    assert "This file is a web page, not a PDF. Save the document as a PDF" in response.content.decode()
    assert not Message.objects.exists()


def test_writers_may_attach_files(client):
    writer = get_user_model().objects.create_user("writer", is_staff=True)
    writer.user_permissions.add(*Permission.objects.filter(codename__in=["add_message", "view_message"]))
    client.force_login(writer)
    assert post_attachment(client, a_pdf_file()).status_code == 302
    assert Attachment.objects.count() == 1


def test_changes_to_attachments_of_a_public_message_are_logged():
    message = a_message()
    an_attachment(message, name="Programme")
    revision = a_revision(message, change_kind="correction", change_note="It was another programme.")
    revision.attachments.all().delete()
    revision.approve(at=NOON)
    message.refresh_from_db()
    kinds = {entry.kind: entry.reason for entry in message.log_entries.all()}
    assert (message.attachments.count(), kinds) == (
        0,
        {"attached": "now: none", "correction": "It was another programme."},
    )
    assert message.updated_at == NOON
