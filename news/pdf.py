"""PDF attachments: model and form field that check the file, and store it under a random name."""

from __future__ import annotations

import secrets

from django import forms
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from richtext import file_types
from richtext.serving import delete_on_failure

MAX_FILE_SIZE = 25 * 1024 * 1024  # bytes
HEADER_BYTES = 1024  # bytes at the start within which readers search for the header (PDF 1.7, annex H, note 13)
PADDING_BYTES = 1024 * 1024  # bytes of blanks or zeros that scanners append
TRAILER_BYTES = 8 * 1024  # bytes before the padding within which a complete PDF names its cross-reference table

EMPTY = _("This file is empty. Choose another file.")
TOO_LARGE = _("This file is %(size)s. Attachments can be up to %(most)s.")
NOT_A_PDF = _("This file is not a PDF. Save the document as a PDF and attach that.")
OTHER_TYPE = _("This file is %(kind)s, not a PDF. Save the document as a PDF and attach that.")
INCOMPLETE = _("This PDF is incomplete. Save it again and attach the new copy.")


def validate_pdf(file) -> None:
    """Raise ValidationError for a file that is not a complete PDF.

    The check is as lenient as PDF readers: the header within the first kilobyte, the end before any padding.
    """
    if not file.size:
        raise ValidationError(EMPTY, code="empty")
    if file.size > MAX_FILE_SIZE:
        sizes = {"size": filesizeformat(file.size), "most": filesizeformat(MAX_FILE_SIZE)}
        raise ValidationError(TOO_LARGE, code="too_large", params=sizes)
    file.seek(0)
    head = file.read(HEADER_BYTES)
    kind = file_types.identify(head)
    has_header = b"%PDF-1." in head or b"%PDF-2." in head
    if kind is not None and not (has_header and kind in (file_types.PDF, file_types.POSTSCRIPT)):
        if kind is file_types.PDF:
            raise ValidationError(NOT_A_PDF, code="no_pdf")
        raise ValidationError(OTHER_TYPE, code="no_pdf", params={"kind": kind})
    if not has_header:
        raise ValidationError(NOT_A_PDF, code="no_pdf")
    file.seek(max(0, file.size - PADDING_BYTES - TRAILER_BYTES))
    end = file.read(PADDING_BYTES + TRAILER_BYTES).rstrip(b"\0 \t\r\n\f\x1a")[-TRAILER_BYTES:]
    file.seek(0)
    if b"startxref" not in end or b"%%EOF" not in end:
        raise ValidationError(INCOMPLETE, code="cut_short")


class PdfFormField(forms.FileField):
    """The upload of a PDF."""

    default_error_messages = {"empty": EMPTY, "invalid": NOT_A_PDF}

    def to_python(self, data):
        file = super().to_python(data)
        if file is not None:
            validate_pdf(file)
        return file

    def widget_attrs(self, widget):
        attrs = super().widget_attrs(widget)
        if isinstance(widget, forms.FileInput):
            attrs["accept"] = "application/pdf"
        return attrs


class PdfField(models.FileField):
    """A PDF file. Files that do not come from a form are checked when they are saved."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("upload_to", "attachments/%y/%m/")
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance, add):
        file = getattr(model_instance, self.attname)
        if file and not file._committed:
            validate_pdf(file)
            setattr(model_instance, self.attname, File(file.file, name=f"{secrets.token_hex(12)}.pdf"))
            name = self.generate_filename(model_instance, getattr(model_instance, self.attname).name)
            with delete_on_failure(self.storage, [name]):
                return super().pre_save(model_instance, add)
        return super().pre_save(model_instance, add)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.FileField", args, kwargs

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": PdfFormField} | kwargs)
