"""Files for tests: images, PDFs, and objects with files."""

import io
from itertools import count

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from PIL import Image as Pillow

from news.models import Attachment
from richtext.models import Image
from tests.factories import NOON, a_message

_numbers = count(1)

RED = (200, 10, 10)
PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def a_picture_file(size=(600, 400), kind="JPEG", mode="RGB", colour=(20, 90, 160)):
    """Return an image as an upload."""
    buffer = io.BytesIO()
    Pillow.new(mode, size, colour).save(buffer, kind)
    return ContentFile(buffer.getvalue(), name=f"holiday.{kind.lower()}")


def a_pdf_file(content=PDF, name="programme_of_the visit.pdf"):
    """Return a PDF as an upload."""
    return ContentFile(content, name=name)


def a_pictured_message(size=(600, 400), **kwargs):
    """Return a message with a picture."""
    kwargs.setdefault("image_alt", "The Ambassador at a lectern")
    return a_message(image=a_picture_file(size), **kwargs)


def an_attachment(message=None, **kwargs):
    """Return a PDF attached to a message, a published one by default."""
    kwargs.setdefault("name", "Programme of the visit")
    return Attachment.objects.create(message=message or a_message(), file=a_pdf_file(), **kwargs)


def an_image(size=(600, 400)):
    """Return a picture for texts."""
    officer = get_user_model().objects.create_superuser(f"uploader {next(_numbers)}")
    return Image.objects.create(file=a_picture_file(size), uploaded_at=NOON, uploaded_by=officer)


def a_body(image, alt="A handshake"):
    """Return a text with a picture in it."""
    return f'<p>Before</p><p><img src="/media/{image.file.name}" alt="{alt}" width="300" height="200"></p>'


def a_small_image_file(kind="JPEG", size=(40, 20), mode="RGB", colour=RED, **options):
    """Return a small image as an uploaded file."""
    buffer = io.BytesIO()
    Pillow.new(mode, size, colour).save(buffer, kind, **options)
    return ContentFile(buffer.getvalue(), name=f"holiday.{kind.lower()}")
