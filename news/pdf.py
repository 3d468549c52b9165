"""PDFs from outside: looked at from both ends, kept under a random name, and never shown within our own pages."""

from __future__ import annotations

import secrets

from django import forms
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

LARGEST_FILE = 25 * 1024 * 1024  # bytes
END = 2048  # bytes at the end of a file in which a PDF says so (readers look in 1024; some writers fill up with blanks)

EMPTY = _("This file is empty. Choose it again.")
TOO_LARGE = _("This file has %(size)s; an attachment may have %(most)s. Make it smaller and attach it again.")
NO_PDF = _("This is no PDF. Save it as a PDF in the program that it was written with, and attach that.")
CUT_SHORT = _("This PDF is not complete: its end is missing. Save it anew and attach that.")


def check(file) -> None:
    """Raise ValidationError, with a sentence for whoever has uploaded it, for what is no whole PDF."""
    if not file.size:
        raise ValidationError(EMPTY, code="empty")
    if file.size > LARGEST_FILE:
        sizes = {"size": filesizeformat(file.size), "most": filesizeformat(LARGEST_FILE)}
        raise ValidationError(TOO_LARGE, code="too_large", params=sizes)
    file.seek(0)
    if not file.read(8).startswith((b"%PDF-1.", b"%PDF-2.")):
        raise ValidationError(NO_PDF, code="no_pdf")
    file.seek(max(0, file.size - END))
    end = file.read(END)
    file.seek(0)
    if b"startxref" not in end or b"%%EOF" not in end:
        raise ValidationError(CUT_SHORT, code="cut_short")


class PdfFormField(forms.FileField):
    """A PDF that somebody uploads."""

    default_error_messages = {"empty": EMPTY, "invalid": NO_PDF}

    def to_python(self, data):
        file = super().to_python(data)
        if file is not None:
            check(file)
        return file

    def widget_attrs(self, widget):
        attrs = super().widget_attrs(widget)
        if isinstance(widget, forms.FileInput):
            attrs["accept"] = "application/pdf"
        return attrs


class PdfField(models.FileField):
    """A PDF of the site. What reaches it by other ways than a form is looked at when it is saved."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("upload_to", "attachments/%y/%m/")
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance, add):
        file = getattr(model_instance, self.attname)
        if file and not file._committed:
            check(file)
            setattr(model_instance, self.attname, File(file.file, name=f"{secrets.token_hex(12)}.pdf"))
        return super().pre_save(model_instance, add)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.FileField", args, kwargs

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": PdfFormField} | kwargs)
